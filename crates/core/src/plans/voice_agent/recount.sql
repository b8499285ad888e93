-- What the calls of each tenant come to. The order within sum() makes the same values give the
-- same sum, to the last bit, whatever order they are read in; percentile_disc() is the nearest rank.
-- avg() would square the values on its way and refuse one of 1e160. Values whose sum no number holds
-- are summed in units of 2^64; without any, the mean is what avg() gives, to the last bit.
WITH tenant_ids AS (
    SELECT tenant.id::text AS tenant_id FROM {tenants} AS tenant
     WHERE {chosen}
       AND tenant.id::text IN (SELECT tenant_id::text FROM {configs}
                               UNION SELECT tenant_id::text FROM {calls}
                               UNION SELECT tenant_id::text FROM {metrics})
),
measured AS (
    SELECT call.tenant_id::text AS tenant_id, call.status,
           CASE WHEN call.duration_seconds > 0 AND call.duration_seconds <> 'NaN' THEN call.duration_seconds END AS duration,
           CASE WHEN call.latency_ms > 0 AND call.latency_ms <> 'NaN' THEN call.latency_ms END AS latency
      FROM {calls} AS call
     WHERE call.tenant_id::text IN (SELECT tenant_id FROM tenant_ids)
),
sums AS (
    SELECT tenant_id,
           count(*) AS total_calls,
           count(*) FILTER (WHERE status = 'completed') AS successful_calls,
           count(*) FILTER (WHERE status = 'failed') AS failed_calls,
           count(duration) AS duration_count,
           max(duration) AS duration_most,
           sum(duration ORDER BY duration) FILTER (WHERE duration < 1e290) AS duration_sum,
           sum(duration / 18446744073709551616::double precision ORDER BY duration) FILTER (WHERE duration >= 1e290) AS duration_large,
           percentile_disc(ARRAY[0.5, 0.95]::double precision[]) WITHIN GROUP (ORDER BY duration) AS durations,
           count(latency) AS latency_count,
           max(latency) AS latency_most,
           sum(latency ORDER BY latency) FILTER (WHERE latency < 1e290) AS latency_sum,
           sum(latency / 18446744073709551616::double precision ORDER BY latency) FILTER (WHERE latency >= 1e290) AS latency_large,
           percentile_disc(ARRAY[0.5, 0.95, 0.99]::double precision[]) WITHIN GROUP (ORDER BY latency) AS latencies
      FROM measured GROUP BY tenant_id
),
shares AS (
    SELECT tenant_id, jsonb_object_agg(outcome, calls) AS outcomes
      FROM (SELECT call.tenant_id::text AS tenant_id, call.outcome, count(*) AS calls
              FROM {calls} AS call
             WHERE call.outcome IS NOT NULL AND call.tenant_id::text IN (SELECT tenant_id FROM tenant_ids)
             GROUP BY 1, 2) AS by_outcome
     GROUP BY tenant_id
)
SELECT tenant_ids.tenant_id,
       coalesce(sums.total_calls, 0) AS total_calls,
       coalesce(sums.successful_calls, 0) AS successful_calls,
       coalesce(sums.failed_calls, 0) AS failed_calls,
       CASE WHEN sums.duration_large IS NULL THEN sums.duration_sum / sums.duration_count
            ELSE least((CASE WHEN sums.duration_sum > 1 THEN sums.duration_sum / 18446744073709551616::double precision ELSE 0 END + sums.duration_large) / sums.duration_count,
                       sums.duration_most / 18446744073709551616::double precision) * 18446744073709551616::double precision
       END AS avg_duration_seconds,
       sums.durations[1] AS p50_duration_seconds,
       sums.durations[2] AS p95_duration_seconds,
       CASE WHEN sums.latency_large IS NULL THEN sums.latency_sum / sums.latency_count
            ELSE least((CASE WHEN sums.latency_sum > 1 THEN sums.latency_sum / 18446744073709551616::double precision ELSE 0 END + sums.latency_large) / sums.latency_count,
                       sums.latency_most / 18446744073709551616::double precision) * 18446744073709551616::double precision
       END AS avg_latency_ms,
       sums.latencies[1] AS p50_latency_ms,
       sums.latencies[2] AS p95_latency_ms,
       sums.latencies[3] AS p99_latency_ms,
       coalesce(shares.outcomes, '{{}}'::jsonb) AS outcomes
  FROM tenant_ids
  LEFT JOIN sums ON sums.tenant_id = tenant_ids.tenant_id
  LEFT JOIN shares ON shares.tenant_id = tenant_ids.tenant_id
