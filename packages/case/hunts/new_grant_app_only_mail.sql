-- id: new_grant_app_only_mail
-- title: An application reads mail without a user, soon after it was granted something
-- means: An application got a consent, an app role or a credential. Within days it read mailboxes with a token of its
--   own, from a network from which it had not read before. A grant made with a token that nobody issued counts for
--   longer.
-- cannot-mean: That the grant was wrong. Every new archive, backup or service desk begins like this. Ask who approved
--   it. A grant before the log begins is not seen.
-- attack: T1098.003, T1098.001, T1114.002, T1078.004
-- strength: lead
-- class: mis-granted
-- references: Microsoft Security Response Center, 19 January 2024 (Midnight Blizzard);
--   https://attack.mitre.org/techniques/T1098/003/
-- param: days UInt16 14 how long after the grant the first reading may be
-- param: suspect_days UInt16 90 the same where nobody issued the token that made the grant
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
    GLOBAL INNER JOIN (
      SELECT
        at AS granted, tenant, toString(operation) AS operation, principal AS granter,
        (record_id, content) GLOBAL IN (
          SELECT record_id, content FROM verdict WHERE verdict IN ('unissued', 'mismatched')) AS is_suspect,
        arrayJoin(arrayDistinct(extractAll(lower(concat(object_path, ' ', object_name, ' ', detail)),
          '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'))) AS id
      FROM access
      WHERE outcome != 'failed' AND id != tenant AND id != principal_id
        AND match(operation, '(?i)^(consent to application|add app role assignment|add delegated permission grant|add oauth2permissiongrant|add service principal credentials|update application .{1,4} certificates and secrets management|add federated identity credential)')
    ) AS w ON w.tenant = u.tenant AND w.id = id
    WHERE u.first >= w.granted AND u.first <= w.granted + toIntervalDay(if(w.is_suspect, {suspect_days:UInt16}, {days:UInt16}))
  ) AS g
    ON g.tenant = a.tenant AND g.app_id = a.app_id AND g.client_app_id = a.client_app_id
      AND g.principal_id = a.principal_id AND g.prefix = prefix_of(a.ip)
  WHERE a.actor_kind = 'app' AND a.outcome != 'failed'
    AND (a.operation IN ('MailItemsAccessed', 'AttachmentAccess') OR (a.source != 'ual' AND a.mailbox != ''))
)
GROUP BY at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app
ORDER BY at, record_id, content
