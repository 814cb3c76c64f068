import { VERSION } from '@mintmark/core'
import { onPaper } from '../exports/table_csv.ts'
import { type Cover, REPORT_SCHEMA, type Report } from '../model/model.ts'
import { mapTexts } from '../model/report_texts.ts'
import { appendixSection } from '../sections/appendices.ts'

/** The sections with their appendices and cover, as a report. */
export function covered(
  {
    title,
    sections,
    ...own
  }: Pick<Report, 'title' | 'case' | 'recipient' | 'sections' | 'course' | 'lineage'>,
  cover: Cover,
): Report {
  const report: Report = {
    schema: REPORT_SCHEMA,
    title: cover.title ?? title,
    case: own.case,
    version: VERSION,
    redacted: cover.redacted ?? [],
    prepared: cover.prepared ?? { by: null, on: null },
    classification: cover.classification ?? null,
    recipient: own.recipient,
    sections: [...sections, appendixSection(sections)].map(onPaper),
    course: own.course,
    lineage: own.lineage,
  }
  return mapTexts(report, cover.replace)
}
