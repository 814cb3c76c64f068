-- id: context_never_seen
-- title: A mailbox read in a context that neither it nor its group ever had
-- means: The combination of application, client and network is new to the mailbox. Either the client is new to its
--   whole group, or the network is new to the tenant and reads several mailboxes. State's analysts saw the forged
--   tokens of 2023 by this rule. An address of Microsoft 365 itself is not a new network: each hit gives the number of
--   accesses left out for this reason.
-- cannot-mean: That a token was forged or stolen: new does not mean wrong. A new mail program on a journey looks the
--   same. Contexts of the first days of the tenant's log count as known, an attacker's too. Azure addresses are not
--   left out, because anybody can rent them.
-- attack: T1114.002, T1550.001, T1606
-- strength: lead
-- class: context
-- references: CISA and FBI AA23-193A, July 2023; CSRB, Review of the Summer 2023 Microsoft Exchange Online Intrusion;
--   https://attack.mitre.org/techniques/T1114/002/
-- param: baseline_days UInt16 7 days from the start of a tenant's mailbox log that count as known
-- param: shared UInt16 3 mailboxes in which a new client or network counts as the tenant's own
-- param: several UInt16 2 mailboxes that a network new to the tenant must read
WITH
  ip -> cutIPv6(toIPv6OrZero(ip), 10, 1) AS prefix_of,
  -- Versions and device numbers go: an update is no new client.
  client -> replaceRegexpAll(client, '[0-9]+([._][0-9]+)*', '#') AS kind_of
SELECT
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
  a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
  if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
  concat(if(f.is_client_new, concat('client "', f.kind, '" is new to the group'), 'client is known'), '; ',
    multiIf(f.is_network_strange, concat('network ', f.network, ' is new to the tenant and reads ',
      toString(f.network_mailboxes), ' mailboxes'), f.is_service, 'from an address of Microsoft 365',
      concat('network ', f.network, ' is new to the mailbox')),
    if(f.left_out > 0, concat('; left out: ', toString(f.left_out), ' accesses from addresses of Microsoft 365'), '')) AS why
FROM access AS a
GLOBAL INNER JOIN (
  SELECT * FROM (
    SELECT
      *,
      NOT is_client_base AND NOT was_client_known AND migrated < {shared:UInt16} AS is_client_new,
      NOT is_network_tenant AND NOT is_network_issued AND network_mailboxes >= {several:UInt16} AS is_network_new,
      is_network_new AND NOT is_service AS is_network_strange,
      sumIf(records, is_network_new AND is_service AND NOT is_client_new AND NOT is_base AND NOT is_network_known)
        OVER (PARTITION BY tenant) AS left_out
    FROM (
      SELECT
        *,
        -- A new client that appears where the mailbox always was, or there in several mailboxes, is an ordinary one.
        max(is_network_known) OVER (PARTITION BY tenant, mailbox, app_id, client_app_id, kind) AS was_client_known,
        uniqExactIf(mailbox, is_network_known) OVER (PARTITION BY tenant, app_id, client_app_id, kind) AS migrated
      FROM (
        SELECT
          *,
          max(is_base) OVER (PARTITION BY tenant, mailbox, network, is_service) OR base_mailboxes >= {shared:UInt16} AS is_network_known
        FROM (
          SELECT
            c.tenant AS tenant, c.mailbox AS mailbox, c.app_id AS app_id, c.client_app_id AS client_app_id,
            c.prefix AS prefix, c.kind AS kind, c.first AS first, c.records AS records, c.is_service AS is_service,
            toString(b.network) AS network,
            if(d.label != '', d.label, c.tenant) AS group_label,
            c.first < t.start + INTERVAL {baseline_days:UInt16} DAY AS is_base,
            -- What the service does from its own addresses makes no network the tenant's, and none strange.
            max(is_base) OVER (PARTITION BY c.tenant, network, c.is_service) AS is_network_tenant,
            uniqExactIf(c.mailbox, is_base) OVER (PARTITION BY c.tenant, network, c.is_service) AS base_mailboxes,
            uniqExact(c.mailbox) OVER (PARTITION BY c.tenant, network, c.is_service) AS network_mailboxes,
            max(is_base) OVER (PARTITION BY group_label, c.app_id, c.client_app_id, c.kind) AS is_client_base,
            (c.tenant, network) GLOBAL IN (
              SELECT tenant, toString(network) FROM place WHERE side IN ('signed-in', 'issued')) AS is_network_issued
          FROM (
            SELECT
              toString(tenant) AS tenant, mailbox, toString(app_id) AS app_id, toString(client_app_id) AS client_app_id,
              prefix_of(ip) AS prefix, kind_of(client) AS kind, ip GLOBAL IN (
                SELECT ip FROM (SELECT DISTINCT ip FROM access WHERE mailbox != '' AND ip != '') AS seen
                CROSS JOIN service_network AS own
                WHERE toIPv6OrDefault(ip) BETWEEN own.first AND own.last) AS is_service, min(at) AS first,
              count() AS records
            FROM access
            WHERE mailbox != '' AND outcome != 'failed'
              AND (operation IN ('MailItemsAccessed', 'AttachmentAccess') OR source != 'ual')
            GROUP BY tenant, mailbox, app_id, client_app_id, prefix, kind, is_service
          ) AS c
          GLOBAL INNER JOIN address_block AS b ON b.prefix = c.prefix
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
          ) AS t ON t.tenant = c.tenant
          GLOBAL LEFT ANY JOIN (
            SELECT principal, max(arrayStringConcat(arraySort(groups), '; ')) AS label
            FROM directory WHERE principal != '' GROUP BY principal
          ) AS d ON d.principal = c.mailbox
        )
      )
    )
  )
  WHERE NOT is_base AND NOT is_network_known AND (is_client_new OR is_network_strange)
) AS f
  ON f.tenant = a.tenant AND f.mailbox = a.mailbox AND f.app_id = a.app_id AND f.client_app_id = a.client_app_id
    AND f.prefix = prefix_of(a.ip) AND f.kind = kind_of(a.client) AND f.is_service = (a.ip GLOBAL IN (
      SELECT ip FROM (SELECT DISTINCT ip FROM access WHERE mailbox != '' AND ip != '') AS seen
      CROSS JOIN service_network AS own
      WHERE toIPv6OrDefault(ip) BETWEEN own.first AND own.last))
WHERE a.mailbox != '' AND a.outcome != 'failed'
  AND (a.operation IN ('MailItemsAccessed', 'AttachmentAccess') OR a.source != 'ual')
ORDER BY at, record_id, content
