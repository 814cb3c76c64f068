/**
 * Tokens that were recorded and have not expired, exactly.
 *
 * It answers for one token in a tenth of a microsecond or so, and may say yes: what it compares are 128 bits of a hash under
 * a secret of the process. It consists of many small tables, so that growing one delays callers only shortly.
 *
 * @module
 */
import { ID_WORDS, INPUT_WORDS, KeyedHash, type Slot } from './keyed_hash.ts'
import { LiveTable, type Membership } from './live_table.ts'

const TABLES = 64
/** Some 160 MB. */
const MOST_EXPECTED = 4_000_000
/** A token in words: those of its id, then those of the hash of its signing input. */
const WORDS = ID_WORDS + INPUT_WORDS

export class LiveSet {
  readonly #tables: readonly LiveTable[]
  /** Callers may choose token ids: without a secret they could choose ids that all want the same slot. */
  readonly #hash: KeyedHash = new KeyedHash()
  // Filled and read within one call: never seen outside of it.
  readonly #words: Uint32Array = new Uint32Array(WORDS)
  readonly #slot: Slot = { mark: 0, input0: 0, input1: 0, input2: 0, input3: 0 }

  /**
   * @param filling it takes more memory than it needs until {@link settle}, to be filled sooner; and at once the memory for so many,
   *   unless they are beyond reason: whoever says how many has proven nothing yet
   */
  constructor(filling?: number) {
    const each = filling === undefined ? undefined : Math.min(filling, MOST_EXPECTED) / TABLES
    this.#tables = Array.from({ length: TABLES }, () => new LiveTable(each))
  }

  /** Tokens that are held, expired ones included until their table is made anew. */
  get count(): number {
    return this.#tables.reduce((sum, { count }) => sum + count, 0)
  }

  get bytes(): number {
    return this.#tables.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /**
   * @param id 16 bytes of the token id
   * @param inputHash SHA-256 of the signing input
   */
  find(id: Uint8Array, inputHash: Uint8Array): Membership {
    const words = this.#wordsOf(id, inputHash)
    return this.#tableOf(words, 0).find(this.#slot)
  }

  /** @param keepMs until when it has to be remembered; a multiple of a second is enough */
  add(id: Uint8Array, inputHash: Uint8Array, keepMs: number, nowMs: number): void {
    this.addAt(this.#wordsOf(id, inputHash), 0, keepMs, nowMs)
  }

  /** The same of `WORDS` at `at`: the id and the hash, each word's highest byte first. */
  addAt(words: Uint32Array, at: number, keepMs: number, nowMs: number): void {
    this.#tableOf(words, at).add(this.#slot, keepMs / 1000, nowMs / 1000)
  }

  /** Ends the filling: leaves what has expired out, and frees the spare memory. */
  settle(nowMs: number): void {
    for (const table of this.#tables) table.settle(nowMs / 1000)
  }

  revoke(id: Uint8Array, inputHash: Uint8Array): void {
    this.revokeAt(this.#wordsOf(id, inputHash), 0)
  }

  /** The same of `WORDS` at `at`. */
  revokeAt(words: Uint32Array, at: number): void {
    this.#tableOf(words, at).revoke(this.#slot)
  }

  /** The table of a token; also fills the slot. */
  #tableOf(words: Uint32Array, at: number): LiveTable {
    const table = this.#tables[this.#hash.fill(words, at, this.#slot) >>> 26]
    if (table === undefined) throw new RangeError('no such table')
    return table
  }

  #wordsOf(id: Uint8Array, inputHash: Uint8Array): Uint32Array {
    for (let i = 0; i < ID_WORDS; i++) this.#words[i] = wordAt(id, i)
    for (let i = 0; i < INPUT_WORDS; i++) this.#words[ID_WORDS + i] = wordAt(inputHash, i)
    return this.#words
  }
}

function wordAt(bytes: Uint8Array, i: number): number {
  const at = 4 * i
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
}
