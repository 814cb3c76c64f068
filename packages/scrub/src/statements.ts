/** What may be said of a key in an output, in words. @module */
import { REGISTER_PART_BITS } from './general_registers.ts'
import { PART_BITS } from './pieces/secret_pattern.ts'
import type { PartsExcluded, Verdict } from './scrub_report.ts'

const ENCODINGS = 'docs/key-encodings.md'

const STATEMENTS: Readonly<Record<Verdict, string>> = {
  erased:
    'Every value of this key in every spelling of docs/scrub.md was looked for in all of the output, whole and in pieces ' +
    `of ${PART_BITS} bits and more (256 bits of what only helps to compute it), and none is left in memory, nor ` +
    `${REGISTER_PART_BITS} bits and more in general registers. Vector registers are zeros. A deep scan of the output does ` +
    'not find it.',
  absent:
    `Nothing of the private half was found, in any encoding of ${ENCODINGS}, before or after, by a deep search that nothing cut short. ` +
    'Vector registers are zeros. Parts of its values in memory are excluded as far as docs/what-is-found.md names them, and no others.',
  'not-found': `Nothing of the private half was found in any encoding of ${ENCODINGS}. Vector registers are zeros. That does not prove that there is nothing: `,
  kept: 'Published: everybody has this private key. It was left where it was.',
  remains: 'Something of this key is left. The output is not clean.',
}

/** Of a key of a dump that holds more than can be erased. */
const NOT_SEARCHED =
  'More was found than can be erased, so that it was not made sure that nothing of this key is left. The output is not clean.'

const WHY = {
  cut: 'the search was cut short.',
  kind:
    'secrets of curves are looked for near copies of the public half and where something visibly begins and ends, ' +
    'and parts of them in memory are not excluded.',
}

/** @param wasCut whether the search for it, or for what is left of it, was cut short */
export function statementOf(verdict: Verdict, wasCut = false): string {
  if (verdict === 'remains' && wasCut) return NOT_SEARCHED
  if (verdict !== 'not-found') return STATEMENTS[verdict]
  return STATEMENTS[verdict] + (wasCut ? WHY.cut : WHY.kind)
}

const NO_PARTS: PartsExcluded = {
  memoryBits: null,
  generalRegisterBits: null,
  vectorRegisters: false,
}
const PARTS_EXCLUDED: Readonly<Record<Verdict, PartsExcluded>> = {
  erased: {
    memoryBits: PART_BITS,
    generalRegisterBits: REGISTER_PART_BITS,
    vectorRegisters: true,
  },
  absent: { ...NO_PARTS, vectorRegisters: true },
  'not-found': { ...NO_PARTS, vectorRegisters: true },
  kept: NO_PARTS,
  remains: NO_PARTS,
}

/** @param isTooMuch nothing was erased */
export const partsExcludedOf = (verdict: Verdict, isTooMuch: boolean): PartsExcluded =>
  isTooMuch ? NO_PARTS : PARTS_EXCLUDED[verdict]

/** What is added where pieces are in registers or headers. */
export function structureStatement(bits: number, ofBits: number): string {
  return ` What describes the dump is not changed: it holds ${bits} bits of its values, less than the ${ofBits} from which it could be rebuilt.`
}
