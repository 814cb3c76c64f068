/**
 * What files say about their own completeness.
 *
 * @module
 */
import { plural } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Unknown } from './unknowns.ts'
import { asUnknown } from './wording.ts'

const STATEMENTS: Readonly<Record<string, readonly [text: string, settledBy: string]>> = {
  'extractor-gap': [
    'an extractor reports a time that it did not capture',
    'The extraction again for that time',
  ],
  'row-cap': [
    'the file ends at the row limit of its exporter (5,000 or 50,000)',
    'The export again by shorter periods, or with -HighCompleteness',
  ],
  'result-count-short': [
    'fewer rows than the search says that it found',
    'The search again, with all of its pages',
  ],
  'next-link': ['a further page was not fetched', 'The pages behind @odata.nextLink'],
  'ends-early': ['the file ends in the middle', 'The file again from its source'],
  'audit-data-truncated': [
    'AuditData was cut (a spreadsheet cell holds 32,767 characters)',
    'The original export, not saved again by a spreadsheet',
  ],
  'portal-grouped': [
    'one row stands for several sign-ins, without their ids',
    'The sign-ins through Graph or diagnostic settings',
  ],
  'date-order-unproven': [
    'day and month cannot be distinguished, so that rows were left out',
    'The export with ISO dates',
  ],
  'fields-not-carried': [
    'the export leaves out fields that the records have',
    'An export that keeps nested values (AuditData as JSON)',
  ],
}

/** Codes of what a file of a log lacks. */
export const FILE_UNKNOWNS: readonly string[] = [...Object.keys(STATEMENTS), 'rejected']

/** One line for each kind of statement. */
export async function statements(session: Session): Promise<Unknown[]> {
  const rows = await session.rows(
    `SELECT toString(code) AS what, uniqExact(evidence_id) AS files, argMin(path, evidence_id) AS first_path
     FROM statement LEFT ANY JOIN (SELECT evidence_id AS id, path FROM evidence) AS file ON evidence_id = file.id
     GROUP BY what ORDER BY what ${BOUNDED}`,
  )
  const found = new Map(rows.map((row) => [String(row['what']), row]))
  return Object.entries(STATEMENTS).flatMap(([code, [text, settledBy]]) => {
    const row = found.get(code)
    if (row === undefined) return []
    const path = String(row['first_path']).slice(0, 100)
    const first = path === '' ? '' : ` (${path})`
    return asUnknown(code, `${plural(Number(row['files']), 'file')}${first}: ${text}`, settledBy)
  })
}
