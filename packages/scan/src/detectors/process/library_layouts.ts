/**
 * Keys as libraries keep them in a process of 64 bits, lowest byte first: by structures that lead to the parts, or side by side
 * in an array of just their size, which an allocator or a runtime marks. A row a structure, with its source.
 */
import { CURVES, curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian, fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { okpNamed } from '@mintmark/keys/arithmetic/okp'
import { LATTICE_SCHEMES, verifyPq } from '@mintmark/keys/der_keys/post_quantum'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { verifyGroupKey } from '@mintmark/keys/der_keys/verify_opaque'
import type { Curve } from '@mintmark/keys/material/key_material'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { chunkHead, chunkSize } from '../../known/objects/chunk_head.ts'
import { MALLOC_RSA_ANCHORS } from '../heap/malloc_rsa.ts'
import { POINTED_NUMBER_ANCHORS } from '../heap/pointed_numbers.ts'
import {
  all,
  bignum,
  byteAt,
  type Check,
  ecKey,
  type Field,
  goSlice,
  inline,
  type KeyRow,
  type Layout,
  type Location,
  layoutAnchor,
  numbered,
  ofNumbers,
  okpKey,
  optional,
  pointed,
  pointers,
  random,
  same,
  spelled,
  within,
} from './layout.ts'
import { OPENSSL_ML_KEM } from './ml_kem_layouts.ts'

const bytesOf = (curve: Curve): number => curveNamed(curve).lengthBytes

const ofLimbs = (limbs: number): Curve[] =>
  CURVES.filter(({ bits }) => Math.ceil(bits / 64) === limbs).map(({ curve }) => curve)

const CURVE_OF_NID = new Map<number, Curve>([
  [415, 'P-256'],
  [713, 'P-224'],
  [714, 'secp256k1'],
  [715, 'P-384'],
  [716, 'P-521'],
  [927, 'brainpoolP256r1'],
  [929, 'brainpoolP320r1'],
  [931, 'brainpoolP384r1'],
  [933, 'brainpoolP512r1'],
])
const MOST_LIMBS = 9

/** {meth*, int curve, X*, Y*, Z*}, to which the EC_KEY leads. */
const opensslPoint = (field: Field): Field => pointed(-14, 40, field)

function curvesOfNid(location: Location): readonly Curve[] {
  const nid = opensslPoint(inline(8, 4))(location)?.bytes
  const curve = nid && CURVE_OF_NID.get(Number(fromLittleEndian(nid, location.budget)))
  return curve === undefined ? [] : [curve]
}

/** {meth*, engine*, int version = 1, EC_GROUP*, EC_POINT*, BIGNUM* secret, unsigned enc_flag, int conv_form, …} (ec_local.h). */
const EC_KEY: Layout = {
  library: 'OpenSSL 1.1 to 3.5',
  name: 'openssl-ec-key',
  // Behind the upper two bytes of the last pointer: without them it would fit each of many short strings of CPython.
  pattern: '00 00 00 00 00 00 04 00 00 00 ?? 00 00 00',
  alignment: 1 << 6,
  glance: all(pointers(-6, -14, -22), numbered(-30, 1, 8)),
  parts: [
    bignum(-6, MOST_LIMBS),
    ...[16, 24, 32].map((from) => opensslPoint(bignum(from, MOST_LIMBS))),
  ],
  verify: ecKey(curvesOfNid),
}

/** The last of `mbedtls_ecp_keypair`, secret, X and Y as {limbs*, short sign, unsigned short limbs} (ecp.h). */
const MBEDTLS: readonly Layout[] = [4, 6, 8, 9].map((limbs) => ({
  library: 'mbedTLS 3',
  name: `mbedtls-ec-${limbs}`,
  pattern: `01 00 0${limbs} 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`,
  glance: all(spelled(16, `01 00 0${limbs} 00`), spelled(32, `01 00 0${limbs} 00`)),
  parts: [-8, 8, 24].map((from) => pointed(from, 8 * limbs)),
  verify: ecKey(ofLimbs(limbs)),
}))

/** {name string, point []byte, secret []byte}, found by the length of 04 X Y (crypto/internal/fips140/ecdsa). */
const GO_ECDSA: readonly Layout[] = (['P-256', 'P-384', 'P-521'] as const).map((curve) => {
  const length = bytesOf(curve)
  const whole = 2 * length + 1
  const slice = `${whole.toString(16)} 00 00 00 00 00 00 00`
  return {
    library: 'Go 1.24',
    name: `go-${curve}`,
    pattern: `${slice} ${slice}`,
    glance: all(numbered(-16, curve.length, 8), numbered(24, length, 8)),
    parts: [pointed(16, length), pointed(-8, whole, inline(1, 2 * length))],
    verify: ecKey([curve], fromBigEndian),
    encoding: 'limbs-be',
  }
})

/** In the arena of a key: {name of the curve, byte secret[], 04 X Y}, each at a multiple of 8 (seen in 3.110). */
const NSS: readonly Layout[] = (
  [
    ['P-256', '2a 86 48 ce 3d 03 01 07'],
    ['P-384', '2b 81 04 00 22 00 00 00'],
    ['P-521', '2b 81 04 00 23 00 00 00'],
  ] as const
).map(([curve, pattern]) => {
  const length = bytesOf(curve)
  const point = 8 + ((length + 7) & -8)
  return {
    library: 'NSS',
    name: `nss-${curve}`,
    pattern,
    sight: { before: 0, behind: 256 },
    glance: spelled(point, '04'),
    parts: [inline(8, length), inline(point + 1, 2 * length)],
    verify: ecKey([curve], fromBigEndian),
    encoding: 'limbs-be',
  }
})

/** Where in a chunk a number of wolfSSL is: {u32 used, u32 size = 129, …, u64 digits[129]} (sp_int.h). */
const wolfNumber = (index: number): number => 48 + index * (40 + 8 * 129)

const isWolfNumber = (index: number, used: number): Check =>
  all(spelled(wolfNumber(index), used.toString(16)), spelled(wolfNumber(index) + 4, '81'))

/** An `ecc_key` {…, x, y, z, k} alone in a chunk (wolfcrypt/ecc.h). */
const WOLFSSL: Layout = {
  library: 'wolfSSL 5.7 (Debian)',
  name: 'wolfssl-ec',
  pattern: chunkHead(0x1160),
  sight: { before: 0, behind: wolfNumber(3) + 40 + 72 },
  rows: [4, 6, 9].map((limbs) => ({
    glance: all(...[limbs, limbs, 1, limbs].map((used, index) => isWolfNumber(index, used))),
    parts: [3, 0, 1].map((index) => inline(wolfNumber(index) + 40, 8 * limbs)),
    verify: ecKey(ofLimbs(limbs)),
  })),
}

const montgomery = (bytes: Uint8Array, modulus: bigint, budget: WorkBudget): bigint =>
  (fromLittleEndian(bytes, budget) *
    (inverse((1n << BigInt(8 * bytes.length)) % modulus, modulus) ?? 0n)) %
  modulus

/** {u64 secret[6] in Montgomery's form, usize length, byte point[97]} (src/ec.rs of 0.17). */
const RING: readonly Layout[] = (['P-256', 'P-384'] as const).map((curve) => {
  const length = bytesOf(curve)
  return {
    library: 'ring',
    name: `ring-${curve}`,
    pattern: `${(2 * length + 1).toString(16)} 00 00 00 00 00 00 00 04`,
    glance: spelled(length - 48, '0 '.repeat(48 - length).trim() || '??'),
    parts: [inline(-48, length), inline(9, 2 * length)],
    verify: ecKey([curve], (bytes, budget, { n }) => montgomery(bytes, n, budget), fromBigEndian),
    encoding: 'montgomery-d',
  }
})

const HALF = 32
const BOTH = 64

const OKP_CURVES = [
  ['X25519', 0, 6],
  ['X448', 1, 8],
  ['Ed25519', 2, 7],
  ['Ed448', 3, 9],
] as const

/** {…, unsigned haspubkey : 1, byte public[57], byte *secret, size_t length, int type, …} (crypto/ecx.h). */
const ECX: readonly Layout[] = OKP_CURVES.map(([curve, ecx]) => {
  const { lengthBytes: length } = okpNamed(curve)
  return {
    library: 'OpenSSL 3.0 to 3.5',
    name: `openssl-${curve}`,
    pattern: `${length.toString(16)} 00 00 00 00 00 00 00 0${ecx} 00 00 00 ?? 00 00 00`,
    glance: byteAt(-72, (flags) => (flags & 1) === 1),
    parts: [pointed(-8, length), inline(-71, length)],
    verify: okpKey(curve),
  }
})

/** {…, u32 curve, 0, 0, public {byte*, unsigned length}, secret {byte*, unsigned length}} (crypto-backend.h). */
const GNUTLS: readonly Layout[] = [32, 56, 57].map((length) => ({
  library: 'GnuTLS 3.8',
  name: `gnutls-okp-${length}`,
  pattern: `${length.toString(16)} 00 00 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`,
  rows: OKP_CURVES.filter(([curve]) => okpNamed(curve).lengthBytes === length).map(
    ([curve, , gnutls]) => ({
      glance: all(numbered(-20, gnutls, 12), numbered(16, length, 4)),
      parts: [8, -8].map((from) => pointed(from, length)),
      verify: okpKey(curve),
    }),
  ),
}))

/** {curve interface, secret []byte, *PublicKey {curve interface, key []byte}} (crypto/ecdh of 1.20 to 1.24). */
const GO_X25519: Layout = {
  library: 'Go',
  name: 'go-x25519',
  pattern: '20 00 00 00 00 00 00 00 20 00 00 00 00 00 00 00',
  when: same(inline(-24, 16), pointed(16, 40, inline(0, 16))),
  parts: [pointed(-8, HALF), pointed(16, 40, pointed(16, HALF))],
  verify: okpKey('X25519'),
}

/** A seed of Ed25519 and its public half: `SECRETKEYBYTES` of libsodium, NaCl and OpenSSH, crypto/ed25519 of Go. */
const seedAt = (from: number): KeyRow => ({
  parts: [from, from + HALF].map((half) => inline(half, HALF)),
  verify: okpKey('Ed25519'),
})

const LENGTH_64 = '40 00 00 00 00 00 00 00'

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

const SEEDS: readonly Layout[] = [
  {
    library: 'libsodium, OpenSSH',
    name: 'seed-chunk',
    pattern: chunkHead(chunkSize(BOTH), { isBeforeFree: true }),
    number: { from: 8, length: BOTH },
    ...seedAt(8),
  },
  {
    // It notes before what it allocates how long that is: both halves, and whether there is a secret.
    library: 'BoringSSL',
    name: 'seed-sized',
    pattern: '41 00 00 00 00 00 00 00',
    number: { from: 8, length: BOTH },
    ...seedAt(8),
  },
  {
    // `bytes` whose hash was not computed yet.
    library: 'CPython',
    name: 'seed-bytes',
    pattern: `${LENGTH_64} ff`,
    number: { from: 16, length: BOTH },
    ...seedAt(16),
  },
  {
    library: 'Go',
    name: 'seed-slice',
    pattern: `${LENGTH_64} 40`,
    glance: all(spelled(-2, '00 00'), numbered(8, BOTH, 8)),
    parts: [0, HALF].map((from) => pointed(-8, BOTH, inline(from, HALF))),
    verify: okpKey('Ed25519'),
  },
  {
    // A string: a hash that was not asked for, and its length; 96 where the public half follows again.
    library: 'PHP',
    name: 'seed-string',
    pattern: {
      pattern: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, BOTH, 0, 0, 0, 0, 0, 0, 0),
      mask: Uint8Array.from({ length: 16 }, (_, at) => (at === 8 ? 0xdf : 0xff)),
    },
    glance: all(spelled(-2, '00 00'), hasNoPointers(16)),
    ...seedAt(16),
  },
]

const WORD = 8
const RSA_LIMBS = 256
const MOST_PRIMES = 5

/** `big.Int` {bool is negative, limbs slice}. */
const bigInt = (from: number): Field =>
  pointed(from, 32, (location) =>
    numbered(0, 0, 8)(location) ? goSlice(WORD, RSA_LIMBS)(location) : undefined,
  )

const goPrime = (index: number): Field => within(goSlice(16, MOST_PRIMES), bigInt(index * WORD))

/** {n *big.Int, e int, d *big.Int, primes []*big.Int, …} (crypto/rsa of 1.0 to 1.24). */
const GO_RSA: Layout = {
  library: 'Go',
  name: 'go-rsa',
  pattern: '01 00 01 00 00 00 00 00',
  glance: byteAt(24, (primes) => primes >= 2 && primes <= MOST_PRIMES),
  parts: [
    goPrime(0),
    goPrime(1),
    bigInt(-8),
    ...[bigInt(8), ...[2, 3, 4].map(goPrime)].map(optional),
  ],
  verify: ofNumbers(([p = 0n, q = 0n, n = 0n, d, ...more], budget) => {
    const others = more.flatMap((prime) => prime ?? [])
    const parts = { n, e: 65_537n, d, p, q }
    return verifyRsa(others.length > 0 ? { ...parts, others } : parts, budget)
  }),
}

const GROUP_LIMBS = 128
const [P_AT, Q_AT, G_AT, FLAGS_AT] = [-48, -40, -32, 16] as const
/** More flags than there are. */
const FLAGS_MOST = 0x10

const groupKey = (kind: 'dsa' | 'dh', publicAt: number): KeyRow => ({
  glance: all(
    byteAt(FLAGS_AT, (flags) => flags < FLAGS_MOST),
    pointers(P_AT, G_AT),
    numbered(FLAGS_AT + 1, 0, 3),
  ),
  parts: [
    ...[publicAt + WORD, P_AT, G_AT, publicAt].map((from) => bignum(from, GROUP_LIMBS)),
    optional(bignum(Q_AT, GROUP_LIMBS)),
  ],
  verify: ofNumbers(([x = 0n, p = 0n, g = 0n, y, q], budget) => {
    // Of a safe prime q says nothing new: such keys are named without it.
    const own = q === undefined || 2n * q + 1n === p ? undefined : q
    return verifyGroupKey(kind, { p, g, q: own, y, x }, budget)
  }),
})

/**
 * {…, FFC_PARAMS, BIGNUM *public, BIGNUM *secret} (internal/ffc.h), of DH behind the length of the exponent. The anchor is a
 * counter, −1 where the group was not made here, and the name and the index of g.
 */
const OPENSSL_GROUP: Layout = {
  library: 'OpenSSL 3.0 to 3.5',
  name: 'openssl-group',
  pattern: 'ff ff ff ff ?? ?? 00 00 ff ff ff ff 00 00 00 00',
  rows: [groupKey('dsa', 48), groupKey('dh', 56)],
}

const BEGIN_BYTES = 64

/** Expanded keys of ML-KEM and ML-DSA alone in a chunk, as OpenSSL keeps those of ML-DSA: their parts show each other. */
const LATTICE: readonly Layout[] = LATTICE_SCHEMES.map((scheme) => ({
  library: 'OpenSSL 3.5',
  name: `chunk-${scheme.name.toLowerCase()}`,
  pattern: chunkHead(chunkSize(scheme.secretLength)),
  sight: { before: 0, behind: 8 + scheme.secretLength },
  when: random(inline(8, BEGIN_BYTES)),
  parts: [inline(8, scheme.secretLength)],
  verify: ([key], { budget }) => verifyPq(scheme, undefined, key, budget),
  encoding: 'expanded-key',
}))

/** In this order a kernel compares them. */
export const LAYOUTS: readonly Layout[] = [
  EC_KEY,
  ...MBEDTLS,
  ...GO_ECDSA,
  ...NSS,
  WOLFSSL,
  ...RING,
  ...ECX,
  ...GNUTLS,
  GO_X25519,
  ...SEEDS,
  GO_RSA,
  OPENSSL_GROUP,
  ...LATTICE,
  OPENSSL_ML_KEM,
]

/** Anchors of structures that only the memory of a process of 64 bits has, lowest byte first. */
export const PROCESS_ANCHORS: readonly Anchor[] = [
  ...LAYOUTS.map(layoutAnchor),
  ...MALLOC_RSA_ANCHORS,
  ...POINTED_NUMBER_ANCHORS,
]
