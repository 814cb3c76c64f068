-- id: grant_by_unissued_token
-- title: An application reads mail on a grant that was made with a token nobody issued
-- means: A consent or an app role was given with a token whose verdict, unissued or mismatched, is established. The
--   application then read mail. The log of the days before shows no reading by it.
-- cannot-mean: More than the verdict on the granting access: read that verdict with its base rate first. Grants whose
--   verdict is a lead, new credentials, and applications that read mail before are in new_grant_app_only_mail.
-- attack: T1098.003, T1098.001, T1114.002, T1606
-- strength: established
-- class: mis-granted
-- references: Microsoft Security Response Center, 19 January 2024 (Midnight Blizzard);
--   https://attack.mitre.org/techniques/T1098/003/
-- param: days UInt16 90 how long after the grant the first reading may be
-- param: before UInt16 7 days of the tenant's mail log before the grant that must show no reading by the application
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  concat('after "', argMax(operation, (granted, operation)), '" by ', argMax(granter, (granted, operation)), ' at ',
    toString(max(granted))) AS why
FROM (
  SELECT
    a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
    a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
    if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
    g.operation AS operation, g.granter AS granter, g.granted AS granted
  FROM access AS a
  GLOBAL INNER JOIN (
    SELECT
      u.tenant AS tenant, u.app_id AS app_id, u.client_app_id AS client_app_id, u.principal_id AS principal_id,
      u.prefix AS prefix, w.operation AS operation, w.granter AS granter, w.granted AS granted
    FROM (
      SELECT
        tenant, app_id, client_app_id, principal_id, prefix_of(ip) AS prefix, min(at) AS first,
        min(min(at)) OVER (PARTITION BY tenant, app_id, client_app_id) AS first_anywhere,
        -- Not the resources themselves (Graph, Exchange, SharePoint, the old directory API): every grant names one.
        arrayDistinct(arrayFilter(
          id -> id NOT IN ('', '00000003-0000-0000-c000-000000000000', '00000002-0000-0000-c000-000000000000',
            '00000002-0000-0ff1-ce00-000000000000', '00000003-0000-0ff1-ce00-000000000000'),
          [toString(if(client_app_id != '', client_app_id, app_id)), principal_id])) AS ids
      FROM access
      WHERE actor_kind = 'app' AND outcome != 'failed'
        AND (operation IN ('MailItemsAccessed', 'AttachmentAccess') OR (source != 'ual' AND mailbox != ''))
      GROUP BY tenant, app_id, client_app_id, principal_id, prefix
    ) AS u
    ARRAY JOIN u.ids AS id
    -- LEFT: where there is no such grant, engine 26.7 leaves the answers of shards unread, and the next query meets them.
    GLOBAL LEFT JOIN (
      SELECT
        at AS granted, tenant, toString(operation) AS operation, principal AS granter,
        arrayJoin(arrayDistinct(extractAll(lower(concat(object_path, ' ', object_name, ' ', detail)),
          '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'))) AS id
      FROM access
      WHERE (record_id, content) GLOBAL IN (
          SELECT record_id, content FROM verdict
          WHERE verdict IN ('unissued', 'mismatched') AND strength = 'established')
        AND outcome != 'failed' AND id != tenant AND id != principal_id
        AND match(operation, '(?i)^(consent to application|add app role assignment)')
    ) AS w ON w.tenant = u.tenant AND w.id = id
    WHERE u.first_anywhere >= w.granted AND u.first <= w.granted + INTERVAL {days:UInt16} DAY
  ) AS g
    ON g.tenant = a.tenant AND g.app_id = a.app_id AND g.client_app_id = a.client_app_id
      AND g.principal_id = a.principal_id AND g.prefix = prefix_of(a.ip)
  GLOBAL INNER JOIN (
    SELECT tenant, min(at) AS begins FROM access WHERE operation = 'MailItemsAccessed' OR mailbox != '' GROUP BY tenant
  ) AS log ON log.tenant = a.tenant
  WHERE a.actor_kind = 'app' AND a.outcome != 'failed'
    AND log.begins <= g.granted - INTERVAL {before:UInt16} DAY
    AND (a.operation IN ('MailItemsAccessed', 'AttachmentAccess') OR (a.source != 'ual' AND a.mailbox != ''))
)
GROUP BY at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app
ORDER BY at, record_id, content
