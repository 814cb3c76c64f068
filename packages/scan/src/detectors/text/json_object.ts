/**
 * The object of a JSON text around an offset, begin and end of which may be cut off, and what its members spell.
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { membersIn } from '../../text/quoted.ts'
import { Labelled } from './labelled.ts'

/** Letters to either side of an offset that belong to one key: a 16,384-bit RSA key with its certificate chain. */
export const SIDE_MOST = 24_576

/** What belongs to another object: so no letter is passed by more than two anchors. */
export interface OtherObject {
  /** The letter that it begins with: at all others nothing is called. */
  readonly letter: number
  readonly begins: (chars: Uint8Array, at: number) => boolean
}

export interface JsonObject {
  /** Its brace, or as far as nothing says that it is another object. */
  readonly from: number
  /** Behind its brace, or where it is cut. */
  readonly end: number
  readonly values: Labelled
}

/** @param names members that are examined; of one that is there twice, the one nearest behind the brace */
export function objectAround(
  chars: Uint8Array,
  at: number,
  names: ReadonlySet<string>,
  other: OtherObject,
  budget: WorkBudget,
): JsonObject {
  const from = objectBegin(chars, at, other)
  const to = objectEnd(chars, at, other)
  const values = new Labelled(chars, budget)
  for (const member of membersIn(chars, from, to)) {
    if (names.has(member.name))
      values.add(member.name, { from: member.from, to: member.to, coding: 'base64url' })
  }
  return { from, end: chars[to] === 0x7d ? to + 1 : to, values }
}

/** Whether a `kty` is in the object between its brace and `at`. Cost: less than the whole object. */
export function hasKtyBefore(chars: Uint8Array, at: number, other: OtherObject): boolean {
  for (const { name } of membersIn(chars, objectBegin(chars, at, other), at)) {
    if (name === 'kty') return true
  }
  return false
}

function objectBegin(chars: Uint8Array, at: number, other: OtherObject): number {
  const least = Math.max(0, at - SIDE_MOST)
  let depth = 0
  let first = at
  for (let i = at - 1; i >= least; i--) {
    const letter = chars[i] ?? 0
    if (letter === 0x7d) depth += 1
    else if (letter === 0x7b) {
      if (depth === 0) return i
      depth -= 1
    } else if (letter === 0 || (letter === other.letter && other.begins(chars, i))) return first
    if (letter === 0x22 && depth === 0) first = i
  }
  return first
}

/** Its brace, or before what cannot belong to it. */
function objectEnd(chars: Uint8Array, at: number, other: OtherObject): number {
  const most = Math.min(chars.length, at + SIDE_MOST)
  let depth = 0
  for (let i = at + 1; i < most; i++) {
    const letter = chars[i] ?? 0
    if (letter === 0x7b) depth += 1
    else if (letter === 0x7d) {
      if (depth === 0) return i
      depth -= 1
    } else if (letter === 0 || (letter === other.letter && other.begins(chars, i))) return i
  }
  return most
}

/** Whether a quote ends right before `at`. */
export function isOpened(chars: Uint8Array, at: number): boolean {
  return isQuoteEnd(chars[at - 1])
}

/** The last letters of `"`, `'`, `&quot;`, `%22`, `%27`, `\u0022` and `\u0027`. */
export function isQuoteEnd(letter: number | undefined): boolean {
  return [0x22, 0x27, 0x3b, 0x32, 0x37].includes(letter ?? 0)
}
