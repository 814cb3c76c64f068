/** What is in a case: its files, what their logs cover, and answers to SQL. */
import * as cases from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { withCase } from '../../options/options.ts'
import type { Handler } from '../../process/call.ts'
import { DONE } from '../../process/exit_codes.ts'
import { writeRows } from '../../render/rows.ts'
import { count, listed, percent, RIGHT } from '../../render/table.ts'

const REJECT_COLUMNS: readonly string[] = ['path', 'line', 'kind', 'reason', 'detail']

export const evidence: Handler = (call) =>
  withCase(call, 'read', async ({ session }) => {
    if (call.flag('rejects')) {
      const format = call.isJson ? 'jsonl' : 'csv'
      await writeRows(call, cases.rejectRows(session), format, REJECT_COLUMNS)
      return DONE
    }
    const rows = await cases.evidenceRows(session)
    await call.print(rows, () => evidenceText(rows, call.width))
    return DONE
  })

function evidenceText(rows: readonly cases.EvidenceRow[], width: number): string {
  const files = listed(rows, width, [
    ['file', ({ path }) => path, { least: 24, shows: 'end' }],
    [
      'shape',
      ({ shape, sameAs }) => (sameAs === undefined ? shape : 'same content as another'),
      { least: 10 },
    ],
    ['rows', (row) => count(row.rows), RIGHT],
    ['duplicates', ({ duplicates }) => count(duplicates), { ...RIGHT, drop: 1 }],
    ['rejected', ({ rejected: { file, row, payload } }) => count(file + row + payload), RIGHT],
    ['first', ({ first }) => (first ?? '').slice(0, 10), { least: 10, drop: 3 }],
    ['last', ({ last }) => (last ?? '').slice(0, 10), { least: 10, drop: 2 }],
  ])
  return files + rows.flatMap(notes).join('')
}

const notes = ({ path, statements, reasons }: cases.EvidenceRow): string[] => [
  ...statements.map(({ code, text }) => `${safeText(path)}: ${code}: ${safeText(text)}\n`),
  ...reasons.map(
    ({ kind, reason, count: times, line }) =>
      `${safeText(path)}: rejected ${count(times)} (${kind}, ${reason}), first on line ${count(line)}\n`,
  ),
]

export const coverage: Handler = (call) =>
  withCase(call, 'read', async (investigated) => {
    await cases.seal(investigated)
    const spans = await cases.coverageReport(investigated.session)
    await call.print(spans, () => spanTable(spans, call.width))
    return DONE
  })

const spanTable = (spans: readonly cases.CoverageSpan[], width: number) =>
  listed(spans, width, [
    ['side', ({ side }) => side, { drop: 5 }],
    ['tenant', ({ tenant }) => tenant, { least: 8 }],
    ['source', ({ source }) => source, { least: 6, drop: 2 }],
    ['category', ({ category }) => category, { least: 12 }],
    ['first day', ({ first }) => first.slice(0, 10), { least: 10 }],
    ['last day', ({ last }) => last.slice(0, 10), { least: 10 }],
    ['records', ({ records }) => count(records), RIGHT],
    ['empty hours', ({ hoursEmpty }) => count(hoursEmpty), { ...RIGHT, drop: 1 }],
    ['token id', ({ fields }) => percent(fields.token), RIGHT],
    ['session', ({ fields }) => percent(fields.session), { ...RIGHT, drop: 3 }],
  ])

export const sql: Handler = (call, ...args) =>
  withCase(call, 'read', async ({ session }) => {
    await writeRows(call, session.ask(args[0] ?? ''), call.flag('csv') ? 'csv' : 'jsonl')
    return DONE
  })
