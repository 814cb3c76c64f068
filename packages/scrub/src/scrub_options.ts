/** What a scrub is asked for, and what it gives. @module */
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
  /** Their private halves are searched for in every encoding; of each the report says what can be said. */
  readonly publicKeys?: readonly PublicKey[]
  /** As for a scan. */
  readonly threads?: number
  readonly onProgress?: (progress: ScrubProgress) => void
  /** Erase published test keys too. They are part of programs, and everybody has them. */
  readonly published?: boolean
  /** Leave tokens, encrypted keys and keystores where they are. */
  readonly keepLesser?: boolean
  /**
   * Erase values of keys in what describes the dump too: environments, names. Without it they go from registers alone, and a
   * dump is not clean of which the rest holds so much of a key that it could be rebuilt.
   */
  readonly structureToo?: boolean
  /**
   * Call it clean though the search for a given key that was not found was cut short, or not all offsets were examined that
   * look like a form of a key. The report says so: `verification.limits`.
   */
  readonly acceptCut?: boolean
  /** Leave what has the shape of a key and holds nothing of one that is verified. */
  readonly keepCandidates?: boolean
}

/** What is to be erased, and what is then left. */
export interface Scrubbed {
  /**
   * Sorted and disjoint; of what describes the dump nothing but contents of registers, and values of keys as it was
   * asked for.
   */
  readonly erased: readonly Range[]
  readonly report: ScrubReport
  /** Whether the erased input may leave: no verified key is left in it, and nothing cut the search short that showed it. */
  readonly isClean: boolean
  /** What all that is erased counts as, by the policy that a scan has. */
  readonly counts: ClassPolicy['counts']
}
