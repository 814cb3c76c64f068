import type { Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import type { Inlet } from '@mintmark/scan/buffer/drain'
import type { ClassPolicy } from '@mintmark/scan/findings/policy'
import type { ScanInput } from '@mintmark/scan/memory/scan_input'
import type { Crash } from '../spool/crash.ts'
import type { DiskBound } from '../spool/free_space.ts'
import type { GateLog } from '../spool/gate_log.ts'
import type { DroppedFile, WrittenCore } from '../spool/gate_report.ts'
import type { MemoryBound } from '../spool/memory_pool.ts'
import type { Spool } from '../spool/spool.ts'
import type { Compression, Written } from './compress.ts'

export interface GateLimits {
  /** Bytes of data that all receivers buffer in memory in sum; more go to encrypted files. */
  readonly maxMemoryBytes: MemoryBound
  /** Bytes of a core, holes included: a larger one is not taken. */
  readonly maxSizeBytes: number
  /** Cores in work at once; half of them of one program. */
  readonly maxAtOnce: number
  /** Bytes of the spool's file system that stay free. */
  readonly keepFreeBytes: DiskBound
}

export interface Scrubbed {
  readonly erased: readonly Range[]
  readonly report: object
  readonly isClean: boolean
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
  /** Milliseconds that a scrub of so many bytes may take, as `scrub_slots.ts` has it. */
  readonly slotMs?: (bytes: number) => number
}

export interface Arrival {
  /** Closed as soon as it is read to its end. */
  readonly inlet: Inlet
  readonly crash?: Crash
  readonly source?: DroppedFile
  /** Letters, digits, dots, dashes and underscores. */
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
  | { readonly outcome: 'unclean'; readonly folder: string }
  | { readonly outcome: 'lost'; readonly why: string }

export interface Content {
  readonly input: BufferedInput
  readonly coreBytes: number
  readonly spilledBytes: number
  readonly suffix: string
  readonly compression: WrittenCore['compression']
  /** Given the erased ranges, says why it cannot be made clean, or gives what writes it. */
  readonly ready: (erased: readonly Range[], scrub: Scrub) => Promise<string | Write>
}

export type Write = (file: number) => Promise<Written>
