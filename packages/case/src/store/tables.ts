/**
 * Makes the tables and views of `schema.ts`. On a cluster a sharded table `X` is `X_local` on every shard and a
 * Distributed `X` on the first, spread by `bucket`; a view over sharded tables likewise. Shards get their statements
 * one by one, so no Keeper is needed.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { TABLES, type TableSpec } from './schema.ts'

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

interface View {
  readonly name: string
  readonly select: string
}

const WIDE_PART_BYTES = 256 * 1024 * 1024
/** Compressed blocks of one granule of an id: larger ones are unpacked for the rows next to it. */
const GRANULE_BYTES_A_ROW = 16

const VIEWS: readonly View[] = [
  { name: 'item', select: ITEM_VIEW },
  { name: 'artefact_access', select: ARTEFACT_VIEW },
  { name: 'judged', select: JUDGED_VIEW },
]

/** Where the Distributed tables of a cluster point. */
interface ClusterNames {
  readonly cluster: string
  readonly database: string
}

/** Makes every table and view that is not there yet; `names` only for a session on a cluster. */
export async function createTables(session: Session, names?: ClusterNames): Promise<void> {
  await Promise.all(
    TABLES.map((spec) =>
      spec.sharded
        ? session.everywhere(createTable(spec, session.localTable(spec.name)))
        : session.command(createTable(spec, spec.name)),
    ),
  )
  await Promise.all(VIEWS.map((view) => session.everywhere(createView(view, session))))
  if (names === undefined) return
  const spread = [...TABLES.filter((spec) => spec.sharded), ...VIEWS]
  await Promise.all(
    spread.map(({ name }) => session.command(distributed(name, session.localTable(name), names))),
  )
}

function createView(view: View, session: Session): string {
  const select = withTables(view.select, session)
  return `CREATE VIEW IF NOT EXISTS ${session.localTable(view.name)} AS ${select}`
}

function createTable(spec: TableSpec, name: string): string {
  const columns = spec.columns.join(', ')
  return `CREATE TABLE IF NOT EXISTS ${name} (${columns})
    ENGINE = ${spec.engine} ORDER BY (${spec.orderBy}) ${settingsOf(spec)}`
}

function settingsOf({ sharded, granuleRows }: TableSpec): string {
  const settings = [
    // Small parts, of which ingest makes many, are one file each, not two for every column (measured: a
    // tenth of an ingest was the file system's search for free inodes).
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

/** The view's text with the names of the tables on the same node. */
function withTables(select: string, session: Session): string {
  return select.replace(/\{(\w+)\}/gu, (_, table: string) => session.localTable(table))
}

function distributed(name: string, local: string, names: ClusterNames): string {
  const { cluster, database } = names
  return `CREATE TABLE IF NOT EXISTS ${name} AS ${local}
    ENGINE = Distributed('${cluster}', '${database}', '${local}', bucket)`
}
