export {
  type Attested,
  attest,
  attestedBy,
  type FrontEndKeys,
  frontEndKeys,
} from './attestation.ts'
export {
  type AuditOptions,
  type AuditReport,
  auditLedger,
  type Finding,
  type FindingCode,
} from './audit.ts'
export { base64, readBase64url } from './base64.ts'
export { type Blinded, commit, newSalt, readSalt, SALT_CLAIM } from './blinding.ts'
export { type BatchReading, type BundleBatch, batchOf, readBatch } from './bundle_batch.ts'
export { BundleThreads } from './bundle_threads.ts'
export {
  type Checkpoint,
  formatHead,
  type Head,
  parseCheckpoint,
  parseHead,
  signHead,
} from './checkpoint.ts'
export { Cosigning, type WitnessHttp } from './cosigning.ts'
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
} from './description.ts'
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
} from './entry.ts'
export {
  type ExportCount,
  type ExportOptions,
  exportLines,
  openingLine,
  parseOpenings,
  type TokenOpening,
} from './export.ts'
export { diskFiles, type Files, type GrowingFile, replaceDurably } from './files.ts'
export { createFolderLedger, openFolderLedger, readDescription } from './folder_ledger.ts'
export { createFolderWitness, isFolderWitness, openFolderWitness } from './folder_witness.ts'
export { GrowingTree } from './growing_tree.ts'
export { assertContains, formatHeads, highestHeads, parseHeads, type SeenHead } from './heads.ts'
export { KeptHeads } from './kept_heads.ts'
export { type HomeOptions, type LedgerHome, openHome, openLedger } from './ledger_home.ts'
export type { LiveToken } from './live_tokens.ts'
export {
  formatVerifierKey,
  isKeyName,
  NoteSigner,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
} from './note.ts'
export {
  type Accepted,
  accept,
  acceptCheckpoint,
  logPolicy,
  type Policy,
  parsePolicy,
  type Refusal,
} from './policy.ts'
export { PostgresFiles } from './postgres_files.ts'
export { createPostgresLedger, isPostgresUrl } from './postgres_ledger.ts'
export { entryOfProof, proveIndex, proveIssuance } from './prove.ts'
export { LedgerReader, type ShardView } from './reader.ts'
export { type Receipt, Sequencer } from './sequencer.ts'
export { hashOf, issuanceOf, MAX_TOKEN_LETTERS, signingInputOf } from './signing_input.ts'
export { StandingLedger, type StandingOptions } from './standing_ledger.ts'
export type { LedgerStore, ShardAppend } from './store.ts'
export type { ReadResource } from './tile_tree.ts'
export { parseTilePath, readBundle, TILE_WIDTH, writeBundle } from './tiles.ts'
export {
  formatProof,
  type ProofRefusal,
  parseProof,
  type TlogProof,
  verifyProof,
} from './tlog_proof.ts'
export {
  hashLeaf,
  hashNode,
  isEqualHash,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts'
export { BundleReader, type BundleReading, OUTLINE_WORDS } from './tree_hashes.ts'
export { type LinkedShard, verifiedEntries, walkShards } from './walk.ts'
export { MAX_ADD_CHECKPOINT_BYTES, originHash, Witness } from './witness.ts'
