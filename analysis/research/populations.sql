-- Populations (METRICS section 1), defined here and nowhere else. The script runs
-- once a snapshot, over views verdicts and domains and the variables of
-- Thresholds; every metric reads the tables it makes. A set holds a name on
-- conclusive evidence only: what could not be told is in inconclusive_*.

-- names: one row a domain.
CREATE TABLE names AS
WITH judged AS (
  SELECT
    snapshot, domain, rank, list, tld, registrable, attempt, scanned_at,
    status, delivery, delivery_if_enforced, first_failure, codes,
    record_present, record_valid, record_id, policy_fetched, policy_valid, mode, max_age, policy_mx,
    policy_sha256, policy_cname, policy_addrs, policy_tlsrpt, mx_status, mx, ns,
    mx_provider, policy_provider, dns_provider, adopts,
    -- The first layer at which a sender fails to get a policy, whatever the record says.
    list_filter(findings, f -> f.class = 'error' AND starts_with(f.layer, 'policy '))[1].layer AS policy_failure,
    coalesce(record_present, false) OR list_has_any(codes, ['rec_bad_version', 'rec_policy_in_txt']) AS claimed,
    len(list_filter(mx, h -> h.starttls IS NOT NULL)) AS mx_told,
    len(list_filter(mx, h -> h.starttls)) AS mx_starttls,
    len(list_filter(mx, h -> h.cert_valid IS NOT NULL)) AS mx_cert_told,
    len(list_filter(mx, h -> NOT h.cert_valid)) AS mx_cert_bad,
    len(list_filter(mx, h -> h.policy_match IS NOT NULL)) AS mx_match_told,
    len(list_filter(mx, h -> NOT h.policy_match)) AS mx_match_bad,
    len(list_filter(mx, h -> h.enforce_ok IS NOT NULL)) AS mx_judged,
    len(list_filter(mx, h -> NOT h.enforce_ok)) AS mx_failed
  FROM verdicts
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
    status = 'inconclusive' AND record_present IS NULL AND NOT claimed AS inconclusive_record,
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
),
-- Who manages (Ashiq, Fiebig, Chung 2025, section 3): an operator is as large as
-- the organisations (registrable domains) that use it, by its label or by an
-- address they share. Addresses are counted over names that signal.
mail_labels AS (
  SELECT mx_provider AS label, count(DISTINCT registrable) AS size
  FROM modes WHERE mx_provider IS NOT NULL AND mx_provider <> 'mixed' GROUP BY label
), policy_labels AS (
  SELECT policy_provider AS label, count(DISTINCT registrable) AS size
  FROM modes WHERE rec AND policy_provider IS NOT NULL GROUP BY label
), dns_labels AS (
  SELECT dns_provider AS label, count(DISTINCT registrable) AS size
  FROM modes WHERE dns_provider IS NOT NULL AND dns_provider <> 'mixed' GROUP BY label
), mail_at AS (
  SELECT domain, registrable, unnest(flatten(list_transform(mx, h -> h.addrs))) AS addr FROM modes WHERE rec
), mail_addrs AS (
  SELECT domain, max(size) AS size
  FROM mail_at JOIN (SELECT addr, count(DISTINCT registrable) AS size FROM mail_at GROUP BY addr) USING (addr) GROUP BY domain
), policy_at AS (
  SELECT domain, registrable, unnest(policy_addrs) AS addr FROM modes WHERE rec
), policy_sizes AS (
  SELECT domain, max(size) AS size
  FROM policy_at JOIN (SELECT addr, count(DISTINCT registrable) AS size FROM policy_at GROUP BY addr) USING (addr) GROUP BY domain
), mixed_at AS (
  SELECT domain, unnest(list_transform(mx, h -> h.provider)) AS label FROM modes WHERE mx_provider = 'mixed'
), mail_mixed AS (
  SELECT domain, max(size) AS size FROM mixed_at JOIN mail_labels USING (label) GROUP BY domain
)
SELECT m.*,
  d.lists, d.registrable_private,
  enf AND (mx_match_bad > 0 OR mx_cert_bad > 0) AS risk_any,
  enf AND mx_judged > 0 AND mx_failed = mx_judged AS risk_all,
  CASE WHEN mx_provider IS NULL THEN NULL
       WHEN greatest(coalesce(ml.size, 0), coalesce(ma.size, 0), coalesce(mm.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN mx_provider IN (registrable, d.registrable_private) THEN 'self'
       ELSE 'unclassified' END AS mx_manager,
  CASE WHEN policy_provider IS NULL THEN CASE WHEN list_has_any(codes, ['phost_nxdomain', 'phost_nodata']) THEN 'self' END
       WHEN greatest(coalesce(pl.size, 0), coalesce(pa.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN greatest(coalesce(pl.size, 0), coalesce(pa.size, 0)) <= getvariable('self_max') THEN 'self'
       ELSE 'unclassified' END AS policy_manager,
  CASE WHEN dns_provider IS NULL THEN NULL
       WHEN coalesce(dl.size, 0) >= getvariable('third_party_min') THEN 'third'
       WHEN dns_provider IN (registrable, d.registrable_private) THEN 'self'
       ELSE 'unclassified' END AS dns_manager
FROM modes AS m
LEFT JOIN (SELECT domain, list_distinct(list_transform(lists, l -> l.list)) AS lists, registrable_private FROM domains) AS d USING (domain)
LEFT JOIN mail_labels AS ml ON ml.label = m.mx_provider
LEFT JOIN mail_addrs AS ma USING (domain)
LEFT JOIN mail_mixed AS mm USING (domain)
LEFT JOIN policy_labels AS pl ON pl.label = m.policy_provider
LEFT JOIN policy_sizes AS pa USING (domain)
LEFT JOIN dns_labels AS dl ON dl.label = m.dns_provider;

-- top_tlds: the top-level domains that tables name; the rest is "other".
CREATE TABLE top_tlds AS
SELECT tld FROM (
  (SELECT tld FROM names WHERE in_mx GROUP BY tld ORDER BY count(*) DESC, tld LIMIT getvariable('top'))
  UNION SELECT DISTINCT tld FROM names WHERE in_mx AND tld IN ('com', 'net', 'org', 'se'));
