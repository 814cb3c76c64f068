/**
 * Finds public keys in memory in all their encodings, and bare moduli, to search for the private
 * halves. Nothing is verified: a wrong number costs only time.
 */
import { parseObject } from '@mintmark/core'
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { elementOf, sequenceAround, TAG } from '@mintmark/keys/der/der'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyOfCertificate, plainKey } from '@mintmark/keys/public_keys/certificate'
import { keyOfJwk } from '@mintmark/keys/public_keys/jwks'
import { keyOfOnion, ONION_LETTERS } from '@mintmark/keys/public_keys/onion_address'
import { keyOfSshBlob, keyOfSshLine } from '@mintmark/keys/public_keys/openssh_line'
import { keyOfRsaPublicKey, keyOfSpki, rsaKey } from '@mintmark/keys/public_keys/spki_key'
import { type Anchor, REACH } from '../anchors/anchor.ts'
import { latin } from '../text/text_run.ts'
import { bigNear, littleNear, rightBefore, rightBehind } from './bare_moduli.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const KEYS = 'public keys'
const PATTERN_BYTES = 16
const KEY_COST = 12_000

type KeyAt = (bytes: Uint8Array, at: number, budget: WorkBudget) => PublicKey | undefined

/** The anchor beside which keys are: of bare ones nothing around shows that it is a key. */
function keyAnchor(pattern: Buffer, keysAt: readonly KeyAt[], isBare = false): Anchor {
  return {
    name: KEYS,
    pattern: pattern.subarray(0, PATTERN_BYTES),
    before: REACH,
    behind: REACH,
    detect: (bytes, at, { budget, onPublicKey, hasRoomForKey }) => {
      if (Buffer.compare(bytes.subarray(at, at + pattern.length), pattern) !== 0) return undefined
      // Refused, so that it is reported.
      if (hasRoomForKey?.(isBare) === false) return budget.within(Infinity, () => undefined)
      for (const keyAt of keysAt) {
        const key = keyAt(bytes, at, budget)
        if (key === undefined) continue
        budget.spend(KEY_COST)
        onPublicKey?.(key, isBare)
      }
      return undefined
    },
  }
}

const sshBlobAt: KeyAt = (bytes, at, budget) =>
  plainKey(keyOfSshBlob(bytes.subarray(at, at + 4096), budget))

const ALGORITHMS = [
  '06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03',
  '06 09 2a 86 48 86 f7 0d 01 01 0a',
  '06 07 2a 86 48 ce 3d 02 01 06',
  '06 03 2b 65 70 03 21 00',
  '06 03 2b 65 6e 03 21 00',
  '06 03 2b 65 71 03 3a 00',
  '06 03 2b 65 6f 03 39 00',
  '06 09 60 86 48 01 65 03 04 04',
  '06 09 60 86 48 01 65 03 04 03',
  '06 07 2a 86 48 ce 38 04 01 30',
]
const SSH_BLOBS = [
  '00 00 00 07 73 73 68 2d 72 73 61 00',
  '00 00 00 07 73 73 68 2d 64 73 73 00',
  '00 00 00 0b 73 73 68 2d 65 64 32 35 35 31 39 00',
  '00 00 00 13 65 63 64 73 61 2d 73 68 61 32 2d 6e 69 73 74 70',
]
const SSH_LINES = ['ssh-rsa AAAA', 'ssh-ed25519 AAAA', 'ecdsa-sha2-nistp']
const ARMORS = ['CERTIFICATE', 'TRUSTED CERTIFICATE', 'PUBLIC KEY', 'RSA PUBLIC KEY']

/** All of them. What can be a modulus in one order of its bytes may be one in the other. */
export const KEY_ANCHORS: readonly Anchor[] = [
  ...ALGORITHMS.map((pattern) => keyAnchor(hex(pattern), [certificateOr])),
  keyAnchor(hex('02 03 01 00 01'), [rsaPublicKeyAt]),
  ...SSH_BLOBS.map((pattern) => keyAnchor(hex(pattern), [sshBlobAt])),
  ...SSH_LINES.map((pattern) => keyAnchor(Buffer.from(pattern), [sshLineAt])),
  ...['"kty":', '"kty" :'].map((pattern) => keyAnchor(Buffer.from(pattern), [jwkAt])),
  ...ARMORS.map((label) => {
    const header = `-----BEGIN ${label}-----`
    return keyAnchor(Buffer.from(header), [pemAt(header.length)])
  }),
  keyAnchor(Buffer.from('RSA1'), [windowsBlobAt]),
  keyAnchor(hex('01 01 00 6e 01'), [libgcryptAt]),
  // As Tor labels what it counts, and as users write it.
  keyAnchor(Buffer.from('onion="'), [onionAt(7)]),
  keyAnchor(Buffer.from('.onion'), [onionAt(-ONION_LETTERS)]),
  keyAnchor(hex('01 00 01 00 00 00 00'), [littleNear, rightBefore], true),
  keyAnchor(hex('00 00 00 00 00 01 00 01'), [bigNear, rightBehind], true),
]

const MOST_BEFORE_KEY = 2048

/** Around an algorithm's identifier; with its certificate if that is there. */
function certificateOr(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  const algorithm = sequenceAround(bytes, at, bytes.length)
  const spki = algorithm && sequenceAround(bytes, algorithm.at, bytes.length)
  const material = spki && keyOfSpki(bytes.subarray(spki.at, spki.to), budget)
  if (spki === undefined || material === undefined) return undefined
  return certificateAround(bytes, spki.at, spki.to, budget) ?? plainKey(material)
}

function certificateAround(
  bytes: Uint8Array,
  from: number,
  to: number,
  budget: WorkBudget,
): PublicKey | undefined {
  budget.spend(2 * MOST_BEFORE_KEY)
  const first = Math.max(0, from - MOST_BEFORE_KEY)
  for (let at = from - 8; at >= first; at--) {
    // Two SEQUENCEs with lengths of two bytes, one right inside the other.
    if (bytes[at] !== TAG.sequence || bytes[at + 1] !== 0x82) continue
    if (bytes[at + 4] !== TAG.sequence || bytes[at + 5] !== 0x82) continue
    const whole = elementOf(bytes, at, bytes.length, TAG.sequence)
    if (whole !== undefined && whole.to > to) {
      const key = keyOfCertificate(bytes.subarray(whole.at, whole.to), budget)
      if (key !== undefined) return key
    }
  }
  return undefined
}

const MODULUS_BYTES = [64, 96, 128, 192, 256, 384, 512, 1024]

function rsaPublicKeyAt(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  for (const length of MODULUS_BYTES) {
    const header = length < 127 ? 2 : length < 255 ? 3 : 4
    const begin = at - length - 1 - header
    const n = elementOf(bytes, begin, at, TAG.integer)
    if (n?.to !== at || n.to - n.from !== length + 1) continue
    const outer = sequenceAround(bytes, begin, bytes.length)
    const whole = outer && keyOfRsaPublicKey(bytes.subarray(outer.at, outer.to), budget)
    // A private key has more numbers behind these two; its public half is there all the same.
    return plainKey(whole ?? rsaKey(fromBigEndian(bytes.subarray(n.from, n.to), budget), 65_537n))
  }
  return undefined
}

function textAt(bytes: Uint8Array, from: number, length: number, budget: WorkBudget): string {
  const view = bytes.subarray(from, from + length)
  budget.spend(500 + view.length)
  return latin(view)
}

function sshLineAt(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  return plainKey(keyOfSshLine(textAt(bytes, at, 6000, budget), budget))
}

function onionAt(from: number): KeyAt {
  return (bytes, at, budget) => {
    const first = Math.max(0, at + from)
    return plainKey(keyOfOnion(textAt(bytes, first, ONION_LETTERS, budget)))
  }
}

const MOST_BEFORE_KTY = 8192
const MOST_BEHIND_KTY = 24_576

/** The innermost object around `"kty"`: a JWK has no object inside. */
function jwkAt(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  const first = Math.max(0, at - MOST_BEFORE_KTY)
  const before = bytes.subarray(first, at)
  budget.spend(500 + before.length)
  const begin = first + before.lastIndexOf(0x7b)
  if (begin < first) return undefined
  const around = bytes.subarray(begin, at + MOST_BEHIND_KTY)
  budget.spend(500 + around.length - (at - begin))
  const end = around.indexOf(0x7d)
  budget.spend(10 * Math.max(0, end))
  const jwk = end < 0 ? undefined : parseObject(latin(around, 0, end + 1))
  return jwk && keyOfJwk(jwk, budget)
}

function pemAt(header: number): KeyAt {
  return (bytes, at, budget) => {
    const body = textAt(bytes, at + header, 16_384, budget)
    const end = body.indexOf('-----')
    if (end < 0) return undefined
    const der = Buffer.from(body.slice(0, end), 'base64')
    return (
      keyOfCertificate(der, budget) ??
      plainKey(keyOfSpki(der, budget) ?? keyOfRsaPublicKey(der, budget))
    )
  }
}

/** `RSA1`: BCRYPT_RSAKEY_BLOB (highest byte first) or PUBLICKEYBLOB (lowest first). */
function windowsBlobAt(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  if (at + 24 > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 24)
  const bits = view.getUint32(4, true)
  const length = Math.ceil(bits / 8)
  if (bits < 384 || bits > 16_384) return undefined
  const exponentBytes = view.getUint32(8, true)
  if (exponentBytes >= 1 && exponentBytes <= 8 && view.getUint32(12, true) === length) {
    const e = fromBigEndian(bytes.subarray(at + 24, at + 24 + exponentBytes), budget)
    const from = at + 24 + exponentBytes
    return plainKey(rsaKey(fromBigEndian(bytes.subarray(from, from + length), budget), e))
  }
  const n = fromLittleEndian(bytes.subarray(at + 12, at + 12 + length), budget)
  return plainKey(rsaKey(n, BigInt(exponentBytes)))
}

/** libgcrypt's `(1:n LENGTH:…)` in tokens: data, u16 length in native order, number. */
function libgcryptAt(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  const from = at + 7
  const length = (bytes[at + 5] ?? 0) | ((bytes[at + 6] ?? 0) << 8)
  if (length < 48 || length > 2049 || from + length > bytes.length) return undefined
  return plainKey(rsaKey(fromBigEndian(bytes.subarray(from, from + length), budget), 65_537n))
}
