/** What a gate is given, what arrives at it, and what it makes of that. */
import type { Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import type { Inlet } from '@mintmark/scan/buffer/drain'
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { ScanInput } from '@mintmark/scan/memory/scan_input'
import type { Crash } from '../spool/crash.ts'
import type { GateLog } from '../spool/gate_log.ts'
import type { DroppedFile, WrittenCore } from '../spool/gate_report.ts'
import type { MemoryBound } from '../spool/memory_pool.ts'
import type { DiskBound, Spool } from '../spool/spool.ts'
import type { Compression, Written } from './compress.ts'

export interface GateLimits {
  /** Bytes of data that all receivers buffer in memory in sum; more go to encrypted files. */
  readonly maxMemoryBytes: MemoryBound
  /** Bytes of a core, holes included: a larger one is not taken. */
  readonly maxSizeBytes: number
  /** Cores that are read, or wait for their scrub, at once; half of them of one program. One more is not taken. */
  readonly maxAtOnce: number
  /** Bytes of the spool's file system that stay free: what would need them is not taken. */
  readonly keepFreeBytes: DiskBound
}

export interface Scrubbed {
  readonly erased: readonly Range[]
  readonly report: object
  readonly isClean: boolean
  /** The class of what was erased: the state of a random generator counts as nothing found. */
  readonly counts: ClassPolicy['counts']
  /** Why it is not clean, in words that contain nothing of the core. */
  readonly remainders?: readonly string[]
}

export type Scrub = (input: ScanInput, name: string) => Promise<Scrubbed>

export interface Gate {
  readonly spool: Spool
  readonly log: GateLog
  readonly limits: GateLimits
  readonly compression: Compression
  /** Loaded once the dying process is let go. */
  readonly loadScrub: () => Promise<Scrub>
  /** How long the scrub of so many bytes may take, in milliseconds, before there is no core; as `scrub_slots.ts` has it. */
  readonly slotMs?: (bytes: number) => number
}

export interface Arrival {
  /** Closed as soon as it is read to its end. */
  readonly inlet: Inlet
  readonly crash?: Crash
  readonly source?: DroppedFile
  /** Identifies the program; letters, digits, dots, dashes and underscores. */
  readonly program: string
  readonly name: string
}

export type CoreOutcome =
  | {
      readonly outcome: 'core'
      readonly folder: string
      readonly erasedRanges: number
      readonly counts: ClassPolicy['counts']
    }
  /** The scrub could not make it clean: only a report is written. */
  | { readonly outcome: 'unclean'; readonly folder: string }
  | { readonly outcome: 'lost'; readonly why: string }

export interface Content {
  readonly input: BufferedInput
  readonly coreBytes: number
  /** How many bytes of the input are in the encrypted file. */
  readonly spilledBytes: number
  readonly suffix: string
  readonly compression: WrittenCore['compression']
  /**
   * Prepares the output once the erased ranges are known.
   * @returns why it cannot be made clean, or a function that writes it to an open file
   */
  readonly ready: (erased: readonly Range[], scrub: Scrub) => Promise<string | Write>
}

export type Write = (file: number) => Promise<Written>
