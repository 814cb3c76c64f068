import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { type FoundKey, secretBits } from '@mintmark/scan/engine/found_keys'
import type { Finding } from '@mintmark/scan/findings/finding'
import { bitsOf, kindOf } from '@mintmark/scan/known/values/found_value'
import { ErasedValues, STRUCTURE } from './erased_values.ts'
import { isCut, type Left, shownBits, unseen, type VerificationScans } from './evidence.ts'
import { REGISTER_PART_BITS } from './general_registers.ts'
import { PART_BITS } from './pieces/secret_pattern.ts'
import { type Scrub, verifiedLeft } from './scrub.ts'
import type { PartsExcluded, ScrubbedKey, Verdict } from './scrub_report.ts'

type GivenKeys = ReadonlyMap<string | undefined, PublicKey>

/** Erased keys as they were found, then published ones, then given ones not found. */
export function keysOf(scrub: Scrub, left: Left, scans: VerificationScans): readonly ScrubbedKey[] {
  const { publicKeys = [] } = scrub.task.options
  const given: GivenKeys = new Map(publicKeys.map((key) => [key.keyId.spkiSha256, key]))
  const erased = scrub.foundKeys.all.map((key) => erasedKey(scrub, left, scans, key, given))
  const kept = keptKeys(scrub, scans, given)
  const found = new Set([...erased, ...kept].map(({ keyId }) => keyId?.spkiSha256))
  const others = [...given.values()].filter(({ keyId }) => !found.has(keyId.spkiSha256))
  return [...erased, ...kept, ...others.map((key) => givenKey(scrub, scans, key))]
}

function erasedKey(
  scrub: Scrub,
  { inMemory, inStructure }: Left,
  scans: VerificationScans,
  key: FoundKey,
  given: GivenKeys,
): ScrubbedKey {
  const { number, kind, bits, note } = key
  const id = key.keyId?.spkiSha256
  const fixed = inStructure.filter((piece) => piece.key === number)
  const shown = shownBits(fixed)
  const isLeft =
    scrub.isTooMuch() ||
    inMemory.some((piece) => piece.key === number) ||
    shown >= secretBits(key) ||
    (id !== undefined &&
      verifiedLeft(scrub, scans.report).some(({ keyId }) => keyId?.spkiSha256 === id))
  const verdict: Verdict = isLeft ? 'remains' : 'erased'
  const more = shown > 0 && !isLeft ? structureStatement(shown, secretBits(key)) : ''
  const keyId = namedId(given.get(id)) ?? scrub.nameOf(id) ?? key.keyId
  const statement = statementOf(verdict, scrub.isTooMuch()) + more
  return {
    ...ruled(scrub, { kind, bits, keyId, isGiven: given.has(id), note, verdict, statement }),
    values: scrub.values.of(number),
    inStructure: fixed.map((piece) =>
      Object.assign(scrub.segments.locationOf(piece), {
        value: piece.value,
        encoding: piece.encoding,
      }),
    ),
  }
}

function ruled(
  scrub: Scrub,
  key: Omit<ScrubbedKey, 'partsExcluded' | 'values' | 'inStructure'>,
): ScrubbedKey {
  const partsExcluded = scrub.isTooMuch() ? NO_PARTS : PARTS_EXCLUDED[key.verdict]
  return { ...key, partsExcluded, values: [], inStructure: [] }
}

function keptKeys(scrub: Scrub, { report }: VerificationScans, given: GivenKeys): ScrubbedKey[] {
  const left = new Set(verifiedLeft(scrub, report))
  const groups = new Map<string, Finding[]>()
  for (const finding of report.findings) {
    if (left.has(finding)) continue
    const name = finding.keyId?.spkiSha256 ?? `${finding.kind} ${finding.bits}`
    groups.set(name, [...(groups.get(name) ?? []), finding])
  }
  return [...groups.values()].flatMap((findings) => {
    const [first] = findings
    if (first === undefined) return []
    const values = new ErasedValues(scrub.segments)
    for (const { offset, length, encoding } of findings) {
      values.add({ key: 0, value: STRUCTURE, encoding, offset, length, isWhole: true })
    }
    const { kind, bits, note, keyId } = first
    const isGiven = given.has(keyId?.spkiSha256)
    const statement = statementOf('kept')
    const key = ruled(scrub, { kind, bits, keyId, isGiven, note, verdict: 'kept', statement })
    return [{ ...key, values: values.of(0) }]
  })
}

function givenKey(scrub: Scrub, { report, given }: VerificationScans, key: PublicKey): ScrubbedKey {
  const last = given ?? report
  const id = key.keyId.spkiSha256
  const isAbsent = !scrub.isTooMuch() && last.absent.some(({ spkiSha256 }) => spkiSha256 === id)
  const wasCut = scrub.isTooMuch() || isCut(last) || unseen(last).length > 0
  return ruled(scrub, {
    kind: kindOf(key.material),
    bits: bitsOf(key.material),
    keyId: namedId(key),
    isGiven: true,
    note: undefined,
    verdict: isAbsent ? 'absent' : 'not-found',
    statement: isAbsent ? statementOf('absent') : statementOf('not-found', wasCut),
  })
}

function namedId(key: PublicKey | undefined): KeyId | undefined {
  return key && { ...key.keyId, kid: key.kid, subject: key.subject }
}

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
function statementOf(verdict: Verdict, wasCut = false): string {
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

/** What is added where pieces are in registers or headers. */
function structureStatement(bits: number, ofBits: number): string {
  return ` What describes the dump is not changed: it holds ${bits} bits of its values, less than the ${ofBits} from which it could be rebuilt.`
}
