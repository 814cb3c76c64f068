/**
 * Blobs of Windows' Data Protection API: encrypted, told and no more.
 *
 * Source: the layout as published with the open tools that read it (dpapick, mimikatz): provider GUID, master key
 * GUID, flags, description, then algorithms, salt, HMAC key, data and signature with their lengths.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, lesser } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'
import { wordAt } from './little_endian.ts'

/** Version and provider, then version and GUID of the master key, then flags. */
const DESCRIPTION = 20 + 4 + 16 + 4
const MOST_FIELD = 32_768

/** Algorithm and length come before a field, or only its length. */
const FIELDS = [
  'length',
  'algorithm',
  'length',
  'length',
  'algorithm',
  'length',
  'length',
  'length',
] as const

const detectDpapi: Detector = (bytes, at) => {
  let to = at + DESCRIPTION
  for (const [i, field] of FIELDS.entries()) {
    if (field === 'algorithm') {
      // The algorithm and the bits of its key; a field of bytes follows.
      to += 8
      continue
    }
    const length = wordAt(bytes, to)
    if (length === undefined) break
    if (length > MOST_FIELD) return i === 0 ? undefined : told(bytes, at, to)
    to += 4 + length
  }
  return told(bytes, at, to)
}

function told(bytes: Uint8Array, at: number, to: number): ReturnType<Detector> {
  const end = Math.min(bytes.length, to)
  return lesser('encrypted-key', 'dpapi', at, end, 'a DPAPI blob; what it guards is not known')
}

export const DPAPI_ANCHORS: readonly Anchor[] = [
  anchor(
    'dpapi',
    '01 00 00 00 d0 8c 9d df 01 15 d1 11 8c 7a 00 c0',
    { before: 0, behind: 65_536 },
    detectDpapi,
  ),
]
