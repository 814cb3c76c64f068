/** What a scan found, on a terminal: at most 40 lines, verified keys first. */
import { basename } from 'node:path'
import { safeText, shellWord } from '@mintmark/core'
import type { Finding, ScanReport } from '@mintmark/scan'
import type { Gap, GivenKey, ScanAnswer, Scanned } from '@mintmark/scan/answer'
import { STANDARD_INPUT } from '../options/input_files.ts'
import type { ExitCode } from '../process/exit_codes.ts'
import { type Group, grouped } from './grouped.ts'
import { count, plural } from './table.ts'
import { shortened } from './wrapped.ts'

/** Most lines, whatever was found. */
export const SCAN_LINES = 40
const LONGEST = 150
const SHOWN = { keys: 12, locations: 2, unverified: 3, protected: 3, ignored: 2, given: 3, gaps: 3 }
/** Of what was not searched, where that is the answer: nothing else takes much room then. */
const MOST_GAPS = 8

export interface Answered {
  readonly scanned: Scanned
  readonly answer: ScanAnswer
  readonly code: ExitCode
}

/** At most {@link SCAN_LINES} lines; text from dumps and file names is safe to print. */
export function scanText({ scanned: { reports }, answer }: Answered): string {
  const { findings, unsearched } = answer
  const isOpen = answer.status === 'cannot-tell'
  const gaps = section('NOT SEARCHED', gapLines(unsearched, isOpen ? MOST_GAPS : SHOWN.gaps))
  const before = [
    headline(reports, answer),
    ...(isOpen ? gaps : []),
    ...keyLines(findings.key),
    ...section('UNVERIFIED: well-formed keys and parts of keys, which nothing verifies', [
      ...cut(findings.unverified.map(locationLine), SHOWN.unverified, 'unverified key'),
    ]),
    ...section('ALSO: encrypted keys and tokens', kindLines(findings.protected, SHOWN.protected)),
    ...section('IGNORED: keys that protect nothing', kindLines(findings.ignored, SHOWN.ignored)),
  ]
  const after = [...(isOpen ? [] : gaps), ...closing(reports, findings.key)]
  const room = Math.max(SHOWN.given, SCAN_LINES - before.length - after.length - 2)
  const given = section(
    'GIVEN PUBLIC KEYS: their private halves',
    cut(givenLines(answer.given, reports), room, 'key'),
  )
  return `${[...before, ...given, ...after].join('\n')}\n`
}

function givenLines(given: readonly GivenKey[], reports: readonly ScanReport[]): string[] {
  const order: readonly GivenKey['state'][] = ['found', 'rebuilt', 'not-excluded', 'absent']
  const sorted = given.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return sorted.map(({ keyId: { spkiSha256, kid, subject }, kind, bits, state, why }) => {
    const name = kid ?? subject
    const known = name === undefined ? '' : ` (${safeText(name, 30)})`
    const id = `${kind}${bits === 0 ? '' : ` ${bits}`}  SPKI SHA-256 ${spkiSha256 ?? 'unknown'}`
    return `  ${STATES[state](reports)}  ${id}${known}${why === '' ? '' : `: ${why}`}`
  })
}

const STATES: Readonly<Record<GivenKey['state'], (reports: readonly ScanReport[]) => string>> = {
  found: () => 'FOUND',
  rebuilt: () => 'REBUILT from a part',
  'not-excluded': () => 'CANNOT BE EXCLUDED',
  absent: (reports) => `ABSENT from ${plural(reports.length, 'file')}`,
}

function headline(reports: readonly ScanReport[], answer: ScanAnswer): string {
  const { status, findings, unsearched } = answer
  const ignored = ignoredText(findings.ignored)
  if (reports.length === 0) return 'CANNOT TELL: nothing was searched.'
  const searched = `${searchedBytes(reports)} searched`
  const open =
    unsearched.length === 0 ? '' : ` ${plural(unsearched.length, 'part')} NOT SEARCHED: see below.`
  if (status === 'found') {
    const keys = byKey(findings.key).length
    const files = new Set(findings.key.map(({ file }) => file)).size
    return `FOUND: ${plural(keys, 'key')}, verified, at ${plural(findings.key.length, 'location')} in ${count(files)} of ${plural(reports.length, 'file')}.${ignored}${open}`
  }
  const none = `no private key is verified in ${plural(reports.length, 'file')} (${searched})`
  const shapes = findings.unverified.length
  const leads = shapes === 0 ? '' : `; ${plural(shapes, 'unverified key')} below`
  return `${HEADS[status]}: ${none}${leads}.${ignored}${open}`
}

const HEADS: Readonly<Record<Exclude<ScanAnswer['status'], 'found'>, string>> = {
  'cannot-tell': 'CANNOT TELL',
  lead: 'LEAD',
  'nothing-found': 'NOTHING FOUND',
}

function ignoredText(ignored: readonly Finding[]): string {
  const notes = new Map<string, number>()
  for (const [{ note }] of byKey(ignored)) {
    const name = note === 'self-test' ? 'published test key' : 'internal key of a random generator'
    notes.set(name, (notes.get(name) ?? 0) + 1)
  }
  if (notes.size === 0) return ''
  const parts = [...notes].map(([name, often]) =>
    plural(
      often,
      name,
      name.replace('key', 'keys').replace('a random generator', 'random generators'),
    ),
  )
  return ` Ignored: ${parts.join(', ')}.`
}

/** 0 comes first. A process makes many symmetric keys itself, for sessions and caches. */
const rankOf = ({ kind }: Finding): number => (kind === 'aes' || kind === 'hmac' ? 1 : 0)

function byKey(findings: readonly Finding[]): readonly Group<Finding>[] {
  const groups = grouped(findings, ({ file, offset, keyId, beginsAt, sameKeyAt, inside }) => {
    const location = `${sameKeyAt ?? beginsAt ?? offset} ${inside?.firstAt ?? ''} ${file}`
    return keyId?.spkiSha256 ?? location
  })
  return [...groups.values()].toSorted(([a], [b]) => rankOf(a) - rankOf(b))
}

function keyLines(findings: readonly Finding[]): string[] {
  const groups = byKey(findings)
  const lines: string[] = []
  for (const [i, group] of groups.entries()) {
    const block = groupLines(group)
    const isLast = i === groups.length - 1
    if (lines.length + block.length + (isLast ? 0 : 1) > SHOWN.keys) {
      return [...lines, more(groups.length - i, 'key')]
    }
    lines.push(...block)
  }
  return lines
}

function groupLines(group: Group<Finding>): string[] {
  const [first] = group
  return [
    line(`  ${what(first)}${noteOf(first)}${keyNames(first.keyId)}`),
    ...cut(group.map(locationLine), SHOWN.locations, 'location').map((text) => `  ${text}`),
  ]
}

export const what = ({ kind, bits }: Pick<Finding, 'kind' | 'bits'>): string =>
  bits === 0 ? kind : `${kind} ${bits}`

export function keyNames(keyId: Finding['keyId'] | null): string {
  const { spkiSha256, kid, subject } = keyId ?? {}
  const names = [
    ...(spkiSha256 === undefined ? [] : [`SPKI SHA-256 ${spkiSha256}`]),
    ...(kid === undefined ? [] : [`kid ${safeText(kid, 60)}`]),
    ...(subject === undefined ? [] : [safeText(subject, 60)]),
  ]
  return names.length === 0 ? '' : `  ${names.join(', ')}`
}

const NOTES: Readonly<Record<NonNullable<Finding['note']>, string>> = {
  'self-test': ' (a published test key)',
  drbg: " (most likely a random generator's own)",
  shielded: ' (shielded)',
  fragment: ' (a fragment)',
}

const noteOf = ({ note }: Finding): string => (note === undefined ? '' : NOTES[note])

function locationLine(finding: Finding): string {
  const { file, offset, encoding, copies, verification, certainty, inside } = finding
  const { address, owner } = inside ?? finding
  const unpacked = inside === undefined ? '' : `, unpacked at ${hex(inside.offset)}`
  const mapped = `${unpacked}${address === undefined ? '' : `, address ${address}`}`
  const whose = owner === undefined ? '' : `, ${owner.kind} ${safeText(owner.name, 40)}`
  const at = ` at ${hex(offset)}${mapped}`
  const often = copies > 1 ? `, ${count(copies)} copies` : ''
  const kind = certainty === 'verified' ? '' : `${what(finding)}${noteOf(finding)} `
  return line(
    `  ${kind}${encoding}${often}: ${shortPath(file)}${at}${whose} (${safeText(verification, 80)})`,
  )
}

const PATH = 56

export const shortPath = (file: string): string => shortened(safeText(file, 4000), PATH, 'end')

export const hex = (value: number): string => `0x${value.toString(16)}`

export const line = (text: string): string => shortened(text, LONGEST)

function kindLines(found: readonly Finding[], most: number): string[] {
  const kinds = grouped(found, ({ kind, encoding, note }) => `${kind} ${note ?? encoding}`)
  const lines = [...kinds.values()].map(([first, ...others]) =>
    line(
      `  ${count(others.length + 1)} × ${first.kind}${noteOf(first)} (${first.encoding}), first in ${shortPath(first.file)} at ${hex(first.offset)}: ${safeText(first.verification, 80)}`,
    ),
  )
  return cut(lines, most, 'kind')
}

function gapLines(gaps: readonly Gap[], most: number): readonly string[] {
  const alike = grouped(gaps, ({ code, message }) => `${code} ${message}`)
  const lines = [...alike.values()].map(([first, ...rest]) => {
    const others = rest.length === 0 ? '' : ` and ${plural(rest.length, 'more file')}`
    const where = `${shortPath(first.file)}${others}`
    // What to do about it is never cut.
    return `${line(`  ${where}: ${safeText(first.message, 100)}`)}; ${first.remedy}`
  })
  return cut(lines, most, 'reason')
}

export const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines]

export function cut(lines: readonly string[], most: number, one = 'line'): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most - 1), more(lines.length - most + 1, one)]
}

const more = (left: number, one: string): string =>
  `  … and ${left === 1 ? 'one' : count(left)} more ${left === 1 ? one : `${one}s`}: --json`

function closing(reports: readonly ScanReport[], findings: readonly Finding[]): string[] {
  const containers = [...new Set(reports.map(containerOf))]
  // No log records accesses to a pipe.
  const file = findings.find((finding) => finding.file !== STANDARD_INPUT)?.file
  return [
    '',
    line(
      `SEARCHED  ${plural(reports.length, 'file')}, ${searchedBytes(reports)}${containers.length === 0 ? '' : ` (${containers.join(', ')})`}${rootsOf(reports)}`,
    ),
    ...(file === undefined
      ? []
      : [
          // A command is copied: it is never cut.
          `NEXT      who accessed it   mintmark custody ${shellWord(basename(file))} --case CASE`,
        ]),
  ]
}

function searchedBytes(reports: readonly ScanReport[]): string {
  const sum = (of: (report: ScanReport) => number) => reports.reduce((all, one) => all + of(one), 0)
  const holes = sum(({ holeBytes }) => holeBytes)
  const unpacked = sum(({ unpackedBytes }) => unpackedBytes)
  return [
    size(sum(({ scannedBytes }) => scannedBytes)),
    ...(unpacked === 0 ? [] : [`${size(unpacked)} unpacked from it`]),
    ...(holes === 0 ? [] : [`${size(holes)} of holes`]),
  ].join(' and ')
}

/** Keys of public root stores: their private halves are with their authorities. */
function rootsOf(reports: readonly ScanReport[]): string {
  const most = Math.max(0, ...reports.map(({ publicRoots }) => publicRoots))
  return most === 0 ? '' : `; ${plural(most, 'key')} of public root stores there, not looked for`
}

const containerOf = ({ container, packedBy }: ScanReport): string =>
  packedBy === undefined ? container : `${container} unpacked by ${packedBy}`

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? count(value) : value.toFixed(1)} ${UNITS[unit]}`
}
