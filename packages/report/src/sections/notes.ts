/** What the investigators of the case wrote, by whom and when. It is not evidence. @module */
import type { Answer } from '@mintmark/case'
import type { Section } from '../model/model.ts'
import { listed, section } from './wording.ts'

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
