-- id: id_used_by_two_principals
-- title: One token id used by two principals
-- means: Accesses of two principals, with two object ids, carry one token id. A provider gives an id once: at most
--   one of the two holds the token that it was given to.
-- cannot-mean: Which of the two is the intruder. Where the issuance is known, the verdict says it (`mismatched`) and
--   the owner is left out here; else both are named. A log that mixes up actor and owner looks the same.
-- attack: T1606, T1550.001
-- strength: lead
-- class: forged
-- references: RFC 7519 section 4.1.7; https://attack.mitre.org/techniques/T1606/
-- slices: 32
SELECT
  a.at AS at, a.tenant AS tenant, a.principal AS principal, a.mailbox AS mailbox, a.record_id AS record_id,
  a.content AS content, a.token_id AS token_id, a.session_id AS session_id, a.ip AS ip,
  if(a.client_app_id != '', a.client_app_id, a.app_id) AS app,
  concat('the id is also used by ', arrayStringConcat(arrayFilter(id -> id != a.principal_id, f.ids), ', ')) AS why
FROM access AS a
GLOBAL INNER JOIN (
  SELECT token_id, arraySort(groupUniqArray(4)(principal_id)) AS ids
  FROM access
  WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND token_state = 'present'
    AND actor_kind != 'app' AND principal_id != ''
  GROUP BY token_id
  HAVING min(principal_id) != max(principal_id)
) AS f ON f.token_id = a.token_id
GLOBAL LEFT JOIN (
  SELECT token_id, groupUniqArray(16)(principal_id) AS owners
  FROM issuance
  WHERE bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND outcome = 'issued'
    AND principal_id != ''
  GROUP BY token_id
) AS i ON i.token_id = a.token_id
WHERE a.bucket BETWEEN {first_bucket:UInt8} AND {last_bucket:UInt8} AND a.actor_kind != 'app'
  AND a.principal_id != '' AND NOT has(i.owners, a.principal_id)
ORDER BY at, record_id, content
