/**
 * Keys of Kerberos: in a keytab, and where a `krb5_keyblock` of a process leads to one. Nothing shows that such bytes are a
 * key but where they stand: any 16 or 32 bytes are one.
 *
 * Source: doc/formats/keytab_file_format.rst, include/krb5/krb5.hin and include/com_err.h of MIT Kerberos 1.21. Seen in
 * krb5kdc 1.21 of Debian 13 (2026), whose key of the database lies so; a stash of kdb5_util is a keytab too.
 *
 * @module
 */

import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { type Anchor, FOURTHS } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

/** What a key of an encryption type is for, and how many bytes it has. */
interface KeyType {
  readonly type: 'aes' | 'hmac'
  readonly length: number
}

/** AES with SHA-1 (RFC 3962) and with SHA-2 (RFC 8009), and RC4-HMAC (RFC 4757): of Windows the hash of a password. */
const KEY_TYPES: ReadonlyMap<number, KeyType> = new Map([
  [17, { type: 'aes', length: 16 }],
  [18, { type: 'aes', length: 32 }],
  [19, { type: 'aes', length: 16 }],
  [20, { type: 'aes', length: 32 }],
  [23, { type: 'hmac', length: 16 }],
])

const KEYTAB = 'keytab'
const KEYBLOCK = 'krb5-keyblock'

/** Whether what stands around such a form tells so much that a copy of its key elsewhere is one too. */
export const isKerberosForm = (form: string): boolean => form === KEYTAB || form === KEYBLOCK

interface KeyPlace extends KeyType {
  /** Of its first byte. */
  readonly at: number
}

const MOST_COMPONENTS = 8
const MOST_ENTRIES = 4096
/** Behind the names of a principal: its type, a time and the lower byte of the version. */
const BEHIND_NAMES = 9

/** The key of the entry in [from, to); undefined where there is none of a known type, or it is no entry. */
function entryKey(view: DataView, from: number, to: number): KeyPlace | undefined {
  let at = from + 2
  const components = view.getUint16(from)
  if (components === 0 || components > MOST_COMPONENTS) return undefined
  // The realm, and the parts of the name.
  for (let part = 0; part <= components; part++) {
    if (at + 2 > to) return undefined
    at += 2 + view.getUint16(at)
  }
  at += BEHIND_NAMES
  if (at + 4 > to) return undefined
  const known = KEY_TYPES.get(view.getUint16(at))
  if (known === undefined || view.getUint16(at + 2) !== known.length) return undefined
  return at + 4 + known.length <= to ? { ...known, at: at + 4 } : undefined
}

const KEYTAB_HEADER = 2
/** The least that an entry has: a name of one letter in a realm of one, and a key of 16 bytes. */
const LEAST_ENTRY = 2 + 3 + 3 + BEHIND_NAMES + 4 + 16

/** Its keys, and where the last of its entries ends that is whole. What was deleted leaves a hole of negative length. */
function keysOfKeytab(bytes: Uint8Array, from: number): { keys: KeyPlace[]; to: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keys: KeyPlace[] = []
  let at = from + KEYTAB_HEADER
  for (let i = 0; i < MOST_ENTRIES && at + 4 <= bytes.length; i++) {
    const length = view.getInt32(at)
    const to = at + 4 + Math.abs(length)
    if (Math.abs(length) < LEAST_ENTRY || to > bytes.length) break
    if (length > 0) {
      const key = entryKey(view, at + 4, to)
      if (key !== undefined && isRandomLookingAt(bytes, key.at, key.length)) keys.push(key)
      else if (keys.length === 0) break
    }
    at = to
  }
  return { keys, to: at }
}

const detectKeytab: Detector = (bytes, at) => {
  const { keys, to } = keysOfKeytab(bytes, at)
  const first = keys.toSorted((a, b) => b.length - a.length)[0]
  if (first === undefined) return undefined
  const secret = bytes.slice(first.at, first.at + first.length)
  const many = keys.length === 1 ? 'a key' : `${keys.length} keys`
  return told(first, secret, KEYTAB, { from: at, to }, `a keytab of Kerberos with ${many}`)
}

/** A candidate. */
function told(
  { type, length }: KeyType,
  secret: Uint8Array,
  form: string,
  { from, to }: { readonly from: number; readonly to: number },
  what: string,
): Detected {
  const material = { type, secret, publicKey: undefined }
  const bits = 8 * length
  const proof = { kind: type, bits, certainty: 'candidate', proof: what, material } as const
  return hit(proof, form, from, to)
}

/** In a `krb5_keyblock`: {u32 magic, u32 type, u32 length, padding, u8 *contents}. */
const AT = { type: 4, length: 8, contents: 16 } as const
const KEYBLOCK_BYTES = 24

const detectKeyblock: Detector = (bytes, at, memory) => {
  if (memory === undefined || at + KEYBLOCK_BYTES > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, KEYBLOCK_BYTES)
  const known = KEY_TYPES.get(view.getUint32(AT.type, true))
  if (known === undefined || view.getUint32(AT.length, true) !== known.length) return undefined
  const contents = memory.at(view.getBigUint64(AT.contents, true), known.length)
  if (contents === undefined || !isRandomLookingAt(contents.bytes, 0, known.length)) {
    return undefined
  }
  const place = { from: contents.offset, to: contents.offset + known.length }
  const secret = new Uint8Array(contents.bytes)
  return told(known, secret, KEYBLOCK, place, 'a key block of Kerberos leads to it')
}

export const KEYTAB_ANCHORS: readonly Anchor[] = [
  // Version 2, the length of an entry (below 256), how many parts its name has, and the length of its realm.
  anchor(KEYTAB, '05 02 00 00 00 ?? 00 ?? 00', { before: 0, behind: 65_536 }, detectKeytab),
]

export const KEYBLOCK_ANCHORS: readonly Anchor[] = [
  // KV5M_KEYBLOCK, an encryption type, a length.
  {
    ...anchor(
      KEYBLOCK,
      '03 a7 0e 97 ?? 00 00 00 ?? 00 00 00',
      { before: 0, behind: KEYBLOCK_BYTES },
      detectKeyblock,
    ),
    alignment: FOURTHS,
  },
]
