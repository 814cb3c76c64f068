-- id: inbox_rule_hide_or_forward
-- title: A rule or setting that forwards mail, deletes it or hides it
-- means: A rule or a setting of a mailbox forwards mail, deletes it, exempts it from the junk filter, or hides it. To
--   hide it is to move it to RSS feeds, archive, conversation history, junk or deleted items. These folders are
--   recognised in over 40 display languages. Forwarding inside the organisation and junk settings are named as such.
-- cannot-mean: Who made it. People forward mail, block senders and file newsletters away by rule. Look at the
--   verdict and the address of the access. Rules from before the log are not seen, and Graph's log does not say what
--   a rule does.
-- attack: T1114.003, T1564.008, T1562
-- strength: lead
-- class: context
-- references: https://attack.mitre.org/techniques/T1114/003/; https://attack.mitre.org/techniques/T1564/008/
WITH
  (pairs, names) -> arrayStringConcat(arrayMap(p -> p.2, arrayFilter(p -> match(p.1, names), pairs)), ' ') AS values_of,
  text -> arrayDistinct(extractAll(lower(text), '[^\\s<>"\',;:\\[\\]]+@[a-z0-9][a-z0-9.-]*[.][a-z]{2,24}')) AS addresses_of,
  -- As folderKey of the program: no letter case, accents, blanks or signs.
  name -> replaceRegexpAll(replaceAll(lowerUTF8(normalizeUTF8NFKD(name)), 'ς', 'σ'), '[\\p{M}\\p{P}\\p{Z}\\p{C}]', '') AS key_of,
  (SELECT groupUniqArray(key) FROM quiet_folder) AS quiet,
  -- A folder's path may name the mailbox first. A name of signs alone is a hiding place, too.
  path -> arrayExists(part -> part != '' AND (key_of(part) = '' OR has(quiet, key_of(part)) OR match(lower(part), '(^|[^a-z])rss([^a-z]|$)')),
    arrayMap(part -> trimBoth(part), splitByRegexp('[\\\\/:]', path))) AS is_quiet
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app,
  arrayStringConcat(arrayFilter(part -> part != '', [
    if(notEmpty(outside), concat('forwards outside to ', arrayStringConcat(outside, ', ')), ''),
    if(notEmpty(inside), concat('forwards inside the organisation to ', arrayStringConcat(inside, ', ')), ''),
    if(unnamed != '', concat('forwards to a recipient of the directory: ', unnamed), ''),
    if(has_target AND keeps = 'false', 'keeps no copy', ''),
    if(deletes, 'deletes mail', ''),
    if(hides, 'moves mail where nobody looks', ''),
    if(passes, 'lets mail past the junk filter', ''),
    if(trusted != '', concat('trusts senders: ', trusted), ''),
    if(blocked != '', concat('treats senders as junk: ', blocked), ''),
    if(is_graph, 'made through Graph: the log does not say what it does', '')]), '; ') AS why
FROM (
  SELECT
    *,
    arrayFilter(address -> NOT has(domains, substring(address, position(address, '@') + 1)), addresses) AS outside,
    arrayFilter(address -> has(domains, substring(address, position(address, '@') + 1)) AND address NOT IN (principal, mailbox),
      addresses) AS inside,
    if(empty(addresses), substringUTF8(trimBoth(targets), 1, 200), '') AS unnamed,
    notEmpty(outside) OR notEmpty(inside) OR unnamed != '' AS has_target
  FROM (
    SELECT
      a.at AS at, toString(a.tenant) AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
      a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
      if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
      t.domains AS domains,
      -- Cmdlets log parameters; Outlook logs one text of actions.
      JSONExtractKeysAndValues(a.detail, 'parameters', 'String') AS parameters,
      JSONExtractString(a.detail, 'operationProperties', 'RuleActions') AS actions,
      values_of(parameters, '^(Forward(To|AsAttachmentTo|ingSmtpAddress|ingAddress)|Redirect(Message)?To|BlindCopyTo|CopyTo|AddToRecipients|SendTextMessageNotificationTo)$') AS targets,
      arraySort(addresses_of(if(match(actions, '(?i)forward|redirect'), concat(targets, ' ', actions), targets))) AS addresses,
      lower(values_of(parameters, '^DeliverToMailboxAndForward$')) AS keeps,
      match(actions, '(?i)delete')
        OR arrayExists(p -> p.1 IN ('DeleteMessage', 'SoftDeleteMessage', 'Quarantine') AND lower(p.2) = 'true', parameters) AS deletes,
      arrayExists(p -> p.1 = 'MoveToFolder' AND is_quiet(p.2), parameters)
        OR arrayExists(word -> is_quiet(word), extractAll(actions, '"([^"]{1,400})"')) AS hides,
      trimBoth(values_of(parameters, '^SetSCL$')) = '-1' AS passes,
      match(a.operation, '(?i)junkemail') AS is_junk,
      substringUTF8(if(is_junk, values_of(parameters, '^Trusted(Senders|Recipients)AndDomains$'), ''), 1, 200) AS trusted,
      substringUTF8(if(is_junk, values_of(parameters, '^BlockedSendersAndDomains$'), ''), 1, 200) AS blocked,
      match(a.operation, '(?i)^(post|patch|put) .*messagerules') AS is_graph
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
      AND match(a.operation, '(?i)^((new|set|enable)-(inboxrule|transportrule)|updateinboxrules|set-(mailbox|mailboxjunkemailconfiguration)|(post|patch|put) .*messagerules.*)$')
  )
)
WHERE has_target OR deletes OR hides OR passes OR trusted != '' OR blocked != '' OR is_graph
ORDER BY at, record_id, content
