/**
 * Marks: what people who work on a case know of an access, a session or an address, and the logs do not tell.
 *
 * A mark says *theirs* (the other party's) or *ours* (known to be harmless), with who said so, when and why. Marks
 * are only ever added: the newest of one thing counts, and one without a party takes the earlier back.
 *
 * @module
 */
import { isoOf, type Json, MintmarkError, readGuid } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { tabSeparated } from '../engine/tab_separated.ts'
import { indicatorOf } from './indicators.ts'

/** The more particular one counts: an access's own mark before its session's, that before its address's. */
export const MARK_KINDS = ['access', 'session', 'address'] as const
export type MarkKind = (typeof MARK_KINDS)[number]
export type MarkParty = 'theirs' | 'ours'

/** What somebody wants to say. */
export interface NewMark {
  readonly kind: MarkKind
  /** An access's record id, a session id, an address: in any spelling. */
  readonly value: string
  /** Null takes an earlier mark back. */
  readonly party: MarkParty | null
  readonly reason: string
  readonly who: string
}

/** A mark that counts. Text is as it was typed. */
export interface Mark extends NewMark {
  /** ISO 8601, UTC. */
  readonly at: string
}

const MAX_REASON = 2000
const MAX_WHO = 200

/**
 * Adds a mark.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind, and for a mark without a reason or
 *   without a name; else as `Session.command`
 */
export async function addMark(session: Session, mark: NewMark): Promise<void> {
  const [row] = await session.rows(
    `SELECT toString(greatest(now64(3, 'UTC'), addMilliseconds(max(at), 1))) AS at FROM mark`,
  )
  const cells = [
    mark.kind,
    heldValue(mark),
    mark.party ?? '',
    said('reason', mark.reason, MAX_REASON),
    said('who', mark.who, MAX_WHO),
    String(row?.['at']),
  ]
  const columns = ['kind', 'value', 'party', 'reason', 'who', 'at']
  await session.insert('mark', columns, 'TabSeparated', tabSeparated(cells))
}

/** As the case spells it. */
function heldValue({ kind, value }: NewMark): string {
  const held = kind === 'access' ? readGuid(value) : heldIndicator(kind, value)
  if (held !== '') return held
  throw new MintmarkError('INPUT_INVALID', `a mark's value is not of its kind, ${kind}`, {
    option: 'value',
  })
}

/** A network is none: a mark is on one address. */
function heldIndicator(kind: 'session' | 'address', value: string): string {
  const wanted = kind === 'address' ? 'ip' : 'session'
  const found = indicatorOf(wanted, value)
  return found?.kind === wanted ? found.value : ''
}

/** One line: a row format holds no raw breaks. */
function said(option: string, text: string, most: number): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  if (line !== '' && line.length <= most) return line
  throw new MintmarkError('INPUT_INVALID', `a mark needs a ${option} of 1 to ${most} characters`, {
    option,
  })
}

/** Every mark that was ever made, newest first; at most `limit`. Throws as `Session.rows`. */
export async function markHistory(session: Session, limit = 1000): Promise<Mark[]> {
  const rows = await session.rows(
    `SELECT ${COLUMNS} FROM mark ORDER BY at DESC, kind, value LIMIT {limit:UInt32}`,
    { limit },
  )
  return rows.map(markOf)
}

/** Marks that count, oldest first. Throws as `Session.rows`. */
export async function marks(session: Session): Promise<Mark[]> {
  const rows = await session.rows(
    `SELECT ${COLUMNS} FROM mark ORDER BY mark.at DESC LIMIT 1 BY kind, value`,
  )
  return rows
    .map(markOf)
    .filter(({ party }) => party !== null)
    .toReversed()
}

const COLUMNS = 'kind, value, party, reason, who, toUnixTimestamp64Milli(mark.at) AS at_ms'

function markOf(row: Json): Mark {
  const party = String(row['party'])
  return {
    kind: MARK_KINDS.find((kind) => kind === row['kind']) ?? 'access',
    value: String(row['value']),
    party: party === 'theirs' || party === 'ours' ? party : null,
    reason: String(row['reason']),
    who: String(row['who']),
    at: isoOf(Number(row['at_ms'])),
  }
}

/** What marks say of an access, as conditions on `judged`. */
export interface MarkConditions {
  readonly theirs: string
  readonly ours: string
}

const VALUE_OF: Readonly<Record<MarkKind, readonly string[]>> = {
  access: ['toString(record_id)'],
  session: ['session_id', 'other_session_id'],
  address: ['ip'],
}

/** Conditions that hold where a mark says so; undefined where the case has no mark. Throws as `Session.rows`. */
export async function markConditions(session: Session): Promise<MarkConditions | undefined> {
  const made = new Set((await marks(session)).map(({ kind, party }) => `${kind} ${party}`))
  if (made.size === 0) return undefined
  const cases = MARK_KINDS.flatMap((kind) =>
    (['theirs', 'ours'] as const)
      .filter((party) => made.has(`${kind} ${party}`))
      .map((party) => `${isMarked(kind, party)}, '${party}'`),
  )
  const party = `multiIf(${cases.join(', ')}, '')`
  return { theirs: `(${party} = 'theirs')`, ours: `(${party} = 'ours')` }
}

function isMarked(kind: MarkKind, party: MarkParty): string {
  const values = `SELECT value FROM mark WHERE kind = '${kind}'
    GROUP BY value HAVING argMax(party, at) = '${party}'`
  return `(${VALUE_OF[kind].map((column) => `${column} GLOBAL IN (${values})`).join(' OR ')})`
}
