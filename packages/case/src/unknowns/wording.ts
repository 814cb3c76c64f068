/** One thing that is not known, and how names are listed in its sentence. */

export interface Unknown {
  /** Kebab-case, stable; `undetermined-` is followed by a reason of docs/verdicts.md. */
  readonly code: string
  readonly text: string
  readonly settledBy: string
}

const NAMED = 3

export function someOf(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => (name === '' ? '(no name)' : name.slice(0, 100)))
  const rest = names.length - some.length
  return rest === 0
    ? some.join(', ')
    : `${some.join(', ')} and ${rest.toLocaleString('en-US')} more`
}

export const asUnknown = (code: string, text: string, settled: string): [Unknown] => [
  { code, text, settledBy: settled },
]
