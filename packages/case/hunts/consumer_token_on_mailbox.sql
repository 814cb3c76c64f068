-- id: consumer_token_on_mailbox
-- title: A token of a consumer account on an organisation's mailbox
-- means: A mailbox of an organisation was read in its owner's name with a token that names the consumer tenant. The
--   provider makes no such token. The forged tokens of 2023 were recognised by this in the end.
-- cannot-mean: How the token was made. A log that writes another token's tenant into the record looks the same.
--   Guests with a consumer account are left out: only the owner's own mailbox counts.
-- attack: T1606, T1550.001
-- strength: lead
-- class: forged
-- references: Microsoft Threat Intelligence, 14 July 2023; https://attack.mitre.org/techniques/T1606/
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip,
  if(client_app_id != '', client_app_id, app_id) AS app,
  if(position(lower(issuer), '9188040d-6c67-4c5b-b112-36a304b66dad') > 0, concat('issuer ', issuer),
    concat('tenant of the token is ', token_tenant)) AS why
FROM access
WHERE mailbox != '' AND principal = mailbox AND actor_kind != 'app'
  AND tenant NOT IN ('', '9188040d-6c67-4c5b-b112-36a304b66dad')
  AND (token_tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
    OR position(lower(issuer), '9188040d-6c67-4c5b-b112-36a304b66dad') > 0)
ORDER BY at, record_id, content
