"""What postfix-mta-sts-resolver makes of each name given: one JSON object a line."""

import asyncio
import json
import logging
import sys

from postfix_mta_sts_resolver.resolver import STSResolver


async def main():
    resolver = STSResolver(loop=asyncio.get_running_loop())
    for domain in sys.argv[1:]:
        result, policy = await resolver.resolve(domain)
        mode = policy[1].get("mode") if policy else ""
        print(json.dumps({"domain": domain, "result": result.name, "mode": mode}), flush=True)


logging.disable(logging.CRITICAL)
asyncio.run(main())
