/** Options and result of a scrub. @module */
import type { Range } from '@mintmark/dump'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { ScrubReport } from './scrub_report.ts'

export interface ScrubProgress {
  readonly step: 'searching' | 'verifying'
  /** Of this step: it begins anew with each scan. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface ScrubOptions {
  /** Their private halves are searched for in every encoding, and the report answers for each. */
  readonly publicKeys?: readonly PublicKey[]
  /** As for a scan. */
  readonly threads?: number
  readonly onProgress?: (progress: ScrubProgress) => void
  /** Erase published test keys too. They are part of programs and public. */
  readonly published?: boolean
  /** Leave tokens, encrypted keys and keystores where they are. */
  readonly keepLesser?: boolean
  /**
   * Erase values of keys in headers and names too, such as environments. Without it a dump is not clean if these
   * contain enough of a key to rebuild it.
   */
  readonly structureToo?: boolean
  /**
   * Accept a search that was cut short: for a given key that was not found, or among offsets that look like keys. The
   * report says so: `verification.limits`.
   */
  readonly acceptCut?: boolean
  /** Leave candidates that contain nothing of a verified key. */
  readonly keepCandidates?: boolean
}

/** Ranges to erase, and the verdict on the result. */
export interface Scrubbed {
  /**
   * Sorted and disjoint; of headers and names only contents of registers, and values of keys if the options ask for it.
   */
  readonly erased: readonly Range[]
  readonly report: ScrubReport
  /** Whether the erased input is clean: a complete search found no verified key in it. */
  readonly isClean: boolean
  /** The class of all that is erased, by the policy of scans. */
  readonly counts: ClassPolicy['counts']
}
