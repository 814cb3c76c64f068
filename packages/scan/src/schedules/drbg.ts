/**
 * Keys of random generators: `size_t keylen; int use_df; unsigned char K[32]; V[16]` (OpenSSL 3,
 * drbg_ctr.c), and `AES_KEY ks; …` of BoringSSL (ctr_drbg_state_st), one a thread.
 */

export const DRBG_KEY_BYTES = 32
const KEY_LENGTH = Buffer.from('2000000000000000', 'hex')
/** From there to the key: the truth value is between. */
const TO_KEY = 12
/** States of a window, and those whose keys begin alike: more is made, no process. */
const MOST_STATES = 4096
const MOST_ALIKE = 64

export class DrbgStates {
  #window: Uint8Array | undefined
  readonly #offsets = new Map<number, number[]>()

  /** The bytes of `window` must be the same as long as it is the same object. */
  contain(window: Uint8Array, key: Uint8Array): boolean {
    if (key.length !== DRBG_KEY_BYTES) return false
    if (this.#window !== window) this.#list(window)
    const offsets = this.#offsets.get(firstOf(key, 0)) ?? []
    return offsets.some((at) => Buffer.compare(window.subarray(at, at + DRBG_KEY_BYTES), key) === 0)
  }

  #list(window: Uint8Array): void {
    this.#window = window
    this.#offsets.clear()
    const bytes = Buffer.from(window.buffer, window.byteOffset, window.length)
    let listed = 0
    for (let at = bytes.indexOf(KEY_LENGTH); at !== -1; at = bytes.indexOf(KEY_LENGTH, at + 1)) {
      const offset = at + TO_KEY
      if (offset + DRBG_KEY_BYTES > bytes.length || listed >= MOST_STATES) return
      if (!isDrbgState(window, offset)) continue
      listed++
      const first = firstOf(window, offset)
      const offsets = this.#offsets.get(first)
      if (offsets === undefined) this.#offsets.set(first, [offset])
      else if (offsets.length < MOST_ALIKE) offsets.push(offset)
    }
  }
}

function firstOf(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(at, true)
}

/** Bytes of `AES_KEY`: 60 words, the number of rounds, and what aligns the pointers behind. */
const BORING_KEY_BYTES = 248
/** What the state takes, and what it may take with all that belongs to a thread. */
const BORING_STATE_BYTES = { least: 288, most: 512 }
const MOST_APART = 1n << 24n
const MOST_CALLS = 1n << 48n

export function isBoringDrbg(window: Uint8Array, at: number): boolean {
  if (at < 8 || at + BORING_STATE_BYTES.least > window.length) return false
  const view = new DataView(window.buffer, window.byteOffset, window.length)
  const word = (offset: number): bigint => view.getBigUint64(at + offset, true)
  const size = word(-8)
  if (size < BORING_STATE_BYTES.least || size > BORING_STATE_BYTES.most) return false
  const rounds = view.getUint32(at + BORING_KEY_BYTES - 8, true)
  if (rounds !== 13 && rounds !== 14) return false
  const [block, counter] = [word(BORING_KEY_BYTES), word(BORING_KEY_BYTES + 8)]
  const apart = block < counter ? counter - block : block - counter
  if (!isPointer(block) || !isPointer(counter) || apart > MOST_APART) return false
  const calls = word(BORING_KEY_BYTES + 32)
  return calls > 0n && calls < MOST_CALLS
}

const isPointer = (word: bigint): boolean => word > 0xffffn && word < 1n << 48n

export function isDrbgState(window: Uint8Array, at: number): boolean {
  if (at < 12) return false
  const view = new DataView(window.buffer, window.byteOffset, window.length)
  const useDf = view.getUint32(at - 4, true)
  return view.getBigUint64(at - 12, true) === BigInt(DRBG_KEY_BYTES) && useDf <= 1
}
