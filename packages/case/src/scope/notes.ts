/**
 * Notes on an access, a token or a mailbox, or on an address of the page, which makes that a saved view. They are only
 * added, with who wrote them and when: of one author and thing the newest counts, and one without text withdraws it.
 * They change no number.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { asText, asTime, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { insertRows } from '../engine/tab_separated.ts'
import { isoOfTime, MARK_COLUMNS, nextTime, oneLine, readValue } from './marks.ts'

export const NOTE_KINDS = ['view', 'access', 'token', 'mailbox'] as const
export type NoteKind = (typeof NOTE_KINDS)[number]

/** What somebody wants to write down. */
export interface NewNote {
  readonly kind: NoteKind
  /** An address of the page from its `/` on, an access's record id, a token id in any spelling, a mailbox. */
  readonly value: string
  /** Null takes the author's earlier note back. */
  readonly text: string | null
  readonly who: string
}

/** A note that counts. Text is as it was typed, in one line. */
export interface Note extends NewNote {
  readonly text: string
  /** ISO 8601, UTC. */
  readonly at: string
}

const MAX_TEXT = 2000
const MAX_WHO = 200
const MAX_NAME = 320
const MAX_ADDRESS = 4000
/** An address of this server alone: a browser reads `//` and `/\` as another's. */
const ADDRESS = /^\/(?![/\\])[!-~]*$/u

/**
 * Adds a note.
 * @throws {MintmarkError} `INPUT_INVALID` for an invalid value, and a text or a name that is empty or too long
 */
export async function addNote(session: Session, note: NewNote): Promise<Note> {
  const value = noteValue(note)
  const who = oneLine('who', note.who, MAX_WHO)
  const text = note.text === null ? '' : oneLine('text', note.text, MAX_TEXT)
  const at = await nextTime(session)
  const cells = [`note-${note.kind}`, value, text === '' ? '' : 'kept', text, who, at]
  await insertRows(session, 'mark', MARK_COLUMNS, [cells])
  return { kind: note.kind, value, text, who, at: isoOfTime(at) }
}

/** What a note is about, as the case holds it. @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind */
export function noteValue({ kind, value }: Pick<NewNote, 'kind' | 'value'>): string {
  const known = caseValue(kind, value.trim())
  if (known !== '') return known
  throw new MintmarkError('INPUT_INVALID', `a note's value is not of its kind, ${kind}`, {
    option: 'value',
  })
}

/** As the case spells it; `''` where it is not of its kind. */
function caseValue(kind: NoteKind, value: string): string {
  if (kind === 'access' || kind === 'token') return readValue(kind, value)
  if (kind === 'view') return value.length <= MAX_ADDRESS && ADDRESS.test(value) ? value : ''
  return value.length <= MAX_NAME && !/\p{Cc}/u.test(value) ? value.toLowerCase() : ''
}

/** Notes that count, oldest first; the newest where there are more than `limit`. */
export async function notes(session: Session, limit = 1000): Promise<Note[]> {
  const rows = await session.rows(
    `SELECT substring(kind, 6) AS about, value, who, newest.2 AS text, newest.1 AS at_ms FROM (
       SELECT toString(kind) AS kind, value, who, max((toUnixTimestamp64Milli(mark.at), reason)) AS newest,
         argMax(party, (mark.at, reason)) AS state
       FROM mark WHERE startsWith(kind, 'note-') GROUP BY kind, value, who)
     WHERE state = 'kept' ORDER BY at_ms DESC, about, value, who LIMIT {limit:UInt32}`,
    { limit },
  )
  return rows
    .flatMap((row) => {
      const kind = NOTE_KINDS.find((one) => one === row['about'])
      if (kind === undefined) return []
      return [{ kind, ...readNote(row) }]
    })
    .toReversed()
}

const readNote = rowReader(asText('value text who'), asTime('at'))
