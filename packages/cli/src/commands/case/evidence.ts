import { type EvidenceRow, evidenceRows, rejectRows } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { writeRows } from '../../render/rows.ts'
import { count, table } from '../../render/table.ts'

const COLUMNS: readonly string[] = ['path', 'line', 'kind', 'reason', 'detail']

export const evidence: Handler = (_args, options, io) =>
  withCase(options, 'read', async ({ session }) => {
    if (flag(options, 'rejects')) {
      const format = flag(options, 'json') ? 'jsonl' : 'csv'
      await writeRows(io, rejectRows(session), format, COLUMNS)
      return DONE
    }
    const rows = await evidenceRows(session)
    await io.out(flag(options, 'json') ? `${safeJson(rows)}\n` : listed(rows, widthOf(io)))
    return DONE
  })

function listed(rows: readonly EvidenceRow[], width: number): string {
  const files = table(
    [
      { title: 'file', least: 24, keep: 'end' },
      { title: 'shape', least: 10 },
      { title: 'rows', align: 'right' },
      { title: 'duplicates', align: 'right', drop: 1 },
      { title: 'rejected', align: 'right' },
      { title: 'first', least: 10, drop: 3 },
      { title: 'last', least: 10, drop: 2 },
    ],
    rows.map(({ path, shape, sameAs, rows: read, duplicates, rejected, first, last }) => [
      path,
      sameAs === undefined ? shape : 'same content as another',
      count(read),
      count(duplicates),
      count(rejected.file + rejected.row + rejected.payload),
      (first ?? '').slice(0, 10),
      (last ?? '').slice(0, 10),
    ]),
    width,
  )
  return files + rows.flatMap(notes).join('')
}

function notes({ path, statements, reasons }: EvidenceRow): string[] {
  return [
    ...statements.map(({ code, text }) => `${safeText(path)}: ${code}: ${safeText(text)}\n`),
    ...reasons.map(
      ({ kind, reason, count: times, line }) =>
        `${safeText(path)}: rejected ${count(times)} (${kind}, ${reason}), first on line ${count(line)}\n`,
    ),
  ]
}
