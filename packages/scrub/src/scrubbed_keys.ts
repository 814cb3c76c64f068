/** What is said of each key: of those that were found, and of those that were given and were not. @module */
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { type FoundKey, secretBits } from '@mintmark/scan/engine/found_keys'
import type { Finding } from '@mintmark/scan/findings/finding'
import { bitsOf, kindOf } from '@mintmark/scan/known/values/found_value'
import { ErasedValues, STRUCTURE } from './erased_values.ts'
import { shownBits } from './in_structure.ts'
import { type Scrub, verifiedLeft } from './scrub.ts'
import type { ScrubbedKey, Verdict } from './scrub_report.ts'
import { partsExcludedOf, statementOf, structureStatement } from './statements.ts'
import { isCut, type Left, unseen, type VerificationScans } from './verification_scans.ts'

type GivenKeys = ReadonlyMap<string | undefined, PublicKey>

/** Keys that were erased, in the order in which they were found, then published ones, then given ones not found. */
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
  return {
    kind,
    bits,
    keyId: namedId(given.get(id)) ?? scrub.nameOf(id) ?? key.keyId,
    isGiven: given.has(id),
    note,
    verdict,
    statement: statementOf(verdict, scrub.isTooMuch()) + more,
    partsExcluded: partsExcludedOf(verdict, scrub.isTooMuch()),
    values: scrub.values.of(number),
    inStructure: fixed.map(({ offset, length, value, form }) =>
      Object.assign(scrub.places.of({ offset, length }), { value, form }),
    ),
  }
}

/** Published test keys that were left, one for each public half. */
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
    const values = new ErasedValues(scrub.places)
    for (const { offset, length, form } of findings) {
      values.add({ key: 0, value: STRUCTURE, form, offset, length, isWhole: true })
    }
    const { kind, bits, note, keyId } = first
    return [
      {
        kind,
        bits,
        keyId,
        isGiven: given.has(keyId?.spkiSha256),
        note,
        verdict: 'kept',
        statement: statementOf('kept'),
        partsExcluded: partsExcludedOf('kept', scrub.isTooMuch()),
        values: values.of(0),
        inStructure: [],
      },
    ]
  })
}

function givenKey(scrub: Scrub, { report, given }: VerificationScans, key: PublicKey): ScrubbedKey {
  const last = given ?? report
  const id = key.keyId.spkiSha256
  const isAbsent = !scrub.isTooMuch() && last.absent.some(({ spkiSha256 }) => spkiSha256 === id)
  const wasCut = scrub.isTooMuch() || isCut(last) || unseen(last).length > 0
  const kind = kindOf(key.material)
  return {
    kind,
    bits: bitsOf(key.material),
    keyId: namedId(key),
    isGiven: true,
    note: undefined,
    verdict: isAbsent ? 'absent' : 'not-found',
    statement: isAbsent ? statementOf('absent') : statementOf('not-found', wasCut),
    partsExcluded: partsExcludedOf(isAbsent ? 'absent' : 'not-found', scrub.isTooMuch()),
    values: [],
    inStructure: [],
  }
}

function namedId(key: PublicKey | undefined): KeyId | undefined {
  return key && { ...key.keyId, kid: key.kid, subject: key.subject }
}
