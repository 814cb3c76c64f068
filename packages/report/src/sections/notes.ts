/**
 * What those who worked on the case wrote down: it is evidence of nothing, and by whom and when.
 *
 * @module
 */
import type { Answer } from '@mintmark/case'
import { type Section, table } from '../model/model.ts'
import { byQuery, column } from './wording.ts'

const NOTES_SQL =
  "SELECT kind, value, reason, who, at FROM mark WHERE kind LIKE 'note-%' ORDER BY at"

export function noteSection({ notes }: Answer): Section {
  return {
    id: 'notes',
    title: 'Notes of those who worked on the case',
    statements: [],
    figures: [],
    tables: [
      table({
        id: 'notes',
        title: 'Notes and saved views',
        columns: [
          column('at', 'At', 'time'),
          column('who', 'By whom'),
          column('kind', 'On what'),
          column('value', 'Which'),
          column('text', 'Note'),
        ],
        rows: notes.map(({ at, who, kind, value, text }) => [at, who, kind, value, text]),
        total: notes.length,
        strength: 'not-excluded',
        evidence: [byQuery(NOTES_SQL)],
      }),
    ],
  }
}
