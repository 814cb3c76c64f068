/**
 * Inserts many records into a table that is larger than the processor's caches.
 *
 * In their own order each record waits for memory: 10 million took 2 to 4 s. Gathered by parts of the table, and inserted
 * part by part, they take a third of that. Records of one part keep their order.
 *
 * @module
 */

/** Parts of 10 million tokens' table have 2 MiB each, and as many streams are written at once. */
const PARTS = 64
const LEAST_ROOM = 64

export class Partitions {
  readonly #insert: (hash: number, number: number) => void
  readonly #mask: number
  readonly #shift: number
  /** Words that each part has room for: a hash and a number for each record. */
  readonly #capacity: number
  readonly #words: Int32Array
  readonly #ends: Int32Array = new Int32Array(PARTS)

  /**
   * @param tableWords length of the table, a power of two of at least `PARTS`; a hash, doubled, says where in it
   * @param records how many are expected; more do no harm
   * @param insert inserts one
   */
  constructor(tableWords: number, records: number, insert: (hash: number, number: number) => void) {
    this.#insert = insert
    this.#mask = tableWords - 1
    this.#shift = Math.log2(tableWords / PARTS)
    // Hashes fall evenly: a sixteenth more than the mean is some 25 standard deviations of a large part.
    this.#capacity = 2 * Math.ceil((records / PARTS) * (17 / 16) + LEAST_ROOM)
    this.#words = new Int32Array(PARTS * this.#capacity)
  }

  add(hash: number, number: number): void {
    const part = ((2 * hash) & this.#mask) >>> this.#shift
    let end = this.#ends[part] ?? 0
    if (end === this.#capacity) {
      this.#empty(part)
      end = 0
    }
    const at = part * this.#capacity + end
    this.#words[at] = hash
    this.#words[at + 1] = number
    this.#ends[part] = end + 2
  }

  settle(): void {
    for (let part = 0; part < PARTS; part++) this.#empty(part)
  }

  #empty(part: number): void {
    const words = this.#words
    const from = part * this.#capacity
    const end = from + (this.#ends[part] ?? 0)
    for (let at = from; at < end; at += 2) this.#insert(words[at] ?? 0, words[at + 1] ?? 0)
    this.#ends[part] = 0
  }
}
