/** A report of a folder, as data that was checked. @module */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject, type Json, MintmarkError, parseObject, safeText } from '@mintmark/core'
import { REPORT_SCHEMA } from '../model/model.ts'
import { MANIFEST } from '../sealed/folder.ts'
import { isWhole, verifyReport } from '../sealed/verify_report.ts'

/** Something that a report says: a statement, a figure or a table. */
export interface Said {
  readonly kind: 'statement' | 'figure' | 'table'
  readonly section: string
  readonly id: string
  /** The text of a statement, the label and value of a figure, the title and number of rows of a table. */
  readonly text: string
  readonly strength: string
  /** Of a table, each as JSON. */
  readonly rows: readonly string[]
  /** What it rests on, each as JSON. */
  readonly evidence: readonly string[]
}

export interface ReadReport {
  readonly title: string
  /** Of the MANIFEST: names the report and each of its files. */
  readonly manifestSha256: string
  /** By kind and id. */
  readonly said: ReadonlyMap<string, Said>
  /** Inputs, by SHA-256: the path of each. */
  readonly inputs: ReadonlyMap<string, string>
}

/**
 * @throws {MintmarkError} `INPUT_INVALID` where the folder is no whole report of this version, `INPUT_UNREADABLE`
 */
export async function readReport(folder: string): Promise<ReadReport> {
  const verified = await verifyReport(folder)
  if (!isWhole(verified, false)) throw noReport(folder, 'it is not as it was written')
  const manifest = await readFile(join(folder, MANIFEST))
  const report = parseObject(await readFile(join(folder, 'report.json'), 'utf8'))
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
