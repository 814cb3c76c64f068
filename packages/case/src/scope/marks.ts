/**
 * What people say of a case: marks and notes. A mark says that an access, a token, a session or an address is the
 * `attacker`'s or `legitimate`, with who, when and why. A note is on an access, a token or a mailbox, or on an
 * address of the page, which makes that a saved view; notes change no number. Both are only added: the newest of one thing
 * (of a note, and one author) counts, and one without a party or text withdraws it. Marks made at once share a time that no
 * others have.
 */
import { isoOf, type Json, MintmarkError, readGuid, readTokenId } from '@mintmark/core'
import { cell, countOf, firstRow, insertRows, rowReader, textsOf } from '../engine/rows.ts'
import type { Params, Session } from '../engine/session.ts'
import { NEXT_TIME, NO_ID } from '../store/sql.ts'
import { indicatorOf } from './indicators.ts'
import type { Selected } from './selected.ts'
import type { MarkConditions } from './selection.ts'

/** The more particular one counts: an access's own mark before its token's, that before its session's and address's. */
export const MARK_KINDS = ['access', 'token', 'session', 'address'] as const
export type MarkKind = (typeof MARK_KINDS)[number]
export type MarkParty = 'attacker' | 'legitimate'

export interface MarkWord {
  /** Null takes earlier marks back. */
  readonly party: MarkParty | null
  readonly reason: string
  readonly who: string
}

export interface NewMarks extends MarkWord {
  readonly kind: MarkKind
  readonly values: readonly string[]
}

export interface Mark extends MarkWord {
  readonly kind: MarkKind
  readonly value: string
  readonly at: string
}

const MAX_REASON = 2000
const MAX_WHO = 200
/** Values of one {@link addMarks}; of a table there is no limit. */
const MAX_VALUES = 5000
const MARK_COLUMNS: readonly string[] = ['kind', 'value', 'party', 'reason', 'who', 'at']
/** The table holds notes, too. */
const IS_MARK = `kind IN (${MARK_KINDS.map((kind) => `'${kind}'`).join(', ')})`
/** The table, also where an earlier version wrote `theirs` and `ours`. */
const MARKS = `(SELECT kind, value, transform(toString(mark.party), ['theirs', 'ours'], ['attacker', 'legitimate']) AS party,
  reason, who, at FROM mark) AS mark`
/** Which of two marks of one thing is newer, even where two processes wrote at the same time. */
const NEWER = '(at, who, party, reason)'

/**
 * Adds marks, all or none, and returns their time, ISO 8601, which identifies them.
 * @throws {MintmarkError} `INPUT_INVALID` for an invalid or too many values, and marks without a reason or a name
 */
export async function addMarks(session: Session, made: NewMarks): Promise<string> {
  const values = [...new Set(made.values.map((value) => caseValue(made.kind, value)))]
  if (values.length === 0 || values.length > MAX_VALUES)
    throw invalid('values', `1 to ${MAX_VALUES} things are marked at once`)
  const { party, reason, who } = checkedWord(made)
  return await insertWords(session, values, [made.kind, party, reason, who])
}

async function insertWords(
  session: Session,
  values: readonly string[],
  [kind, party, reason, who]: readonly [kind: string, party: string, reason: string, who: string],
): Promise<string> {
  const at = await nextTime(session)
  const rows = values.map((value) => [kind, value, party, reason, who, at])
  await insertRows(session, 'mark', MARK_COLUMNS, rows)
  return isoOfTime(at)
}

/** Marks every access whose `record_id` the query `accesses` gives: all or none. Throws as {@link addMarks}. */
export const markAccesses = (
  session: Session,
  word: MarkWord,
  accesses: string,
  params: Params = {},
): Promise<string> =>
  addRows(session, word, `SELECT DISTINCT 'access', toString(record_id) FROM (${accesses})`, params)

/** Marks every access of a selection, ambiguous ones too. Throws as {@link addMarks}. */
export const markSelected = (
  session: Session,
  { table }: Selected,
  word: MarkWord,
): Promise<string> => markAccesses(session, word, `SELECT record_id FROM ${table}`)

/** Takes back those of the marks of one time and author that still count. Throws as {@link addMarks}. */
export const withdrawMarks = (
  session: Session,
  made: { readonly at: string; readonly by: string },
  word: Pick<MarkWord, 'reason' | 'who'>,
): Promise<string> =>
  addRows(
    session,
    { ...word, party: null },
    `SELECT kind, value FROM mark
     WHERE ${IS_MARK} AND (kind, value) IN (SELECT kind, value FROM mark WHERE ${AT} AND who = {marks_by:String})
     GROUP BY kind, value HAVING max(at) = fromUnixTimestamp64Milli({marks_at:Int64})`,
    { marks_at: Date.parse(made.at), marks_by: made.by },
  )

const AT = 'at = fromUnixTimestamp64Milli({marks_at:Int64})'

/** An insert of one block is one part: all or nothing. */
const ONE_PART = 'SETTINGS min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0'

async function addRows(session: Session, word: MarkWord, things: string, params: Params) {
  const { party, reason, who } = checkedWord(word)
  const at = await nextTime(session)
  await session.command(
    `INSERT INTO mark (${MARK_COLUMNS.join(', ')})
     SELECT *, {marks_party:String}, {marks_reason:String}, {marks_who:String}, toDateTime64({marks_new:String}, 3, 'UTC')
     FROM (${things}) ${ONE_PART}`,
    { ...params, marks_party: party, marks_reason: reason, marks_who: who, marks_new: at },
  )
  return isoOfTime(at)
}

const nextTime = async (session: Session): Promise<string> =>
  String((await firstRow(session, `SELECT ${NEXT_TIME} AS at FROM mark`))['at'])

const isoOfTime = (at: string): string => `${at.replace(' ', 'T')}Z`

function caseValue(kind: MarkKind, value: string): string {
  const read = readValue(kind, value)
  if (read !== '') return read
  throw invalid('value', `a mark's value is not of its kind, ${kind}`)
}

/** As the case spells it; `''` where it is not of its kind. */
function readValue(kind: MarkKind, value: string): string {
  if (kind === 'access') return readGuid(value)
  // What records without an id have is no id.
  if (kind === 'token') return readTokenId(value).tokenId.replace(NO_ID, '')
  const wanted = kind === 'address' ? 'ip' : 'session'
  const found = indicatorOf(wanted, value)
  // Not a network: a mark is on one address.
  return found?.kind === wanted ? found.value : ''
}

function checkedWord({ party, reason, who }: MarkWord) {
  return {
    party: party ?? '',
    reason: oneLine('reason', reason, MAX_REASON),
    who: oneLine('who', who, MAX_WHO),
  }
}

/** Typed text as one line: a row format holds no raw breaks. @throws {MintmarkError} `INPUT_INVALID` */
function oneLine(option: string, text: string, most: number): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  if (line !== '' && line.length <= most) return line
  throw invalid(option, `${option} takes 1 to ${most} characters`)
}

const invalid = (option: string, message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option })

export interface MarkAction extends MarkWord {
  /** ISO 8601, UTC: identifies it. */
  readonly at: string
  readonly kind: MarkKind
  readonly marks: number
  /** Of them, those that count: nothing newer is said of the same. */
  readonly counting: number
  readonly values: readonly string[]
}

export async function markHistory(session: Session): Promise<MarkAction[]> {
  const rows = await session.rows(
    `SELECT made.*, if(party = '', 0, counted.n) AS counting FROM (
       SELECT kind, party, reason, who, toUnixTimestamp64Milli(mark.at) AS at_ms, count() AS marks,
         groupArraySorted(5)(value) AS some
       FROM ${MARKS} WHERE ${IS_MARK} GROUP BY kind, party, reason, who, at
     ) AS made LEFT JOIN (
       SELECT newest.1 AS newest_ms, newest.2 AS newest_who, kind AS newest_kind, count() AS n FROM (
         SELECT kind, max((toUnixTimestamp64Milli(mark.at), who, party, reason)) AS newest
         FROM ${MARKS} WHERE ${IS_MARK} GROUP BY kind, value)
       GROUP BY newest_ms, newest_who, newest_kind
     ) AS counted ON made.at_ms = newest_ms AND made.who = newest_who AND made.kind = newest_kind
     ORDER BY at_ms DESC, kind, who LIMIT 1000`,
  )
  return rows.map((row): MarkAction => {
    const { party, reason, who, kind, at } = markOf(row)
    const values = textsOf(row['some'])
    return Object.assign({ at, kind, party, reason, who }, readCounts(row), { values })
  })
}

const readCounts = rowReader(cell.number('marks counting'))

/** Marks that count, oldest first; the newest where there are more than ten thousand. */
export async function marks(session: Session): Promise<Mark[]> {
  const rows = await session.rows(
    `SELECT kind, value, newest.3 AS party, newest.4 AS reason, newest.2 AS who, newest.1 AS at_ms FROM (${NEWEST})
     ORDER BY at_ms DESC, kind, value LIMIT 10000`,
  )
  return rows.map(markOf).toReversed()
}

export const NEWEST: string = `SELECT kind, value, max((toUnixTimestamp64Milli(mark.at), who, party, reason)) AS newest
  FROM ${MARKS} WHERE ${IS_MARK} GROUP BY kind, value HAVING newest.3 != ''`

export const marksTotal = async (session: Session): Promise<number> =>
  await countOf(session, `(${NEWEST})`)

export async function markTimes(session: Session, since: string): Promise<string[]> {
  const rows = await session.rows(
    `SELECT DISTINCT toUnixTimestamp64Milli(mark.at) AS at_ms FROM mark
     WHERE ${IS_MARK} AND at >= fromUnixTimestamp64Milli({since:Int64}) ORDER BY at_ms`,
    { since: Date.parse(since) },
  )
  const times = rows.map((row) => isoOf(Number(row['at_ms'])))
  const later = times.filter((at) => at > since)
  return later.length === 0 ? times : later
}

export async function marksMark(session: Session): Promise<string> {
  const row = await firstRow(
    session,
    `SELECT concat(toString(count()), ' ', toString(groupBitXor(sipHash64(kind, value, party, reason, who, at)))) AS mark
     FROM mark WHERE ${IS_MARK}`,
  )
  return String(row['mark'])
}

function markOf(row: Json): Mark {
  const { value, party, ...said } = readMark(row)
  return {
    kind: MARK_KINDS.find((kind) => kind === row['kind']) ?? 'access',
    value,
    party: party === 'attacker' || party === 'legitimate' ? party : null,
    ...said,
  }
}

const readMark = rowReader(cell.text('value party reason who'), cell.time('at'))

const VALUE_OF: Readonly<Record<MarkKind, readonly string[]>> = {
  access: ['record_id'],
  token: ['token_id'],
  session: ['session_id', 'other_session_id'],
  address: ['ip'],
}
const keyOf = (kind: MarkKind) =>
  kind === 'access' || kind === 'token' ? 'toUUID(value)' : 'value'

export async function markConditions(session: Session): Promise<MarkConditions | undefined> {
  const rows = await session.rows(
    `SELECT DISTINCT kind, newest.3 AS party FROM (${NEWEST}) ORDER BY kind, party`,
  )
  const made = new Set(rows.map((row) => `${String(row['kind'])} ${String(row['party'])}`))
  if (made.size === 0) return undefined
  const cases = MARK_KINDS.flatMap((kind) =>
    (['attacker', 'legitimate'] as const)
      .filter((party) => made.has(`${kind} ${party}`))
      .map((party) => `${isMarked(kind, party)}, '${party}'`),
  )
  const party = `multiIf(${cases.join(', ')}, '')`
  return { attacker: `(${party} = 'attacker')`, legitimate: `(${party} = 'legitimate')` }
}

function isMarked(kind: MarkKind, party: MarkParty): string {
  const values = `SELECT ${keyOf(kind)} FROM ${MARKS} WHERE kind = '${kind}'
    GROUP BY value HAVING argMax(party, ${NEWER}) = '${party}'`
  return inValues(kind, values)
}

const inValues = (kind: MarkKind, values: string) =>
  `(${VALUE_OF[kind].map((column) => `${column} GLOBAL IN (${values})`).join(' OR ')})`

export async function aboutMarks(
  session: Session,
  at: string,
): Promise<{ readonly sql: string; readonly params: Params }> {
  const params = { marks_at: Date.parse(at) }
  const rows = await session.rows(
    `SELECT DISTINCT kind FROM mark WHERE ${IS_MARK} AND ${AT}`,
    params,
  )
  const kinds = MARK_KINDS.filter((kind) => rows.some((row) => row['kind'] === kind))
  const parts = kinds.map((kind) =>
    inValues(kind, `SELECT ${keyOf(kind)} FROM mark WHERE kind = '${kind}' AND ${AT}`),
  )
  return { sql: parts.length === 0 ? '0' : `(${parts.join(' OR ')})`, params }
}

export const NOTE_KINDS = ['view', 'access', 'token', 'mailbox'] as const
export type NoteKind = (typeof NOTE_KINDS)[number]

export interface NewNote {
  readonly kind: NoteKind
  /** An address of the page from its `/` on, an access's record id, a token id in any spelling, a mailbox. */
  readonly value: string
  /** Null takes the author's earlier note back. */
  readonly text: string | null
  readonly who: string
}

export interface Note extends NewNote {
  readonly text: string
  readonly at: string
}

const MAX_TEXT = 2000
const MAX_NAME = 320
const MAX_ADDRESS = 4000
/** An address of this server alone: a browser reads `//` and `/\` as another's. */
const ADDRESS = /^\/(?![/\\])[!-~]*$/u

/** @throws {MintmarkError} `INPUT_INVALID` for an invalid value, and a text or a name that is empty or too long */
export async function addNote(session: Session, note: NewNote): Promise<Note> {
  const value = noteValue(note)
  const who = oneLine('who', note.who, MAX_WHO)
  const text = note.text === null ? '' : oneLine('text', note.text, MAX_TEXT)
  const word = [`note-${note.kind}`, text === '' ? '' : 'kept', text, who] as const
  const at = await insertWords(session, [value], word)
  return { kind: note.kind, value, text, who, at }
}

/** What a note is about, as the case holds it. @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind */
export function noteValue({ kind, value }: Pick<NewNote, 'kind' | 'value'>): string {
  const known = noteSpelling(kind, value.trim())
  if (known !== '') return known
  throw invalid('value', `a note's value is not of its kind, ${kind}`)
}

/** As the case spells it; `''` where it is not of its kind. */
function noteSpelling(kind: NoteKind, value: string): string {
  if (kind === 'access' || kind === 'token') return readValue(kind, value)
  if (kind === 'view') return value.length <= MAX_ADDRESS && ADDRESS.test(value) ? value : ''
  return value.length <= MAX_NAME && !/\p{Cc}/u.test(value) ? value.toLowerCase() : ''
}

export async function notes(session: Session): Promise<Note[]> {
  const rows = await session.rows(
    `SELECT substring(kind, 6) AS about, value, who, newest.2 AS text, newest.1 AS at_ms FROM (
       SELECT toString(kind) AS kind, value, who, max((toUnixTimestamp64Milli(mark.at), reason)) AS newest,
         argMax(party, (mark.at, reason)) AS state
       FROM mark WHERE startsWith(kind, 'note-') GROUP BY kind, value, who)
     WHERE state = 'kept' ORDER BY at_ms DESC, about, value, who LIMIT 1000`,
  )
  const found = rows.flatMap((row) => {
    const kind = NOTE_KINDS.find((one) => one === row['about'])
    return kind === undefined ? [] : [{ kind, ...readNote(row) }]
  })
  return found.toReversed()
}

const readNote = rowReader(cell.text('value text who'), cell.time('at'))
