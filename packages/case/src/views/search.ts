/** What a case has of a name, an address or an id, however somebody spells it. */
import { readAddress, readGuid, readJti } from '@mintmark/core'
import { cell, rowReader, type Texts, textsBy } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { Selected } from '../scope/selected.ts'
import { HAS_TOKEN, NO_ID, PRINCIPAL, SESSION } from '../store/sql.ts'

const MOST = 6
const SHORTEST = 2
/** A part of an id that is shorter would be in too many. */
const SHORTEST_ID = 8
const KINDS = ['access', 'token', 'session', 'person', 'address', 'message', 'file'] as const
type FoundKind = (typeof KINDS)[number]

/** One value of the case's accesses that the text is, or is a part of. Text is as logged. */
export interface Found extends Texts<'value record first'> {
  readonly kind: FoundKind
  readonly name: string
  readonly accesses: number
  readonly selected: number
}

interface Lookup {
  readonly kind: FoundKind
  readonly value: string
  readonly where: string
}

const CUT = 400
const MOST_LETTERS = 2000
/** Bound arrays stay short: a server takes them from the request's address. */
const MOST_NAMES = 200
const BARED = /[-{}()<> ]/gu
const bare = (column: string) => `lower(replaceRegexpAll(${column}, '${BARED.source}', ''))`
const within = (column: string) => `positionCaseInsensitiveUTF8(${column}, {part:String}) > 0`
const begins = (column: string) =>
  `{hex:String} != '' AND startsWith(replaceAll(toString(${column}), '-', ''), {hex:String})`
const person = (column: string): Lookup => ({
  kind: 'person',
  value: column,
  where: within(column),
})

const ALWAYS: readonly Lookup[] = [
  person('principal'),
  person('mailbox'),
  {
    kind: 'person',
    value: PRINCIPAL,
    where: 'principal IN {named:Array(String)} OR principal_id IN {named:Array(String)}',
  },
  { kind: 'file', value: 'object_path', where: within('object_path') },
  {
    kind: 'address',
    value: 'ip',
    where: "startsWith(ip, {address:String}) AND {address:String} != ''",
  },
]
const OF_IDS: readonly Lookup[] = [
  {
    kind: 'access',
    value: 'toString(record_id)',
    where: `record_id = toUUID({guid:String}) OR ${begins('record_id')}
      OR record_ref != '' AND lower(record_ref) = lower({part:String})`,
  },
  {
    kind: 'token',
    value: 'toString(token_id)',
    where: `(token_id IN (toUUID({guid:String}), toUUID({token:String})) OR ${begins('token_id')})
      AND ${HAS_TOKEN}`,
  },
  { kind: 'session', value: SESSION, where: `position(${bare(SESSION)}, {bare:String}) > 0` },
  {
    kind: 'person',
    value: PRINCIPAL,
    where: `${bare('principal_id')} = {bare:String} OR ${bare('mailbox_id')} = {bare:String}`,
  },
  {
    kind: 'message',
    value: 'arrayFirst(m -> positionCaseInsensitive(m, {message:String}) > 0, item_message_id)',
    where: 'arrayExists(m -> positionCaseInsensitive(m, {message:String}) > 0, item_message_id)',
  },
]

/** Six values of each kind at most, most accesses first. Ids are read in every spelling. */
export async function search(
  session: Session,
  { table }: Selected,
  text: string,
): Promise<readonly Found[]> {
  const part = soughtText(text)
  if (part.length < SHORTEST) return []
  const named = await directoryNames(session, part)
  const lookups = [...ALWAYS, ...(part.length >= SHORTEST_ID ? OF_IDS : [])]
  const rows = await session.rows(
    `SELECT kind, value, uniqExact(record_id, content) AS n, uniqExactIf((record_id, content), is_selected) AS selected,
       toString(argMin(record_id, (at, content))) AS record, toUnixTimestamp64Milli(min(at)) AS at_ms
     FROM (
       SELECT *, (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table}) AS is_selected
       FROM (${lookups.map(lookupSql).join(' UNION ALL ')})
     ) WHERE value != '' GROUP BY kind, value ORDER BY n DESC, value LIMIT ${MOST} BY kind ${BOUNDED}`,
    {
      part,
      message: part.replaceAll(/^(?:<|&lt;)|(?:>|&gt;)$/gu, ''),
      guid: readGuid(part) || NO_ID,
      token: readJti(part).tokenId || NO_ID,
      bare: bared(part),
      hex: /^[0-9a-f]{8,31}$/u.test(bared(part)) ? bared(part) : '',
      address: /^[\d.:a-f]+$/iu.test(part) ? readAddress(part).ip || part.toLowerCase() : '',
      named: [...named.keys()],
    },
  )
  const readFound = rowReader(
    cell.made('kind', (row) => KINDS.find((kind) => kind === row['kind']) ?? 'access'),
    cell.text('value'),
    cell.made('name', ({ value }) => named.get(String(value)) ?? ''),
    cell.number('accesses:n selected'),
    cell.text('record'),
    cell.time('first:at_ms'),
  )
  const found = rows.map(readFound)
  return KINDS.flatMap((kind) => found.filter((one) => one.kind === kind))
}

const lookupSql = ({ kind, value, where }: Lookup) =>
  `SELECT '${kind}' AS kind, substringUTF8(toString(${value}), 1, ${CUT}) AS value, record_id, content, at
   FROM access WHERE ${where}`

const bared = (text: string) => text.replaceAll(BARED, '').toLowerCase()

async function directoryNames(session: Session, part: string) {
  const rows = await session.rows(
    `SELECT DISTINCT arrayJoin(arrayFilter(id -> id != '', [principal, principal_id])) AS id, display_name AS name
     FROM directory WHERE ${within('display_name')} ORDER BY id LIMIT ${MOST_NAMES}`,
    { part },
  )
  return textsBy(rows, 'id', 'name')
}

export function soughtText(text: string): string {
  const trimmed = decoded(text.trim().slice(0, MOST_LETTERS))
    .trim()
    .replace(/^mailto:/iu, '')
  return trimmed
    .replace(/^(?:<(.*)>|"(.*)"|'(.*)'|\{(.*)\}|\((.*)\)|\[(.*)\])$/su, '$1$2$3$4$5$6')
    .trim()
}

function decoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}
