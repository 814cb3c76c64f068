export { adapters } from './adapters.ts'
export { type DateProof, proveDateOrder, withSharedOrder } from './date_order.ts'
export {
  type EvidenceSource,
  requirePaths,
  sha256Of,
  type WalkOptions,
  walkEvidence,
} from './files/evidence_source.ts'
export type { RejectTaker } from './files/inflate.ts'
export { identityAdapters } from './identity/adapters.ts'
export { keycloakEventOfLine } from './identity/keycloak_line.ts'
export { ACCESS_SCHEMA, ISSUANCE_SCHEMA } from './identity/plain_ndjson.ts'
export type { Adapter, DateOrder, FileContext, RowSink, Tally } from './model/adapter.ts'
export { SNIFF_BYTES } from './model/limits.ts'
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
} from './model/records.ts'
export { UNKNOWN_OWNER } from './model/records.ts'
export { readEvidence } from './read_evidence.ts'
export { EvidenceReader, type EvidenceSummary, mergeSummaries, type ReadOptions } from './reader.ts'
export type { RecordCounts, RejectCounts } from './row_output.ts'
export { textOfBytes } from './rows/encoding.ts'
export type { TextPart } from './rows/text_rows.ts'
export { canSlice, countLines, readSlices, type Slice } from './slices.ts'
