-- id: session_two_places
-- title: One session on two devices in two networks at the same time
-- means: A session is active on another operating system and network than those it began on, while the first is
--   still active. Nobody of the tenant ever signed in from the second, and its principal uses it in no other session.
--   Somebody else may have its cookie or refresh token.
-- cannot-mean: That the password is known, or that tokens were forged. It is a lead, because it rests on what clients
--   say of themselves and on a network without sign-ins. Sessions that a person moves (authentication transfer, a
--   copied browser profile) look the same. An attacker with the victim's operating system is not detected.
-- attack: T1550.004, T1539
-- strength: lead
-- class: replayed
-- references: Okta, root cause of the support case management system incident, 3 November 2023;
--   https://attack.mitre.org/techniques/T1539/
-- param: minutes UInt16 60 how long after the last use at home a session still counts as active there
-- slices: 8
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of,
  client -> multiIf(
    match(client, '(?i)ios-android'), '',
    match(client, '(?i)iphone|ipad|macintosh|mac os|[^a-z]ios[^a-z]'), 'Apple',
    match(client, '(?i)android|x11|linux|cros'), 'Linux or Android',
    match(client, '(?i)windows'), 'Windows',
    match(client, '(?i)python|curl/|wget/|go-http|aiohttp|axios|node-fetch|libwww'), 'a script',
    '') AS platform_of
SELECT
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
  a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
  if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
  concat('session of ', f.home_network, ' on ', f.home_platform, ', used from ', f.network, ' on ', f.platform) AS why
FROM access AS a
GLOBAL INNER JOIN (
  SELECT
    session_id, tupleElement(home, 5) AS home_network, home_platforms[1] AS home_platform,
    tupleElement(there, 4) AS prefix, tupleElement(there, 5) AS network, tupleElement(there, 6) AS platform
  FROM (
    SELECT
      s.session_id AS session_id,
      -- (used before issued comes last, first, last, prefix, network, platform): home is where it was issued first.
      groupArraySorted(256)(
        (if(s.issued, 0, 1), s.first, s.last, s.prefix, toString(b.network), s.platform)) AS places,
      places[1] AS home,
      arrayMax(p -> if(tupleElement(p, 5) = tupleElement(home, 5), tupleElement(p, 3), tupleElement(home, 3)),
        places) AS home_last,
      arrayDistinct(arrayFilter(platform -> platform != '', arrayMap(p -> tupleElement(p, 6),
        arrayFilter(p -> tupleElement(p, 5) = tupleElement(home, 5), places)))) AS home_platforms
    FROM (
      SELECT session_id, prefix, platform, min(at) AS first, max(at) AS last, max(issued) AS issued
      FROM (
        SELECT session_id, prefix_of(ip) AS prefix, platform_of(client) AS platform, at, 1 AS issued
        FROM issuance
        WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
          AND outcome = 'issued' AND category != 'owa-auth'
          AND session_id_key GLOBAL IN (
            SELECT session_id_key FROM (
              SELECT session_id_key, cityHash64(ip) AS address FROM issuance
              WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
                AND outcome = 'issued' AND category != 'owa-auth'
              UNION ALL
              SELECT session_id_key, cityHash64(ip) AS address FROM access
              WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
                AND outcome != 'failed' AND actor_kind != 'app'
            )
            GROUP BY session_id_key
            HAVING min(address) != max(address)
          )
        UNION ALL
        SELECT session_id, prefix_of(ip) AS prefix, platform_of(client) AS platform, at, 0 AS issued
        FROM access
        WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
          AND outcome != 'failed' AND actor_kind != 'app'
          AND session_id_key GLOBAL IN (
            SELECT session_id_key FROM (
              SELECT session_id_key, cityHash64(ip) AS address FROM issuance
              WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
                AND outcome = 'issued' AND category != 'owa-auth'
              UNION ALL
              SELECT session_id_key, cityHash64(ip) AS address FROM access
              WHERE session_id_key % {slices:UInt16} = {slice:UInt16} AND session_id != '' AND ip != ''
                AND outcome != 'failed' AND actor_kind != 'app'
            )
            GROUP BY session_id_key
            HAVING min(address) != max(address)
          )
      )
      GROUP BY session_id, prefix, platform
    ) AS s
    GLOBAL INNER JOIN address_block AS b ON b.prefix = s.prefix
    GROUP BY s.session_id
    HAVING tupleElement(home, 1) = 0 AND notEmpty(home_platforms)
  )
  ARRAY JOIN arrayFilter(p ->
    tupleElement(p, 5) != tupleElement(home, 5) AND tupleElement(p, 5) != 'AS8075'
      -- IPv4 against IPv6 is one dual-stack line.
      AND startsWith(tupleElement(p, 4), '::ffff:') = startsWith(tupleElement(home, 4), '::ffff:')
      AND tupleElement(p, 6) != '' AND NOT has(home_platforms, tupleElement(p, 6))
      AND tupleElement(p, 2) <= home_last + INTERVAL {minutes:UInt16} MINUTE, places) AS there
) AS f
  ON f.session_id = a.session_id AND f.prefix = prefix_of(a.ip) AND f.platform = platform_of(a.client)
GLOBAL LEFT JOIN (
  SELECT toString(tenant) AS tenant, principal, toString(network) AS network, min(low_session) AS low, max(high_session) AS high
  FROM place WHERE principal != ''
  GROUP BY tenant, principal, network
) AS k ON k.tenant = a.tenant AND k.principal = a.principal AND k.network = f.network
WHERE a.session_id_key % {slices:UInt16} = {slice:UInt16} AND a.outcome != 'failed' AND a.actor_kind != 'app'
  AND (a.tenant, f.network) GLOBAL NOT IN (SELECT tenant, toString(network) FROM place WHERE side = 'signed-in')
  -- The principal's own second device is there in other sessions too; a thief, in the stolen one alone.
  AND (k.principal = '' OR (k.low = a.session_id_key AND k.high = a.session_id_key))
ORDER BY at, record_id, content
