/** Settings of V8's compiler and garbage collector for commands that last seconds. @module */
import { setFlagsFromString } from 'node:v8'

/**
 * From now on JavaScript is compiled later and inlined less, in all threads of the process: for searches of dumps and
 * for reading logs in, of whose processor time a tenth and more goes into optimizing what runs for seconds. Reading
 * half a gigabyte of logs takes no more for it (measured).
 */
export function compileLess(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100')
}

/** Megabytes of a thread's heap up to which nothing is collected. */
const FREE_MEGABYTES = 48
/** Of the process: from here on a heap may grow by half between two collections, until then to four times what is in use. */
const MUCH_BYTES = 224 << 20
const GROWING = { first: 300, last: 50 } as const
const LOOK_MS = 50

/**
 * For a command that searches: what `compileLess` does, kernels are optimized at once, and garbage is collected
 * later.
 */
export function forSearches(): void {
  compileLess()
  // All threads would run what is compiled in haste, several times slower, until what they soon need anyway is compiled.
  setFlagsFromString('--no-liftoff')
  setFlagsFromString(`--initial-old-space-size=${FREE_MEGABYTES}`)
  setFlagsFromString(`--heap-growing-percent=${GROWING.first}`)
  // In a dump full of keys that would be more memory than a scan may take.
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() < MUCH_BYTES) return
    setFlagsFromString(`--heap-growing-percent=${GROWING.last}`)
    clearInterval(timer)
  }, LOOK_MS)
  timer.unref()
}
