import { CLOSE_ARRAY, COMMA, LF, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './row_bytes.ts'

/** Longer first keys are not searched for. */
const MAX_KEY_BYTES = 64

/** `nuls`: what a stopped writer left; `line`: to its newline; `value`: one of a list; `rest`: of a row, from its break on. */
type Gap = 'nuls' | 'line' | 'value' | 'rest'

export class JsonGap {
  at = 0
  #gap: Gap = 'line'
  #isQuoted: boolean = false
  /** From the brace of the broken row to the colon behind its first key; of a table's row, to its first quote. */
  #firstKey: Buffer = Buffer.alloc(0)

  begin(gap: Gap): void {
    this.#gap = gap
    this.#isQuoted = false
  }

  /**
   * The rest of the row that begins at `row` and breaks at `at`.
   * @returns where it begins; undefined where the row has no first key
   */
  beginRest(bytes: Buffer, row: number, at: number): number | undefined {
    const begin = bytes.toString('latin1', row, Math.min(at, row + MAX_KEY_BYTES))
    const [key] = /^(?:\{\s*"[^"\\\n]+"\s*:|\[\s*")/.exec(begin) ?? []
    if (key === undefined) return undefined
    this.begin('rest')
    this.#firstKey = Buffer.from(key, 'latin1')
    const from = Math.max(row + 1, at - key.length + 1)
    return from + bytes.subarray(from, at).lastIndexOf(LF) + 1
  }

  ends(bytes: Buffer, from: number): boolean {
    const { length } = bytes
    this.at = from
    while (this.at < length && !this.#endsAt(bytes, this.at)) this.at++
    // The last bytes of a chunk may be the first of a key.
    const isPart = this.#gap === 'rest' && length - this.at < this.#firstKey.length
    return this.at < length && (!isPart || bytes[this.at] === LF)
  }

  #endsAt(bytes: Buffer, at: number): boolean {
    const byte = bytes[at]
    if (this.#gap === 'nuls') return byte !== 0
    if (this.#gap === 'value') return this.#endsValue(byte)
    if (this.#gap === 'line' || byte === LF) return byte === LF
    const key = this.#firstKey
    return (
      byte === key[0] &&
      bytes.subarray(at, at + key.length).equals(key.subarray(0, bytes.length - at))
    )
  }

  #endsValue(byte: number | undefined): boolean {
    if (byte === LF) return true
    if (byte === QUOTE) this.#isQuoted = !this.#isQuoted
    if (this.#isQuoted) return false
    return byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === CLOSE_ARRAY || byte === COMMA
  }
}
