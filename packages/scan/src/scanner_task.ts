/**
 * What a scanner looks for, as data that threads can be given.
 *
 * @module
 */
import type { Anchor } from './anchor.ts'
import { BINARY_ANCHORS } from './detectors/binary_anchors.ts'
import { TEXT_ANCHORS } from './detectors/text_anchors.ts'
import { WindowScanner } from './window_scanner.ts'

/** The pass that looks for every form that shows itself. */
export interface FormsTask {
  readonly kind: 'forms'
  readonly isDeep: boolean
}

export type ScannerTask = FormsTask

/** All forms that show themselves by their bytes. */
export const ANCHORS: readonly Anchor[] = [...BINARY_ANCHORS, ...TEXT_ANCHORS]

/** A scanner for a task; with `anchors`, for those alone. */
export function scannerFor(task: ScannerTask, anchors?: readonly Anchor[]): WindowScanner {
  return new WindowScanner({
    anchors: anchors ?? ANCHORS,
    hasKeyTables: anchors === undefined,
    isDeep: task.isDeep,
  })
}

/** Scanners that nobody uses now: a folder of small files needs one, and to make one takes longer than a file. */
const idle = new Map<string, WindowScanner>()

const nameOf = (task: ScannerTask) => `${task.kind} ${task.isDeep}`

/** A scanner for a task: an idle one where there is. Give it back when done. */
export function takeScanner(task: ScannerTask): WindowScanner {
  const name = nameOf(task)
  const scanner = idle.get(name)
  idle.delete(name)
  return scanner ?? scannerFor(task)
}

/** Wipes a scanner and keeps it for the next file. */
export function giveBack(task: ScannerTask, scanner: WindowScanner): void {
  scanner.wipe()
  idle.set(nameOf(task), scanner)
}
