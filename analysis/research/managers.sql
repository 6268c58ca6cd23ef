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

-- all_names: all_sets with who manages the policy host, the mail and the name servers.
CREATE VIEW all_names AS
SELECT s.*,
  CASE WHEN mx_provider IS NULL THEN NULL
       WHEN greatest(coalesce(ml.size, 0), coalesce(ms.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN own(s.domain, mx_provider) THEN 'self'
       ELSE 'unclassified' END AS mx_manager,
  CASE WHEN policy_provider IS NULL THEN CASE WHEN list_has_any(codes, ['phost_nxdomain', 'phost_nodata']) THEN 'self' END
       WHEN greatest(coalesce(pl.size, 0), coalesce(ps.size, 0)) >= getvariable('third_party_min') THEN 'third'
       WHEN greatest(coalesce(pl.size, 0), coalesce(ps.size, 0)) <= getvariable('self_max') THEN 'self'
       ELSE 'unclassified' END AS policy_manager,
  CASE WHEN dns_provider IS NULL THEN NULL
       WHEN coalesce(dl.size, 0) >= getvariable('third_party_min') THEN 'third'
       WHEN own(s.domain, dns_provider) THEN 'self'
       ELSE 'unclassified' END AS dns_manager
FROM all_sets AS s
LEFT JOIN mail_labels AS ml ON ml.snapshot = s.snapshot AND ml.label = mx_provider
LEFT JOIN mail_sizes AS ms ON ms.snapshot = s.snapshot AND ms.domain = s.domain
LEFT JOIN policy_labels AS pl ON pl.snapshot = s.snapshot AND pl.label = policy_provider
LEFT JOIN policy_sizes AS ps ON ps.snapshot = s.snapshot AND ps.domain = s.domain
LEFT JOIN dns_labels AS dl ON dl.snapshot = s.snapshot AND dl.label = dns_provider;

COMMENT ON COLUMN all_names.in_mx IS 'MX: it has MX records.';
COMMENT ON COLUMN all_names.in_mail IS 'MX, or an implicit MX whose port answered.';
COMMENT ON COLUMN all_names.is_done IS 'Both the record and the MX records could be told.';
COMMENT ON COLUMN all_names.name_exists IS 'The name exists; null: could not tell.';
COMMENT ON COLUMN all_names.rec IS 'REC: it claims an MTA-STS record, or nearly; with --strict-rfc it has a valid one.';
COMMENT ON COLUMN all_names.rec_ok IS 'REC_OK: its record is valid.';
COMMENT ON COLUMN all_names.pol_fetch IS 'POL_FETCH: REC whose policy was fetched.';
COMMENT ON COLUMN all_names.pol_ok IS 'POL_OK: REC_OK whose policy is valid.';
COMMENT ON COLUMN all_names.enf IS 'ENF: POL_OK of mode enforce.';
COMMENT ON COLUMN all_names.test IS 'TEST: POL_OK of mode testing.';
COMMENT ON COLUMN all_names.mode_none IS 'NONE: POL_OK of mode none.';
COMMENT ON COLUMN all_names.mxprobed IS 'REC with an MX host of which STARTTLS could be told.';
COMMENT ON COLUMN all_names.mis IS 'MIS: REC with a finding of class error.';
COMMENT ON COLUMN all_names.ok IS 'Fully working: status valid_testing or valid_enforce.';
COMMENT ON COLUMN all_names.risk_any IS 'RISK_ANY: ENF with an MX host that is not listed or has a bad certificate.';
COMMENT ON COLUMN all_names.risk_all IS 'RISK_ALL: ENF of which every judged MX host fails.';
COMMENT ON COLUMN all_names.policy_failure IS 'First code of class error at which the policy cannot be had or used, whatever the record says.';
COMMENT ON COLUMN all_names.policy_failure_layer IS 'Its layer: dns, tcp, tls, http or syntax.';
COMMENT ON COLUMN all_names.mx_manager IS 'Who manages the mail: self, third, unclassified; null when it is not known.';
COMMENT ON COLUMN all_names.policy_manager IS 'Who manages the policy host: self, third, unclassified; null when it is not known.';
COMMENT ON COLUMN all_names.dns_manager IS 'Who manages the name servers: self, third, unclassified; null when it is not known.';
COMMENT ON COLUMN all_names.inconclusive_record IS 'Whether there is a record could not be told.';
COMMENT ON COLUMN all_names.inconclusive_policy IS 'REC of which it could not be told whether there is a policy.';
COMMENT ON COLUMN all_names.inconclusive_mx IS 'Whether there are MX records could not be told.';

-- policy_codes_by_manager: of REC whose policy first fails at a layer, how many have each
-- code of class error at that layer, by manager and for self and third together; and the
-- operator with the most of them. A macro cannot read names, which is made after it.
CREATE MACRO policy_codes_by_manager(at_layer) AS TABLE
WITH failed AS (
  SELECT domain, coalesce(policy_manager, 'unknown') AS manager, policy_provider
  FROM all_names WHERE rec AND policy_failure_layer = at_layer AND snapshot IN (SELECT snapshot FROM verdicts)
), classes AS (
  FROM failed UNION ALL SELECT domain, 'self or third', policy_provider FROM failed WHERE manager IN ('self', 'third')
), totals AS (
  SELECT manager, count(*) AS total FROM classes GROUP BY manager
), coded AS (
  SELECT DISTINCT domain, code FROM findings WHERE layer = 'policy ' || at_layer AND class = 'error'
), by_host AS (
  SELECT manager, code, policy_provider, count(*) AS n FROM classes JOIN coded USING (domain) GROUP BY ALL
)
SELECT manager, code, sum(n)::BIGINT AS n, any_value(total) AS total, 0::BIGINT AS unknown,
  arg_max(policy_provider, (n, policy_provider)) AS largest, max(n) FILTER (policy_provider IS NOT NULL) AS largest_n
FROM by_host JOIN totals USING (manager)
GROUP BY manager, code;
