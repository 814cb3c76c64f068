-- id: token_other_network
-- title: A token used at once from a network for which the tenant was never issued one
-- means: The token was issued for one network and used, within the hour, from another. Nobody of the tenant ever
--   signed in or was issued a token there. Other tokens of this application are used where they are issued. Unlike
--   replayed_token_network it asks for no other device.
-- cannot-mean: That anybody stole it. A laptop that leaves the office for a hotel or a mobile network takes its
--   tokens along until they expire.
-- attack: T1550.001, T1528
-- strength: lead
-- class: replayed
-- references: CircleCI incident report, 13 January 2023; https://attack.mitre.org/techniques/T1550/001/
-- param: minutes UInt16 60 how long after its issue the token is used
-- slices: 64
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of
SELECT
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
  a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip, a.app AS app,
  concat('issued for ', i.homes, ', used from ', a.network) AS why
FROM (
  SELECT
    u.*, toString(b.network) AS network, if(client_app_id != '', client_app_id, app_id) AS app
  FROM (
    SELECT at, tenant, principal, principal_id, mailbox, record_id, content, token_id, session_id, ip, app_id, client_app_id,
      prefix_of(ip) AS prefix
    FROM access
    WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8}
      AND token_state = 'present' AND ip != '' AND outcome != 'failed' AND actor_kind != 'app'
  ) AS u
  GLOBAL INNER JOIN address_block AS b ON b.prefix = u.prefix
  -- Microsoft's own network: services of Outlook and Teams act for the user from there.
  WHERE b.network != 'AS8075'
    AND (u.tenant, b.network) GLOBAL NOT IN (SELECT tenant, network FROM place WHERE side IN ('signed-in', 'issued'))
    AND (u.tenant, app) GLOBAL IN (
      SELECT tenant, app FROM place
      WHERE side = 'used'
        AND (tenant, principal, network) GLOBAL IN (
          SELECT tenant, principal, network FROM place WHERE side IN ('signed-in', 'issued')))
) AS a
GLOBAL INNER JOIN (
  SELECT token_id, min(at) AS made, max(at) AS remade, arrayStringConcat(arraySort(groupUniqArray(3)(ip)), ', ') AS homes,
    max(startsWith(toString(prefix_of(ip)), '::ffff:')) AS is_v4, groupUniqArray(16)(principal) AS names,
    groupUniqArray(16)(principal_id) AS ids
  FROM issuance
  WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8}
    AND outcome = 'issued' AND ip != ''
    AND category IN ('interactive', 'non-interactive', 'interactive-or-not', 'sts-logon', 'adfs', 'token')
  GROUP BY token_id
) AS i ON i.token_id = a.token_id
-- An id that was issued to somebody else is reconcile's business; IPv4 against IPv6 is one dual-stack line.
WHERE (a.principal_id != '' AND has(i.ids, a.principal_id) OR has(i.names, a.principal))
  AND i.is_v4 = startsWith(a.prefix, '::ffff:')
  AND a.at >= i.made - INTERVAL 5 MINUTE AND a.at <= i.remade + INTERVAL {minutes:UInt16} MINUTE
ORDER BY at, record_id, content
