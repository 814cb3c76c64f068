-- id: id_structure
-- title: A token id that this provider does not make
-- means: The tenant's issued ids are version 4 UUIDs whose last byte is 00, 01 or 02. This token id is not one: the
--   provider's generator did not make it.
-- cannot-mean: Proof of anything. The pattern was observed on samples; the provider does not promise it and may change
--   it. The hunt runs only where 99 of 100 issued ids of the tenant follow the pattern. Other tokens of the same log
--   must match issuances, or else the column may hold other ids.
-- attack: T1606
-- strength: lead
-- class: forged
-- references: Microsoft Entra, "Track and investigate identity activities with linkable identifiers";
--   https://attack.mitre.org/techniques/T1606/
-- param: least UInt32 50 issued ids that a tenant must have shown
WITH
  id -> match(toString(id), '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{10}0[012]$') AS is_usual
SELECT
  at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip,
  if(client_app_id != '', client_app_id, app_id) AS app,
  concat('token id ', toString(token_id), ' does not follow the usual pattern') AS why
FROM access
WHERE token_state = 'present' AND source NOT IN ('dovecot', 'keycloak', 'mintmark')
  AND NOT is_usual(token_id)
  AND tenant GLOBAL IN (
    SELECT tenant FROM issuance
    WHERE outcome = 'issued' AND source IN ('entra-signin', 'ual-sts')
      AND token_id != toUUID('00000000-0000-0000-0000-000000000000')
    GROUP BY tenant
    HAVING count() >= {least:UInt32} AND countIf(is_usual(token_id)) >= 0.99 * count()
  )
  -- A log without any explained token holds other ids, or ids that were changed on their way.
  AND (toString(tenant), toString(source)) GLOBAL NOT IN (
    SELECT toString(tenant), value FROM not_shown WHERE property = 'source')
ORDER BY at, record_id, content
