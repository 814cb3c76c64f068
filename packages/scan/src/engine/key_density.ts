/** Whether a file is key-dense: verified keys fill a good part of most windows. */
import { ownBytes, type Window } from '../anchors/scan_plan.ts'
import type { WindowResult } from './window_result.ts'

/** Of a window. Measured: nginx with 1000 keys 1/1200, CPython 1/160, a PEM flood 1/145. */
const SHARE = 1 / 400
const MOST_OF_FILE = 1 / 2

export class KeyDensity {
  readonly #fileBytes: number
  /** Bytes of verified keys in windows that were not examined whole at first, by offset. */
  readonly #cut = new Map<number, number>()
  #bytes = 0

  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes
  }

  take(window: Window, { verifiedBytes, limits }: WindowResult): void {
    const before = this.#cut.get(window.offset)
    if (before === undefined && !limits.some(({ code }) => code === 'anchor-flood')) return
    const least = SHARE * ownBytes(window)
    if ((before ?? 0) < least && verifiedBytes >= least) this.#bytes += ownBytes(window)
    this.#cut.set(window.offset, Math.max(before ?? 0, verifiedBytes))
  }

  get isDense(): boolean {
    return this.#bytes > 0 && this.#bytes >= MOST_OF_FILE * this.#fileBytes
  }
}
