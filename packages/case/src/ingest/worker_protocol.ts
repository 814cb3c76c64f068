/** What the main thread and its workers say to each other: tasks, blocks of rows, and when more may come. */

import { MessageChannel } from 'node:worker_threads'
import type { DateOrder, EvidenceSummary, Reject, Slice, Statement } from '@mintmark/logs'

/** Hash of a small file's content, or of a large one's beginning and size: makes the ids of records without one. */
export type Identity = string

export interface TableBlock {
  readonly table: string
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface SmallTask {
  readonly kind: 'small'
  readonly job: number
  readonly files: readonly SmallFile[]
}

export interface SmallFile {
  readonly evidenceId: number
  readonly identity: Identity
  readonly bytes: Uint8Array
  readonly rejects: readonly Reject[]
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
  readonly path: string
}

export type Task = SmallTask | SliceTask | LargeTask

export interface PartSummary {
  readonly evidenceId: number
  readonly summary: EvidenceSummary
  readonly statements: readonly LocatedStatement[]
  readonly dates?: FileDates | undefined
}

export interface FileDates {
  readonly shape: string
  /** Hash of the header's names; `''` of a file without a header. */
  readonly header: string
  readonly own: DateOrder | 'contradicted'
  readonly hasAmbiguous: boolean
  readonly shared: DateOrder
}

export interface LocatedStatement extends Statement {
  readonly line: number
}

export interface Done {
  readonly parts: readonly PartSummary[]
  readonly sha256?: string
}

export type Answer = { readonly job: number } & (
  | { readonly kind: 'read'; readonly bytes: number }
  | { readonly kind: 'rows'; readonly blocks: readonly TableBlock[] }
  | { readonly kind: 'done'; readonly blocks: readonly TableBlock[]; readonly done: Done }
  | {
      readonly kind: 'failed'
      readonly evidenceId: number
      readonly message: string
      readonly errno: string | undefined
    }
)

const MOST_ON_THEIR_WAY = 2
const RECHECK_MS = 1000

/** Blocks a thread within a task until others have taken rows: a task may give twenty times as many bytes as it has. */
export class Flow {
  readonly memory: SharedArrayBuffer
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

  given(): void {
    this.#given++
    for (;;) {
      const taken = Atomics.load(this.#taken, 0)
      if (this.#given - taken <= MOST_ON_THEIR_WAY) return
      Atomics.wait(this.#taken, 0, taken, RECHECK_MS)
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
