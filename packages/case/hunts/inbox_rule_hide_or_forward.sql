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
  text -> arrayDistinct(extractAll(lower(text), '@([a-z0-9][a-z0-9.-]*[.][a-z]{2,24})')) AS domains_of
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  if(notEmpty(outside), concat('forwards to ', arrayStringConcat(outside, ', ')), 'deletes or hides mail') AS why
FROM (
  SELECT
    a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
    a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
    if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
    -- Cmdlets log parameters; Outlook logs one text of actions.
    JSONExtractKeysAndValues(a.detail, 'parameters', 'String') AS parameters,
    JSONExtractString(a.detail, 'operationProperties', 'RuleActions') AS actions,
    arrayStringConcat(arrayMap(p -> p.2, arrayFilter(
      p -> match(p.1, '^(Forward(To|AsAttachmentTo|ingSmtpAddress|ingAddress)|Redirect(Message)?To|BlindCopyTo|CopyTo)$'),
      parameters)), ' ') AS targets,
    match(actions, '(?i)delete|rss|conversation history|archive|junk')
      OR arrayExists(p -> (p.1 IN ('DeleteMessage', 'SoftDeleteMessage') AND lower(p.2) = 'true')
        OR (p.1 = 'MoveToFolder' AND match(p.2, '(?i)rss|conversation history|archive|junk|deleted items')), parameters) AS hides,
    arrayFilter(domain -> NOT has(t.domains, domain), arraySort(domains_of(
      if(match(actions, '(?i)forward|redirect'), concat(targets, ' ', actions), targets)))) AS outside
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
