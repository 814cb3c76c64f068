/**
 * A scrub must neither slow restarting programs nor starve: raw bytes stay buffered until it ends.
 */
import { readdirSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** A third of the share that others get. */
export const NICE = 5

/** Lowers the priority of this process, and never raises it: on Linux each of its threads has one of its own. */
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
