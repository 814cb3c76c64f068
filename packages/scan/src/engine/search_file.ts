/** A file to search, and in how many threads: in this one alone where that is quicker. */
import { availableParallelism } from 'node:os'
import type { ByteSource, Range } from '@mintmark/dump'
import { type Run, WINDOW_BYTES, type Window } from '../anchors/scan_plan.ts'
import type { FileBorders } from '../memory/segment_chains.ts'
import type { SearchThreads } from './pool.ts'

/** Each thread takes some 40 MB: more would exceed the memory limit. */
const MOST_THREADS = 8

/** Files with less data than this are searched before a thread would have started. */
const SMALL_BYTES = 96 << 20

export interface SearchedFile {
  readonly source: ByteSource
  readonly runs: readonly Run[]
  readonly vectorRegisters: readonly Range[]
  readonly wideRegisters: readonly Range[]
  readonly borders?: FileBorders
  readonly data: readonly Range[]
  readonly hashKey: Uint8Array
  readonly threads: SearchThreads
}

export interface Searched {
  readonly windows: Iterable<Window>
  readonly bytes: number
}

/** 1 for this thread alone. `asked` defaults to the number of processors, up to 8. */
export function searchersOf(file: SearchedFile, asked: number | undefined, bytes: number): number {
  const most = Math.min(asked ?? availableParallelism(), MOST_THREADS)
  const threads = Math.min(most, Math.ceil(bytes / WINDOW_BYTES))
  // Threads that run already also search the few windows that are searched again.
  const isSmall = asked === undefined && bytes <= SMALL_BYTES && !file.threads.areStarted
  return isSmall ? 1 : Math.max(threads, 1)
}
