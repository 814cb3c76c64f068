-- id: inbox_rule_hide_or_forward
-- title: A rule that forwards mail outside, or hides it
-- means: An inbox rule or a mailbox setting was made that sends mail to a domain which is no mailbox's in this tenant,
--   or that deletes mail, or moves it where nobody looks (RSS feeds, conversation history, archive, junk).
-- cannot-mean: Whose hand made it. People forward mail to their private address and file newsletters away by rule:
--   look at the verdict and the address of the access. Rules made before the log begins are not seen.
-- attack: T1114.003, T1564.008
-- strength: lead
-- class: context
-- references: https://attack.mitre.org/techniques/T1114/003/; https://attack.mitre.org/techniques/T1564/008/
WITH
  detail -> arrayDistinct(extractAll(lower(detail), '@([a-z0-9][a-z0-9.-]*[.][a-z]{2,24})')) AS domains_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  if(notEmpty(outside), concat('forwards to ', arrayStringConcat(outside, ', ')), 'deletes or hides mail') AS why
FROM (
  SELECT
    a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
    a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
    if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
    match(a.detail, '(?i)"?(name|property)?"?[^a-z]*(deletemessage|softdeletemessage)"?[^a-z]{1,20}("?value"?[^a-z]{1,8})?"?true')
      OR match(a.detail, '(?i)movetofolder.{0,60}(rss|conversation history|archive|junk|deleted items)') AS hides,
    match(a.detail, '(?i)forward(to|asattachmentto|ingsmtpaddress|ingaddress)|redirectto') AS forwards,
    arrayFilter(domain -> forwards AND NOT has(t.domains, domain), arraySort(domains_of(a.detail))) AS outside
  FROM access AS a
  GLOBAL LEFT JOIN (
    SELECT tenant, groupUniqArray(10000)(substring(owner, position(owner, '@') + 1)) AS domains
    FROM (
      SELECT tenant, if(mailbox != '', mailbox, principal) AS owner FROM access
      WHERE (mailbox != '' OR actor_kind = 'user') AND external_tenant = ''
      GROUP BY tenant, owner
    )
    WHERE position(owner, '@') > 0
    GROUP BY tenant
  ) AS t ON t.tenant = a.tenant
  WHERE a.outcome != 'failed'
    AND match(a.operation, '(?i)^((new|set|enable)-inboxrule|updateinboxrules|set-mailbox|new-transportrule)$')
)
WHERE hides OR notEmpty(outside)
ORDER BY at, record_id, content
