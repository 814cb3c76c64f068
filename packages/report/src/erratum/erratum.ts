import { createHash, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  count,
  isObject,
  type Json,
  MintmarkError,
  parseObject,
  plural,
  safeJson,
  safeText,
} from '@mintmark/core'
import { plainText } from '../model/markdown.ts'
import { REPORT_SCHEMA } from '../model/model.ts'
import { MANIFEST, sealedFolder } from '../sealed/folder.ts'
import { isWhole, verifyReport } from '../sealed/verify_report.ts'

export const ERRATUM_SCHEMA = 'mintmark-erratum/1'

const MOST_ROWS = 50
const MOST_CHARS = 2_000

export interface Difference {
  readonly kind: Said['kind']
  readonly section: string
  readonly id: string
  /** `withdrawn`: only the earlier report says it. `added`: only the later one. */
  readonly change: 'withdrawn' | 'added' | 'changed'
  readonly before: { readonly text: string; readonly strength: string } | null
  readonly after: { readonly text: string; readonly strength: string } | null
  readonly rows: {
    readonly withdrawn: readonly string[]
    readonly added: readonly string[]
    readonly withdrawnTotal: number
    readonly addedTotal: number
  }
  readonly evidence: { readonly withdrawn: readonly string[]; readonly added: readonly string[] }
}

export interface Erratum {
  readonly schema: typeof ERRATUM_SCHEMA
  readonly before: { readonly title: string; readonly manifestSha256: string }
  readonly after: { readonly title: string; readonly manifestSha256: string }
  readonly inputs: {
    readonly withdrawn: readonly Input[]
    readonly added: readonly Input[]
  }
  readonly differences: readonly Difference[]
}

interface Input {
  readonly path: string
  readonly sha256: string
}

export function erratumOf(before: ReadReport, after: ReadReport): Erratum {
  const keys = [
    ...after.said.keys(),
    ...[...before.said.keys()].filter((key) => !after.said.has(key)),
  ]
  return {
    schema: ERRATUM_SCHEMA,
    before: nameOf(before),
    after: nameOf(after),
    inputs: {
      withdrawn: onlyIn(before.inputs, after.inputs),
      added: onlyIn(after.inputs, before.inputs),
    },
    differences: keys.flatMap((key) => difference(before.said.get(key), after.said.get(key)) ?? []),
  }
}

const nameOf = ({ title, manifestSha256 }: ReadReport) => ({ title, manifestSha256 })

const onlyIn = (some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): Input[] =>
  [...some].filter(([sha256]) => !others.has(sha256)).map(([sha256, path]) => ({ path, sha256 }))

function difference(before: Said | undefined, after: Said | undefined): Difference | undefined {
  const one = after ?? before
  if (one === undefined) return undefined
  const rows = changed(before?.rows, after?.rows)
  const [words, wordsNow] = [wordsOf(before), wordsOf(after)]
  const isSame = words?.text === wordsNow?.text && words?.strength === wordsNow?.strength
  if (isSame && rows.withdrawn.length + rows.added.length === 0) return undefined
  return {
    kind: one.kind,
    section: one.section,
    id: one.id,
    change: changeOf(before, after),
    before: words,
    after: wordsNow,
    rows: {
      withdrawn: rows.withdrawn.slice(0, MOST_ROWS),
      added: rows.added.slice(0, MOST_ROWS),
      withdrawnTotal: rows.withdrawn.length,
      addedTotal: rows.added.length,
    },
    evidence: changed(before?.evidence, after?.evidence),
  }
}

function changeOf(before: Said | undefined, after: Said | undefined): Difference['change'] {
  if (before === undefined) return 'added'
  return after === undefined ? 'withdrawn' : 'changed'
}

const wordsOf = (said: Said | undefined) =>
  said === undefined ? null : { text: said.text, strength: said.strength }

const changed = (before: readonly string[] = [], after: readonly string[] = []) => ({
  withdrawn: missingFrom(before, after),
  added: missingFrom(after, before),
})

function missingFrom(list: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1)
  return list.filter((one) => {
    const number = left.get(one) ?? 0
    left.set(one, number - 1)
    return number <= 0
  })
}

export function erratumText({ before, after, inputs, differences }: Erratum): string {
  const statements = differences.filter(({ kind }) => kind === 'statement')
  const others = differences.filter(({ kind }) => kind !== 'statement')
  return [
    `# Erratum to ${plainText(before.title, MOST_CHARS)}`,
    `Earlier report: MANIFEST SHA-256 ${before.manifestSha256}\nLater report: MANIFEST SHA-256 ${after.manifestSha256}, ${plainText(after.title, MOST_CHARS)}`,
    differences.length === 0
      ? 'Both reports say the same.'
      : `${plural(statements.length, 'statement')} and ${plural(others.length, 'figure or table', 'figures and tables')} differ.`,
    ...inputText('Files that only the later report was made from', inputs.added),
    ...inputText('Files that only the earlier report was made from', inputs.withdrawn),
    ...differences.map(differenceText),
    '',
  ].join('\n\n')
}

const inputText = (title: string, inputs: readonly Input[]) =>
  inputs.length === 0
    ? []
    : [
        `## ${title}`,
        inputs
          .map(({ path, sha256 }) => `- ${plainText(path, MOST_CHARS)}, SHA-256 ${sha256}`)
          .join('\n'),
      ]

function differenceText(one: Difference): string {
  const { kind, section, id, change, before, after, rows, evidence } = one
  const lines = [
    ...(before === null
      ? []
      : [`- before (${before.strength}): ${plainText(before.text, MOST_CHARS)}`]),
    ...(after === null ? [] : [`- now (${after.strength}): ${plainText(after.text, MOST_CHARS)}`]),
    ...(rows.addedTotal + rows.withdrawnTotal === 0
      ? []
      : [`- rows: ${count(rows.addedTotal)} added, ${count(rows.withdrawnTotal)} withdrawn`]),
    ...rows.withdrawn.map((row) => `- row withdrawn: ${plainText(row, MOST_CHARS)}`),
    ...rows.added.map((row) => `- row added: ${plainText(row, MOST_CHARS)}`),
    ...evidence.withdrawn.map((row) => `- rested on: ${plainText(row, MOST_CHARS)}`),
    ...evidence.added.map((row) => `- rests on: ${plainText(row, MOST_CHARS)}`),
  ]
  return `## ${section}: ${kind} ${id}, ${change}\n\n${lines.join('\n')}`
}

/**
 * Sealed as a report is.
 * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DISK_FULL`
 */
export const writeErratum = (
  erratum: Erratum,
  out: string,
  signingKey: KeyObject | undefined,
): Promise<void> =>
  sealedFolder(out, { signingKey }, async (folder) => {
    await folder.write('erratum.json', [`${safeJson(erratum, 1)}\n`])
    await folder.write('erratum.md', [erratumText(erratum)])
  })

export interface Said {
  readonly kind: 'statement' | 'figure' | 'table'
  readonly section: string
  readonly id: string
  readonly text: string
  readonly strength: string
  readonly rows: readonly string[]
  readonly evidence: readonly string[]
}

export interface ReadReport {
  readonly title: string
  /** Of the MANIFEST: names the report and each of its files. */
  readonly manifestSha256: string
  readonly said: ReadonlyMap<string, Said>
  readonly inputs: ReadonlyMap<string, string>
}

/**
 * @throws {MintmarkError} `INPUT_INVALID` for no whole report of this version, `INPUT_UNREADABLE`
 */
export async function readReport(folder: string): Promise<ReadReport> {
  const verified = await verifyReport(folder)
  if (!isWhole(verified, false)) throw noReport(folder, 'it is not as it was written')
  const manifest = await readFile(join(folder, MANIFEST))
  const text = await readFile(join(folder, 'report.json'), 'utf8')
  const report = parseObject(text.replaceAll(EARLIER_IDS, presentId))
  if (report?.['schema'] !== REPORT_SCHEMA) throw noReport(folder, `it is no ${REPORT_SCHEMA}`)
  const said = listOf(report, 'sections').flatMap(saidIn)
  const inputs = listOf(report, 'sections')
    .flatMap((section) => listOf(section, 'tables'))
    .find((table) => table['id'] === 'inputs')
  return {
    title: textOf(report, 'title'),
    manifestSha256: createHash('sha256').update(manifest).digest('hex'),
    said: new Map(said.map((one) => [`${one.kind} ${one.id}`, one])),
    inputs: new Map(inputs === undefined ? [] : inputsOf(inputs)),
  }
}

/** Ids that earlier builds wrote. A quotation mark within a text has a backslash. */
const PRESENT_IDS: ReadonlyMap<string, string> = new Map([
  ['suspect-touches', 'suspicious-artefact-accesses'],
  ['touches', 'artefact-accesses'],
  ['key-touchers', 'key-dump-accesses'],
  ['scope-either', 'scope-ambiguous'],
  ['either', 'ambiguous'],
  ['forms', 'encodings'],
  ['place', 'location'],
])
const EARLIER_IDS = new RegExp(
  `"(id|table|statement)": ?"(${[...PRESENT_IDS.keys()].join('|')})"`,
  'g',
)
const presentId = (_: string, member: string, id: string): string =>
  `"${member}": "${PRESENT_IDS.get(id) ?? id}"`

/** A notice names its inputs by their hashes alone. */
function inputsOf(table: Json): [sha256: string, path: string][] {
  const columns = listOf(table, 'columns').map(({ id }) => id)
  const [sha256, path] = ['sha256', 'path'].map((id) => columns.indexOf(id))
  return rowsOf(table).map((row) => {
    const name = row[path ?? -1]
    return [String(row[sha256 ?? -1]), typeof name === 'string' ? name : '']
  })
}

function noReport(folder: string, why: string): MintmarkError {
  const message = `${safeText(folder, 400)} cannot be compared: ${why}`
  return new MintmarkError('INPUT_INVALID', message, { path: folder })
}

function saidIn(section: Json): Said[] {
  const base = (kind: Said['kind'], one: Json, text: string, rows: readonly string[] = []) => ({
    kind,
    section: textOf(section, 'id'),
    id: textOf(one, 'id'),
    text,
    strength: textOf(one, 'strength'),
    evidence: listOf(one, 'evidence').map((each) => JSON.stringify(each)),
    rows,
  })
  return [
    ...listOf(section, 'statements').map((one) => base('statement', one, textOf(one, 'text'))),
    ...listOf(section, 'figures').map((one) =>
      base('figure', one, `${textOf(one, 'label')}: ${valueText(one['value'])}`),
    ),
    ...listOf(section, 'tables').map((one) => {
      const rows = rowsOf(one).map((row) => JSON.stringify(row))
      return base('table', one, `${textOf(one, 'title')}: ${Number(one['total'])} rows`, rows)
    }),
  ]
}

function valueText(value: unknown): string {
  if (!isObject(value)) return typeof value === 'number' ? String(value) : 'unknown'
  const { lower, upper } = value
  return upper === null ? `at least ${Number(lower)}` : `${Number(lower)} to ${Number(upper)}`
}

function listOf(of: Json, name: string): Json[] {
  const list: unknown = of[name]
  return Array.isArray(list) ? list.filter(isObject) : []
}

function rowsOf(table: Json): (readonly unknown[])[] {
  const rows: unknown = table['rows']
  return Array.isArray(rows) ? rows.filter((row): row is unknown[] => Array.isArray(row)) : []
}

function textOf(of: Json, name: string): string {
  const value: unknown = of[name]
  return typeof value === 'string' ? value : ''
}
