-- id: imc15_providers
-- title: The largest providers of mail
-- group: imc15
-- order: 4
-- cite: Durumeric et al. (IMC 2015)
-- sure: K
-- population: MX
-- numerator: MX at the operator
-- denominator: MX
-- axes: provider
-- parameters: top
-- chart: bar x=n y=provider
-- note: Names whose MX hosts are their own are at no operator, and in the total.
SELECT coalesce(mx_provider, 'not known') AS provider, count(*) AS n, (SELECT count(*) FROM names WHERE in_mx) AS total, count(*) FILTER (mx_provider IS NULL) AS unknown
FROM names
WHERE in_mx AND NOT coalesce(own(domain, mx_provider), false)
GROUP BY provider
ORDER BY n DESC, provider
LIMIT getvariable('top')
