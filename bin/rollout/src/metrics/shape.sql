SELECT q.version::text AS version, coalesce(q.requests, 0)::float8 AS requests,
       coalesce(q.errors, 0)::float8 AS errors, coalesce(q.received, 0)::float8 AS received,
       q.processed::float8 AS processed, q.p95_ms::float8 AS p95_ms
  FROM (
{query}
) AS q
