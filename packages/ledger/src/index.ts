export { makeFrontEnd } from './home/front_ends.ts'
export {
  createFolderLedger,
  openFolderLedger,
  openHome,
  openLedger,
  readDescription,
} from './home/ledger_home.ts'
export { PinnedCheckpoints } from './home/pinned_checkpoints.ts'
export { createPostgresLedger } from './home/postgres_ledger.ts'
export { ReopeningLedger } from './home/reopening_ledger.ts'
export type { LiveToken } from './live/live_tokens.ts'
export { attest, attestedBy, frontEndKeys } from './notes/attestation.ts'
export {
  type Head,
  highestHeads,
  parseCheckpoint,
  parseHeads,
  type SeenHead,
  signHead,
} from './notes/checkpoint.ts'
export {
  DESCRIPTION_PATH,
  type Description,
  descriptionSettings,
  formatDescription,
  isAlias,
  isRecordedLater,
  LEAST_SKEW_MS,
  originOf,
  PERIODS,
  periodStartMs,
} from './notes/description.ts'
export {
  formatVerifierKey,
  isKeyName,
  NoteSigner,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
} from './notes/note.ts'
export {
  type Accepted,
  acceptCheckpoint,
  formatProof,
  logPolicy,
  type Policy,
  type ProofRefusal,
  parsePolicy,
  parseProof,
  type TlogProof,
  verifyProof,
} from './notes/policy.ts'
export {
  hashOf,
  issuanceOf,
  MAX_TOKEN_LETTERS,
  newSalt,
  SALT_CLAIM,
  signingInputOf,
} from './notes/signing_input.ts'
export { type AuditReport, auditLedger } from './read/audit.ts'
export { type ExportCount, exportLines, openingLine, parseOpenings } from './read/export.ts'
export {
  assertNotPruned,
  entryOfProof,
  proveIndex,
  proveIssuance,
  searchIssuance,
} from './read/prove.ts'
export { LedgerReader, type ShardView } from './read/reader.ts'
export { LedgerTail, type TailEntry } from './read/tail.ts'
export { type LinkedShard, verifiedEntries, walkShards } from './read/walk.ts'
export type { Receipt } from './sequence/admission.ts'
export { Sequencer } from './sequence/sequencer.ts'
export { diskFiles, type Files, readText, replaceDurably } from './store/files.ts'
export { PostgresFiles } from './store/postgres_files.ts'
export { type BatchReading, type BundleBatch, batchOf, readBatch } from './tree/bundle_batch.ts'
export { BundleThreads } from './tree/bundle_threads.ts'
export {
  decodeEntry,
  type Entry,
  type EntryOutline,
  encodeEntry,
  type Issuance,
  issuedAtOf,
  MAX_ATTESTATION,
  type Opening,
  outlineOf,
  type Revocation,
  tokenIdBytes,
} from './tree/entry.ts'
export { GrowingTree } from './tree/growing_tree.ts'
export type { ReadResource } from './tree/tile_tree.ts'
export { readBundle, TILE_WIDTH, writeBundle } from './tree/tiles.ts'
export { EMPTY_ROOT, hashLeaf, hashNode, isEqualHash, verifyInclusion } from './tree/tree.ts'
export { BundleReader, OUTLINE_WORDS } from './tree/tree_hashes.ts'
export { createFolderWitness, isFolderWitness, Witness } from './witness/witness.ts'
