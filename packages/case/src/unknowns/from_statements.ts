/**
 * What files say about their own completeness.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Unknown } from './unknowns.ts'
import { bracketed, counted } from './wording.ts'

const STATEMENTS: ReadonlyMap<string, { readonly text: string; readonly settledBy: string }> =
  new Map([
    [
      'extractor-gap',
      {
        text: 'an extractor reports a time that it did not capture',
        settledBy: 'The extraction again for that time',
      },
    ],
    [
      'row-cap',
      {
        text: 'the file ends at the row limit of its exporter (5,000 or 50,000)',
        settledBy: 'The export again by shorter periods, or with -HighCompleteness',
      },
    ],
    [
      'result-count-short',
      {
        text: 'fewer rows than the search says that it found',
        settledBy: 'The search again, with all of its pages',
      },
    ],
    [
      'next-link',
      { text: 'a further page was not fetched', settledBy: 'The pages behind @odata.nextLink' },
    ],
    [
      'ends-early',
      { text: 'the file ends in the middle', settledBy: 'The file again from its source' },
    ],
    [
      'audit-data-truncated',
      {
        text: 'AuditData was cut (a spreadsheet cell holds 32,767 characters)',
        settledBy: 'The original export, not saved again by a spreadsheet',
      },
    ],
    [
      'portal-grouped',
      {
        text: 'one row stands for several sign-ins, without their ids',
        settledBy: 'The sign-ins through Graph or diagnostic settings',
      },
    ],
    [
      'date-order-unproven',
      {
        text: 'day and month cannot be told apart, so that rows were left out',
        settledBy: 'The export with ISO dates',
      },
    ],
    [
      'fields-not-carried',
      {
        text: 'the export leaves out fields that the records have',
        settledBy: 'An export that keeps nested values (AuditData as JSON)',
      },
    ],
  ])

/** One line for each kind of statement. Throws as `Session.rows`. */
export async function statements(session: Session): Promise<Unknown[]> {
  const rows = await session.rows(
    `SELECT toString(code) AS what, uniqExact(evidence_id) AS files, argMin(path, evidence_id) AS first_path
     FROM statement LEFT ANY JOIN (SELECT evidence_id AS id, path FROM evidence) AS file ON evidence_id = file.id
     GROUP BY what ORDER BY what ${BOUNDED}`,
  )
  const found = new Map(rows.map((row) => [String(row['what']), row]))
  return [...STATEMENTS].flatMap(([code, { text, settledBy: settles }]) => {
    const row = found.get(code)
    if (row === undefined) return []
    const files = counted(Number(row['files']), 'file', 'files')
    return [
      {
        code,
        text: `${files}${bracketed(String(row['first_path']))}: ${text}`,
        settledBy: settles,
      },
    ]
  })
}
