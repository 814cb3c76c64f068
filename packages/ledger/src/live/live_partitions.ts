/**
 * Many records on their way into a table that is larger than the processor's caches.
 *
 * Put in as they come, each waits for memory: 10 million took 2 to 4 s. Gathered first by the part of the table that they
 * belong to, and then put in a part after the other, they take a third of that. Records of one part keep their order.
 *
 * @module
 */

/** Parts of 10 million tokens' table have 2 MiB each, and as many streams are written at once. */
const PARTS = 64
const LEAST_ROOM = 64

export class Partitions {
  readonly #place: (hash: number, number: number) => void
  readonly #mask: number
  readonly #shift: number
  /** Words that each part has room for: a hash and a number for each record. */
  readonly #room: number
  readonly #words: Int32Array
  readonly #ends: Int32Array = new Int32Array(PARTS)

  /**
   * @param tableWords length of the table, a power of two of at least `PARTS`; a hash, doubled, says where in it
   * @param records as many as are expected; more are no harm
   * @param place puts one in
   */
  constructor(tableWords: number, records: number, place: (hash: number, number: number) => void) {
    this.#place = place
    this.#mask = tableWords - 1
    this.#shift = Math.log2(tableWords / PARTS)
    // Hashes fall evenly: a sixteenth more than the mean is some 25 standard deviations of a large part.
    this.#room = 2 * Math.ceil((records / PARTS) * (17 / 16) + LEAST_ROOM)
    this.#words = new Int32Array(PARTS * this.#room)
  }

  add(hash: number, number: number): void {
    const part = ((2 * hash) & this.#mask) >>> this.#shift
    let end = this.#ends[part] ?? 0
    if (end === this.#room) {
      this.#empty(part)
      end = 0
    }
    const at = part * this.#room + end
    this.#words[at] = hash
    this.#words[at + 1] = number
    this.#ends[part] = end + 2
  }

  /** Puts all of them in. */
  settle(): void {
    for (let part = 0; part < PARTS; part++) this.#empty(part)
  }

  #empty(part: number): void {
    const words = this.#words
    const from = part * this.#room
    const end = from + (this.#ends[part] ?? 0)
    for (let at = from; at < end; at += 2) this.#place(words[at] ?? 0, words[at + 1] ?? 0)
    this.#ends[part] = 0
  }
}
