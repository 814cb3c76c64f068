/**
 * Keys of Ed25519, X25519 and their kin as libraries keep them in a process of 64 bits: by structures that lead to both halves,
 * or side by side in an array of just their size, which an allocator or a runtime marks. @module
 */
import { montgomeryOf, type OkpCurve, okpNamed, okpPublicKey } from '@mintmark/keys/arithmetic/okp'
import { hit } from '../../anchors/anchored.ts'
import { type ChunkHead, chunkHead, chunkSize } from '../heap/chunk_head.ts'
import {
  all,
  type Check,
  inline,
  isClamped,
  numbered,
  pointed,
  random,
  same,
  spelled,
} from './field.ts'
import { type KeyRow, type Layout, okpKey } from './layout.ts'

const HALF = 32
const BOTH = 64

/** How OpenSSL and GnuTLS number the curves. */
const CURVES: readonly {
  readonly curve: OkpCurve
  readonly ecx: number
  readonly gnutls: number
}[] = [
  { curve: 'X25519', ecx: 0, gnutls: 6 },
  { curve: 'X448', ecx: 1, gnutls: 8 },
  { curve: 'Ed25519', ecx: 2, gnutls: 7 },
  { curve: 'Ed448', ecx: 3, gnutls: 9 },
]

const isOdd: (from: number) => Check =
  (from) =>
  ({ bytes, at }) =>
    ((bytes[at + from] ?? 0) & 1) === 1

/** OpenSSL 3: {…, unsigned haspubkey : 1, byte public[57], byte *secret, size_t length, int type, …} (crypto/ecx.h). */
const ECX: readonly Layout[] = CURVES.map(({ curve, ecx }) => {
  const { lengthBytes: length } = okpNamed(curve)
  return {
    name: `openssl-${curve}`,
    pattern: `${length.toString(16)} 00 00 00 00 00 00 00 0${ecx} 00 00 00 ?? 00 00 00`,
    sight: { before: 72, behind: 16 },
    rows: [
      okpKey(curve, {
        glance: isOdd(-72),
        secret: pointed(-8, length),
        publicKey: inline(-71, length),
      }),
    ],
  }
})

/** GnuTLS 3.8: {…, u32 curve, 0, 0, public {byte*, unsigned length}, secret {byte*, unsigned length}} (crypto-backend.h). */
const GNUTLS: readonly Layout[] = [32, 56, 57].map((length) => ({
  name: `gnutls-okp-${length}`,
  pattern: `${length.toString(16)} 00 00 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`,
  sight: { before: 20, behind: 24 },
  rows: CURVES.filter(({ curve }) => okpNamed(curve).lengthBytes === length).map(
    ({ curve, gnutls }) =>
      okpKey(curve, {
        glance: all(numbered(-20, gnutls, 12), numbered(16, length, 4)),
        secret: pointed(8, length),
        publicKey: pointed(-8, length),
      }),
  ),
}))

/** Go 1.20 to 1.24, crypto/ecdh: {curve interface, secret []byte, *PublicKey {curve interface, key []byte}}. */
const GO_X25519: Layout = {
  name: 'go-x25519',
  pattern: '20 00 00 00 00 00 00 00 20 00 00 00 00 00 00 00',
  sight: { before: 24, behind: 24 },
  rows: [
    okpKey('X25519', {
      when: same(inline(-24, 16), pointed(16, 40, inline(0, 16))),
      secret: pointed(-8, HALF),
      publicKey: pointed(16, 40, pointed(16, HALF)),
    }),
  ],
}

/** A seed of Ed25519 and its public half: `SECRETKEYBYTES` of libsodium, NaCl and OpenSSH, crypto/ed25519 of Go. */
const seedAt = (from: number, more: Pick<KeyRow, 'glance'> = {}): KeyRow =>
  okpKey('Ed25519', {
    ...more,
    secret: inline(from, HALF),
    publicKey: inline(from + HALF, HALF),
  })

/** The same behind the head of an array. */
const seedArray = (name: string, pattern: Layout['pattern'], from: number): Layout => ({
  name,
  pattern,
  sight: { before: 8, behind: 96 },
  number: { from, length: BOTH },
  rows: [seedAt(from)],
})

const LENGTH_64 = '40 00 00 00 00 00 00 00'

const SEEDS: readonly Layout[] = [
  {
    ...seedArray('seed-chunk', chunkHead(chunkSize(BOTH), { isBeforeFree: true }), 8),
    rows: [
      seedAt(8),
      // `curve25519_keypair_t` of Tor has the public half first.
      okpKey('X25519', {
        when: isClamped(8 + HALF),
        secret: inline(8 + HALF, HALF),
        publicKey: inline(8, HALF),
      }),
    ],
  },
  // BoringSSL notes before what it allocates how long that is: both halves, and whether there is a secret.
  seedArray('seed-sized', '41 00 00 00 00 00 00 00', 8),
  // `bytes` of CPython whose hash was not computed yet.
  seedArray('seed-bytes', `${LENGTH_64} ff`, 16),
  {
    name: 'seed-slice',
    pattern: `${LENGTH_64} 40`,
    sight: { before: 8, behind: 96 },
    rows: [
      okpKey('Ed25519', {
        glance: all(spelled(-2, '00 00'), numbered(8, BOTH, 8)),
        secret: pointed(-8, BOTH, inline(0, HALF)),
        publicKey: pointed(-8, BOTH, inline(HALF, HALF)),
      }),
    ],
  },
  {
    // A string of PHP: a hash that was not asked for, and its length; 96 where the public half follows again.
    name: 'seed-string',
    pattern: {
      pattern: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, BOTH, 0, 0, 0, 0, 0, 0, 0),
      mask: Uint8Array.from({ length: 16 }, (_, at) => (at === 8 ? 0xdf : 0xff)),
    },
    sight: { before: 8, behind: 128 },
    rows: [seedAt(16, { glance: all(spelled(-2, '00 00'), hasNoPointers(16)) })],
  },
]

/** Whether at most one of eight words is small or an address: of random ones fewer than one in 10^8 has more. */
function hasNoPointers(from: number): Check {
  return ({ bytes, at }) => {
    let few = 0
    for (let word = at + from + 6; word < at + from + BOTH; word += 8) {
      if (bytes[word] === 0 && bytes[word + 1] === 0 && ++few > 1) return false
    }
    return true
  }
}

/** Of a multiplication of X25519, and of the inverse that the point takes. */
const SCALAR_COST = 200_000

/** What a seed is hashed to, scalar and prefix, and the public half at `publicAt`: of the scalar alone anyone signs. */
function scalarAt(from: number, publicAt: number): KeyRow {
  const [scalarField, publicField] = [inline(from, HALF), inline(publicAt, HALF)]
  const areRandom = [scalarField, inline(from + HALF, HALF), publicField].map(random)
  return {
    glance: isClamped(from),
    when: all(...areRandom),
    keyAt: (location) => {
      const [scalar, open] = [scalarField(location), publicField(location)]
      if (scalar === undefined || open === undefined) return undefined
      const publicKey = open.bytes.slice()
      const isOfIt = location.budget.within(SCALAR_COST, () => {
        const u = montgomeryOf(publicKey)
        const made = okpPublicKey('X25519', scalar.bytes)
        return u !== undefined && made !== undefined && Buffer.compare(made, u) === 0
      })
      if (isOfIt !== true) return undefined
      const material = { type: 'okp', curve: 'Ed25519', publicKey, secret: undefined } as const
      const proof = 'scalar times B is the key beside it'
      const found = { certainty: 'proven', kind: 'ed25519', bits: 256, proof, material } as const
      // With any signature the prefix reveals the scalar, so it is erased too.
      return hit(found, 'expanded-scalar', scalar.offset, scalar.offset + BOTH)
    },
  }
}

/** The public half behind the hash as in ring (`Ed25519KeyPair`), or before it as in Tor (`ed25519_keypair_t`). */
const scalarChunk = (name: string, counts: number, head: ChunkHead = {}): Layout => ({
  name,
  pattern: chunkHead(chunkSize(3 * HALF + counts), head),
  sight: { before: 8, behind: 128 },
  number: { from: 8 + counts, length: BOTH },
  rows: [scalarAt(8 + counts, 8 + counts + BOTH), scalarAt(8 + counts + HALF, 8 + counts)],
})

export const OKP_LAYOUTS: readonly Layout[] = [
  ...ECX,
  ...GNUTLS,
  GO_X25519,
  ...SEEDS,
  scalarChunk('scalar-chunk', 0),
  // Rust counts who shares it, and who might.
  scalarChunk('scalar-shared', 16, { behind: [1, 0, 0, 0, 0, 0, 0, 0] }),
]
