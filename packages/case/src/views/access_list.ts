/**
 * Accesses of a selection, a page at a time, and all that is known of one. Text is as logged, cut to a length that a
 * screen can hold: make it safe before it is shown.
 *
 * @module
 */
import { type Json, readGuid, withoutSecrets } from '@mintmark/core'
import { asNumber, asText, asTime, computed, rowReader, textsOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { withStrength } from '../scope/access_strength.ts'
import type { Selected } from '../scope/selected.ts'
import { APP, isoSql, SESSION, tokenText } from '../store/access_sql.ts'
import { type ListColumns, type ListQuery, listPage } from './list_query.ts'

/** Characters of any one text. */
const CUT = 400
const DETAIL_CUT = 20_000
const MOST_ITEMS = 500

export interface ListedAccess {
  readonly recordId: string
  readonly at: string
  readonly party: 'theirs' | 'either'
  /** As in the scope: `forged`, `replayed`, `mis-granted`, `context`, `named`. */
  readonly class: string
  readonly verdict: string
  readonly reason: string
  /** Of what points at it: `established`, `lead`, or `''`. */
  readonly strength: string
  readonly account: string
  readonly principal: string
  readonly operation: string
  readonly service: string
  readonly ip: string
  readonly client: string
  readonly app: string
  readonly sessionId: string
  /** `''` where the record has none. */
  readonly tokenId: string
  /** Messages that the record names. */
  readonly items: number
  readonly objectPath: string
}

export interface AccessPage {
  readonly total: number
  readonly rows: readonly ListedAccess[]
}

const cut = (column: string, most = CUT) => `substringUTF8(${column}, 1, ${most}) AS ${column}_cut`
const texted = (column: string) => ({ text: `substringUTF8(toString(${column}), 1, ${CUT})` })
/** Columns of {@link ListedAccess}; `class` is `either` where the party is; `target` is the account, or else the path. */
const LISTED: ListColumns = {
  recordId: { text: 'toString(record_id)' },
  at: { text: isoSql('at'), by: 'at' },
  party: texted('party'),
  class: texted("if(party = 'either', 'either', class)"),
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
/** Names of the columns by which accesses are sorted and filtered. */
export const ACCESS_COLUMNS: readonly string[] = Object.keys(LISTED)

/** In the order of time, where no other is asked for. Throws as `listPage`. */
export async function accessPage(
  session: Session,
  { table }: Selected,
  query: ListQuery = {},
  most?: number,
): Promise<AccessPage> {
  const list = {
    columns: LISTED,
    from: table,
    filtered: withStrength(table),
    select: `toString(record_id) AS id, toUnixTimestamp64Milli(at) AS at_ms, party, class, verdict, reason, strength,
       ${cut('account')}, ${cut('principal')}, ${cut('operation')}, ${cut('service')}, ip, ${cut('client')},
       ${APP} AS app, substringUTF8(${SESSION}, 1, ${CUT}) AS sid, ${tokenText()} AS token,
       length(item_message_id) AS items, ${cut('object_path')}`,
    order: 'at, record_id, content',
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readAccess) }
}

const readAccess = rowReader(
  asText('recordId:id'),
  asTime('at'),
  computed('party', ({ party }) => (party === 'either' ? 'either' : 'theirs')),
  asText('class verdict reason strength account:account_cut principal:principal_cut'),
  asText('operation:operation_cut service:service_cut ip client:client_cut app sessionId:sid'),
  asText('tokenId:token'),
  asNumber('items'),
  asText('objectPath:object_path_cut'),
)

/** One record, with its location in the evidence. */
export interface AccessDetail {
  readonly recordId: string
  readonly at: string
  readonly verdict: string
  readonly reason: string
  readonly strength: string
  readonly evidence: { readonly path: string; readonly line: number }
  /** Fields of the record that have a value, in words of the schema. */
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly items: readonly {
    readonly messageId: string
    readonly folder: string
    readonly subject: string
    readonly bytes: number
  }[]
  readonly itemsTotal: number
  /** The rest of the record, as JSON. */
  readonly detail: string
  /** Hunts that hit it, with what they say. */
  readonly hunts: readonly { readonly hunt: string; readonly why: string }[]
}

const FIELDS: readonly string[] =
  `source operation service outcome principal principal_id actor_kind mailbox mailbox_id tenant token_tenant
   external_tenant ip device_id app_id client_app_id client session_id other_session_id token_state issuer
   access_type object_path object_hash`.split(/\s+/)

/** Records of one id: more than one where the evidence has different content under it. */
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
  const hits = hunts.map(rowReader(asText('hunt why')))
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

const readVerdict = rowReader(asTime('at'), asText('verdict reason strength'))
