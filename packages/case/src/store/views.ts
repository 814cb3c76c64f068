/**
 * The views of a case. `{access}` and `{verdict}` are replaced by the tables on the same node: a shard's own.
 *
 * @module
 */

/** Columns of `item`: one row a message that an access names. A view, so it cannot disagree with `access`. */
export const ITEM_VIEW = `
  SELECT
    evidence_id, line, bucket, token_id, record_id, content, at, tenant, mailbox, mailbox_id, operation,
    service, access_type, ip, client, session_id, principal,
    m AS message_id, i AS item_id, f AS folder, b AS bytes, s AS subject
  FROM {access}
  ARRAY JOIN item_message_id AS m, item_id AS i, item_folder AS f, item_bytes AS b, item_subject AS s
`

/** Columns of `artefact_access`: accesses to files. */
export const ARTEFACT_VIEW = `
  SELECT * FROM {access} WHERE object_path != '' AND service NOT IN ('MicrosoftGraph', 'AzureADGraph')
`

/** Columns of `judged`: every access with its verdict. Rows of one bucket join within that bucket. */
export const JUDGED_VIEW = `
  SELECT
    a.*,
    if(v.verdict = '', 'issued', v.verdict) AS verdict,
    if(v.verdict = '', 'token-issued', v.reason) AS reason,
    v.strength AS strength
  FROM {access} AS a
  LEFT ANY JOIN {verdict} AS v
    ON a.bucket = v.bucket AND a.record_id = v.record_id AND a.content = v.content
`
