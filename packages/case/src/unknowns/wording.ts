/**
 * Numbers and names in the sentences of unknowns.
 *
 * @module
 */
import type { Unknown } from './unknowns.ts'

const NAMED = 3

/** The first few names, cut short, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => (name === '' ? '(no name)' : name.slice(0, 100)))
  const rest = names.length - some.length
  return rest === 0
    ? some.join(', ')
    : `${some.join(', ')} and ${rest.toLocaleString('en-US')} more`
}

/** A list of one, as every question gives a list. */
export const asUnknown = (code: string, text: string, settledBy: string): [Unknown] => [
  { code, text, settledBy },
]
