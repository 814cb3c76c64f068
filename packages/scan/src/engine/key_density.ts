/**
 * Whether a file is key-dense: verified keys fill a good part of most windows, and not all could be
 * examined.
 */
import { ownBytes, type Window } from '../anchors/scan_plan.ts'
import type { WindowResult } from './window_result.ts'

/**
 * Least share of a window. Measured: 1/1200 in most windows of nginx with 1000 keys, 1/160 in two of CPython with 300,
 * 1/56 in two of 230 of Node with 300, 1/145 in a flood of keys in PEM in UTF-16.
 */
const SHARE = 1 / 400
/** Share of the file in such windows. */
const MOST_OF_FILE = 1 / 2

export class KeyDensity {
  readonly #fileBytes: number
  /** Bytes of verified keys in windows that were not examined whole at first, by offset. */
  readonly #cut = new Map<number, number>()
  /** In windows that are key-dense. */
  #bytes = 0

  /** @param fileBytes as far as they are searched */
  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes
  }

  /** Adds the result of a window, and again where it is searched again. */
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
