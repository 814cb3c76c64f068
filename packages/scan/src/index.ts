export type { Anchor } from './anchor.ts'
export type { Certainty, Detected, Detector, KeyKind } from './detected.ts'
export type { Finding, KeyId } from './finding.ts'
export type { KeyMaterial } from './key_material.ts'
export type { ScanReport } from './report.ts'
export {
  type MaterialTaker,
  type ScanOptions,
  type ScanProgress,
  scanFile,
  scanWithMaterial,
} from './scan_file.ts'
export type { LimitCode, ScanLimit } from './scan_limits.ts'
export type { WindowSearch } from './window_search.ts'
