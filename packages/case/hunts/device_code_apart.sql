-- id: device_code_apart
-- title: Mail or files read elsewhere than where the device code was entered
-- means: A token from a device-code sign-in read mail or files. It did so from another network than the one where the
--   code was entered, and nobody of the tenant ever signed in from there. The application is Microsoft's sign-in broker,
--   which reads no mail and no files by itself. Whoever sent the code has the tokens.
-- cannot-mean: That the token was forged: the provider issued it, to the wrong hands. Other applications are in
--   device_code_elsewhere, a lead: a tool on a server, or a phone that left the office, leaves the same records.
-- attack: T1528, T1566.002, T1550.001
-- strength: established
-- class: mis-granted
-- references: Microsoft Threat Intelligence, 13 February 2025 (Storm-2372); https://attack.mitre.org/techniques/T1528/
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  concat('code entered in ', home_network, ' at ', toString(entered), ', used from ', network) AS why
FROM (
  SELECT
    a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
    a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip, a.app AS app,
    toString(b.network) AS network, min(d.network) AS home_network, min(d.at) AS entered,
    max(d.network = b.network) AS is_home
  FROM (
    SELECT
      at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip,
      if(client_app_id != '', client_app_id, app_id) AS app,
      -- The sign-in is found by its token or, for tokens that were refreshed, by its session.
      arrayJoin([toString(token_id), session_id]) AS link
    FROM access
    WHERE outcome != 'failed' AND ip != ''
      AND (service IN ('Exchange', 'SharePoint', 'OneDrive') OR mailbox != '')
      AND (
        token_id GLOBAL IN (
          SELECT token_id FROM issuance
          WHERE outcome = 'issued' AND match(protocol, '(?i)device.?code')
            AND token_id != toUUID('00000000-0000-0000-0000-000000000000'))
        OR session_id GLOBAL IN (
          SELECT session_id FROM issuance
          WHERE outcome = 'issued' AND match(protocol, '(?i)device.?code') AND session_id != '')
      )
  ) AS a
  GLOBAL INNER JOIN (
    SELECT
      arrayJoin(arrayFilter(
        link -> link NOT IN ('', '00000000-0000-0000-0000-000000000000'), [toString(i.token_id), i.session_id])) AS link,
      i.at AS at, i.principal AS principal, toString(c.network) AS network
    FROM (
      SELECT token_id, session_id, at, principal, prefix_of(ip) AS prefix FROM issuance
      WHERE outcome = 'issued' AND match(protocol, '(?i)device.?code') AND ip != ''
    ) AS i
    GLOBAL INNER JOIN address_block AS c ON c.prefix = i.prefix
  ) AS d ON d.link = a.link
  GLOBAL INNER JOIN address_block AS b ON b.prefix = prefix_of(a.ip)
  WHERE d.at <= a.at
  GROUP BY
    a.at, a.tenant, a.principal, a.mailbox, a.record_id, a.content, a.token_id, a.session_id, a.ip, a.app, b.network
)
WHERE NOT is_home
  AND (tenant, network) GLOBAL NOT IN (SELECT tenant, toString(network) FROM place WHERE side = 'signed-in')
  AND app = '29d9ed98-a469-4536-ade2-f981bc1d605e'
ORDER BY at, record_id, content
