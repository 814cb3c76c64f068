/**
 * What a scan found, on a terminal: at most 40 lines, proven keys first.
 *
 * @module
 */
import { basename } from 'node:path'
import { safeText, shellWord } from '@mintmark/core'
import type { Finding, ScanReport } from '@mintmark/scan'
import type { Scanned } from '../commands/scan.ts'
import { STANDARD_INPUT } from '../input_files.ts'
import { count, plural } from './table.ts'

/** Most lines, whatever was found. */
export const SCAN_LINES = 40
const WIDTH = 150
/** Lines of each list; `--json` has all. */
const SHOWN = { keys: 14, places: 2, candidates: 5, lesser: 4, absent: 2, unread: 4 }

/** At most {@link SCAN_LINES} lines; text from dumps and file names is safe to print. */
export function scanText({ reports, unreadable }: Scanned): string {
  const all = (of: (report: ScanReport) => readonly Finding[]): readonly Finding[] =>
    reports.flatMap((report) => of(report))
  const findings = all((report) => report.findings)
  const lines = [
    headline({ reports, unreadable }, findings),
    ...keyLines(findings),
    ...section('CANDIDATES: the shape of a key, proven by nothing', [
      ...cut(all((report) => report.candidates).map(placeLine), SHOWN.candidates, 'candidate'),
    ]),
    ...section('ALSO: encrypted keys and tokens', lesserLines(all((report) => report.lesser))),
    ...section(
      'NOT FOUND, in any form of docs/key-forms.md',
      cut(reports.flatMap(absentLines), SHOWN.absent),
    ),
    ...section('NOT READ', cut(unreadLines(reports, unreadable), SHOWN.unread)),
    ...closing(reports, findings),
  ]
  return `${lines.join('\n')}\n`
}

/** RSA keys that were given, and of which nothing was left out and nothing found. */
function absentLines({ file, absent }: ScanReport): string[] {
  return absent.map(({ spkiSha256, kid, subject }) => {
    const name = kid ?? subject
    const known = name === undefined ? '' : ` (${safeText(name, 60)})`
    return `  SPKI SHA-256 ${spkiSha256 ?? 'unknown'}${known} in ${safeText(file, 60)}`
  })
}

function headline({ reports, unreadable }: Scanned, findings: readonly Finding[]): string {
  if (reports.length === 0) return 'CANNOT TELL: nothing searched, no file could be read.'
  if (findings.length === 0) {
    const shapes = reports.reduce((sum, { candidates }) => sum + candidates.length, 0)
    const none = `no private key is verified in ${plural(reports.length, 'file')} (${searchedBytes(reports)} searched)`
    const isWhole = unreadable.length === 0 && reports.every(({ limits }) => limits.length === 0)
    const left = isWhole ? '' : ', and not all was searched'
    if (shapes > 0) return `LEAD: ${none}; ${plural(shapes, 'candidate')} below may be one${left}.`
    return `${isWhole ? 'NOTHING FOUND' : 'CANNOT TELL'}: ${none}${left}.`
  }
  const keys = grouped(findings)
  const files = new Set(findings.map(({ file }) => file)).size
  const known = [...keys.values()].filter(([first]) => isKnown(first)).length
  const rest =
    known === 0 ? '' : `, of which ${count(known)} published for tests or a generator's own`
  return `FOUND: ${plural(keys.size, 'key')}, proven${rest}, at ${plural(findings.length, 'place')} in ${count(files)} of ${plural(reports.length, 'file')}.`
}

function isKnown(finding: Finding | undefined): boolean {
  return finding?.note === 'self-test' || finding?.note === 'drbg'
}

type Group = readonly [Finding, ...Finding[]]

/** Of which a process makes many by itself: a session's, a cache's. */
const SYMMETRIC: ReadonlySet<Finding['kind']> = new Set(['aes', 'sm4', 'hmac'])

/** 0 comes first: what outlives a process, then what may not, then keys that everybody knows. */
function rankOf(finding: Finding): number {
  if (isKnown(finding)) return 2
  return SYMMETRIC.has(finding.kind) ? 1 : 0
}

/** Places by key: by its id, or where it has none by where it is; see {@link rankOf}. */
function grouped(findings: readonly Finding[]): ReadonlyMap<string, Group> {
  const keys = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const { file, offset, keyId, beginsAt, sameKeyAt } = finding
    const name = keyId?.spkiSha256 ?? `${sameKeyAt ?? beginsAt ?? offset} ${file}`
    const group = keys.get(name)
    if (group === undefined) keys.set(name, [finding])
    else group.push(finding)
  }
  const sorted = [...keys].toSorted(([, [a]], [, [b]]) => rankOf(a) - rankOf(b))
  return new Map(sorted)
}

function keyLines(findings: readonly Finding[]): string[] {
  const groups = [...grouped(findings).values()]
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

function groupLines([first, ...others]: Group): string[] {
  const { keyId } = first
  const names = [
    ...(keyId?.spkiSha256 === undefined ? [] : [`SPKI SHA-256 ${keyId.spkiSha256}`]),
    ...(keyId?.kid === undefined ? [] : [`kid ${safeText(keyId.kid, 60)}`]),
    ...(keyId?.subject === undefined ? [] : [safeText(keyId.subject, 60)]),
  ]
  const places = [first, ...others]
  return [
    line(`  ${what(first)}${noteOf(first)}${names.length === 0 ? '' : `  ${names.join(', ')}`}`),
    ...cut(places.map(placeLine), SHOWN.places, 'place').map((text) => `  ${text}`),
  ]
}

function what({ kind, bits }: Finding): string {
  return bits === 0 ? kind : `${kind} ${bits}`
}

const NOTES: Readonly<Record<NonNullable<Finding['note']>, string>> = {
  'self-test': ' (a published test key)',
  drbg: " (most likely a random generator's own)",
  shielded: ' (shielded)',
  fragment: ' (a fragment)',
}

function noteOf({ note }: Finding): string {
  return note === undefined ? '' : NOTES[note]
}

/** Where, whose, in which form and by what. */
function placeLine(finding: Finding): string {
  const { file, offset, address, form, copies, owner, proof, certainty } = finding
  const mapped = address === undefined ? '' : `, address ${address}`
  const whose = owner === undefined ? '' : `, ${owner.kind} ${safeText(owner.name, 40)}`
  // Of what was read from a PDF the file itself has no offset.
  const at = owner !== undefined && isOfPdf(owner) ? '' : ` at ${hex(offset)}${mapped}`
  const often = copies > 1 ? `, ${count(copies)} copies` : ''
  const kind = certainty === 'proven' ? '' : `${what(finding)}${noteOf(finding)} `
  return line(`  ${kind}${form}${often}: ${shortPath(file)}${at}${whose} (${safeText(proof, 80)})`)
}

function isOfPdf({ kind }: NonNullable<Finding['owner']>): boolean {
  return kind === 'page' || kind === 'stream' || kind === 'attachment'
}

const PATH = 56

/** The end of a path, which tells files apart. */
export function shortPath(file: string): string {
  const safe = safeText(file, 4000)
  return safe.length <= PATH ? safe : `…${safe.slice(1 - PATH)}`
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`
}

export function line(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`
}

/** One line a kind and form. */
function lesserLines(lesser: readonly Finding[]): string[] {
  const kinds = new Map<string, { readonly first: Finding; count: number }>()
  for (const finding of lesser) {
    const name = `${finding.kind} ${finding.form}`
    const known = kinds.get(name)
    if (known === undefined) kinds.set(name, { first: finding, count: 1 })
    else known.count += 1
  }
  const lines = [...kinds.values()].map(({ first, count: often }) =>
    line(
      `  ${count(often)} × ${first.kind} (${first.form}), first in ${shortPath(first.file)} at ${hex(first.offset)}: ${safeText(first.proof, 80)}`,
    ),
  )
  return cut(lines, SHOWN.lesser, 'kind')
}

function unreadLines(
  reports: readonly ScanReport[],
  unreadable: Scanned['unreadable'],
): readonly string[] {
  return [
    ...unreadable.map(({ path, reason }) => line(`  ${shortPath(path)}: ${safeText(reason, 80)}`)),
    ...reports.flatMap(({ file, limits, flaws }) =>
      [...limits, ...flaws]
        .filter(({ code }) => code !== 'not-unpacked')
        .map(({ message }) => line(`  ${shortPath(file)}: ${safeText(message, 100)}`)),
    ),
    ...packedLines(reports),
  ]
}

/** One line for all files that are packed and were not opened: a folder can have thousands. */
function packedLines(reports: readonly ScanReport[]): readonly string[] {
  const packed = reports.flatMap(({ file, limits }) =>
    limits.filter(({ code }) => code === 'not-unpacked').map(({ message }) => ({ file, message })),
  )
  const [first] = packed
  if (first === undefined) return []
  const path = shortPath(first.file)
  return packed.length === 1
    ? [line(`  ${path}: ${safeText(first.message, 100)}`)]
    : [
        line(
          `  ${count(packed.length)} packed files: what they hold was not searched, ${path} first`,
        ),
      ]
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

/** The first lines, and one for how many more there are. */
export function cut(lines: readonly string[], most: number, one = 'line'): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most - 1), more(lines.length - most + 1, one)]
}

function more(left: number, one: string): string {
  return `  … and ${left === 1 ? 'one' : count(left)} more ${left === 1 ? one : `${one}s`}: --json`
}

function closing(reports: readonly ScanReport[], findings: readonly Finding[]): string[] {
  const containers = [...new Set(reports.map(containerOf))]
  // Of a pipe no log tells who touched it.
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
          `NEXT      who touched it: mintmark custody ${shellWord(basename(file))} --case CASE`,
        ]),
  ]
}

/** What was read, and what is zeros without being read. */
function searchedBytes(reports: readonly ScanReport[]): string {
  const searched = reports.reduce((sum, { scannedBytes }) => sum + scannedBytes, 0)
  const holes = reports.reduce((sum, { holeBytes }) => sum + holeBytes, 0)
  return holes === 0 ? size(searched) : `${size(searched)} and ${size(holes)} of holes`
}

/** Keys of public root stores: their private halves are with their authorities. */
function rootsOf(reports: readonly ScanReport[]): string {
  const most = Math.max(0, ...reports.map(({ publicRoots }) => publicRoots))
  return most === 0 ? '' : `; ${plural(most, 'key')} of public root stores there, looked for last`
}

function containerOf({ container, packedBy }: ScanReport): string {
  if (packedBy === 'PDF') return 'PDF with its text'
  return packedBy === undefined ? container : `${container} unpacked by ${packedBy}`
}

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
