/** Keys of curves of Weierstrass as libraries keep them in a process of 64 bits, lowest byte first. @module */
import { CURVES, curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian, fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import type { Curve } from '@mintmark/keys/material/key_material'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { isPointer } from '../../known/objects/openssl_numbers.ts'
import { chunkHead } from '../heap/chunk_head.ts'
import {
  all,
  bignum,
  type Check,
  type Field,
  inline,
  type Location,
  numbered,
  pointed,
  spelled,
} from './field.ts'
import { ecKey, type Layout, type NumberLayout } from './layout.ts'

const BIG: NumberLayout = { form: 'limbs-be', read: fromBigEndian }

const bytesOf = (curve: Curve): number => curveNamed(curve).lengthBytes

/** Words of a number, and the curves that have so many. */
const LIMBS = [4, 6, 9] as const
const ofLimbs = (limbs: number): Curve[] =>
  CURVES.filter(({ bits }) => Math.ceil(bits / 64) === limbs).map(({ curve }) => curve)

/** OpenSSL's numbers of curves: `obj_mac.h`. */
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

const hasThreePointers: Check = ({ bytes, at }) =>
  [-6, -14, -22].every((from) => isPointer(bytes, at + from))

/**
 * OpenSSL 1.1 to 3.5: {meth*, engine*, int version = 1, EC_GROUP*, EC_POINT*, BIGNUM* secret, unsigned enc_flag, int
 * conv_form, …} (crypto/ec/ec_local.h).
 */
const EC_KEY: Layout = {
  name: 'openssl-ec-key',
  // Behind the upper two bytes of the last pointer: without them it would fit each of many short strings of CPython.
  pattern: '00 00 00 00 00 00 04 00 00 00 ?? 00 00 00',
  alignment: 1 << 6,
  sight: { before: 72, behind: 16 },
  rows: [
    ecKey({
      glance: all(hasThreePointers, numbered(-30, 1, 8)),
      curves: curvesOfNid,
      secret: bignum(-6, MOST_LIMBS),
      x: opensslPoint(bignum(16, MOST_LIMBS)),
      y: opensslPoint(bignum(24, MOST_LIMBS)),
      z: opensslPoint(bignum(32, MOST_LIMBS)),
    }),
  ],
}

/** mbedTLS 3: the last of `mbedtls_ecp_keypair`, secret, X and Y as {limbs*, short sign, unsigned short limbs}. */
const MBEDTLS: readonly Layout[] = [4, 6, 8, 9].map((limbs) => ({
  name: `mbedtls-ec-${limbs}`,
  pattern: `01 00 0${limbs} 00 00 00 00 00 ?? ?? ?? ?? ?? ?? 00 00`,
  sight: { before: 8, behind: 40 },
  rows: [
    ecKey({
      glance: all(spelled(16, `01 00 0${limbs} 00`), spelled(32, `01 00 0${limbs} 00`)),
      curves: ofLimbs(limbs),
      secret: pointed(-8, 8 * limbs),
      x: pointed(8, 8 * limbs),
      y: pointed(24, 8 * limbs),
    }),
  ],
}))

/** Go 1.24, crypto/internal/fips140/ecdsa: {name string, point []byte, secret []byte}, found by the length of 04 X Y. */
const GO: readonly Layout[] = (['P-256', 'P-384', 'P-521'] as const).map((curve) => {
  const length = bytesOf(curve)
  const whole = 2 * length + 1
  const slice = `${whole.toString(16)} 00 00 00 00 00 00 00`
  return {
    name: `go-${curve}`,
    pattern: `${slice} ${slice}`,
    sight: { before: 16, behind: 32 },
    rows: [
      ecKey({
        glance: all(numbered(-16, curve.length, 8), numbered(24, length, 8)),
        curves: [curve],
        secret: pointed(16, length),
        x: pointed(-8, whole, inline(1, length)),
        y: pointed(-8, whole, inline(1 + length, length)),
        number: BIG,
      }),
    ],
  }
})

/** NSS 3.110, in the arena of a key: {name of the curve, byte secret[], 04 X Y}, each at a multiple of 8. */
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
    name: `nss-${curve}`,
    pattern,
    sight: { before: 0, behind: 256 },
    rows: [
      ecKey({
        glance: spelled(point, '04'),
        curves: [curve],
        secret: inline(8, length),
        x: inline(point + 1, length),
        y: inline(point + 1 + length, length),
        number: BIG,
      }),
    ],
  }
})

/** Where in a chunk a number of wolfSSL is: {u32 used, u32 size = 129, …, u64 digits[129]}. */
const wolfNumber = (index: number): number => 48 + index * (40 + 8 * 129)

const isWolfNumber = (index: number, used: number): Check =>
  all(spelled(wolfNumber(index), used.toString(16)), spelled(wolfNumber(index) + 4, '81'))

/** wolfSSL 5.7 of Debian: an `ecc_key` {…, x, y, z, k} alone in a chunk (wolfcrypt/ecc.h, sp_int.h). */
const WOLFSSL: Layout = {
  name: 'wolfssl-ec',
  pattern: chunkHead(0x1160),
  sight: { before: 0, behind: wolfNumber(3) + 40 + 72 },
  rows: LIMBS.map((limbs) => {
    const digits = (index: number): Field => inline(wolfNumber(index) + 40, 8 * limbs)
    return ecKey({
      glance: all(
        isWolfNumber(0, limbs),
        isWolfNumber(1, limbs),
        isWolfNumber(2, 1),
        isWolfNumber(3, limbs),
      ),
      curves: ofLimbs(limbs),
      secret: digits(3),
      x: digits(0),
      y: digits(1),
    })
  }),
}

const montgomery = (bytes: Uint8Array, modulus: bigint, budget: WorkBudget): bigint =>
  (fromLittleEndian(bytes, budget) *
    (inverse((1n << BigInt(8 * bytes.length)) % modulus, modulus) ?? 0n)) %
  modulus

/** ring 0.17: {u64 secret[6] in Montgomery's form, usize length, byte point[97]} (src/ec.rs). */
const RING: readonly Layout[] = (['P-256', 'P-384'] as const).map((curve) => {
  const length = bytesOf(curve)
  return {
    name: `ring-${curve}`,
    pattern: `${(2 * length + 1).toString(16)} 00 00 00 00 00 00 00 04`,
    sight: { before: 48, behind: 112 },
    rows: [
      ecKey({
        glance: spelled(length - 48, '0 '.repeat(48 - length).trim() || '??'),
        curves: [curve],
        secret: inline(-48, length),
        x: inline(9, length),
        y: inline(9 + length, length),
        number: {
          form: 'montgomery-d',
          read: (bytes, budget, { n }) => montgomery(bytes, n, budget),
        },
        coordinate: BIG.read,
      }),
    ],
  }
})

export const CURVE_LAYOUTS: readonly Layout[] = [
  EC_KEY,
  ...MBEDTLS,
  ...GO,
  ...NSS,
  WOLFSSL,
  ...RING,
]
