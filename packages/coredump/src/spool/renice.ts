/** A scrub must neither slow restarting programs nor starve: raw bytes stay until it ends. */
import { readdirSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** A third of the share that others get. */
export const NICE = 5

/** Never raises priority. On Linux each thread has one of its own. */
export function renice(): void {
  for (const thread of threads()) {
    try {
      if (getPriority(thread) < NICE) setPriority(thread, NICE)
    } catch {
      // It has ended.
    }
  }
}

function threads(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [0]
  }
}
