export { buildReport, type ReportOptions, reportOf } from './build_report.ts'
export { type Difference, type Erratum, erratumOf, erratumText } from './erratum/erratum.ts'
export { type ReadReport, readReport, type Said } from './erratum/read_report.ts'
export { writeErratum } from './erratum/write_erratum.ts'
export { timesketchRow } from './exports/timesketch.ts'
export { markdownOf } from './markdown.ts'
export {
  type Cell,
  type CellType,
  type Column,
  type Course,
  type Evidence,
  type ExportName,
  type Figure,
  figure,
  type Lineage,
  type LineageEdge,
  type LineageNode,
  type NonEmpty,
  type Range,
  REPORT_SCHEMA,
  type Redaction,
  type Report,
  SECTION_IDS,
  type Section,
  type SectionId,
  type Statement,
  type Strength,
  statement,
  strengthOf,
  type Table,
  table,
} from './model/model.ts'
export { findChromium } from './pdf.ts'
export { MANIFEST, type Written } from './sealed/folder.ts'
export { readSigningKey } from './sealed/signature.ts'
export { type FileState, isWhole, type Verified, verifyReport } from './sealed/verify_report.ts'
export { type WriteOptions, type WrittenReport, writeReport } from './write_report.ts'
