-- id: consent_then_mail
-- title: An application reads mail in a user's name, soon after a consent that allows it
-- means: Somebody consented that an application reads mail in a user's name (Mail.Read, EWS.AccessAsUser.All and the
--   like). Within days it read the mail of that user, or of any user after a consent for all. It had not read that
--   mail before.
-- cannot-mean: That the consent was wrong. Every new mail program begins like this. Ask the user, and check the
--   application's publisher. A consent before the log begins is not seen, nor is reading by records that name no
--   application.
-- attack: T1528, T1114.002, T1550.001
-- strength: lead
-- class: mis-granted
-- references: https://attack.mitre.org/techniques/T1528/; Microsoft, "Investigate and remediate risky OAuth apps"
-- param: days UInt16 14 how long after the consent the first reading may be
WITH
  text -> arrayDistinct(extractAll(lower(text),
    '(mail[.]read(?:write|basic)?(?:[.]shared|[.]all)?|mailboxitem[.]read|mailboxitem[.]importexport|full_access_as_user|(?:ews|imap|pop)[.]accessasuser[.]all)')) AS scopes_of,
  text -> arrayDistinct(extractAll(lower(text), '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')) AS guids_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  concat('after "', argMax(operation, (granted, operation)), '" to ', argMax(scopes, (granted, operation)), ' by ',
    argMax(granter, (granted, operation)), ' at ', toString(max(granted))) AS why
FROM (
  SELECT
    a.at AS at, toString(a.tenant) AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
    a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip, g.app AS app,
    g.operation AS operation, g.granter AS granter, g.granted AS granted, g.scopes AS scopes
  FROM access AS a
  GLOBAL INNER JOIN (
    SELECT
      u.tenant AS tenant, u.app AS app, u.principal AS principal, u.principal_id AS principal_id,
      w.operation AS operation, w.granter AS granter, w.granted AS granted, w.scopes AS scopes
    FROM (
      SELECT r.tenant AS tenant, r.app AS app, r.principal AS principal, r.principal_id AS principal_id, r.first AS first,
        arrayJoin(arrayDistinct(arrayConcat([r.app], n.others))) AS known_as
      FROM (
        SELECT
          toString(tenant) AS tenant, toString(if(client_app_id != '', client_app_id, app_id)) AS app, principal, principal_id,
          min(at) AS first
        FROM access
        WHERE actor_kind != 'app' AND outcome != 'failed' AND app != ''
          AND (operation IN ('MailItemsAccessed', 'AttachmentAccess') OR (source != 'ual' AND mailbox != ''))
        GROUP BY tenant, app, principal, principal_id
      ) AS r
      GLOBAL LEFT JOIN (
        -- A grant names the object in the directory alone; a consent names it beside the application.
        SELECT tenant, app, groupUniqArrayArray(ids) AS others
        FROM (
          SELECT toString(tenant) AS tenant, arrayJoin(ids) AS app, ids
          FROM (
            SELECT tenant,
              arrayFilter(id -> length(id) = 36, arrayMap(id -> lower(id), JSONExtract(detail, 'targets', 'Array(String)'))) AS ids
            FROM access
            WHERE source = 'ual' AND match(operation, '(?i)^(consent to application|add service principal[.]?$)')
          )
        )
        GROUP BY tenant, app
      ) AS n ON n.tenant = r.tenant AND n.app = r.app
    ) AS u
    GLOBAL INNER JOIN (
      SELECT
        granted, tenant, operation, granter, granter_id, is_for_all, arrayStringConcat(arraySort(added), ' ') AS scopes,
        extract(after, 'principalid: ([0-9a-f-]{36})') AS user_id,
        arrayJoin(arrayFilter(
          id -> id NOT IN (tenant, granter_id, user_id, '00000003-0000-0000-c000-000000000000', '00000002-0000-0000-c000-000000000000',
            '00000002-0000-0ff1-ce00-000000000000', '00000003-0000-0ff1-ce00-000000000000'), ids)) AS id
      FROM (
        SELECT
          at AS granted, toString(tenant) AS tenant, toString(operation) AS operation, principal AS granter,
          principal_id AS granter_id,
          -- Both spellings of a change: {"new": ..., "old": ...}; a consent's new value is "[before] => [after]".
          extractAll(lower(detail), '"new":"((?:[^"\\\\]|\\\\.)*)"') AS news,
          arrayStringConcat(arrayMap(value -> replaceRegexpOne(value, '^.*=>', ''), news), ' ') AS after,
          arrayStringConcat(arrayConcat(extractAll(lower(detail), '"old":"((?:[^"\\\\]|\\\\.)*)"'),
            arrayMap(value -> extract(value, '^(.*)=>'), news)), ' ') AS before,
          arrayFilter(scope -> NOT has(scopes_of(before), scope), scopes_of(after)) AS added,
          match(lower(detail), 'allprincipals|onbehalfofall"[^}]{0,60}"new":"[^a-z]{0,6}true') AS is_for_all,
          guids_of(concat(object_path, ' ', object_name, ' ', client_app_id, ' ', detail)) AS ids
        FROM access
        WHERE outcome != 'failed'
          AND match(operation, '(?i)^(consent to application|add delegated permission grant|add oauth2permissiongrant|update delegated permission grant)')
      )
      WHERE notEmpty(added)
    ) AS w ON w.tenant = u.tenant AND w.id = u.known_as
    WHERE u.first >= w.granted AND u.first <= w.granted + INTERVAL {days:UInt16} DAY
      AND (w.is_for_all OR u.principal = w.granter OR u.principal_id != '' AND u.principal_id IN (w.granter_id, w.user_id))
  ) AS g
    ON g.tenant = a.tenant AND g.app = if(a.client_app_id != '', a.client_app_id, a.app_id)
      AND g.principal = a.principal AND g.principal_id = a.principal_id
  WHERE a.actor_kind != 'app' AND a.outcome != 'failed'
    AND (a.operation IN ('MailItemsAccessed', 'AttachmentAccess') OR (a.source != 'ual' AND a.mailbox != ''))
)
GROUP BY at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app
ORDER BY at, record_id, content
