-- id: token_two_places
-- title: One token used in two networks at once
-- means: Accesses with one token come from two networks within minutes, alternately. The principal was never issued a
--   token from the network that is named.
-- cannot-mean: That anybody stole it. Phones between Wi-Fi and mobile networks, laptops on trains and proxies with
--   many addresses do this daily. Networks of three principals and more are left out, and so is IPv4 beside IPv6.
-- attack: T1550.001, T1550.004
-- strength: lead
-- class: replayed
-- references: https://attack.mitre.org/techniques/T1550/001/
-- param: minutes UInt16 15 how near in time the uses must interleave
-- param: shared UInt16 3 principals from which on a network counts as the tenant's own
-- slices: 32
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  concat('used from ', network, ' between uses from ', other) AS why
FROM (
  SELECT
    *,
    lagInFrame(network, 1, '') OVER by_time AS before,
    lagInFrame(at, 1, at) OVER by_time AS before_at,
    leadInFrame(network, 1, '') OVER by_time AS after,
    leadInFrame(at, 1, at) OVER by_time AS after_at,
    if(before != '' AND before != network, before, after) AS other
  FROM (
    SELECT
      a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
      a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
      if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
      startsWith(b.prefix, '::ffff:') AS is_v4, toString(b.network) AS network
    FROM access AS a
    GLOBAL INNER JOIN address_block AS b ON b.prefix = prefix_of(a.ip)
    WHERE a.bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8}
      AND a.outcome != 'failed' AND a.actor_kind != 'app'
      AND a.token_id GLOBAL IN (
        SELECT token_id FROM access
        WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND token_state = 'present'
          AND ip != '' AND outcome != 'failed' AND actor_kind != 'app'
        GROUP BY token_id
        HAVING min(cityHash64(ip)) != max(cityHash64(ip))
      )
  )
  WINDOW by_time AS (
    PARTITION BY tenant, token_id, principal, is_v4 ORDER BY at, record_id, content
    ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
)
WHERE before != '' AND after != '' AND before != network AND after != network
  AND before_at >= at - INTERVAL {minutes:UInt16} MINUTE AND after_at <= at + INTERVAL {minutes:UInt16} MINUTE
  AND (tenant, principal, network) GLOBAL NOT IN (
    SELECT tenant, principal, toString(network) FROM place WHERE side IN ('signed-in', 'issued'))
  AND (tenant, network) GLOBAL NOT IN (
    SELECT tenant, toString(network) FROM place GROUP BY tenant, network HAVING uniqExact(principal) >= {shared:UInt16})
  -- What nobody issued was not replayed.
  AND (record_id, content) GLOBAL NOT IN (
    SELECT record_id, content FROM verdict
    WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND verdict IN ('unissued', 'mismatched'))
ORDER BY at, record_id, content
