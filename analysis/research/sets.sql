-- Populations (METRICS section 1), defined here and in managers.sql and nowhere else,
-- over all_verdicts and with the variables of Thresholds in force. Metrics read names,
-- which the engine makes of all_sets, or of all_names for a metric with parameter
-- third_party_min, for the snapshots meant.
-- A set holds a name on conclusive evidence only: what could not be told is in
-- inconclusive_*. Lists stay in verdicts, findings and mx_hosts.

-- claims: a TXT is, or was meant to be, an MTA-STS record. The study of 2025 counts 331
-- bad records among its domains "with MTA-STS records", so that REC holds them.
CREATE MACRO claims(record_present, codes) AS
  coalesce(record_present, false) OR list_has_any(codes, ['rec_bad_version', 'rec_policy_in_txt']);

-- own: a label is the name's own if it is the name or above it. An operator of
-- docs/OPERATORS.md has a label without a dot, and is nobody's own.
CREATE MACRO own(domain, label) AS label = domain OR ends_with(domain, '.' || label);

-- at_any, at_all: whether something is so at any, at all of a name's MX hosts, by how
-- many there are, of how many it could be told and at how many it is so; null where
-- those that could not be told decide.
CREATE MACRO at_any(is_so, told, hosts) AS CASE WHEN is_so > 0 THEN true WHEN told = hosts THEN false END;
CREATE MACRO at_all(is_so, told, hosts) AS CASE WHEN is_so < told THEN false WHEN told = hosts AND hosts > 0 THEN true END;

-- adopted: whether a sibling standard is in order; null where it could not be told.
CREATE MACRO adopted(adopts, standard) AS nullif(list_filter(adopts, a -> a.check = standard)[1].state, 'unknown') = 'yes';

-- dane_broken, with_tlsa, dane_untold: details of check dane. A lookup that fails
-- validation does not tell whether there is TLSA.
CREATE MACRO dane_broken(dane) AS coalesce(dane IN ('tlsa_insecure', 'mismatch', 'no_starttls', 'unusable'), false);
CREATE MACRO with_tlsa(dane) AS coalesce(dane IN ('ok', 'published', 'partial', 'mx_insecure') OR dane_broken(dane), false);
CREATE MACRO dane_untold(dane) AS coalesce(dane, 'unanswered') IN ('not_validating', 'unanswered', 'bogus');

-- all_sets: one row a name and snapshot, and the sets it is in.
CREATE VIEW all_sets AS
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
    CASE WHEN mx_status IN ('explicit', 'implicit', 'null_mx') OR claimed THEN true -- what has names below it exists (RFC 8020)
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
  enf AND mx_judged > 0 AND mx_failed = mx_judged AS risk_all
FROM modes;
