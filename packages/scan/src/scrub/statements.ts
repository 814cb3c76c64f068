/**
 * What may be said of a key in an output, in words.
 *
 * @module
 */
import type { Verdict } from './scrub_report.ts'

const FORMS = 'docs/key-forms.md'

const STATEMENTS: Readonly<Record<Verdict, string>> = {
  erased:
    'Every value of this key in every spelling of docs/scrub.md was looked for in all of the output, whole and in pieces ' +
    'of 128 bits and more (256 bits of what only helps to compute it), and none is left in memory. A deep scan of the ' +
    'output does not find it.',
  absent: `Nothing of the private half was found, in any form of ${FORMS}, before or after, by a deep search that nothing cut short.`,
  'not-found': `Nothing of the private half was found in any form of ${FORMS}. That does not prove that there is nothing: `,
  kept: 'Published: everybody has this private key. It was left where it was.',
  remains: 'Something of this key is left. The output is not clean.',
}

/** Of a key of a dump that holds more than can be erased. */
const NOT_LOOKED_FOR =
  'More was found than can be erased, so that it was not made sure that nothing of this key is left. The output is not clean.'

const WHY = {
  cut: 'the search was cut short.',
  kind: 'secrets of curves are looked for near copies of the public half and where something visibly begins and ends.',
}

/** @param wasCut whether the search for it, or for what is left of it, was cut short */
export function statementOf(verdict: Verdict, wasCut = false): string {
  if (verdict === 'remains' && wasCut) return NOT_LOOKED_FOR
  if (verdict !== 'not-found') return STATEMENTS[verdict]
  return STATEMENTS[verdict] + (wasCut ? WHY.cut : WHY.kind)
}

/** What is added where pieces lie in registers or headers. */
export function structureStatement(bits: number, ofBits: number): string {
  return ` Registers and headers are never changed: they hold ${bits} bits of its values, less than the ${ofBits} from which it could be rebuilt.`
}
