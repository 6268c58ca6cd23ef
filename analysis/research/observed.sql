-- What was observed, as several metrics read it: of the newest snapshot, unless it says
-- of all.

-- places: the snapshots by when they were begun, 1 the oldest. ends: the first and the last.
CREATE VIEW places AS SELECT snapshot, row_number() OVER (ORDER BY started_at, snapshot) AS place FROM snapshots;
CREATE VIEW ends AS SELECT arg_min(snapshot, place) AS oldest, arg_max(snapshot, place) AS newest FROM places;

-- listed: one row a name and list that has it, however often.
CREATE VIEW listed AS SELECT DISTINCT domain, unnest(lists).list AS list FROM domains;

-- offers_starttls, masks_starttls: of the lines of a reply to EHLO, the first of which
-- names the server. Firewalls write over the keyword, and some leave its last letter
-- (RFC 3207 section 6).
CREATE MACRO keywords(ehlo) AS list_transform(ehlo[2:], line -> split_part(line[5:], ' ', 1));
CREATE MACRO offers_starttls(ehlo) AS len(list_filter(keywords(ehlo), word -> upper(word) = 'STARTTLS')) > 0;
CREATE MACRO masks_starttls(ehlo) AS NOT offers_starttls(ehlo) AND len(list_filter(keywords(ehlo), word -> regexp_full_match(word, 'X{7}.'))) > 0;

-- leaf_certs: one row a leaf certificate and part that presented it. days_left are whole
-- days from its first sight to its end: negative once it has expired, null when it does
-- not parse.
CREATE VIEW leaf_certs AS
SELECT part, snapshot, sha256, issuer, self_issued, floor(epoch(not_after - seen) / 86400)::BIGINT AS days_left
FROM (
  SELECT part, snapshot, sha256, min(started_at) AS seen FROM (
    SELECT 'mx host' AS part, snapshot, chain[1] AS sha256, started_at FROM mx WHERE len(chain) > 0
    UNION ALL
    SELECT 'policy host', snapshot, f.chain[1], f.started_at
    FROM (SELECT snapshot, unnest(policy_fetches) AS f FROM domains WHERE len(policy_fetches) > 0) WHERE len(f.chain) > 0
  ) GROUP BY ALL
) JOIN certs USING (snapshot, sha256);

-- host_keys: of all, MX hosts with a certificate in the oldest and in the newest, and
-- whether none of the keys of then is there now; null where none parses. A host with
-- several addresses has a key at each.
CREATE VIEW host_keys AS
WITH keys AS (
  SELECT m.snapshot, host, list(DISTINCT spki_sha256) FILTER (spki_sha256 IS NOT NULL) AS keys
  FROM all_mx AS m JOIN all_certs AS c ON c.snapshot = m.snapshot AND c.sha256 = m.chain[1] GROUP BY ALL
)
SELECT a.host, NOT list_has_any(a.keys, b.keys) AS changed
FROM ends JOIN keys AS a ON a.snapshot = oldest JOIN keys AS b ON b.snapshot = newest AND b.host = a.host;

-- tlsa_matches: whether one of TLSA records, their fields put together, is of this
-- certificate. They name the first of a chain, or with usage 2 any. Only SHA-256 can be
-- compared here.
CREATE MACRO tlsa_matches(records, place, sha256, spki) AS len(list_filter(records, r -> (place = 1 OR r[1] = '2') AND
  (r[2:3] = '11' AND r[4:] = spki OR r[2:3] = '01' AND r[4:] = sha256))) > 0;

-- tlsa_hosts: MX hosts that have TLSA records, at their TLSA base domain (RFC 7672
-- section 2.2.2), and presented certificates, whether these match, and whether some
-- records cannot be compared. A host whose alias changed during the scan has one of its
-- bases. Metrics that read this need column tlsa; of verdicts without it there are none.
CREATE VIEW tlsa_hosts AS
WITH told AS (
  SELECT unnest(tlsa) AS t FROM (FROM verdicts UNION ALL BY NAME SELECT NULL::STRUCT(host VARCHAR, base VARCHAR, validated BOOLEAN)[] AS tlsa WHERE false)
), bases AS (
  SELECT t.host, min(t.base) AS base FROM told GROUP BY t.host
), answers AS (
  SELECT l.name[10:] AS base, list_transform(min(l.records), r -> lower(replace(r, ' ', ''))) AS records -- without _25._tcp.
  FROM (SELECT unnest(list_filter(lookups, l -> l.type = 'TLSA' AND NOT l.cd AND l.total > 0)) AS l FROM domains) GROUP BY base
), presented AS (
  SELECT snapshot, host, unnest(chain) AS sha256, generate_subscripts(chain, 1) AS place FROM mx
)
SELECT host, records, len(list_filter(records, r -> r[3] <> '1')) > 0 AS incomparable, bool_or(tlsa_matches(records, place, sha256, spki_sha256)) AS matches
FROM bases JOIN answers USING (base) JOIN presented USING (host) JOIN certs USING (snapshot, sha256)
GROUP BY host, records;
