/**
 * Secret-key and secret-subkey packets of OpenPGP, version 4, and Ed25519 and X25519 ones of version 6.
 *
 * What follows the public numbers tells whether a passphrase guards the rest: 0 means that it lies in the clear, and
 * then the numbers prove it; otherwise the packet is told as a lesser thing.
 *
 * Source: RFC 9580, sections 3.2, 4.2, 5.5.3 and 5.5.5; RFC 6637.
 *
 * @module
 */

import { curveOfOid } from '@mintmark/keys/arithmetic/curves'
import { bitLength, fromBigEndian, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc, proveOkp, proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import type { Proof } from '@mintmark/keys/material/proof'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, lesser } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

const FORM = 'openpgp-packet'
const VERSION_4 = 4
/** Version and time before the algorithm. */
const BEFORE_ALGORITHM = 5
const RSA = 1
const ELGAMAL = 16
const DSA = 17
const ECDH = 18
const ECDSA = 19
const EDDSA = 22
const MOST_MPI_BITS = 16_384

/** Multi-precision integers one after another; undefined once one is not well formed. */
class MpiReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  byte(): number | undefined {
    this.at += 1
    return this.#bytes[this.at - 1]
  }

  /** A view; its first byte holds the highest bit that is set. */
  mpi(): Uint8Array | undefined {
    const bits = ((this.#bytes[this.at] ?? 0) << 8) | (this.#bytes[this.at + 1] ?? 0)
    const from = this.at + 2
    const to = from + Math.ceil(bits / 8)
    if (bits === 0 || bits > MOST_MPI_BITS || to > this.#bytes.length) return undefined
    const top = this.#bytes[from] ?? 0
    if (32 - Math.clz32(top) !== ((bits - 1) % 8) + 1) return undefined
    this.at = to
    return this.#bytes.subarray(from, to)
  }

  /** `count` numbers, or undefined. */
  numbers(count: number): bigint[] | undefined {
    const numbers: bigint[] = []
    for (let i = 0; i < count; i++) {
      const mpi = this.mpi()
      if (mpi === undefined) return undefined
      numbers.push(fromBigEndian(mpi))
    }
    return numbers
  }

  skip(length: number): void {
    this.at += length
  }
}

/** Where the packet's header begins and whether it says that it holds a secret key; a freed buffer has none. */
function headerBefore(bytes: Uint8Array, version: number): number | undefined {
  const old = new Map([
    [2, [0x94, 0x9c, 0xc5, 0xc7]],
    [3, [0x95, 0x9d, 0xc5, 0xc7]],
    [6, [0xc5, 0xc7]],
  ])
  for (const [length, tags] of old) {
    if (tags.includes(bytes[version - length] ?? 0)) return version - length
  }
  return undefined
}

/** Public numbers, and the same with the secret ones behind them. */
interface Algorithm {
  readonly publicNumbers: number
  readonly secretNumbers: number
  readonly prove: (numbers: readonly bigint[]) => Proof | undefined
}

const ALGORITHMS: ReadonlyMap<number, Algorithm> = new Map([
  [
    RSA,
    {
      publicNumbers: 2,
      secretNumbers: 4,
      // The last is p⁻¹ mod q here.
      prove: ([n, e, d, p, q, qInv]) => proveRsa({ n, e, d, p, q, qInv }),
    },
  ],
  [
    DSA,
    {
      publicNumbers: 4,
      secretNumbers: 1,
      prove: ([p = 0n, q = 0n, g = 0n, y = 0n, x = 0n]) => proveGroupKey('dsa', { p, q, g, y, x }),
    },
  ],
  [
    ELGAMAL,
    {
      publicNumbers: 3,
      secretNumbers: 1,
      prove: ([p = 0n, g = 0n, y = 0n, x = 0n]) =>
        proveGroupKey('dh', { p, g, y, x, q: undefined }),
    },
  ],
])

/** A packet whose header is at `at`, with a length of two bytes. */
const detectPacket: Detector = (bytes, at) => {
  const version = at + 3
  const algorithm = ALGORITHMS.get(bytes[version + BEFORE_ALGORITHM] ?? 0)
  if (algorithm === undefined) return undefined
  const reader = new MpiReader(bytes, version + BEFORE_ALGORITHM + 1)
  const open = reader.numbers(algorithm.publicNumbers)
  const [first] = open ?? []
  if (open === undefined || first === undefined || bitLength(first) < 512) return undefined
  const usage = reader.byte()
  if (usage !== 0) return guarded(bytes, at, reader.at, usage)
  const secret = reader.numbers(algorithm.secretNumbers)
  const proof = secret && algorithm.prove([...open, ...secret])
  return proof && hit(proof, FORM, at, reader.at)
}

const LEAST_GUARDED_USAGE = 253

function guarded(
  bytes: Uint8Array,
  from: number,
  read: number,
  usage: number | undefined,
): Detected | undefined {
  if (usage === undefined || usage < LEAST_GUARDED_USAGE) return undefined
  const to = Math.min(bytes.length, Math.max(read, packetEnd(bytes, from)))
  return lesser('openpgp', FORM, from, to, 'a secret-key packet, a passphrase guards it')
}

/** Where the packet whose header is at `at` ends, by its own account; 0 where the length has another form. */
function packetEnd(bytes: Uint8Array, at: number): number {
  const [tag = 0, first = 0, second = 0] = bytes.subarray(at, at + 3)
  if (tag < 0xc0) return (tag & 3) === 1 ? at + 3 + first * 256 + second : at + 2 + first
  if (first < 192) return at + 2 + first
  return first < 224 ? at + 3 + (first - 192) * 256 + second + 192 : 0
}

/** A packet of an elliptic curve: the anchor is the algorithm, before the curve's identifier. */
const detectCurvePacket: Detector = (bytes, at) => {
  const version = at - BEFORE_ALGORITHM
  if (bytes[version] !== VERSION_4) return undefined
  const algorithm = bytes[at] ?? 0
  const length = bytes[at + 1] ?? 0
  const oid = Buffer.from(bytes.subarray(at + 2, at + 2 + length)).toString('hex')
  const reader = new MpiReader(bytes, at + 2 + length)
  const point = reader.mpi()
  if (point === undefined) return undefined
  // The key derivation of ECDH: a length and so many bytes.
  if (algorithm === ECDH) reader.skip(reader.byte() ?? 0)
  const usage = reader.byte()
  const header = headerBefore(bytes, version)
  if (usage !== 0)
    return header === undefined ? undefined : guarded(bytes, header, reader.at, usage)
  const secret = reader.mpi()
  const proof = secret && proveCurve(oid, point, secret)
  if (proof?.certainty !== 'proven') return undefined
  return hit(proof, FORM, header ?? version, reader.at)
}

const ED25519_OID = '2b06010401da470f01'
const CV25519_OID = '2b060104019755010501'
const NATIVE_POINT = 0x40

function proveCurve(oid: string, point: Uint8Array, secret: Uint8Array): Proof | undefined {
  const curve = curveOfOid(oid)
  if (curve !== undefined) {
    const { lengthBytes } = curve
    if (point.length !== 1 + 2 * lengthBytes || point[0] !== 4) return undefined
    const x = fromBigEndian(point.subarray(1, 1 + lengthBytes))
    return proveEc(curve.curve, fromBigEndian(secret), {
      x,
      y: fromBigEndian(point.subarray(1 + lengthBytes)),
    })
  }
  if (point.length !== 33 || point[0] !== NATIVE_POINT || secret.length > 32) return undefined
  // Leading zeros are not written.
  const padded = toBigEndian(fromBigEndian(secret), 32)
  if (oid === ED25519_OID) return proveOkp('Ed25519', padded, point.subarray(1))
  return oid === CV25519_OID
    ? proveOkp('X25519', padded.toReversed(), point.subarray(1))
    : undefined
}

const ED25519_V6 = 27
const NATIVE_LENGTH = 32

/** Version 6: algorithm, length of the public part (32), public half, usage, secret. */
const detectVersion6: Detector = (bytes, at) => {
  const version = at - BEFORE_ALGORITHM
  if (bytes[version] !== 6) return undefined
  const from = at + 5
  const secretAt = from + NATIVE_LENGTH + 1
  if (secretAt + NATIVE_LENGTH > bytes.length || bytes[secretAt - 1] !== 0) return undefined
  const curve = bytes[at] === ED25519_V6 ? 'Ed25519' : 'X25519'
  const secret = bytes.subarray(secretAt, secretAt + NATIVE_LENGTH)
  const proof = proveOkp(curve, secret, bytes.subarray(from, from + NATIVE_LENGTH))
  if (proof.certainty !== 'proven') return undefined
  return hit(proof, FORM, headerBefore(bytes, version) ?? version, secretAt + NATIVE_LENGTH)
}

const SIGHT = { before: 16, behind: 16_384 }

const HEADERS = ['95', '9d', 'c5', 'c7']

const CURVE_PACKETS: readonly (readonly [number, string])[] = [
  [EDDSA, '09 2b 06 01 04 01 da 47 0f 01'],
  [ECDH, '0a 2b 06 01 04 01 97 55 01 05 01'],
  ...[ECDSA, ECDH].flatMap((algorithm) =>
    [
      '08 2a 86 48 ce 3d 03 01 07',
      '05 2b 81 04 00 22',
      '05 2b 81 04 00 23',
      '05 2b 81 04 00 0a',
      '09 2b 24 03 03 02 08 01 01 07',
      '09 2b 24 03 03 02 08 01 01 0b',
      '09 2b 24 03 03 02 08 01 01 0d',
    ].map((oid) => [algorithm, oid] as const),
  ),
]

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

export const OPENPGP_ANCHORS: readonly Anchor[] = [
  ...HEADERS.flatMap((header) =>
    [RSA, DSA, ELGAMAL].map((algorithm) =>
      anchor(
        `openpgp-${header}-${algorithm}`,
        `${header} ?? ?? 04 ?? ?? ?? ?? ${hex(algorithm)}`,
        SIGHT,
        detectPacket,
      ),
    ),
  ),
  ...CURVE_PACKETS.map(([algorithm, oid]) =>
    anchor(`openpgp-${algorithm}-${oid}`, `${hex(algorithm)} ${oid}`, SIGHT, detectCurvePacket),
  ),
  anchor('openpgp-v6-ed25519', '1b 00 00 00 20', SIGHT, detectVersion6),
  anchor('openpgp-v6-x25519', '19 00 00 00 20', SIGHT, detectVersion6),
]
