import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isSpace,
  LF,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './row_bytes.ts'

/** What stopped a walk. `more`: the bytes ended first. */
type WalkStep = 'more' | 'closed' | 'broken' | 'too-deep' | 'wrapper' | 'line'

const OTHER = 0
/** Behind a string: another value, or the rest of a string that had a quote in it, cannot follow. */
const STRING = 1

/** Keys whose list of objects is the rows, in the spelling of each export. */
export const WRAPPER_KEYS: ReadonlySet<string> = new Set([
  'value',
  'records',
  'Records',
  'events',
  // Advanced hunting (Defender's API, Graph), Splunk.
  'results',
  'Results',
  // Elasticsearch.
  'hits',
])
/** The object at this key is a part of the wrapper: Elasticsearch answers `{"hits":{"hits":[…]}}`. */
export const INNER_WRAPPER_KEY = 'hits'
/** First-level keys that say that there is more than this file holds. */
export const LINK_KEYS: ReadonlySet<string> = new Set([
  '@odata.nextLink',
  'odata.nextLink',
  'nextLink',
])
/** An object that has one of these before its list is a record with a list in it. */
const RECORD_KEYS: ReadonlySet<string> = new Set(
  'Id id CreationTime RecordType Operation operationName'.split(' '),
)
/** The same, where its value is text: the answer of a query has a list of columns there. */
const SCHEMA_KEY = 'schema'
function byteSet(...members: readonly number[]): Uint8Array {
  const set = new Uint8Array(256)
  for (const member of members) set[member] = 1
  return set
}

const ENDS_STRING = byteSet(QUOTE, BACKSLASH, LF)
const TAKES_THOUGHT = byteSet(OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT, LF)

const TABLE_DEPTH = 3
/** Longer keys are none of the above. */
const KEY_BYTES = 24

/**
 * Follows one JSON object through bytes until it closes: brackets and strings, no more grammar than it
 * takes to notice that a line was cut and another object has begun.
 */
export class JsonWalk {
  at = 0
  lines = 0
  indent = 0
  hasNextLink = false
  /** The answer of a query has an error beside its tables. */
  hasError = false
  readonly #maxDepth: number
  readonly #isObject: Uint8Array
  readonly #captured = Buffer.alloc(KEY_BYTES)
  #capturedBytes = 0
  #isCapturing: boolean = false
  #isLink: boolean = false
  #key = ''
  #depth = 0
  #previous = OTHER
  #isInString: boolean = false
  #isEscaped: boolean = false
  #canWrap: boolean = false
  #isAnswer: boolean = false
  /** Depth of the first level of a possible wrapper: 1, or 2 in its inner part. */
  #wrapDepth = 1
  #isPending: boolean = false
  #isLineStart: boolean = false

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
    this.#isObject = new Uint8Array(maxDepth + 1)
  }

  /** Stands before a value's bracket. `wrapper`: an object that may turn out to be a wrapper of rows. */
  begin(kind: 'row' | 'wrapper' | 'answer'): void {
    this.lines = 0
    this.hasNextLink = false
    this.hasError = false
    this.#key = ''
    this.#depth = 0
    this.#previous = OTHER
    this.#isInString = false
    this.#isEscaped = false
    this.#isCapturing = false
    this.#isLink = false
    this.#canWrap = kind !== 'row'
    this.#isAnswer = kind === 'answer'
    this.#wrapDepth = 1
    this.#isPending = false
    this.#isLineStart = false
  }

  /** `broken` leaves `at` on the byte that cannot be, `wrapper` on the first element; the others behind. */
  walk(bytes: Uint8Array, from: number, end: number): WalkStep {
    let at = from
    while (at < end) {
      if (this.#isInString) {
        at = this.#string(bytes, at, end)
        if (!this.#isStringOpen()) continue
        return this.#stop(at, at < end ? 'broken' : 'more')
      }
      const block = Math.min(end, at + BLOCK)
      at = this.#plain(bytes, at, block)
      if (at === block) continue
      const step = this.#byte(bytes[at])
      if (step === 'closed' || step === 'too-deep') return this.#stop(at + 1, step)
      if (step !== 'more') return this.#stop(at, step)
      at++
    }
    return this.#stop(at, 'more')
  }

  /**
   * Goes on without keeping or checking anything: to the end of the object (`closed`), or to a
   * brace that begins a line with at most `indent` blanks before it (`line`), which a broken row
   * cannot swallow.
   */
  skip(bytes: Uint8Array, from: number, end: number, indent: number, opener: number): WalkStep {
    let at = from
    while (at < end) {
      if (this.#isInString) {
        at = this.#string(bytes, at, end)
        if (!this.#isStringOpen()) continue
        if (at === end) break
        this.#isInString = false
      }
      const byte = bytes[at]
      if (byte === opener && this.#isLineStart && this.indent <= indent)
        return this.#stop(at, 'line')
      if (this.#skipByte(byte)) return this.#stop(at + 1, 'closed')
      at++
    }
    return this.#stop(at, 'more')
  }

  #isStringOpen(): boolean {
    return this.#isInString
  }

  #stop(at: number, step: WalkStep): WalkStep {
    this.at = at
    return step
  }

  #skipByte(byte: number | undefined): boolean {
    if (byte === LF) {
      this.lines++
      this.#isLineStart = true
      this.indent = 0
      return false
    }
    if (byte === undefined || isBlank(byte)) {
      if (this.#isLineStart) this.indent++
      return false
    }
    this.#isLineStart = false
    if (byte === QUOTE) this.#isInString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return --this.#depth <= 0
    return false
  }

  /**
   * The next byte that takes thought: a bracket, a newline, a string with an escape or without an end in
   * these bytes. Strings, literals and separators before it are passed by; most bytes are, so this is fast.
   */
  #plain(bytes: Uint8Array, from: number, end: number): number {
    if (this.#isPending || this.#isAtKeys) return from
    let previous = this.#previous
    let at = from
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) {
        if (previous === STRING) break
        const close = stringStop(bytes, at + 1, end)
        if (close === end || bytes[close] !== QUOTE) break
        at = close
        previous = STRING
      } else if (byte === COLON || byte === COMMA) previous = byte
      else if (TAKES_THOUGHT[byte] === 1) break
      else if (byte > SPACE) {
        if (previous === STRING) break
        previous = OTHER
      }
    }
    this.#previous = previous
    return at
  }

  /** Goes on in a string: behind its closing quote, to a newline, which no string holds, or to `end`. */
  #string(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    if (this.#isEscaped && at < end) {
      this.#isEscaped = false
      if (bytes[at] === LF) return at
      at++
    }
    if (this.#isCapturing) this.#capture(bytes, at, end)
    while (at < end) {
      at = stringStop(bytes, at, Math.min(end, at + BLOCK))
      const byte = bytes[at]
      if (at >= end || byte === LF) return at
      if (byte === QUOTE) {
        this.#closeString()
        return at + 1
      }
      if (byte !== BACKSLASH) continue
      if (at + 1 === end) this.#isEscaped = true
      at += bytes[at + 1] === LF && at + 1 < end ? 1 : 2
    }
    return end
  }

  #closeString(): void {
    this.#isInString = false
    this.#previous = STRING
    this.#isCapturing = false
    if (this.#isLink && this.#capturedBytes > 0) this.hasNextLink = true
    this.#isLink = false
  }

  /** Keeps the beginning of the string: keys that matter are short and have no escapes. */
  #capture(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end && this.#capturedBytes < KEY_BYTES; at++) {
      const byte = bytes[at]
      if (byte === undefined || byte === QUOTE) return
      this.#captured[this.#capturedBytes++] = byte
    }
  }

  #byte(byte: number | undefined): WalkStep {
    if (byte === LF) this.lines++
    if (byte === undefined || isBlank(byte)) return 'more'
    if (this.#isPending && this.#opensWrapper(byte)) return 'wrapper'
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#open(byte)
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return this.#close(byte)
    if (byte === COLON || byte === COMMA) return this.#separate(byte)
    if (this.#previous === STRING) return 'broken'
    if (byte === QUOTE) return this.#openString()
    this.#previous = OTHER
    return 'more'
  }

  get key(): string {
    return this.#key
  }

  /** Whether the keys that come next are those of what may be a wrapper; of an answer, its own and each table's. */
  get #isAtKeys(): boolean {
    if (this.#isAnswer) return this.#depth === 1 || this.#depth === TABLE_DEPTH
    return this.#canWrap && this.#depth === this.#wrapDepth
  }

  #separate(byte: number): WalkStep {
    if (byte === COLON && this.#isAtKeys) this.#readKey()
    this.#previous = byte
    return 'more'
  }

  /** Whether the list that has just been opened is one of rows, by its first byte. */
  #opensWrapper(byte: number): boolean {
    this.#isPending = false
    if (this.#isAnswer || byte === OPEN_OBJECT || byte === CLOSE_ARRAY) {
      this.#previous = OTHER
      return true
    }
    this.#push(0)
    this.#previous = OPEN_ARRAY
    return false
  }

  #openString(): WalkStep {
    this.#isInString = true
    // Keys matter in the first level of what may be a wrapper, and nowhere else.
    if (this.#isAtKeys) {
      const isKey = this.#previous === COMMA || this.#previous === OPEN_OBJECT
      const isValue = this.#previous === COLON
      if (isValue && this.#key === SCHEMA_KEY) this.#canWrap = this.#isAnswer
      this.#isLink = isValue && LINK_KEYS.has(this.#key)
      this.#isCapturing = isKey || this.#isLink
      this.#capturedBytes = 0
    }
    this.#previous = OTHER
    return 'more'
  }

  #readKey(): void {
    this.#key = this.#captured.toString('latin1', 0, this.#capturedBytes)
    this.#capturedBytes = 0
    // Azure Data Explorer's `Tables`, `Columns` and `Rows`.
    if (this.#isAnswer) this.#key = this.#key.slice(0, 1).toLowerCase() + this.#key.slice(1)
    else if (RECORD_KEYS.has(this.#key)) this.#canWrap = false
  }

  #isAtValue(): boolean {
    if (this.#depth === 0 || this.#previous === COLON) return true
    const isInList = this.#isObject[this.#depth] === 0
    return isInList && (this.#previous === COMMA || this.#previous === OPEN_ARRAY)
  }

  #open(byte: number): WalkStep {
    if (!this.#isAtValue()) return 'broken'
    const mayWrap = this.#isAtKeys && this.#previous === COLON
    if (mayWrap && byte === OPEN_ARRAY && this.#isRowsKey()) {
      this.#isPending = true
      return 'more'
    }
    if (mayWrap && byte === OPEN_OBJECT) {
      if (this.#key === INNER_WRAPPER_KEY) this.#wrapDepth = this.#depth + 1
      if (this.#isAnswer && this.#depth === 1 && this.#key === 'error') this.hasError = true
    }
    this.#previous = byte
    return this.#push(byte === OPEN_OBJECT ? 1 : 0)
  }

  #isRowsKey(): boolean {
    if (!this.#isAnswer) return WRAPPER_KEYS.has(this.#key)
    return this.#depth === TABLE_DEPTH && (this.#key === 'columns' || this.#key === 'rows')
  }

  #push(isObject: 0 | 1): WalkStep {
    this.#depth++
    if (this.#depth > this.#maxDepth) return 'too-deep'
    this.#isObject[this.#depth] = isObject
    return 'more'
  }

  #close(byte: number): WalkStep {
    const isObject = byte === CLOSE_OBJECT ? 1 : 0
    if (this.#isObject[this.#depth] !== isObject) return 'broken'
    this.#previous = OTHER
    this.#depth--
    this.#wrapDepth = Math.max(1, Math.min(this.#wrapDepth, this.#depth))
    return this.#depth === 0 ? 'closed' : 'more'
  }
}

const isBlank = (byte: number) => isSpace(byte) || byte === LF

/**
 * How far a loop runs before it returns: V8 never settles on code for a function that is called seldom and
 * loops long, and then takes several times as long over each byte.
 */
const BLOCK = 4096

function stringStop(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && ENDS_STRING[bytes[at] ?? 0] === 0) at++
  return at
}

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
