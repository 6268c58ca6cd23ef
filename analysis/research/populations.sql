-- Populations (METRICS section 1), defined here and nowhere else: view all_names, one
-- row a name and snapshot, over all_verdicts and with the variables of Thresholds in
-- force. Metrics read names, which the engine makes of it for the snapshots meant;
-- for more than one question it makes it a table.
-- A set holds a name on conclusive evidence only: what could not be told is in
-- inconclusive_*. Lists stay in verdicts, findings and mx_hosts.

-- claims: a TXT is, or was meant to be, an MTA-STS record. The study of 2025 counts 331
-- bad records among its domains "with MTA-STS records", so that REC holds them.
CREATE MACRO claims(record_present, codes) AS
  coalesce(record_present, false) OR list_has_any(codes, ['rec_bad_version', 'rec_policy_in_txt']);

-- own: a label is the name's own if it is the name or above it. An operator of
-- docs/OPERATORS.md has a label without a dot, and is nobody's own.
CREATE MACRO own(domain, label) AS label = domain OR ends_with(domain, '.' || label);

-- Who manages (Ashiq, Fiebig, Chung 2025, section 3): an operator is as large as
-- the organisations (registrable domains) that use it, by its label or, where they
-- share an address, by that. Policy hosts and addresses are counted over claims.
-- These tables are narrow and made once: the view below reads no more of the
-- verdicts than a question does.
CREATE TABLE claimants AS
SELECT snapshot, domain, registrable, mx_provider, mx, policy_provider, policy_addrs
FROM all_verdicts WHERE claims(record_present, codes);

CREATE TABLE mail_labels AS
SELECT snapshot, mx_provider AS label, count(DISTINCT registrable) AS size
FROM all_verdicts WHERE mx_provider <> 'mixed' GROUP BY ALL;

CREATE TABLE dns_labels AS
SELECT snapshot, dns_provider AS label, count(DISTINCT registrable) AS size
FROM all_verdicts WHERE dns_provider <> 'mixed' GROUP BY ALL;

CREATE TABLE policy_labels AS
SELECT snapshot, policy_provider AS label, count(DISTINCT registrable) AS size
FROM claimants WHERE policy_provider IS NOT NULL GROUP BY ALL;

CREATE TABLE mail_sizes AS
WITH mail_hosts AS (
  SELECT snapshot, domain, registrable, mx_provider, unnest(mx) AS host FROM claimants
), mail_addrs AS (
  SELECT snapshot, domain, registrable, unnest(host.addrs) AS addr FROM mail_hosts
), mail_sharers AS (
  SELECT snapshot, addr, count(DISTINCT registrable) AS size FROM mail_addrs GROUP BY ALL
)
SELECT snapshot, domain, max(size) AS size
FROM (SELECT snapshot, domain, size FROM mail_addrs JOIN mail_sharers USING (snapshot, addr)
      UNION ALL
      SELECT h.snapshot, domain, size FROM mail_hosts AS h JOIN mail_labels AS l ON l.snapshot = h.snapshot AND label = host.provider
      WHERE mx_provider = 'mixed')
GROUP BY ALL;

CREATE TABLE policy_sizes AS
WITH policy_hosts AS (
  SELECT snapshot, domain, registrable, unnest(policy_addrs) AS addr FROM claimants
), policy_sharers AS (
  SELECT snapshot, addr, count(DISTINCT registrable) AS size FROM policy_hosts GROUP BY ALL
)
SELECT snapshot, domain, max(size) AS size FROM policy_hosts JOIN policy_sharers USING (snapshot, addr) GROUP BY ALL;

CREATE VIEW all_names AS
WITH judged AS (
  SELECT
    snapshot, domain, rank, list, tld, registrable, attempt,
    status, delivery, delivery_if_enforced, first_failure, codes,
    record_present, record_valid, policy_fetched, policy_valid, mode, max_age, policy_sha256,
    len(policy_cname) > 0 AS policy_aliased,
    mx_status, mx_provider, policy_provider, dns_provider,
    claims(record_present, codes) AS claimed,
    -- The first layer at which a sender fails to get a policy, whatever the record says.
    list_filter(findings, f -> f.class = 'error' AND starts_with(f.layer, 'policy '))[1] AS policy_fault,
    len(mx) AS mx_hosts,
    len(list_filter(mx, h -> h.starttls IS NOT NULL)) AS mx_told,
    len(list_filter(mx, h -> h.starttls)) AS mx_starttls,
    len(list_filter(mx, h -> h.cert_valid IS NOT NULL)) AS mx_cert_told,
    len(list_filter(mx, h -> NOT h.cert_valid)) AS mx_cert_bad,
    len(list_filter(mx, h -> h.policy_match IS NOT NULL)) AS mx_match_told,
    len(list_filter(mx, h -> NOT h.policy_match)) AS mx_match_bad,
    len(list_filter(mx, h -> h.enforce_ok IS NOT NULL)) AS mx_judged,
    len(list_filter(mx, h -> NOT h.enforce_ok)) AS mx_failed,
    list_filter(adopts, a -> a.check = 'tlsrpt')[1].state AS tlsrpt,
    list_filter(adopts, a -> a.check = 'dane')[1].detail AS dane
  FROM all_verdicts
), sets AS (
  SELECT *,
    true AS is_in,
    CASE WHEN mx_status IN ('explicit', 'implicit', 'null_mx') THEN true
         WHEN list_contains(codes, 'dom_nxdomain') THEN false
         WHEN mx_status = 'none' THEN true END AS name_exists,
    record_present IS NOT NULL AND mx_status <> 'inconclusive' AS is_done,
    mx_status = 'explicit' AS in_mx,
    mx_status = 'explicit' OR mx_status = 'implicit' AND mx_told > 0 AS in_mail,
    CASE WHEN getvariable('strict_rfc') THEN coalesce(record_valid, false) ELSE claimed END AS rec,
    coalesce(record_valid, false) AS rec_ok,
    record_present IS NULL AND NOT claimed AS inconclusive_record,
    mx_status = 'inconclusive' AS inconclusive_mx
  FROM judged
), policies AS (
  SELECT *,
    rec AND coalesce(policy_fetched, false) AS pol_fetch,
    rec_ok AND coalesce(policy_valid, false) AS pol_ok,
    rec AND policy_fetched IS NULL AS inconclusive_policy,
    rec AND mx_told > 0 AS mxprobed,
    rec AND first_failure IS NOT NULL AS mis,
    status IN ('valid_testing', 'valid_enforce') AS ok
  FROM sets
), modes AS (
  SELECT *,
    pol_ok AND mode = 'enforce' AS enf,
    pol_ok AND mode = 'testing' AS test,
    pol_ok AND mode = 'none' AS mode_none
  FROM policies
)
SELECT modes.* EXCLUDE (policy_fault),
  policy_fault.code AS policy_failure,
  policy_fault.layer[8:] AS policy_failure_layer, -- dns, tcp, tls, http, syntax
  enf AND (mx_match_bad > 0 OR mx_cert_bad > 0) AS risk_any,
  enf AND mx_judged > 0 AND mx_failed = mx_judged AS risk_all,
  CASE WHEN mx_provider IS NULL THEN NULL
       WHEN greatest(coalesce(ml.size, 0), coalesce(ms.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN own(modes.domain, mx_provider) THEN 'self'
       ELSE 'unclassified' END AS mx_manager,
  CASE WHEN policy_provider IS NULL THEN CASE WHEN list_has_any(codes, ['phost_nxdomain', 'phost_nodata']) THEN 'self' END
       WHEN greatest(coalesce(pl.size, 0), coalesce(ps.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN greatest(coalesce(pl.size, 0), coalesce(ps.size, 0)) <= getvariable('self_max') THEN 'self'
       ELSE 'unclassified' END AS policy_manager,
  CASE WHEN dns_provider IS NULL THEN NULL
       WHEN coalesce(dl.size, 0) >= getvariable('third_party_min') THEN 'third'
       WHEN own(modes.domain, dns_provider) THEN 'self'
       ELSE 'unclassified' END AS dns_manager
FROM modes
LEFT JOIN mail_labels AS ml ON ml.snapshot = modes.snapshot AND ml.label = mx_provider
LEFT JOIN mail_sizes AS ms ON ms.snapshot = modes.snapshot AND ms.domain = modes.domain
LEFT JOIN policy_labels AS pl ON pl.snapshot = modes.snapshot AND pl.label = policy_provider
LEFT JOIN policy_sizes AS ps ON ps.snapshot = modes.snapshot AND ps.domain = modes.domain
LEFT JOIN dns_labels AS dl ON dl.snapshot = modes.snapshot AND dl.label = dns_provider;
