-- id: app_reads_many_mailboxes
-- title: An application reads many mailboxes that it never read before
-- means: Within an hour, an application read several mailboxes for the first time. It acted without a user, or in the
--   name of somebody other than the owner.
-- cannot-mean: That the application is an intruder's. A new archive, a migration or an eDiscovery search does this
--   once. Ask who ordered it.
-- attack: T1114.002, T1078.004
-- strength: lead
-- class: context
-- references: Splunk ESCU, "O365 Multiple Mailboxes Accessed via API"; https://attack.mitre.org/techniques/T1114/002/
-- param: baseline_days UInt16 7 days from the start of a tenant's mailbox log that count as known
-- param: mailboxes UInt16 5 mailboxes within an hour
SELECT
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
  a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip, f.app AS app,
  concat('first of ', toString(f.near), ' mailboxes within an hour') AS why
FROM access AS a
GLOBAL INNER JOIN (
  SELECT w.tenant AS tenant, w.app AS app, w.mailbox AS mailbox, w.near AS near
  FROM (
    SELECT
      *,
      count() OVER (
        PARTITION BY tenant, app ORDER BY toUnixTimestamp(first) RANGE BETWEEN 1800 PRECEDING AND 1800 FOLLOWING) AS near
    FROM (
      SELECT
        toString(tenant) AS tenant, toString(if(client_app_id != '', client_app_id, app_id)) AS app, mailbox,
        min(at) AS first
      FROM access
      WHERE mailbox != '' AND outcome != 'failed' AND (actor_kind = 'app' OR principal != mailbox)
        AND (operation IN ('MailItemsAccessed', 'AttachmentAccess') OR source != 'ual')
      GROUP BY tenant, app, mailbox
    )
  ) AS w
  GLOBAL INNER JOIN (
    -- A tenant's log starts on the first day with another one near: a stray old record is no start.
    SELECT tenant, toDateTime64(if(countIf(near > 1) > 0, minIf(day, near > 1), min(day)), 3, 'UTC') AS start
    FROM (
      SELECT
        toString(tenant) AS tenant, toDate(at, 'UTC') AS day,
        count() OVER (PARTITION BY tenant ORDER BY toUInt16(day) RANGE BETWEEN CURRENT ROW AND 6 FOLLOWING) AS near
      FROM access WHERE mailbox != '' GROUP BY tenant, day
    )
    GROUP BY tenant
  ) AS t ON t.tenant = w.tenant
  WHERE w.app != '' AND w.near >= {mailboxes:UInt16} AND w.first >= t.start + INTERVAL {baseline_days:UInt16} DAY
) AS f ON f.tenant = a.tenant AND f.app = if(a.client_app_id != '', a.client_app_id, a.app_id) AND f.mailbox = a.mailbox
WHERE a.mailbox != '' AND a.outcome != 'failed' AND (a.actor_kind = 'app' OR a.principal != a.mailbox)
  AND (a.operation IN ('MailItemsAccessed', 'AttachmentAccess') OR a.source != 'ual')
ORDER BY at, record_id, content
