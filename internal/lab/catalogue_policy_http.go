package lab

import (
	"net/http"

	"stscan/internal/taxonomy"
)

// maxPolicy is the longest policy in bytes (RFC 8461 section 3.3).
const maxPolicy = 64 << 10

func policyHTTPScenarios() []Scenario {
	status := func(code int) change { return web(Web{Status: code}) }
	return []Scenario{
		scenario("phttp-redirect", taxonomy.PhttpRedirect, "The policy host redirects to the web site, where the policy is.",
			noPolicy(taxonomy.PhttpRedirect),
			web(Web{Status: http.StatusMovedPermanently, Location: "https://www.{domain}/.well-known/mta-sts.txt"})),
		near("phttp-redirect-near", taxonomy.PhttpRedirect, "The policy host points elsewhere in the DNS alone.",
			enforced(), policyHost(PolicyHost{CNAME: []string{"www.{domain}"},
				Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("phttp-404", taxonomy.Phttp404, "Status 404.", noPolicy(taxonomy.Phttp404), status(http.StatusNotFound)),
		near("phttp-404-near", taxonomy.Phttp404, "Status 410.", noPolicy(taxonomy.Phttp4xxOther), status(http.StatusGone)),
		scenario("phttp-403", taxonomy.Phttp403, "Status 403.", noPolicy(taxonomy.Phttp403), status(http.StatusForbidden)),
		near("phttp-403-near", taxonomy.Phttp403, "Status 401.", noPolicy(taxonomy.Phttp4xxOther), status(http.StatusUnauthorized)),
		scenario("phttp-4xx-other", taxonomy.Phttp4xxOther, "Status 429.",
			noPolicy(taxonomy.Phttp4xxOther), status(http.StatusTooManyRequests)),
		near("phttp-4xx-other-near", taxonomy.Phttp4xxOther, "Status 404 is a code of its own.",
			noPolicy(taxonomy.Phttp404), status(http.StatusNotFound)),
		scenario("phttp-5xx", taxonomy.Phttp5xx, "Status 503.", noPolicy(taxonomy.Phttp5xx), status(http.StatusServiceUnavailable)),
		near("phttp-5xx-near", taxonomy.Phttp5xx, "Status 499, the last before.", noPolicy(taxonomy.Phttp4xxOther), status(499)),
		scenario("phttp-other-status", taxonomy.PhttpOtherStatus, "Status 203 with the whole policy: only 200 is success.",
			noPolicy(taxonomy.PhttpOtherStatus), status(http.StatusNonAuthoritativeInfo)),
		near("phttp-other-status-near", taxonomy.PhttpOtherStatus, "Status 200 with a chunked body.",
			enforced(), web(Web{Chunked: true})),
		scenario("phttp-not-http", taxonomy.PhttpNotHTTP, "What is served inside TLS is no HTTP.",
			noPolicy(taxonomy.PhttpNotHTTP), web(Web{NotHTTP: true})),
		near("phttp-not-http-near", taxonomy.PhttpNotHTTP, "HTTP whose body is no policy.",
			badPolicy(taxonomy.PsynHTML), body("<html><title>220 mail ESMTP</title></html>\n")),
		scenario("phttp-truncated", taxonomy.PhttpTruncated, "The connection ends in the middle of the body.",
			noPolicy(taxonomy.PhttpTruncated), web(Web{CutBody: true})),
		near("phttp-truncated-near", taxonomy.PhttpTruncated, "The last line of the policy has no line end.",
			enforced(), body("version: STSv1\nmode: enforce\nmx: "+ownHost+"\nmax_age: 604800")),
		scenario("phttp-too-large", taxonomy.PhttpTooLarge, "A policy one byte longer than 64 KiB.",
			noPolicy(taxonomy.PhttpTooLarge), web(Web{PadTo: maxPolicy + 1})),
		scenario("phttp-endless", taxonomy.PhttpTooLarge, "A body that never ends.",
			noPolicy(taxonomy.PhttpTooLarge), web(Web{Endless: true})),
		near("phttp-too-large-near", taxonomy.PhttpTooLarge, "A policy of exactly 64 KiB.",
			enforced(taxonomy.PlintUnknownField), web(Web{PadTo: maxPolicy})),
		scenario("phttp-content-type", taxonomy.PhttpContentType, "A good policy served as HTML.",
			noPolicy(taxonomy.PhttpContentType), web(Web{ContentType: "text/html"}), leniently(enforced())),
		scenario("phttp-content-type-none", taxonomy.PhttpContentType, "A good policy without a media type.",
			noPolicy(taxonomy.PhttpContentType), web(Web{ContentType: "-"}), leniently(enforced())),
		near("phttp-content-type-near", taxonomy.PhttpContentType, "text/plain in capitals, with a charset.",
			enforced(), web(Web{ContentType: "Text/Plain; charset=UTF-8"})),
	}
}
