-- id: session_known_token_missing
-- title: A known session with a token that the sign-in log does not have
-- means: The access carries a token id that was never issued, although coverage shows that it would have been logged.
--   Its session was issued. Somebody who knows a session may have made a token for it.
-- cannot-mean: That the token was forged. A service that exchanges tokens without a sign-in record does this; see
--   session-known-token-missing in verdicts.md.
-- attack: T1606, T1550.001
-- strength: lead
-- class: forged
-- references: verdicts.md; https://attack.mitre.org/techniques/T1606/
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip,
  if(client_app_id != '', client_app_id, app_id) AS app,
  concat('session ', session_id, ' was issued, token ', toString(token_id), ' was not') AS why
FROM access
WHERE (record_id, content) GLOBAL IN (
  SELECT record_id, content FROM verdict
  WHERE verdict = 'session-only' AND reason = 'session-known-token-missing')
ORDER BY at, record_id, content
