-- id: replayed_token_network
-- title: A token issued to one device, used by another elsewhere
-- means: The token was issued to this principal, on another operating system and for another network. Nobody of the
--   tenant was ever issued a token from the network of use. Other tokens of this application are used where they are
--   issued.
-- cannot-mean: That the token was forged: it was issued. It is a lead, because it rests on what clients say of
--   themselves and on a network without sign-ins. Somebody who copies tokens between own machines looks the same. An
--   attacker on the victim's network or operating system is not detected; see token_two_places.
-- attack: T1550.001, T1528
-- strength: lead
-- class: replayed
-- references: CircleCI incident report, 13 January 2023; Cyber Safety Review Board, Review of the Summer 2023
--   Microsoft Exchange Online Intrusion; https://attack.mitre.org/techniques/T1550/001/
-- slices: 64
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
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox,
  a.record_id AS record_id, a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
  if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
  concat('issued for ', f.homes, ' on ', f.home_platform, ', used from ', f.network, ' on ', f.platform) AS why
FROM access AS a
GLOBAL INNER JOIN (
  SELECT
    h.token_id AS token_id, h.tenant AS tenant, h.principal AS principal, h.principal_id AS principal_id,
    h.app AS app, h.prefix AS prefix, h.platform AS platform, b.network AS network, h.homes AS homes,
    h.home_platform AS home_platform
  FROM (
    SELECT
      u.token_id AS token_id, u.tenant AS tenant, u.principal AS principal, u.principal_id AS principal_id,
      u.app AS app, u.prefix AS prefix, u.platform AS platform,
      arrayStringConcat(arraySort(groupUniqArray(3)(i.ip)), ', ') AS homes,
      max(i.platform) AS home_platform
    FROM (
      SELECT
        token_id, tenant, principal, principal_id, if(client_app_id != '', client_app_id, app_id) AS app,
        prefix_of(ip) AS prefix, platform_of(client) AS platform
      FROM access
      WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8}
        AND token_state = 'present' AND ip != '' AND outcome != 'failed' AND actor_kind != 'app'
        AND platform_of(client) != ''
      GROUP BY token_id, tenant, principal, principal_id, app, prefix, platform
    ) AS u
    GLOBAL INNER JOIN (
      SELECT token_id, principal, principal_id, ip, prefix_of(ip) AS prefix, platform_of(client) AS platform
      FROM issuance
      WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8}
        AND outcome = 'issued' AND ip != ''
        AND category IN ('interactive', 'non-interactive', 'interactive-or-not', 'sts-logon', 'adfs', 'token')
    ) AS i ON i.token_id = u.token_id
    GROUP BY u.token_id, u.tenant, u.principal, u.principal_id, u.app, u.prefix, u.platform
    -- An id that was issued to somebody else is reconcile's business; IPv4 against IPv6 is one dual-stack line.
    HAVING max(if(u.principal_id != '' AND i.principal_id != '', u.principal_id = i.principal_id,
                  u.principal = i.principal)) = 1
      AND max(i.prefix = u.prefix) = 0
      AND max(startsWith(i.prefix, '::ffff:') = startsWith(u.prefix, '::ffff:')) = 1
      AND home_platform != '' AND max(i.platform = u.platform) = 0
  ) AS h
  GLOBAL INNER JOIN address_block AS b ON b.prefix = h.prefix
  -- Microsoft's own network: services of Outlook and Teams act for the user from there.
  WHERE b.network != 'AS8075'
    AND (h.tenant, b.network) GLOBAL NOT IN (SELECT tenant, network FROM place WHERE side IN ('signed-in', 'issued'))
    -- An application that uses its users' tokens on a server of its own is never where its users are.
    AND (h.tenant, h.app) GLOBAL IN (
      SELECT tenant, app FROM place
      WHERE side = 'used'
        AND (tenant, principal, network) GLOBAL IN (
          SELECT tenant, principal, network FROM place WHERE side IN ('signed-in', 'issued'))
    )
) AS f
  ON f.token_id = a.token_id AND f.tenant = a.tenant AND f.principal = a.principal
    AND f.prefix = prefix_of(a.ip) AND f.platform = platform_of(a.client)
    AND f.app = if(a.client_app_id != '', a.client_app_id, a.app_id)
WHERE a.bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND a.token_state = 'present'
  AND f.principal_id = a.principal_id
ORDER BY at, record_id, content
