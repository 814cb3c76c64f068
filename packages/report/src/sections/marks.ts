import type { Answer } from '@mintmark/case'
import { plural } from '@mintmark/core'
import { type Section, statement } from '../model/model.ts'
import { listed, section } from './wording.ts'

const MARKS_SQL =
  "SELECT kind, value, party, reason, who, at FROM mark WHERE kind NOT LIKE 'note-%' ORDER BY at"

export function markSection({ marks, marksTotal }: Answer): Section {
  const hostile = marks.filter(({ party }) => party === 'attacker').length
  const statements =
    marks.length === 0
      ? []
      : [
          statement({
            id: 'marked',
            text: `Investigators marked ${plural(hostile, 'access, session or address', 'accesses, sessions or addresses')} as the attacker's, and ${marks.length - hostile} as legitimate. The scope follows them; no record says it.`,
            strength: 'not-excluded',
            evidence: ['marks', MARKS_SQL],
          }),
        ]
  return section('marks', 'Marks of the investigators', statements, {
    tables: [
      listed(marks, {
        id: 'marks',
        title: 'Marks',
        columns: [
          ['at', 'At', 'time'],
          ['kind', 'What'],
          ['value', 'Which'],
          ['party', 'Whose'],
          ['reason', 'Why'],
          ['who', 'Says who'],
        ],
        total: marksTotal,
        strength: 'not-excluded',
        evidence: [MARKS_SQL, 'docs/scope.md#What is selected'],
      }),
    ],
  })
}

const NOTES_SQL =
  "SELECT kind, value, reason, who, at FROM mark WHERE kind LIKE 'note-%' ORDER BY at"

export const noteSection = ({ notes }: Answer): Section =>
  section('notes', 'Notes of those who worked on the case', [], {
    tables: [
      listed(notes, {
        id: 'notes',
        title: 'Notes and saved views',
        columns: [
          ['at', 'At', 'time'],
          ['who', 'By whom'],
          ['kind', 'On what'],
          ['value', 'Which'],
          ['text', 'Note'],
        ],
        strength: 'not-excluded',
        evidence: [NOTES_SQL],
      }),
    ],
  })
