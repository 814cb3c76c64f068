/**
 * Java keystores, JKS and JCEKS, whose private entries are always encrypted (JavaKeyStore and JceKeyStore of OpenJDK). A store
 * with nothing but certificates is distinguished: every JVM has one. @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, protectedHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const [KEY_ENTRY, CERTIFICATE_ENTRY, SECRET_ENTRY] = [1, 2, 3]
const HEADER = 12
const DATE = 8
const [MOST_ENTRIES, MOST_CHAIN] = [4096, 64]

/** Walks big-endian lengths and what they count; past the end it gives zeros and stays there. */
class Cursor {
  readonly #view: DataView
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  get end(): number {
    return this.#view.byteLength
  }

  number(bytes: 2 | 4): number {
    const from = this.at
    this.skip(bytes)
    if (this.at - from < bytes) return 0
    return bytes === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from)
  }

  skip(length: number): void {
    this.at = Math.min(this.at + length, this.end)
  }

  skipCertificates(version: number, count: number): void {
    for (let i = 0; i < Math.min(count, MOST_CHAIN) && this.at < this.end; i++) {
      if (version === 2) this.skip(this.number(2))
      this.skip(this.number(4))
    }
  }
}

/** Private entries of a store with so many, as far as they can be walked. */
function keysBehind(cursor: Cursor, version: number, count: number): number {
  let keys = 0
  for (let i = 0; i < count && cursor.at < cursor.end; i++) {
    const tag = cursor.number(4)
    if (tag !== KEY_ENTRY && tag !== CERTIFICATE_ENTRY && tag !== SECRET_ENTRY) break
    cursor.skip(cursor.number(2))
    cursor.skip(DATE)
    if (tag !== CERTIFICATE_ENTRY) keys += 1
    // A secret is a serialised object without a length: what is behind is not walked.
    if (tag === SECRET_ENTRY) break
    if (tag === KEY_ENTRY) cursor.skip(cursor.number(4))
    cursor.skipCertificates(version, tag === KEY_ENTRY ? cursor.number(4) : 1)
  }
  return keys
}

const detectKeystore: Detector = (bytes, at) => {
  const cursor = new Cursor(bytes, at + 4)
  const version = cursor.number(4)
  const count = cursor.number(4)
  if ((version !== 1 && version !== 2) || count > MOST_ENTRIES) return undefined
  const keys = keysBehind(cursor, version, count)
  if (keys === 0) return undefined
  const form = bytes[at] === 0xfe ? 'jks' : 'jceks'
  const to = Math.max(cursor.at, Math.min(bytes.length, at + HEADER))
  const proof = `Java keystore, ${keys} or more private entries, encrypted`
  return protectedHit('keystore', form, at, to, proof)
}

const SIGHT = { before: 0, behind: 65_536 }

export const KEYSTORE_ANCHORS: readonly Anchor[] = [
  anchor('jks', 'fe ed fe ed 00 00 00', SIGHT, detectKeystore),
  anchor('jceks', 'ce ce ce ce 00 00 00', SIGHT, detectKeystore),
]
