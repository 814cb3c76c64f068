export type { Adapter, DateOrder, FileContext, RowSink, Tally } from './adapter.ts'
export { adapters } from './adapters.ts'
export { type DateProof, proveDateOrder, withSharedOrder } from './date_order.ts'
export { textOfBytes } from './encoding.ts'
export {
  type EvidenceSource,
  requirePaths,
  sha256Of,
  type WalkOptions,
  walkEvidence,
} from './evidence_source.ts'
export { identityAdapters } from './identity/adapters.ts'
export { keycloakEventOfLine } from './identity/keycloak_line.ts'
export { ACCESS_SCHEMA, ISSUANCE_SCHEMA } from './identity/plain_ndjson.ts'
export type { RejectTaker } from './inflate.ts'
export { SNIFF_BYTES } from './limits.ts'
export { readEvidence } from './read_evidence.ts'
export { EvidenceReader, type EvidenceSummary, mergeSummaries, type ReadOptions } from './reader.ts'
export type {
  Access,
  AccessSource,
  ActorKind,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  IssuanceCategory,
  IssuanceSource,
  Item,
  RecordSink,
  Reject,
  RejectKind,
  Statement,
  StatementCode,
  SyncedFolder,
  TokenId,
  TokenIdState,
} from './records.ts'
export { UNKNOWN_OWNER } from './records.ts'
export type { RecordCounts, RejectCounts } from './row_output.ts'
export { canSlice, countLines, readSlices, type Slice } from './slices.ts'
export type { TextPart } from './text_rows.ts'
