export { createFolderLedger, openFolderLedger, readDescription } from './home/folder_ledger.ts'
export { makeFrontEnd } from './home/front_ends.ts'
export { KeptHeads } from './home/kept_heads.ts'
export { type HomeOptions, type LedgerHome, openHome, openLedger } from './home/ledger_home.ts'
export { createPostgresLedger, isPostgresUrl } from './home/postgres_ledger.ts'
export { StandingLedger, type StandingOptions } from './home/standing_ledger.ts'
export type { LiveToken } from './live/live_tokens.ts'
export {
  type Attested,
  attest,
  attestedBy,
  type FrontEndKeys,
  frontEndKeys,
} from './notes/attestation.ts'
export { base64, readBase64url } from './notes/base64.ts'
export { type Blinded, commit, newSalt, readSalt, SALT_CLAIM } from './notes/blinding.ts'
export {
  type Checkpoint,
  formatHead,
  type Head,
  parseCheckpoint,
  parseHead,
  signHead,
} from './notes/checkpoint.ts'
export {
  type Description,
  formatDescription,
  isAlias,
  originOf,
  PERIODS,
  type Period,
  parseDescription,
  periodAt,
  shardPath,
} from './notes/description.ts'
export {
  assertContains,
  formatHeads,
  highestHeads,
  parseHeads,
  type SeenHead,
} from './notes/heads.ts'
export {
  formatVerifierKey,
  isKeyName,
  NoteSigner,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
} from './notes/note.ts'
export {
  type Accepted,
  accept,
  acceptCheckpoint,
  logPolicy,
  type Policy,
  parsePolicy,
  type Refusal,
} from './notes/policy.ts'
export { hashOf, issuanceOf, MAX_TOKEN_LETTERS, signingInputOf } from './notes/signing_input.ts'
export {
  formatProof,
  type ProofRefusal,
  parseProof,
  type TlogProof,
  verifyProof,
} from './notes/tlog_proof.ts'
export {
  type AuditOptions,
  type AuditReport,
  auditLedger,
  type Finding,
  type FindingCode,
} from './read/audit.ts'
export {
  type ExportCount,
  type ExportOptions,
  exportLines,
  openingLine,
  parseOpenings,
  type TokenOpening,
} from './read/export.ts'
export { entryOfProof, proveIndex, proveIssuance } from './read/prove.ts'
export { LedgerReader, type ShardView } from './read/reader.ts'
export { LedgerTail, type PlacedEntry } from './read/tail.ts'
export { type LinkedShard, verifiedEntries, walkShards } from './read/walk.ts'
export { type Receipt, Sequencer } from './sequence/sequencer.ts'
export { diskFiles, type Files, type GrowingFile, replaceDurably } from './store/files.ts'
export { PostgresFiles } from './store/postgres_files.ts'
export type { LedgerStore, ShardAppend } from './store/store.ts'
export { type BatchReading, type BundleBatch, batchOf, readBatch } from './tree/bundle_batch.ts'
export { BundleThreads } from './tree/bundle_threads.ts'
export {
  type Commitments,
  decodeEntry,
  type Entry,
  type EntryOutline,
  encodeEntry,
  type Issuance,
  MAX_ATTESTATION,
  type Opening,
  outlineOf,
  type Revocation,
  tokenIdBytes,
} from './tree/entry.ts'
export { GrowingTree } from './tree/growing_tree.ts'
export type { ReadResource } from './tree/tile_tree.ts'
export { parseTilePath, readBundle, TILE_WIDTH, writeBundle } from './tree/tiles.ts'
export {
  hashLeaf,
  hashNode,
  isEqualHash,
  verifyConsistency,
  verifyInclusion,
} from './tree/tree.ts'
export { BundleReader, type BundleReading, OUTLINE_WORDS } from './tree/tree_hashes.ts'
export { Cosigning, type WitnessHttp } from './witness/cosigning.ts'
export {
  createFolderWitness,
  isFolderWitness,
  openFolderWitness,
} from './witness/folder_witness.ts'
export { MAX_ADD_CHECKPOINT_BYTES, originHash, Witness } from './witness/witness.ts'
