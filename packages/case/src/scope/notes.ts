/**
 * Notes of those who work on a case: on an access, a token or a mailbox, or on an address of the page, which makes that a
 * saved view.
 *
 * They are kept where marks are, under the same rules: only ever added, with who wrote them and when. Of one author and
 * thing the newest counts, and one without text takes the earlier back. They change no number.
 *
 * @module
 */
import { isoOf, MintmarkError, readGuid, readTokenId } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { tabSeparated } from '../engine/tab_separated.ts'
import { NO_ID } from '../store/no_id.ts'
import { heldText, nextTime } from './marks.ts'

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
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind, and for a text or a name that is empty or
 *   too long; else as `Session.insert`
 */
export async function addNote(session: Session, note: NewNote): Promise<Note> {
  const value = noteValue(note)
  const who = heldText('who', note.who, MAX_WHO)
  const text = note.text === null ? '' : heldText('text', note.text, MAX_TEXT)
  const at = await nextTime(session)
  const columns = ['kind', 'value', 'party', 'reason', 'who', 'at']
  const cells = [`note-${note.kind}`, value, text === '' ? '' : 'kept', text, who, at]
  await session.insert('mark', columns, 'TabSeparated', tabSeparated(cells))
  return { kind: note.kind, value, text, who, at: `${at.replace(' ', 'T')}Z` }
}

/** What a note is about, as the case holds it. @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind */
export function noteValue({ kind, value }: Pick<NewNote, 'kind' | 'value'>): string {
  const held = heldIn(kind, value.trim())
  if (held !== '') return held
  throw new MintmarkError('INPUT_INVALID', `a note's value is not of its kind, ${kind}`, {
    option: 'value',
  })
}

function heldIn(kind: NoteKind, value: string): string {
  if (kind === 'access') return readGuid(value)
  if (kind === 'token') return readTokenId(value).tokenId.replace(NO_ID, '')
  if (kind === 'view') return value.length <= MAX_ADDRESS && ADDRESS.test(value) ? value : ''
  return value.length <= MAX_NAME && !/\p{Cc}/u.test(value) ? value.toLowerCase() : ''
}

/** Notes that count, oldest first; the newest where there are more than `limit`. Throws as `Session.rows`. */
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
      const at = isoOf(Number(row['at_ms']))
      const [value, text, who] = [row['value'], row['text'], row['who']].map(String)
      return [{ kind, value: value ?? '', text: text ?? '', who: who ?? '', at }]
    })
    .toReversed()
}
