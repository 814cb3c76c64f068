/** Keys whose structures lead to each of their numbers: RSA of Go, DSA and DH of OpenSSL. @module */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { verifyGroupKey } from '@mintmark/keys/der_keys/verify_opaque'
import { isPointer } from '../../known/objects/openssl_numbers.ts'
import { addressAt, all, bignum, type Check, type Field, numbered, pointed } from './field.ts'
import { type KeyRow, type Layout, verifiedHit } from './layout.ts'

/** 16,384 bits. */
const MOST_LIMBS = 256
const WORD = 8

/** What Go's slice {limbs*, length, capacity} leads to. */
const sliceAt =
  (from: number, most: number): Field =>
  (location) => {
    const { bytes, at } = location
    const [length, room] = [addressAt(bytes, at + from + 8), addressAt(bytes, at + from + 16)]
    if (length === undefined || room === undefined || length < 1n || room < length) return undefined
    return length > BigInt(most) ? undefined : pointed(from, WORD * Number(length))(location)
  }

/** `big.Int` {bool is negative, limbs slice}. */
const bigInt = (from: number): Field =>
  pointed(from, 32, (location) =>
    numbered(0, 0, 8)(location) ? sliceAt(WORD, MOST_LIMBS)(location) : undefined,
  )

const MOST_PRIMES = 5
const GO_E = 65_537n

const goRsaKey: KeyRow = {
  glance: ({ bytes, at }) => (bytes[at + 24] ?? 0) >= 2 && (bytes[at + 24] ?? 0) <= MOST_PRIMES,
  keyAt: (location) => {
    const primes = sliceAt(16, MOST_PRIMES)(location)
    if (primes === undefined) return undefined
    const [n, d] = [bigInt(-8)(location), bigInt(8)(location)]
    if (n === undefined) return undefined
    const list = { ...location, bytes: primes.bytes, at: 0 }
    const found = Array.from({ length: primes.bytes.length / WORD }, (_, i) =>
      bigInt(i * WORD)(list),
    )
    const [p, q, ...others] = found.map(
      (prime) => prime && fromLittleEndian(prime.bytes, location.budget),
    )
    const [first] = found
    if (first === undefined || p === undefined || q === undefined) return undefined
    const more = others.flatMap((prime) => prime ?? [])
    const verification = verifyRsa(
      {
        n: fromLittleEndian(n.bytes, location.budget),
        e: GO_E,
        d: d && fromLittleEndian(d.bytes, location.budget),
        p,
        q,
        ...(more.length > 0 && { others: more }),
      },
      location.budget,
    )
    return verifiedHit(verification, 'limbs-le64', first)
  },
}

/** Go 1.0 to 1.24, crypto/rsa: {n *big.Int, e int, d *big.Int, primes []*big.Int, …}. */
const GO_RSA: Layout = {
  name: 'go-rsa',
  pattern: '01 00 01 00 00 00 00 00',
  sight: { before: 8, behind: 40 },
  rows: [goRsaKey],
}

const GROUP_LIMBS = 128
const [P_AT, Q_AT, G_AT, FLAGS_AT] = [-48, -40, -32, 16] as const
/** More flags than there are. */
const FLAGS_MOST = 0x10

const isGroup: Check = ({ bytes, at }) =>
  (bytes[at + FLAGS_AT] ?? 0) < FLAGS_MOST &&
  isPointer(bytes, at + P_AT) &&
  isPointer(bytes, at + G_AT)

const groupKey = (kind: 'dsa' | 'dh', publicAt: number): KeyRow => ({
  glance: all(isGroup, numbered(FLAGS_AT + 1, 0, 3)),
  keyAt: (location) => {
    const fields = [P_AT, G_AT, Q_AT, publicAt].map((from) => bignum(from, GROUP_LIMBS)(location))
    const [p, g, q, y] = fields.map(
      (field) => field && fromLittleEndian(field.bytes, location.budget),
    )
    const x = bignum(publicAt + WORD, GROUP_LIMBS)(location)
    if (p === undefined || g === undefined || y === undefined || x === undefined) return undefined
    // Of a safe prime q says nothing new: such keys are named without it.
    const own = q === undefined || 2n * q + 1n === p ? undefined : q
    const parts = { p, g, q: own, y, x: fromLittleEndian(x.bytes, location.budget) }
    return verifiedHit(verifyGroupKey(kind, parts, location.budget), 'limbs-le64', x)
  },
})

/**
 * OpenSSL 3.0 to 3.5: {…, FFC_PARAMS, BIGNUM *public, BIGNUM *secret} (internal/ffc.h), of DH behind the length of the exponent.
 * The anchor is a counter, −1 where the group was not made here, and the name and the index of g.
 */
const OPENSSL_GROUP: Layout = {
  name: 'openssl-group',
  pattern: 'ff ff ff ff ?? ?? 00 00 ff ff ff ff 00 00 00 00',
  sight: { before: -P_AT, behind: 72 },
  rows: [groupKey('dsa', 48), groupKey('dh', 56)],
}

export const NUMBER_LAYOUTS: readonly Layout[] = [GO_RSA, OPENSSL_GROUP]
