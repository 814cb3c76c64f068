/**
 * Reads a core to its end as fast as it comes: the dying process waits for nothing else.
 *
 * @module
 */
import type { CoreHold } from './core_hold.ts'
import { closeInput, type FirstBytes } from './first_bytes.ts'
import { CHUNK_BYTES } from './hold_layout.ts'
import { readSome } from './read_some.ts'

/** Why a core was not read to its end. */
export type DrainEnd = 'end' | 'too-large'

/** What a core comes out of: a file descriptor that is closed once, as soon as nothing more is wanted. */
export class Inlet {
  readonly file: number
  readonly #first: FirstBytes | undefined
  #isOpen: boolean

  /** @param first what was read of it before */
  constructor(file: number, first?: FirstBytes) {
    this.file = file
    this.#first = first
    this.#isOpen = first?.isAll !== true
  }

  /** Whether more may come out of it. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** How long it was read before, in milliseconds. */
  get firstMs(): number {
    return this.#first?.readMs ?? 0
  }

  /** Hands over what was read before. */
  giveFirst(hold: CoreHold): void {
    const { chunks = [], length = 0 } = this.#first ?? {}
    for (let done = 0; chunks.length > 0; done += CHUNK_BYTES) {
      const chunk = chunks.shift()
      if (chunk !== undefined) hold.adopt(chunk, Math.min(CHUNK_BYTES, length - done))
    }
  }

  /** Lets the dying process go, and wipes what nobody took. More than once does no harm. */
  close(): void {
    if (this.#isOpen) closeInput(this.file)
    this.#isOpen = false
    for (const chunk of this.#first?.chunks ?? []) new Uint8Array(chunk).fill(0)
  }
}

/** While a core goes to a file, there is to be room for it: asked each time that so much of it came. */
const CHECK_BYTES = 64 << 20

/**
 * Puts everything that comes into the hold.
 *
 * @param check throws if no more may go to the file
 * @returns `too-large` once there are more than `maxBytes`; the rest is not read then
 * @throws the system's own error if it cannot be read, or not held
 */
export function drain(
  inlet: Inlet,
  hold: CoreHold,
  maxBytes: number,
  check: () => void = () => {},
): DrainEnd {
  inlet.giveFirst(hold)
  for (let checked = 0; ; ) {
    if (hold.spilledBytes - checked >= CHECK_BYTES) {
      checked = hold.spilledBytes
      check()
    }
    if (hold.size > maxBytes) return 'too-large'
    if (!inlet.isOpen) return 'end'
    // As much as there is: each read less is a wait less of the dying process.
    const count = readSome(inlet.file, hold.room())
    if (count === 0) return 'end'
    hold.took(count)
  }
}
