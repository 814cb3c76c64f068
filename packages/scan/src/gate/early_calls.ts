/**
 * What perl needs to know of the system to call it: no module of its own is loaded for that.
 *
 * Source: `asm/unistd_64.h` (x86) and `asm-generic/unistd.h` (arm64).
 *
 * @module
 */

/** Numbers of system calls. */
export interface Calls {
  readonly memfdCreate: number
  readonly splice: number
  readonly setScheduler: number
  readonly clockGetTime: number
  readonly pread: number
  readonly fallocate: number
}

export const CALLS: ReadonlyMap<string, Calls> = new Map([
  [
    'x64',
    {
      memfdCreate: 319,
      splice: 275,
      setScheduler: 144,
      clockGetTime: 228,
      pread: 17,
      fallocate: 285,
    },
  ],
  [
    'arm64',
    {
      memfdCreate: 279,
      splice: 76,
      setScheduler: 119,
      clockGetTime: 113,
      pread: 67,
      fallocate: 47,
    },
  ],
])

/** `EINTR` */
export const INTERRUPTED = 4
