import type { DateOrder, EvidenceSummary, Reject, Statement } from '@mintmark/logs'
import type { TableBlock } from './record_block.ts'

/**
 * Hash of a small file's content, or of a large one's beginning and size: ids of records without one are made of it.
 */
export type Identity = string

/** Some whole files, decompressed, in order. */
export interface SmallTask {
  readonly kind: 'small'
  readonly job: number
  readonly files: readonly {
    readonly evidenceId: number
    readonly identity: Identity
    readonly bytes: Uint8Array
    /** What was wrong with the containers that the text came out of. */
    readonly rejects: readonly Reject[]
    /** What other files of the case prove of its dates. */
    readonly sharedOrder: DateOrder
  }[]
}

/** A run of whole lines of a large file of JSON lines. Its memory goes to the worker, and comes back. */
export interface SliceTask {
  readonly kind: 'slice'
  readonly job: number
  readonly evidenceId: number
  readonly identity: Identity
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly startLine: number
  readonly isLast: boolean
  /** With the last slice: what was wrong with the containers that the text came out of. */
  readonly rejects: readonly Reject[]
}

/** A large file of another shape, in {@link ChunkTask}s, which come twice if the worker asks for its order of dates. */
export interface StreamTask {
  readonly kind: 'stream'
  readonly job: number
  readonly evidenceId: number
  readonly identity: Identity
  /** What other files of the case prove of its dates. */
  readonly sharedOrder: DateOrder
}

export interface ChunkTask {
  readonly kind: 'chunk'
  readonly job: number
  /** 1: for the order of the dates. 2: for the records. */
  readonly pass: 1 | 2
  /** Undefined: the file ends here. */
  readonly bytes: Uint8Array | undefined
  /** With the end of the file: what was wrong with its containers. */
  readonly rejects: readonly Reject[]
}

export type Task = SmallTask | SliceTask | StreamTask | ChunkTask

/** What a part of a file gave besides rows. */
export interface PartSummary {
  readonly evidenceId: number
  readonly summary: EvidenceSummary
  /** Each statement once a part. */
  readonly statements: readonly LocatedStatement[]
  /** Of a file with dates that need an order of day and month. */
  readonly dates?: FileDates | undefined
}

/** What a file says of the order of its dates, and which files share it. */
export interface FileDates {
  readonly shape: string
  /** Hash of the header's names; `''` of a file without a header. */
  readonly header: string
  readonly own: DateOrder | 'contradicted'
  /** Some date can be read only in a known order. */
  readonly hasAmbiguous: boolean
  /** The order from other files by which it was read; else `unproven`. */
  readonly shared: DateOrder
}

export interface LocatedStatement extends Statement {
  readonly line: number
}

export type Answer =
  /** The worker has taken a chunk of a stream. */
  | { readonly kind: 'taken'; readonly job: number; readonly pass: 1 | 2 }
  /** The order of the dates is known: the second pass may begin. */
  | { readonly kind: 'proven'; readonly job: number }
  /** Rows of a task that is not at its end. */
  | { readonly kind: 'rows'; readonly job: number; readonly blocks: readonly TableBlock[] }
  | {
      readonly kind: 'done'
      readonly job: number
      readonly blocks: readonly TableBlock[]
      readonly parts: readonly PartSummary[]
      /** Of a slice: its memory, to be used again. */
      readonly memory: ArrayBuffer | undefined
    }
  /** Reading ended in an error of the reader, at that file. */
  | {
      readonly kind: 'failed'
      readonly job: number
      readonly evidenceId: number
      readonly message: string
    }
