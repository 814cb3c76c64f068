export { findSchedulesReference, ScheduleKernel } from './aes_schedule.ts'
export type { Anchor } from './anchor.ts'
export { AnchorKernel, findAnchorsReference } from './anchors.ts'
export type { Certainty, Detected, Detector, KeyKind } from './detected.ts'
export type { Finding, KeyId } from './finding.ts'
export { isPackedDump } from './gate/dump_head.ts'
export { keptKey } from './gate/kept_keys.ts'
export { findPadsReference, PadKernel } from './hmac_pads.ts'
export { KernelMemory } from './kernel_memory.ts'
export type { KeyMaterial } from './key_material.ts'
export { type DerivedValue, derivedValues } from './known/derived_values.ts'
export { type Encoding, encodingsOf } from './known/encodings.ts'
export { type KnownKeyOptions, KnownKeySearch } from './known/known_key_search.ts'
export { packingOf } from './packed.ts'
export type { ScanProgress } from './passes.ts'
export { type PublicKey, type PublicKeyFile, parsePublicKeys } from './public_keys/parse.ts'
export type { ScanReport } from './report.ts'
export {
  type ScanOptions,
  scanFile,
  scanInput,
} from './scan_file.ts'
export type { ErasedInput, FileInput, ScanInput } from './scan_input.ts'
export type { LimitCode, ScanLimit } from './scan_limits.ts'
export { scanPipe } from './scan_pipe.ts'
export { ANCHORS as ALL_ANCHORS } from './scanner_task.ts'
export { removeUnfinished } from './scrub/new_file.ts'
export {
  type FileProgress,
  type ScrubDocument,
  type ScrubFileOptions,
  scrubFile,
} from './scrub/scrub_file.ts'
export { scrubInput } from './scrub/scrub_input.ts'
export type { Scrubbed, ScrubOptions, ScrubProgress } from './scrub/scrub_options.ts'
export type { ErasedValue, ScrubbedKey, ScrubReport } from './scrub/scrub_report.ts'
export type { WindowSearch } from './window_search.ts'
