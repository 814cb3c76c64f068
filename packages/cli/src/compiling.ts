/**
 * What V8 spends on compiling, and lets lie, where a command lasts seconds.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'

let isDone = false

/**
 * From now on JavaScript is compiled later and inlined less, in all threads of the process: for searches of dumps and
 * for reading logs in, of whose processor time a tenth and more goes into optimizing what runs for seconds. Reading
 * half a gigabyte of logs takes no more for it (measured).
 */
export function compileLess(): void {
  if (isDone) return
  isDone = true
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100')
  // Later versions count otherwise, and complain of a flag that they do not know.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000')
}

/** For a command that searches: what `compileLess` does, kernels are optimized at once, and garbage is collected sooner. */
export function forSearches(): void {
  compileLess()
  // All threads would run what is compiled in haste, several times slower, until what they soon need anyway is compiled.
  setFlagsFromString('--no-liftoff')
  // V8 lets three times as much lie as is in use, which in a dump full of keys is more memory than a scan may take.
  setFlagsFromString('--heap-growing-percent=50')
}
