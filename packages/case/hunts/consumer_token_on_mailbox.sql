-- id: consumer_token_on_mailbox
-- title: A token of a consumer account on an organisation's mailbox
-- means: A mailbox of an organisation was read by its owner's name with a token that names the consumer tenant or
--   its issuer. No system of the provider makes such a token: class of key and class of token do not fit, which
--   is how the forged tokens of 2023 were told apart in the end.
-- cannot-mean: How the token was made. Records of a guest with a consumer account are left out by asking for the
--   owner's own mailbox; a log that writes the tenant of another token into the record would look the same.
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
