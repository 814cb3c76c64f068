/** How the characters of a text file are written. */
type Encoding = 'utf8' | 'utf16le' | 'utf16be'

/** The encoding that a file's first bytes show, and how many of them are its byte order mark. */
export function detectEncoding(bytes: Uint8Array): { encoding: Encoding; markBytes: number } {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe) return { encoding: 'utf16le', markBytes: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf16be', markBytes: 2 }
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf8', markBytes: 3 }
  // Without a mark: exports begin with ASCII, so that every second byte is NUL.
  if (hasNulsAt(bytes, 1)) return { encoding: 'utf16le', markBytes: 0 }
  if (hasNulsAt(bytes, 0)) return { encoding: 'utf16be', markBytes: 0 }
  return { encoding: 'utf8', markBytes: 0 }
}

/** All of a short text, without its byte order mark. What is no text of its encoding becomes U+FFFD. */
export function textOfBytes(bytes: Uint8Array): string {
  const { encoding, markBytes } = detectEncoding(bytes)
  const rest = bytes.subarray(markBytes)
  if (encoding === 'utf8') return Buffer.from(rest).toString('utf8')
  const text = new Utf16Text(encoding)
  return Buffer.concat([text.push(rest), text.end()]).toString('utf8')
}

function hasNulsAt(bytes: Uint8Array, parity: 0 | 1): boolean {
  const length = Math.min(bytes.length, 16) & ~1
  if (length < 4) return false
  for (let at = 0; at < length; at++) {
    if ((bytes[at] === 0) !== (at % 2 === parity)) return false
  }
  return true
}

/** Turns UTF-16 that comes in chunks into UTF-8. Halves of surrogate pairs alone become U+FFFD. */
export class Utf16Text {
  readonly #isBigEndian: boolean
  /** Bytes of a code unit, or of a pair, that the last chunk cut. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(encoding: 'utf16le' | 'utf16be') {
    this.#isBigEndian = encoding === 'utf16be'
  }

  /** A fresh copy, never a view of the chunk. */
  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.concat([this.#rest, chunk])
    let end = bytes.length & ~1
    if (end >= 2 && this.#isHighSurrogate(bytes, end - 2)) end -= 2
    this.#rest = Buffer.from(bytes.subarray(end))
    const units = bytes.subarray(0, end)
    if (this.#isBigEndian) units.swap16()
    return Buffer.from(units.toString('utf16le'))
  }

  /** What a cut at the very end left: half a pair, half a unit. */
  end(): Buffer {
    return Buffer.from(this.#rest.length > 0 ? '\uFFFD' : '')
  }

  #isHighSurrogate(bytes: Buffer, at: number): boolean {
    const high = bytes[this.#isBigEndian ? at : at + 1] ?? 0
    return (high & 0xfc) === 0xd8
  }
}

const LF = 0x0a
const CR = 0x0d

/** Turns the line ends of a text, CR alone or before LF, into LF; the text may come in any chunks. */
export class LoneReturns {
  #hasReturn: boolean = false

  push(chunk: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(chunk.length)
    let length = 0
    let hasReturn = this.#hasReturn
    for (const byte of chunk) {
      const isSecondHalf = byte === LF && hasReturn
      hasReturn = byte === CR
      if (!isSecondHalf) bytes[length++] = hasReturn ? LF : byte
    }
    this.#hasReturn = hasReturn
    return bytes.subarray(0, length)
  }
}
