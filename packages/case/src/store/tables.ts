/** Makes the tables and views of `schema.ts`; on a cluster a part on every shard, and a Distributed table over them. */

import type { ServerLocation } from '../engine/location.ts'
import type { Session } from '../engine/session.ts'
import { TABLES, type TableSpec } from './schema.ts'

const WIDE_PART_BYTES = 256 * 1024 * 1024
/** Compressed blocks of one granule of an id: larger ones are unpacked for the rows next to it. */
const GRANULE_BYTES_A_ROW = 16

/** Views, so that they cannot disagree with the tables, as SQL: a shard's own tables are in braces. */
const VIEWS = {
  item: `
  SELECT
    evidence_id, line, bucket, token_id, record_id, content, at, tenant, mailbox, mailbox_id, operation,
    service, access_type, ip, client, session_id, principal,
    m AS message_id, i AS item_id, f AS folder, b AS bytes, s AS subject
  FROM {access}
  ARRAY JOIN item_message_id AS m, item_id AS i, item_folder AS f, item_bytes AS b, item_subject AS s
`,
  artefact_access: `
  SELECT * FROM {access} WHERE object_path != '' AND service NOT IN ('MicrosoftGraph', 'AzureADGraph')
`,
  /** Every access with its verdict. Rows of one bucket join within that bucket. */
  judged: `
  SELECT
    a.*,
    if(v.verdict = '', 'issued', v.verdict) AS verdict,
    if(v.verdict = '', 'token-issued', v.reason) AS reason,
    v.strength AS strength
  FROM {access} AS a
  LEFT ANY JOIN {verdict} AS v
    ON a.bucket = v.bucket AND a.record_id = v.record_id AND a.content = v.content
`,
}

export async function createTables(session: Session, location?: ServerLocation): Promise<void> {
  await Promise.all(
    TABLES.map((spec) =>
      spec.sharded
        ? session.everywhere(createTable(spec, session.localTable(spec.name)))
        : session.command(createTable(spec, spec.name)),
    ),
  )
  await Promise.all(
    Object.entries(VIEWS).map((view) => session.everywhere(createView(view, session))),
  )
  if (location === undefined || location.cluster === '') return
  const sharded = TABLES.filter((spec) => spec.sharded).map(({ name }) => name)
  await Promise.all(
    [...sharded, ...Object.keys(VIEWS)].map((name) =>
      session.command(distributed(name, session.localTable(name), location)),
    ),
  )
}

function createView([name, select]: readonly [string, string], session: Session): string {
  const local = select.replace(/\{(\w+)\}/gu, (_, own: string) => session.localTable(own))
  return `CREATE VIEW IF NOT EXISTS ${session.localTable(name)} AS ${local}`
}

function createTable(spec: TableSpec, name: string): string {
  const columns = spec.columns.join(', ')
  return `CREATE TABLE IF NOT EXISTS ${name} (${columns})
    ENGINE = ${spec.engine} ORDER BY (${spec.orderBy}) ${settingsOf(spec)}`
}

function settingsOf({ sharded, granuleRows }: TableSpec): string {
  const settings = [
    // Small parts in one file each: inodes took a tenth of an ingest (measured).
    ...(sharded ? [`min_bytes_for_wide_part = ${WIDE_PART_BYTES}`] : []),
    ...(granuleRows === undefined
      ? []
      : [
          `index_granularity = ${granuleRows}`,
          `min_compress_block_size = ${granuleRows * GRANULE_BYTES_A_ROW}`,
        ]),
  ]
  return settings.length === 0 ? '' : `SETTINGS ${settings.join(', ')}`
}

function distributed(name: string, local: string, location: ServerLocation): string {
  const { cluster, database } = location
  return `CREATE TABLE IF NOT EXISTS ${name} AS ${local}
    ENGINE = Distributed('${cluster}', '${database}', '${local}', bucket)`
}
