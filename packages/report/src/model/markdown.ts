/**
 * The report as Markdown: for a mail, a ticket, a wiki. Text of a log is written so that it is text
 * in every reader of Markdown: no link, no image, no HTML, no row of a table more, and no character
 * that a terminal or an eye is misled by.
 */
import { bounds, count, minute, percent, safeText } from '@mintmark/core'
import type * as model from './model.ts'
import { type Numbers, numbersOf } from './numbering.ts'

const CELL = 200
const SENTENCE = 2_000
/** Rows of a table; the exports have all. */
const ROWS = 200

const STRENGTHS: Readonly<Record<model.Strength, string>> = {
  established: 'established by records',
  bounded: 'bounded',
  'not-excluded': 'cannot be excluded',
  lead: 'lead',
  unknown: 'unknown',
  'not-searched': 'not searched',
}

/** What an empty table says: that there is none only where that is established. */
const EMPTY: Readonly<Partial<Record<model.Strength, string>>> = {
  established: 'None.',
  unknown: 'No record; whether there is any is unknown.',
  'not-searched': 'Not searched.',
}

export function markdownOf(report: model.Report): string {
  const redacted =
    report.redacted.length === 0
      ? ''
      : `\n\n${plainText(`${report.redacted.join(' and ')} are replaced by pseudonyms.`)}`
  const numbers = numbersOf(report)
  return `# ${plainText(report.title)}

${plainText(coverText(report), SENTENCE)}${redacted}

${report.sections.map((section) => sectionOf(section, numbers)).join('\n')}`
}

const coverText = ({
  classification,
  prepared,
  recipient,
  case: name,
  version,
}: model.Report): string =>
  [
    ...(classification === null ? [] : [`${classification}.`]),
    ...(recipient === null ? [] : [`For ${recipient}.`]),
    `Prepared by: ${prepared.by ?? 'not stated'}. Date: ${prepared.on ?? 'not stated'}.`,
    `Written by Mintmark ${version}${name === '' ? '' : ` on the case ${name}`}. All times are UTC.`,
  ].join(' ')

function sectionOf(section: model.Section, numbers: Numbers): string {
  const { id, title, figures, statements, tables } = section
  const number = numbers.sections.get(id)
  const prose = statements
    .map((one) => statementOf(one, numbers))
    .join(id === 'summary' ? '\n\n' : '\n')
  const blocks = [
    ...(figures.length === 0 ? [] : [figureTable(figures)]),
    ...(statements.length === 0 ? [] : [prose]),
    ...tables.map((one) => tableOf(one, numbers)),
  ]
  return `## ${number === undefined ? '' : `${number} `}${plainText(title)}\n\n${blocks.join('\n\n')}\n`
}

function statementOf(one: model.Statement, numbers: Numbers): string {
  const { id, label, text, strength, evidence, cannotMean, settledBy } = one
  const number = numbers.findings.get(id)
  if (number === undefined)
    return `**${plainText(label ?? '')}.** ${plainText(text, SENTENCE)} (${evidenceText(evidence, numbers)})`
  const more = [
    `  Rests on ${evidenceText(evidence, numbers)}.`,
    ...(cannotMean === undefined ? [] : [`  Cannot mean: ${plainText(cannotMean, SENTENCE)}`]),
    ...(settledBy === undefined ? [] : [`  Settled by: ${plainText(settledBy, SENTENCE)}`]),
  ]
  const head = `- ${number} **${STRENGTHS[strength]}**: ${plainText(text, SENTENCE)}`
  return [head, ...more].join('  \n')
}

/** The first few sources: the others are in `report.json`. */
function evidenceText(evidence: model.NonEmpty<model.Evidence>, numbers: Numbers): string {
  const some = evidence.slice(0, 4).map((source) => sourceOf(source, numbers))
  const left = evidence.length - some.length
  return `${some.join('; ')}${left > 0 ? `; and ${left} more` : ''}`
}

function sourceOf(source: model.Evidence, { tables, queries, findings }: Numbers): string {
  const { kind } = source
  if (kind === 'input') return `the input ${plainText(source.path)}`
  if (kind === 'inputs') return `all ${count(source.files)} inputs`
  if (kind === 'table')
    return `table ${tables.get(source.table) ?? ''} (${plainText(source.table)})`
  if (kind === 'query') return `query ${queries.get(source.sql) ?? codeOf(source.sql)}`
  if (kind === 'rule') return `${plainText(source.document)}, ${plainText(source.heading)}`
  if (kind === 'finding')
    return `finding ${findings.get(source.statement) ?? plainText(source.statement)}`
  const { file, column, value = '' } = source
  return column === undefined ? file : `${file} where ${plainText(column)} is ${plainText(value)}`
}

function figureTable(figures: readonly model.Figure[]): string {
  const rows = figures.map(({ label, value, strength }) => [
    plainText(label),
    valueText(value, strength),
    STRENGTHS[strength],
  ])
  return lines(['What', 'How many', 'Strength'], rows)
}

function valueText(value: model.Figure['value'], strength: model.Strength): string {
  if (value === null) return STRENGTHS[strength]
  return typeof value === 'number' ? count(value) : bounds(value)
}

function tableOf(one: model.Table, numbers: Numbers): string {
  const { id, title, columns, rows, total, strength, evidence, paper } = one
  const shown = rows.slice(0, ROWS)
  const cut =
    total > shown.length ? ` The first ${count(shown.length)} of ${count(total)} rows.` : ''
  const file = paper === undefined ? '' : ` Rows as a file: ${paper.file}.`
  const head = `### Table ${numbers.tables.get(id) ?? ''}: ${plainText(title)}\n\n_${STRENGTHS[strength]}_; rests on ${evidenceText(evidence, numbers)}.${cut}${file}`
  if (total === 0) return `${head}\n\n${EMPTY[strength] ?? 'No rows.'}`
  const cells = shown.map((row) => columns.map(({ type }, i) => cellText(row[i] ?? null, type)))
  return `${head}\n\n${lines(
    columns.map((column) => plainText(column.title)),
    cells,
  )}`
}

const lines = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(lineOf).join('\n')

const lineOf = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function cellText(cell: model.Cell, type: model.CellType): string {
  if (cell === null) return ''
  if (typeof cell === 'object') return bounds(cell)
  if (typeof cell === 'number') return type === 'share' ? percent(cell) : count(cell)
  if (type === 'time') return minute(cell)
  return plainText(cell, CELL)
}

/** What Markdown or HTML reads as something else than text, within a line; links by themselves among it. */
const MARKS = /[\\`*_{}[\]<>|~&@$^]|:(?=\/\/)|(?<=\bwww)\./gi

/** `text` as Markdown, within a line, that is nothing but this text. */
export const plainText = (text: string, max: number = CELL): string =>
  safeText(text, max).replaceAll(MARKS, (mark) => ENTITIES.get(mark) ?? `\\${mark}`)

/** A backslash does not hold these back in every reader. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['|', '&#124;'],
  [':', '&#58;'],
  ['@', '&#64;'],
  ['.', '&#46;'],
])

/** A query, which may hold no grave accent. */
const codeOf = (sql: string) => `\`${safeText(sql.replaceAll('`', "'"), SENTENCE)}\``
