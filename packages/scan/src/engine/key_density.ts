/**
 * Whether a file is key-dense: verified ones take a good part of most of its windows, and more are there than could be
 * examined. @module
 */
import { ownBytes, type Window } from '../anchors/scan_plan.ts'
import type { WindowResult } from './window_result.ts'

/**
 * Of a window, at least. Of most in a core of nginx with 1000 keys verified ones take a 1200th; of the two in which some of a
 * core of CPython with 300 keys was not examined, a 160th; in two of a core of Node with 300, a 56th: but those are two of
 * 230 windows. Of a large flood of keys in PEM in UTF-16 they take a 145th.
 */
const SHARE = 1 / 400
/** Of the file, in such windows. */
const MOST_OF_FILE = 1 / 2

export class KeyDensity {
  readonly #fileBytes: number
  /** Bytes that verified keys take in the windows of which some was not examined at first, by their offsets. */
  readonly #cut = new Map<number, number>()
  /** In windows that are key-dense. */
  #bytes = 0

  /** @param fileBytes as far as they are searched */
  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes
  }

  /** What a window gave; again where it is searched again, with more. */
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
