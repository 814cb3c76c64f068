/**
 * Java keystores: JKS and JCEKS, whose private entries are always encrypted.
 *
 * A store that holds nothing but certificates is told apart: every JVM has one.
 *
 * Source: OpenJDK, sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, lesser } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const KEY_ENTRY = 1
const CERTIFICATE_ENTRY = 2
const SECRET_ENTRY = 3
const HEADER = 12
const DATE = 8
const MOST_ENTRIES = 4096

/** Walks numbers and lengths, big-endian; past the end it gives zeros and stays there. */
class Cursor {
  readonly #view: DataView
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  get isInside(): boolean {
    return this.at < this.#view.byteLength
  }

  u32(): number {
    if (this.at + 4 > this.#view.byteLength) return this.#end()
    this.at += 4
    return this.#view.getUint32(this.at - 4)
  }

  u16(): number {
    if (this.at + 2 > this.#view.byteLength) return this.#end()
    this.at += 2
    return this.#view.getUint16(this.at - 2)
  }

  skip(length: number): void {
    this.at = Math.min(this.at + length, this.#view.byteLength)
  }

  #end(): number {
    this.at = this.#view.byteLength
    return 0
  }
}

const detectKeystore: Detector = (bytes, at) => {
  const cursor = new Cursor(bytes, at + 4)
  const version = cursor.u32()
  const count = cursor.u32()
  if ((version !== 1 && version !== 2) || count === 0 || count > MOST_ENTRIES) return undefined
  let keys = 0
  for (let i = 0; i < count && cursor.isInside; i++) {
    const tag = cursor.u32()
    if (tag < KEY_ENTRY || tag > SECRET_ENTRY) break
    cursor.skip(cursor.u16())
    cursor.skip(DATE)
    if (tag === CERTIFICATE_ENTRY) skipCertificate(cursor, version)
    else {
      keys += 1
      // A secret is a serialised object without a length: what lies behind is not walked.
      if (tag === SECRET_ENTRY) break
      skipKey(cursor, version)
    }
  }
  if (keys === 0) return undefined
  const form = bytes[at] === 0xfe ? 'jks' : 'jceks'
  const to = Math.max(cursor.at, Math.min(bytes.length, at + HEADER))
  return lesser(
    'keystore',
    form,
    at,
    to,
    `Java keystore, ${keys} or more private entries, encrypted`,
  )
}

function skipCertificate(cursor: Cursor, version: number): void {
  if (version === 2) cursor.skip(cursor.u16())
  cursor.skip(cursor.u32())
}

const MOST_CHAIN = 64

function skipKey(cursor: Cursor, version: number): void {
  cursor.skip(cursor.u32())
  const chain = Math.min(cursor.u32(), MOST_CHAIN)
  for (let i = 0; i < chain && cursor.isInside; i++) skipCertificate(cursor, version)
}

const SIGHT = { before: 0, behind: 65_536 }

export const KEYSTORE_ANCHORS: readonly Anchor[] = [
  anchor('jks', 'fe ed fe ed 00 00 00', SIGHT, detectKeystore),
  anchor('jceks', 'ce ce ce ce 00 00 00', SIGHT, detectKeystore),
]
