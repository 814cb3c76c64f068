/** A transparency log of other data than tokens: tree, signed heads, files. Loads no database. */
export { makeLogKey, readLogKey } from './home/ledger_key.ts'
export { PinnedCheckpoints } from './home/pinned_checkpoints.ts'
export {
  assertContains,
  type Checkpoint,
  parseCheckpoint,
  type SeenHead,
  signHead,
} from './notes/checkpoint.ts'
export {
  formatVerifierKey,
  NoteSigner,
  openNote,
  parseVerifierKey,
  type VerifierKey,
} from './notes/note.ts'
export { type Accepted, accept, type Policy, parsePolicy } from './notes/policy.ts'
export { bounded } from './read/bounded.ts'
export type { LedgerReader } from './read/reader.ts'
export { verifiedEntries, walkShards } from './read/walk.ts'
export { diskFiles, type Files, folderOf, replaceDurably } from './store/files.ts'
export { lockFolder } from './store/folder_lock.ts'
export type { Entry } from './tree/entry.ts'
export { GrowingTree } from './tree/growing_tree.ts'
export { TileTree } from './tree/tile_tree.ts'
export { EMPTY_ROOT, isEqualHash } from './tree/tree.ts'
export { Cosigning, type WitnessHttp } from './witness/cosigning.ts'
