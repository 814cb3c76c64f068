/** What stopped a walk. `more`: the bytes ended first. */
export type WalkStep = 'more' | 'closed' | 'broken' | 'too-deep' | 'wrapper' | 'line'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LF = 0x0a
const SPACE = 0x20
const OTHER = 0

/** First-level keys whose list of objects is the rows, in the spelling of each export. */
export const WRAPPER_KEYS: ReadonlySet<string> = new Set(['value', 'records', 'Records', 'events'])
/** First-level keys that say that there is more than this file holds. */
export const LINK_KEYS: ReadonlySet<string> = new Set([
  '@odata.nextLink',
  'odata.nextLink',
  'nextLink',
])
/** An object that has one of these before its list is a record with a list in it. */
const RECORD_KEYS: ReadonlySet<string> = new Set([
  'Id',
  'id',
  'CreationTime',
  'RecordType',
  'Operation',
  'operationName',
  'schema',
])
/** Longer keys are none of the above. */
const KEY_BYTES = 24

/**
 * Follows one JSON object through bytes until it closes: brackets and strings, no more grammar than it
 * takes to notice that a line was cut and another object has begun.
 */
export class JsonWalk {
  /** Where the walk stands in the bytes that it was last given. */
  at = 0
  /** Newlines met since {@link begin}. */
  lines = 0
  /** Leading blanks of the line that {@link skip} stopped at. */
  indent = 0
  hasNextLink = false
  readonly #maxDepth: number
  /** 1 where the open bracket at that depth is an object's. */
  readonly #isObject: Uint8Array
  readonly #captured = new Uint8Array(KEY_BYTES)
  #capturedBytes = 0
  #isCapturing: boolean = false
  #isLink: boolean = false
  #key = ''
  #depth = 0
  #previous = OTHER
  #isInString: boolean = false
  #isEscaped: boolean = false
  #canWrap = false
  #isPending: boolean = false
  #isLineStart: boolean = false

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
    this.#isObject = new Uint8Array(maxDepth + 1)
  }

  /** Stands before an object's brace. `canWrap`: the object may turn out to be a wrapper of rows. */
  begin(canWrap: boolean): void {
    this.lines = 0
    this.hasNextLink = false
    this.#key = ''
    this.#depth = 0
    this.#previous = OTHER
    this.#isInString = false
    this.#isEscaped = false
    this.#isCapturing = false
    this.#isLink = false
    this.#canWrap = canWrap
    this.#isPending = false
    this.#isLineStart = false
  }

  /** `broken` leaves `at` on the byte that cannot be, `closed` behind the brace, `wrapper` on the first element. */
  walk(bytes: Uint8Array, from: number, end: number): WalkStep {
    let at = from
    while (at < end) {
      if (this.#isInString) {
        const next = this.#string(bytes, at, end)
        if (next < 0) return this.#stop(~next, ~next < end ? 'broken' : 'more')
        at = next
        continue
      }
      const step = this.#byte(bytes[at])
      if (step !== 'more') return this.#stop(step === 'closed' ? at + 1 : at, step)
      at++
    }
    return this.#stop(at, 'more')
  }

  /**
   * Goes on without keeping or checking anything: to the end of the object (`closed`), or to a brace that
   * begins a line with at most `indent` blanks before it (`line`), which a broken object cannot swallow.
   */
  skip(bytes: Uint8Array, from: number, end: number, indent: number): WalkStep {
    let at = from
    while (at < end) {
      if (this.#isInString) {
        const next = this.#string(bytes, at, end)
        at = next < 0 ? ~next : next
        if (next >= 0) continue
        if (at === end) break
        this.#isInString = false
      }
      const byte = bytes[at]
      if (byte === OPEN_OBJECT && this.#isLineStart && this.indent <= indent)
        return this.#stop(at, 'line')
      if (this.#skipByte(byte)) return this.#stop(at + 1, 'closed')
      at++
    }
    return this.#stop(at, 'more')
  }

  #stop(at: number, step: WalkStep): WalkStep {
    this.at = at
    return step
  }

  /** Whether the byte closes the object that is being skipped. */
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

  /** The end of the string, behind its quote; else `~` of a newline, which no string holds, or of `end`. */
  #string(bytes: Uint8Array, from: number, end: number): number {
    let isEscaped = this.#isEscaped
    this.#isEscaped = false
    const isCapturing = this.#isCapturing
    for (let at = from; at < end; at++) {
      const byte = bytes[at]
      if (byte === LF) return ~at
      if (isEscaped) {
        isEscaped = false
        continue
      }
      if (byte === QUOTE) {
        this.#closeString()
        return at + 1
      }
      if (byte === BACKSLASH) isEscaped = true
      if (isCapturing) this.#capture(byte)
    }
    this.#isEscaped = isEscaped
    return ~end
  }

  #closeString(): void {
    this.#isInString = false
    this.#isCapturing = false
    if (this.#isLink && this.#capturedBytes > 0) this.hasNextLink = true
    this.#isLink = false
  }

  #capture(byte: number | undefined): void {
    if (byte === undefined || this.#capturedBytes >= KEY_BYTES) return
    this.#captured[this.#capturedBytes++] = byte
  }

  #byte(byte: number | undefined): WalkStep {
    if (byte === LF) this.lines++
    if (byte === undefined || isBlank(byte)) return 'more'
    if (this.#isPending && this.#opensWrapper(byte)) return 'wrapper'
    if (byte === QUOTE) return this.#openString()
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#open(byte)
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return this.#close(byte)
    if (byte === COLON && this.#depth === 1) this.#readKey()
    this.#previous = byte === COLON || byte === COMMA ? byte : OTHER
    return 'more'
  }

  /** Whether the list that has just been opened is one of rows, by its first byte. */
  #opensWrapper(byte: number): boolean {
    this.#isPending = false
    if (byte === OPEN_OBJECT || byte === CLOSE_ARRAY) {
      this.#previous = OTHER
      return true
    }
    this.#push(0)
    this.#previous = OPEN_ARRAY
    return false
  }

  #openString(): WalkStep {
    this.#isInString = true
    if (this.#depth === 1) {
      const isKey = this.#previous === COMMA || this.#previous === OPEN_OBJECT
      this.#isLink = this.#previous === COLON && LINK_KEYS.has(this.#key)
      this.#isCapturing = isKey || this.#isLink
      this.#capturedBytes = 0
    }
    this.#previous = OTHER
    return 'more'
  }

  #readKey(): void {
    this.#key = Buffer.from(this.#captured.subarray(0, this.#capturedBytes)).toString('latin1')
    this.#capturedBytes = 0
    if (RECORD_KEYS.has(this.#key)) this.#canWrap = false
  }

  #open(byte: number): WalkStep {
    const isValue =
      this.#depth === 0 ||
      this.#previous === COLON ||
      (this.#isObject[this.#depth] === 0 &&
        (this.#previous === COMMA || this.#previous === OPEN_ARRAY))
    if (!isValue) return 'broken'
    const isList = byte === OPEN_ARRAY && this.#depth === 1 && this.#previous === COLON
    if (isList && this.#canWrap && WRAPPER_KEYS.has(this.#key)) {
      this.#isPending = true
      return 'more'
    }
    this.#previous = byte
    return this.#push(byte === OPEN_OBJECT ? 1 : 0)
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
    return this.#depth === 0 ? 'closed' : 'more'
  }
}

const isBlank = (byte: number) => byte === SPACE || byte === LF || byte === 0x0d || byte === 0x09
