export { adapters } from './adapters.ts'
export { type DateProof, proveDateOrder } from './date_order.ts'
export {
  type EvidenceSource,
  evidenceAt,
  requirePaths,
  walkEvidence,
} from './files/evidence_source.ts'
export { COMPLETE_ISSUER, completeText } from './identity/plain_ndjson.ts'
export type { Adapter, DateOrder, RowSink } from './model/adapter.ts'
export { SNIFF_BYTES } from './model/limits.ts'
export type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  RecordSink,
  Reject,
  RejectKind,
  Statement,
} from './model/records.ts'
export { UNKNOWN_OWNER } from './model/records.ts'
export {
  EvidenceReader,
  type EvidenceSummary,
  mergeSummaries,
  type ReadOptions,
  readEvidence,
} from './reader.ts'
export { textOfBytes } from './rows/encoding.ts'
export { canSlice, countLines, readSlices, type Slice } from './slices.ts'
