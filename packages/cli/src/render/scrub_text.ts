/** What a scrub did, on a terminal: at most 40 lines. The report file has all. */
import { safeText } from '@mintmark/core'
import type { ErasedValue, ScrubbedKey, ScrubDocument } from '@mintmark/scrub'
import { cut, hex, keyNames, line, section, shortPath, size, what } from './scan_text.ts'
import { count, plural } from './table.ts'

const SHOWN = { keys: 12, values: 3, given: 4, others: 3, left: 5 }

interface ScrubShown {
  readonly document: ScrubDocument
  readonly report: string
}

/** Text from dumps and file names is safe to print. */
export function scrubText({ document, report }: ScrubShown): string {
  const { keys, isClean } = document
  const erased = keys.filter(({ verdict }) => verdict === 'erased' || verdict === 'remains')
  const others = keys.filter(({ verdict }) => verdict !== 'erased' && verdict !== 'remains')
  const lines = [
    headline(document, erased),
    ...partsLines(document, erased),
    ...section(isClean ? 'ERASED' : 'FOUND', [
      ...cut(erased.toSorted(namedFirst).flatMap(keyLines), SHOWN.keys),
      ...cut(otherLines(document), SHOWN.others, 'kind'),
    ]),
    ...section('LEFT: the output would not be clean, and was not written', [
      ...cut(remainderLines(document), SHOWN.left),
    ]),
    ...section('GIVEN AND NOT FOUND, OR PUBLISHED', cut(others.map(otherKeyLine), SHOWN.given)),
    ...closing(document, report),
  ]
  return `${lines.join('\n')}\n`
}

function headline({ isClean, erased, input }: ScrubDocument, keys: readonly ScrubbedKey[]): string {
  if (!isClean)
    return 'NOT CLEAN: something of a key would be left. Nothing was written but the report.'
  if (input.size === 0) return 'NOTHING SEARCHED: the input is empty, and so is the output.'
  if (erased.bytes === 0) return 'CLEAN: nothing was found to erase. The output is an equal copy.'
  const { vectorRegisters } = erased
  const vectors = plural(vectorRegisters.bytes, 'byte')
  if (keys.length === 0 && erased.bytes === vectorRegisters.bytes)
    return `CLEAN: no key was found to erase. Vector registers are zeros now: ${vectors}.`
  const whose = keys.length === 0 ? '' : ` of ${plural(keys.length, 'key')}`
  const also = vectorRegisters.bytes === 0 ? '' : `, ${vectors} of vector registers with them`
  return `CLEAN: ${plural(erased.bytes, 'byte')}${whose} erased at ${plural(erased.ranges.length, 'location')}${also}. A deep scan of the result finds no key.`
}

function partsLines({ isClean }: ScrubDocument, keys: readonly ScrubbedKey[]): string[] {
  const [first] = keys
  const { memoryBits, generalRegisterBits } = first?.partsExcluded ?? {}
  if (!isClean || typeof memoryBits !== 'number' || typeof generalRegisterBits !== 'number')
    return []
  const memory = `No ${memoryBits} bits in a row of their secret values are left in memory`
  return [`${memory}, no ${generalRegisterBits} in general registers. Vector registers are zeros.`]
}

const namedFirst = (a: ScrubbedKey, b: ScrubbedKey): number => rankOf(a) - rankOf(b)

const rankOf = ({ keyId }: ScrubbedKey): number => (keyId?.spkiSha256 === undefined ? 1 : 0)

function keyLines(key: ScrubbedKey): string[] {
  const { keyId, values, note, inStructure } = key
  const fixed =
    inStructure.length === 0
      ? []
      : [`    ${plural(inStructure.length, 'piece')} in headers or names, which are not changed`]
  return [
    line(`  ${what(key)}${note === undefined ? '' : ` (${note})`}${keyNames(keyId)}`),
    ...cut(values.map(valueLine), SHOWN.values, 'value').map((text) => `  ${text}`),
    ...fixed,
  ]
}

function valueLine({ value, encoding, locations, at }: ErasedValue): string {
  const first = at[0]
  const where = first === undefined ? '' : `, first at ${hex(first.offset)}`
  const address = first?.address === undefined ? '' : ` (address ${first.address})`
  const name = value === 'structure' ? encoding : `${value} as ${encoding}`
  return line(`  ${name}: ${plural(locations, 'location')}${where}${address}`)
}

function otherLines({ otherSecrets, moreOtherSecrets }: ScrubDocument): string[] {
  const kinds = new Map<string, number>()
  for (const { kind, encoding, certainty } of otherSecrets) {
    const name = `${certainty === 'unverified' ? 'unverified: ' : ''}${kind} (${encoding})`
    kinds.set(name, (kinds.get(name) ?? 0) + 1)
  }
  const lines = [...kinds].map(([name, often]) => line(`  ${count(often)} × ${name}`))
  return moreOtherSecrets === 0 ? lines : [...lines, `  ${count(moreOtherSecrets)} × others`]
}

const remainderLines = ({ remainders }: ScrubDocument): string[] =>
  remainders.map(({ message, locations }) => {
    const first = locations[0]
    const where = first === undefined ? '' : `, first at ${hex(first.offset)}`
    return line(`  ${safeText(message, 110)}${where}`)
  })

function otherKeyLine({ kind, bits, keyId, verdict, values }: ScrubbedKey): string {
  const id = keyId?.spkiSha256
  const name = keyId?.kid ?? keyId?.subject
  const known = name === undefined ? '' : ` (${safeText(name, 40)})`
  const which = id === undefined ? `${kind} ${bits}` : `${kind} ${bits}  SPKI SHA-256 ${id}${known}`
  return line(`  ${which}: ${VERDICTS[verdict]}${values.length > 0 ? ', and left' : ''}`)
}

const VERDICTS: Readonly<Record<ScrubbedKey['verdict'], string>> = {
  absent: 'no value of it is there (parts: see the report)',
  'not-found': 'not found, which proves nothing',
  kept: 'a published test key',
  erased: 'erased',
  remains: 'left',
}

const closing = ({ input, output, flaws }: ScrubDocument, report: string): string[] => [
  '',
  line(
    `INPUT     ${shortPath(input.path)}, ${size(input.size)} (${size(input.sizeOnDisk)} on disk)`,
  ),
  `          SHA-256 ${input.sha256}`,
  ...(output === null
    ? []
    : [
        line(
          `OUTPUT    ${shortPath(output.path)}, ${size(output.size)} (${size(output.sizeOnDisk)} on disk)`,
        ),
        `          SHA-256 ${output.sha256}`,
      ]),
  ...flaws.slice(0, 2).map(({ message }) => line(`DAMAGED   ${safeText(message, 110)}`)),
  line(`REPORT    ${shortPath(report)}`),
]
