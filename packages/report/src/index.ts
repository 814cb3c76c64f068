export { buildReport } from './build_report.ts'
export { erratumOf, erratumText, readReport, writeErratum } from './erratum/erratum.ts'
export { timesketchRow } from './exports/events.ts'
export {
  type Cell,
  type CellType,
  type Evidence,
  type Figure,
  figure,
  type Prepared,
  type Redaction,
  type Report,
  SECTION_IDS,
  type Statement,
  type Strength,
  statement,
  strengthOf,
  table,
} from './model/model.ts'
export { findChromium } from './pdf.ts'
export { readSigningKey } from './sealed/signature.ts'
export { isWhole, type Verified, verifyReport } from './sealed/verify_report.ts'
export { type WrittenNotice, writeNotices } from './write_notices.ts'
export { type Paper, type WriteOptions, writeReport } from './write_report.ts'
