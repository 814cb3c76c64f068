import { MessageChannel } from 'node:worker_threads'
import type { DateOrder, EvidenceSummary, Reject, Slice, Statement } from '@mintmark/logs'

/**
 * Hash of a small file's content, or of a large one's beginning and size: ids of records without one are made of it.
 */
export type Identity = string

/** Encoded rows of one table of `INGESTED`. */
export interface TableBlock {
  readonly table: string
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Some whole files, decompressed, in order. */
interface SmallTask {
  readonly kind: 'small'
  readonly job: number
  readonly files: readonly SmallFile[]
}

export interface SmallFile {
  readonly evidenceId: number
  readonly identity: Identity
  readonly bytes: Uint8Array
  /** What was wrong with the containers that the text came out of. */
  readonly rejects: readonly Reject[]
  /** What other files of the case prove of its dates. */
  readonly sharedOrder: DateOrder
}

/** A run of whole lines of a large file of JSON lines. Its memory goes to the worker, its rejects with the last one. */
interface SliceTask extends Slice, Pick<SmallFile, 'evidenceId' | 'identity' | 'rejects'> {
  readonly kind: 'slice'
  readonly job: number
}

/** A large file of another shape, which the worker opens itself: once for the order of its dates, once for its records. */
interface LargeTask extends Pick<SmallFile, 'evidenceId' | 'identity' | 'sharedOrder'> {
  readonly kind: 'large'
  readonly job: number
  /** Of its `EvidenceSource`. */
  readonly path: string
}

export type Task = SmallTask | SliceTask | LargeTask

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

/** What a task gave besides rows. */
export interface Done {
  readonly parts: readonly PartSummary[]
  /** Of a large file: of its content, lower-case hex. */
  readonly sha256?: string
}

export type Answer = { readonly job: number } & (
  | { readonly kind: 'read'; readonly bytes: number }
  /** Rows of a task that is not at its end. */
  | { readonly kind: 'rows'; readonly blocks: readonly TableBlock[] }
  | { readonly kind: 'done'; readonly blocks: readonly TableBlock[]; readonly done: Done }
  /** Reading ended at that file, which cannot be read where there is an `errno`; else in an error of the reader. */
  | {
      readonly kind: 'failed'
      readonly evidenceId: number
      readonly message: string
      readonly errno: string | undefined
    }
)

/** Parts of a task's rows that are on their way at most. */
const MOST_ON_THEIR_WAY = 2
/** A waiting thread looks again after this time, milliseconds. */
const LOOK_AGAIN_MS = 1000

/** Blocks a thread within a task until others have taken rows: a task may give twenty times as many bytes as it has. */
export class Flow {
  /** Shared by both sides. */
  readonly memory: SharedArrayBuffer
  /** How many parts were taken. */
  readonly #taken: Int32Array
  #given = 0

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory
    this.#taken = new Int32Array(memory)
  }

  taken(): void {
    Atomics.add(this.#taken, 0, 1)
    Atomics.notify(this.#taken, 0)
  }

  /** One part was given. Returns when another may be. */
  given(): void {
    this.#given++
    for (;;) {
      const taken = Atomics.load(this.#taken, 0)
      if (this.#given - taken <= MOST_ON_THEIR_WAY) return
      Atomics.wait(this.#taken, 0, taken, LOOK_AGAIN_MS)
    }
  }
}

/** Frees the memory of bytes at once: the engine is slow to collect what other threads hand over (a gigabyte, seen). */
export function giveBack(all: readonly Uint8Array<ArrayBuffer>[]): void {
  // A message that nobody receives takes its memory with it.
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(undefined, [...new Set(all.map(({ buffer }) => buffer))])
  port1.close()
  port2.close()
}
