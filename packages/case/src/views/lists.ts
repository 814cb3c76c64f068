/** Long lists by page; values are bound. Text is as logged: make it safe before it is shown. */
import { type Json, MintmarkError, readGuid, withoutSecrets } from '@mintmark/core'
import { cell, countOf, numbersBy, rowReader, type Texts, textsOf } from '../engine/rows.ts'
import { BOUNDED, type Params, type Session } from '../engine/session.ts'
import type { HuntRow } from '../hunts/run_hunts.ts'
import { withStrength } from '../scope/pointed_counts.ts'
import type { Selected } from '../scope/selected.ts'
import { ACCOUNT, APP, isoSql, SESSION, tokenText } from '../store/sql.ts'

export interface ListQuery {
  readonly offset?: number
  /** At most 500 where the list does not say otherwise, 100 when left out. */
  readonly limit?: number
  readonly sort?: { readonly column: string; readonly isDescending: boolean } | undefined
  readonly where?: readonly { readonly column: string; readonly value: string }[]
  /** A part of any cell, whatever its case. */
  readonly q?: string
}

export type ListColumns = Readonly<Record<string, { readonly text: string; readonly by?: string }>>

interface List extends Texts<'from select order'> {
  readonly columns: ListColumns
  readonly filtered?: string
  readonly params?: Params
}

const MOST_ROWS = 500

export async function listPage(
  session: Session,
  { columns, from, filtered = from, select, order, params = {} }: List,
  query: ListQuery,
  most: number = MOST_ROWS,
): Promise<{ readonly total: number; readonly rows: readonly Json[] }> {
  const { offset = 0, limit = 100, sort } = query
  const found = whereOf(columns, query)
  const bound = { ...found.params, ...params }
  const first = sort === undefined ? '' : orderOf(columnOf(columns, sort.column), sort.isDescending)
  const counted = `${found.where === '1' ? from : filtered} WHERE ${found.where}`
  const total = await countOf(session, counted, bound)
  const rows = await session.rows(
    `SELECT ${select} FROM ${filtered} WHERE ${found.where} ORDER BY ${first}${order}
     LIMIT {limit:UInt32} OFFSET {offset:UInt64} ${BOUNDED}`,
    {
      ...bound,
      offset: Math.max(0, Math.trunc(offset)),
      limit: Math.min(Math.max(1, limit), most),
    },
  )
  return { total, rows }
}

function whereOf(columns: ListColumns, { where = [], q = '' }: ListQuery) {
  const params: Record<string, string | readonly string[]> = {}
  const names = [...new Set(where.map(({ column }) => column))]
  const tests = names.map((name, at) => {
    params[`where_${at}`] = where.filter(({ column }) => column === name).map(({ value }) => value)
    return `${columnOf(columns, name).text} IN {where_${at}:Array(String)}`
  })
  if (q !== '') {
    params['look_for'] = q
    const whole = Object.values(columns).map(({ text }) => text)
    tests.push(
      `positionCaseInsensitiveUTF8(concatWithSeparator('\\n', ${whole.join(', ')}), {look_for:String}) > 0`,
    )
  }
  return { where: tests.length === 0 ? '1' : tests.join(' AND '), params }
}

function columnOf(columns: ListColumns, name: string): ListColumns[string] {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column !== undefined) return column
  throw new MintmarkError('INPUT_INVALID', `the list has no column ${name}`, { option: 'sort' })
}

/** Empty texts come last, whichever the direction. */
function orderOf({ text, by }: ListColumns[string], isDescending: boolean): string {
  const direction = isDescending ? 'DESC' : 'ASC'
  return by === undefined
    ? `${text} = '', lowerUTF8(${text}) ${direction}, `
    : `${by} ${direction}, `
}

const CUT = 400
const DETAIL_CUT = 20_000
const MOST_ITEMS = 500

export interface ListedAccess
  extends Texts<'recordId at verdict reason strength'>,
    Texts<'account principal operation service objectPath'>,
    Texts<'ip client app sessionId tokenId'> {
  readonly party: 'attacker' | 'ambiguous'
  /** As in the scope: `forged`, `replayed`, `mis-granted`, `context`, `named`. */
  readonly class: string
  readonly items: number
}

export interface AccessPage {
  readonly total: number
  readonly rows: readonly ListedAccess[]
}

const cut = (column: string) => `substringUTF8(${column}, 1, ${CUT}) AS ${column}_cut`
const texted = (column: string) => ({ text: `substringUTF8(toString(${column}), 1, ${CUT})` })
/** Columns of {@link ListedAccess}; `class` is `ambiguous` where the party is; `target` is the account, or else the path. */
const OF_ACCESS: ListColumns = {
  recordId: { text: 'toString(record_id)' },
  at: { text: isoSql('at'), by: 'at' },
  party: texted('party'),
  class: texted("if(party = 'ambiguous', 'ambiguous', class)"),
  verdict: texted('verdict'),
  reason: texted('reason'),
  strength: texted('strength'),
  account: texted('account'),
  target: texted("if(account != '', account, object_path)"),
  principal: texted('principal'),
  operation: texted('operation'),
  service: texted('service'),
  ip: texted('ip'),
  client: texted('client'),
  app: texted(APP),
  sessionId: texted(SESSION),
  tokenId: { text: tokenText() },
  items: { text: 'toString(length(item_message_id))', by: 'length(item_message_id)' },
  objectPath: texted('object_path'),
}
export const ACCESS_COLUMNS: readonly string[] = Object.keys(OF_ACCESS)

export async function accessPage(
  session: Session,
  { table }: Selected,
  query: ListQuery = {},
  most?: number,
): Promise<AccessPage> {
  const list = {
    columns: OF_ACCESS,
    from: table,
    filtered: withStrength(table),
    select: `toString(record_id) AS id, toUnixTimestamp64Milli(at) AS at_ms, party, class, verdict, reason, strength,
       ${['account', 'principal', 'operation', 'service', 'client', 'object_path'].map(cut).join(', ')}, ip,
       ${APP} AS app, substringUTF8(${SESSION}, 1, ${CUT}) AS sid, ${tokenText()} AS token,
       length(item_message_id) AS items`,
    order: 'at, record_id, content',
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readAccess) }
}

const readAccess = rowReader(
  cell.text('recordId:id'),
  cell.time('at'),
  cell.made('party', ({ party }) => (party === 'ambiguous' ? 'ambiguous' : 'attacker')),
  cell.text('class verdict reason strength account:account_cut principal:principal_cut'),
  cell.text('operation:operation_cut service:service_cut ip client:client_cut app sessionId:sid'),
  cell.text('tokenId:token'),
  cell.number('items'),
  cell.text('objectPath:object_path_cut'),
)

export interface AccessDetail extends Texts<'recordId at verdict reason strength detail'> {
  readonly evidence: { readonly path: string; readonly line: number }
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly items: readonly {
    readonly messageId: string
    readonly folder: string
    readonly subject: string
    readonly bytes: number
  }[]
  readonly itemsTotal: number
  readonly hunts: readonly { readonly hunt: string; readonly why: string }[]
}

const FIELDS: readonly string[] =
  `source operation service outcome principal principal_id actor_kind mailbox mailbox_id tenant token_tenant
   external_tenant ip device_id app_id client_app_id client session_id other_session_id token_state issuer
   access_type object_path object_hash`.split(/\s+/)

export async function accessDetails(session: Session, recordId: string): Promise<AccessDetail[]> {
  const id = readGuid(recordId)
  if (id === '') return []
  const text = FIELDS.map((name) => `substringUTF8(toString(j.${name}), 1, ${CUT}) AS f_${name}`)
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(j.at) AS at_ms, j.verdict AS verdict, j.reason AS reason, j.strength AS strength, ${tokenText()} AS token,
       e.path AS path, j.line AS line, ${text.join(', ')}, length(j.item_message_id) AS item_count,
       ${itemArray('item_message_id')}, ${itemArray('item_folder')}, ${itemArray('item_subject')},
       arrayMap(b -> toFloat64(b), arraySlice(j.item_bytes, 1, ${MOST_ITEMS})) AS item_bytes_cut,
       substringUTF8(j.detail, 1, ${DETAIL_CUT}) AS detail_cut
     FROM (SELECT * FROM judged WHERE record_id = toUUID({id:String})) AS j
     GLOBAL LEFT ANY JOIN evidence AS e ON e.evidence_id = j.evidence_id
     ORDER BY j.content LIMIT 20 ${BOUNDED}`,
    { id },
  )
  const hunts = await session.rows(
    `SELECT DISTINCT toString(hunt) AS hunt, substringUTF8(why, 1, ${CUT}) AS why FROM hunt_hit
     WHERE record_id = toUUID({id:String}) ORDER BY hunt, why LIMIT 50`,
    { id },
  )
  const hits = hunts.map(rowReader(cell.text('hunt why')))
  return rows.map((row) => detailOf(id, row, hits))
}

const itemArray = (column: string) =>
  `arrayMap(s -> substringUTF8(s, 1, ${CUT}), arraySlice(j.${column}, 1, ${MOST_ITEMS})) AS ${column}_cut`

function detailOf(id: string, row: Json, hunts: AccessDetail['hunts']): AccessDetail {
  const [folders, subjects, bytes] = ['folder', 'subject', 'bytes'].map((name) =>
    textsOf(row[`item_${name}_cut`]),
  )
  const token = { name: 'token_id', value: String(row['token']) }
  const fields = FIELDS.map((name) => ({ name, value: String(row[`f_${name}`]) }))
  return {
    recordId: id,
    ...readVerdict(row),
    evidence: { path: String(row['path']), line: Number(row['line']) },
    fields: [token, ...fields].filter(({ value }) => value !== ''),
    items: textsOf(row['item_message_id_cut']).map((messageId, at) => ({
      messageId,
      folder: folders?.[at] ?? '',
      subject: subjects?.[at] ?? '',
      bytes: Number(bytes?.[at] ?? 0),
    })),
    itemsTotal: Number(row['item_count']),
    detail: withoutSecrets(String(row['detail_cut'])),
    hunts,
  }
}

const readVerdict = rowReader(cell.time('at'), cell.text('verdict reason strength'))
const whole = (column: string) => ({ text: `toString(${column})` })
const OF_HIT: ListColumns = {
  at: { text: isoSql('at'), by: 'at' },
  tenant: whole('tenant'),
  principal: whole('principal'),
  mailbox: whole('mailbox'),
  account: whole(ACCOUNT),
  recordId: whole('record_id'),
  tokenId: { text: tokenText() },
  sessionId: whole('session_id'),
  ip: whole('ip'),
  app: whole('app'),
  why: whole('why'),
}
export const HIT_COLUMNS: readonly string[] = Object.keys(OF_HIT)

const HIT_SELECT = Object.entries(OF_HIT)
  .filter(([name]) => name !== 'at')
  .map(([name, { text }]) => `${text} AS listed_${name}`)
const readHit = rowReader(
  cell.time('at'),
  cell.text('tenant:listed_tenant principal:listed_principal mailbox:listed_mailbox'),
  cell.text('recordId:listed_recordId tokenId:listed_tokenId sessionId:listed_sessionId'),
  cell.text('ip:listed_ip app:listed_app why:listed_why'),
)

export async function hitPage(
  session: Session,
  hunt: string,
  query: ListQuery = {},
  most?: number,
): Promise<{ readonly total: number; readonly rows: readonly Omit<HuntRow, 'content'>[] }> {
  const list = {
    columns: OF_HIT,
    from: '(SELECT * FROM hunt_hit WHERE hunt = {hunt:String} ORDER BY why LIMIT 1 BY record_id, content)',
    select: `toUnixTimestamp64Milli(at) AS at_ms, ${HIT_SELECT.join(', ')}`,
    order: 'at, record_id, content',
    params: { hunt },
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readHit) }
}

export async function hitsWithin(
  session: Session,
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows(
    `SELECT toString(hunt) AS hunt, uniqExact(record_id, content) AS n FROM hunt_hit
     WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table})
     GROUP BY hunt ORDER BY hunt ${BOUNDED}`,
  )
  return numbersBy(rows, 'hunt', 'n')
}

export interface RejectRow extends Texts<'path kind reason detail'> {
  readonly line: number
}

const OF_REJECT: ListColumns = {
  path: { text: 'path' },
  line: { text: 'toString(line)', by: 'line' },
  kind: { text: 'toString(kind)' },
  reason: { text: 'toString(reason)' },
  detail: { text: 'detail' },
}
export const REJECT_COLUMNS: readonly string[] = Object.keys(OF_REJECT)

export async function rejectPage(
  session: Session,
  query: ListQuery & { readonly evidenceId?: number } = {},
  most?: number,
): Promise<{ readonly total: number; readonly rows: readonly RejectRow[] }> {
  const list = {
    columns: OF_REJECT,
    from: `(SELECT e.path AS path, r.evidence_id AS evidence_id, r.line AS line, r.kind AS kind, r.reason AS reason,
         substringUTF8(r.detail, 1, 500) AS detail
       FROM (SELECT * FROM reject WHERE {id:UInt32} = 0 OR evidence_id = {id:UInt32}) AS r
       LEFT ANY JOIN evidence AS e ON e.evidence_id = r.evidence_id)`,
    select: 'path, line, kind, reason, detail',
    order: 'evidence_id, line, kind, reason, detail',
    params: { id: query.evidenceId ?? 0 },
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readReject) }
}

const readReject = rowReader(
  cell.text('path'),
  cell.number('line'),
  cell.text('kind reason detail'),
)

export function rejectRows(session: Session): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT e.path AS path, r.line AS line, r.kind AS kind, r.reason AS reason, r.detail AS detail
     FROM reject AS r
     LEFT JOIN evidence AS e ON e.evidence_id = r.evidence_id
     ORDER BY r.evidence_id, r.line, r.kind, r.reason, r.detail`,
  )
}
