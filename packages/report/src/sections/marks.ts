/**
 * What people have marked as theirs or ours: the part of the selection that no record makes.
 *
 * @module
 */
import type { Answer } from '@mintmark/case'
import { plural } from '@mintmark/core'
import { type Section, statement, table } from '../model/model.ts'
import { byQuery, byRule, column, inTable } from './wording.ts'

const MARKS_SQL =
  "SELECT kind, value, party, reason, who, at FROM mark WHERE kind NOT LIKE 'note-%' ORDER BY at"

export function markSection({ marks, marksTotal }: Answer): Section {
  const theirs = marks.filter(({ party }) => party === 'theirs').length
  return {
    id: 'marks',
    title: 'Marks of the investigators',
    statements:
      marks.length === 0
        ? []
        : [
            statement({
              id: 'marked',
              text: `Investigators marked ${plural(theirs, 'access, session or address', 'accesses, sessions or addresses')} as the attacker's, and ${marks.length - theirs} as legitimate. The scope follows them; no record says it.`,
              strength: 'not-excluded',
              evidence: [inTable('marks'), byQuery(MARKS_SQL)],
            }),
          ],
    figures: [],
    tables: [
      table({
        id: 'marks',
        title: 'Marks',
        columns: [
          column('at', 'At', 'time'),
          column('kind', 'What'),
          column('value', 'Which'),
          column('party', 'Whose'),
          column('reason', 'Why'),
          column('who', 'Says who'),
        ],
        rows: marks.map(({ at, kind, value, party, reason, who }) => [
          at,
          kind,
          value,
          party,
          reason,
          who,
        ]),
        total: marksTotal,
        strength: 'not-excluded',
        evidence: [byQuery(MARKS_SQL), byRule('docs/scope.md', 'What is selected')],
      }),
    ],
  }
}
