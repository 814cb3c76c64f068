/** The report of a probe as Markdown: for a pull request or a ticket. @module */
import { safeText } from '@mintmark/core'
import type { ProbeReport } from '../probe/report.ts'
import { familyRows, verdictOf } from './family_counts.ts'
import { settingsText } from './text.ts'

export function probeMarkdown(report: ProbeReport): string {
  const { vectors, distrust, issuer, atMs } = report
  const counts = familyRows(report).map(
    ({ family, counts: { refused, accepted, late, cannotTell } }) =>
      row(family, refused, accepted, late, cannotTell),
  )
  const open = vectors
    .filter(({ outcome }) => outcome !== 'refused')
    .map(({ vector, outcome, allowed }) =>
      row(
        `\`${vector.id}\``,
        outcome,
        vector.what,
        vector.forbiddenBy,
        allowed === undefined
          ? settingsText(vector.settings)
          : `allowed until ${allowed.until}: ${allowed.reason}`,
      ),
    )
  const times = distrust.map(({ endpoint, outcome, seconds }) =>
    row(endpoint, outcome, seconds ?? 'cannot tell'),
  )
  return [
    `## ${safeText(verdictOf(report))}`,
    `Issuer ${safeText(issuer)}, ${new Date(atMs).toISOString()}`,
    table(['family', 'refused', 'accepted', 'late', 'cannot tell'], counts),
    ...(open.length === 0 ? [] : [table(['vector', 'outcome', 'what', 'source', 'fix'], open)]),
    ...(times.length === 0 ? [] : [table(['key endpoint', 'distrust', 'seconds'], times)]),
    '',
  ].join('\n\n')
}

const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

const row = (...cells: readonly (string | number)[]) =>
  `| ${cells.map((cell) => safeText(String(cell), 1000).replaceAll('|', '\\|')).join(' | ')} |`
