/**
 * What the kernel calls the receiver with, and the first bytes of the core, before the rest of the gate is loaded.
 *
 * Imports only what itself imports next to nothing.
 *
 * @module
 */
import { FirstBytes, STANDARD_INPUT } from '@mintmark/scan/hold/first_bytes'
import { FIRST_MOST_BYTES, FIRST_SHARE } from '@mintmark/scan/hold/hold_layout'
import { crashOf } from './spool/crash.ts'
import { standBack } from './spool/stand_back.ts'

/** What the receiver is called with, and the first bytes of the core. */
export interface Called {
  /** The folder of the gate's state, then what the kernel tells of the crash, or `--check` alone. */
  readonly told: readonly string[]
  /** Nothing of a process that asked for no core. */
  readonly first: FirstBytes | undefined
}

/** Reads standard input. */
export function readFirst(told: readonly string[]): Called {
  const isCore = told[1] !== '--check' && !crashOf(told.slice(1), 0).wantsNone
  if (!isCore) return { told, first: undefined }
  const room = Math.min(FIRST_MOST_BYTES, process.availableMemory() / FIRST_SHARE)
  const first = new FirstBytes(STANDARD_INPUT, room)
  // Others may crash at the same time: they are read before what is to be done with this one is loaded.
  if (first.isAll) standBack()
  return { told, first }
}
