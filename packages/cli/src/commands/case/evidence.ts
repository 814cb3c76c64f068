import { type EvidenceRow, evidenceRows, rejectRows } from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { print } from '../../render/print.ts'
import { writeRows } from '../../render/rows.ts'
import { count, listed, RIGHT } from '../../render/table.ts'

const COLUMNS: readonly string[] = ['path', 'line', 'kind', 'reason', 'detail']

export const evidence: Handler = (_args, options, io) =>
  withCase(options, 'read', async ({ session }) => {
    if (flag(options, 'rejects')) {
      const format = flag(options, 'json') ? 'jsonl' : 'csv'
      await writeRows(io, rejectRows(session), format, COLUMNS)
      return DONE
    }
    const rows = await evidenceRows(session)
    await print(io, options, rows, () => described(rows, widthOf(io)))
    return DONE
  })

function described(rows: readonly EvidenceRow[], width: number): string {
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

const notes = ({ path, statements, reasons }: EvidenceRow): string[] => [
  ...statements.map(({ code, text }) => `${safeText(path)}: ${code}: ${safeText(text)}\n`),
  ...reasons.map(
    ({ kind, reason, count: times, line }) =>
      `${safeText(path)}: rejected ${count(times)} (${kind}, ${reason}), first on line ${count(line)}\n`,
  ),
]
