import { TextDecoder } from 'node:util'
import { CR, LF } from './row_bytes.ts'

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

export function detectEncoding(bytes: Uint8Array): { encoding: Encoding; markBytes: number } {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', markBytes: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', markBytes: 2 }
  if (first === 0xef && second === 0xbb && third === 0xbf)
    return { encoding: 'utf-8', markBytes: 3 }
  // Without a mark: exports begin with ASCII, so that every second byte is NUL.
  if (hasNulsAt(bytes, 1)) return { encoding: 'utf-16le', markBytes: 0 }
  if (hasNulsAt(bytes, 0)) return { encoding: 'utf-16be', markBytes: 0 }
  return { encoding: 'utf-8', markBytes: 0 }
}

/** All of a short text, without its byte order mark. What is no text of its encoding becomes U+FFFD. */
export function textOfBytes(bytes: Uint8Array): string {
  const { encoding, markBytes } = detectEncoding(bytes)
  return decoderOf(encoding).decode(bytes.subarray(markBytes))
}

/** Decodes text behind its byte order mark. Halves of surrogate pairs alone become U+FFFD. */
export const decoderOf = (encoding: Encoding): TextDecoder =>
  new TextDecoder(encoding, { ignoreBOM: true })

function hasNulsAt(bytes: Uint8Array, parity: 0 | 1): boolean {
  const length = Math.min(bytes.length, 16) & ~1
  if (length < 4) return false
  for (let at = 0; at < length; at++) {
    if ((bytes[at] === 0) !== (at % 2 === parity)) return false
  }
  return true
}

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
