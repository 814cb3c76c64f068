import { type EvidenceRow, evidenceRows, rejectRows } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { writeRows } from '../../render/rows.ts'
import { count, minute, table } from '../../render/table.ts'

const COLUMNS: readonly string[] = ['path', 'line', 'kind', 'reason', 'detail']

export const evidence: Handler = (_args, options, io) =>
  withCase(options, 'read', async ({ session }) => {
    if (flag(options, 'rejects')) {
      const format = flag(options, 'json') ? 'jsonl' : 'csv'
      await writeRows(io, rejectRows(session), format, COLUMNS)
      return DONE
    }
    const rows = await evidenceRows(session)
    await io.out(flag(options, 'json') ? `${safeJson(rows)}\n` : listed(rows))
    return DONE
  })

function listed(rows: readonly EvidenceRow[]): string {
  const files = table(
    [
      { title: 'file' },
      { title: 'shape' },
      { title: 'rows', align: 'right' },
      { title: 'duplicates', align: 'right' },
      { title: 'rejected', align: 'right' },
      { title: 'first' },
      { title: 'last' },
    ],
    rows.map(({ path, shape, sameAs, rows: read, duplicates, rejected, first, last }) => [
      shortPath(path),
      sameAs === undefined ? shape : 'same content as another',
      count(read),
      count(duplicates),
      count(rejected.file + rejected.row + rejected.payload),
      minute(first ?? null),
      minute(last ?? null),
    ]),
  )
  return files + rows.flatMap(notes).join('')
}

/** The end of a path says more than its beginning. */
function shortPath(path: string): string {
  return path.length <= 58 ? path : `…${path.slice(-57)}`
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
