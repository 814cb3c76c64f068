/** Known public keys whose private half is one secret: their looks in memory, and their test. */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { publicPoint } from '@mintmark/keys/arithmetic/ec'
import { FixedBase, fixedBaseCost } from '@mintmark/keys/arithmetic/fixed_base'
import {
  bitLength,
  fromLittleEndian,
  inverse,
  toBigEndian,
  toShortestBytes,
} from '@mintmark/keys/arithmetic/modular'
import { montgomeryOfEach, okpNamed, okpPublicKey } from '@mintmark/keys/arithmetic/okp'
import { LATTICE_SCHEMES } from '@mintmark/keys/der_keys/post_quantum'
import type {
  Curve,
  EcMaterial,
  GroupMaterial,
  LatticeMaterial,
  OkpMaterial,
} from '@mintmark/keys/material/key_material'
import { type GroupKey, groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { spkiParts } from '@mintmark/keys/public_half/spki'
import { clamped } from '../values/derived_values.ts'
import { digitBytes, PYTHON_DIGITS } from '../values/digit_encodings.ts'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { CutScalars } from './cut_scalars.ts'

export type SingleSecret = EcMaterial | OkpMaterial | GroupMaterial | LatticeMaterial

export const hasOneSecret = (material: PublicKey['material']): material is SingleSecret =>
  material.type !== 'rsa'

export type FoundSecret = Pick<FoundValue, 'spelling' | 'name' | 'key'>

export interface SecretGroup {
  readonly length: number
  readonly cost: number
  readonly signs: readonly Uint8Array[]
  /** Public halves as CPython spells numbers: to be distinguished from secrets. */
  readonly publicDigits?: readonly Uint8Array[]
  readonly bytesIn?: (bytes: Uint8Array) => FoundSecret | undefined
  readonly numberIn?: (value: bigint, spelling: FoundSecret['spelling']) => FoundSecret | undefined
  /** Finds scalars that are not there as a whole, of curves whose points can be added. */
  readonly scalars?: { readonly cut: CutScalars; readonly keys: readonly EcMaterial[] }
  /** Also the encodings that only pay next to a public half. */
  readonly rareSecretIn?: (bytes: Uint8Array) => FoundSecret | undefined
}

export function secretGroups(keys: readonly SingleSecret[]): readonly SecretGroup[] {
  const points = keys.filter((key) => key.type === 'ec')
  const strings = keys.filter((key) => key.type === 'okp')
  return [
    ...numberGroups(keys.filter(isOfGroup)),
    ...seedGroups(keys.filter(isLattice)),
    ...[...Map.groupBy(points, ({ curve }) => curve)].map(([curve, own]) => pointGroup(curve, own)),
    ...[...Map.groupBy(strings, ({ curve }) => curve)].map(([curve, own]) =>
      stringGroup(curve, own),
    ),
  ]
}

const isOfGroup = (key: SingleSecret): key is GroupMaterial =>
  key.type === 'dsa' || key.type === 'dh'
const isLattice = (key: SingleSecret): key is LatticeMaterial =>
  key.type === 'ml-kem' || key.type === 'ml-dsa'

/** Bytes of a public half that are compared. */
export const SIGN_BYTES = 16

/** Both coordinates plain, highest and lowest byte first, and in Montgomery form. */
export function pointSigns({ curve, x, y }: EcMaterial): Uint8Array[] {
  const { p, bits, lengthBytes } = curveNamed(curve)
  const radix = BigInt(Math.ceil(bits / 64) * 64)
  return [x, y].flatMap((coordinate) => {
    const big = Uint8Array.from(toBigEndian(coordinate, lengthBytes))
    const montgomery = toBigEndian((coordinate << radix) % p, lengthBytes)
    return [big, big.toReversed(), Uint8Array.from(montgomery).toReversed()].map((bytes) =>
      bytes.subarray(0, SIGN_BYTES),
    )
  })
}

const signOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, SIGN_BYTES)

/** Measured on one core with OpenSSL 3; P-256 has an implementation of its own there. */
const POINT_COST: Partial<Record<Curve, number>> = {
  'P-256': 8e4,
  'P-384': 1.4e6,
  'P-521': 3.2e6,
  secp256k1: 5e5,
}
const USUAL_POINT_COST = 8e5

function pointGroup(curve: Curve, keys: readonly EcMaterial[]): SecretGroup {
  const { lengthBytes, n } = curveNamed(curve)
  const byX = new Map(keys.map((key) => [key.x, key]))
  const numberIn = (d: bigint, spelling: FoundSecret['spelling']): FoundSecret | undefined => {
    const point = publicPoint(curve, d)
    const key = point && byX.get(point.x)
    if (key === undefined || point === undefined) return undefined
    // n − d has the same x: it is as good as d.
    const material: EcMaterial = { ...key, d: point.y === key.y ? d : n - d }
    return { key: keyOf(material, 'd·G = Q'), spelling, name: 'd' }
  }
  const fromMontgomery = inverse((1n << BigInt(64 * Math.ceil(lengthBytes / 8))) % n, n) ?? 0n
  return {
    length: lengthBytes,
    cost: 2 * (POINT_COST[curve] ?? USUAL_POINT_COST),
    signs: keys.flatMap((key) => pointSigns(key)),
    publicDigits: keys.flatMap(({ x, y }) =>
      [x, y].map((number) => digitBytes(PYTHON_DIGITS, number, 8 * lengthBytes)),
    ),
    numberIn,
    scalars: { cut: new CutScalars(curve), keys },
    // Botan keeps it so, and in no other encoding.
    rareSecretIn: (bytes) => {
      const found = numberIn((fromLittleEndian(bytes) * fromMontgomery) % n, 'limbs-le64')
      return found && { ...found, name: 'montgomery-d' }
    },
  }
}

const STRING_COST = { Ed25519: 1e5, X25519: 1e5, Ed448: 4.5e5, X448: 4e5 } as const

function stringGroup(curve: OkpMaterial['curve'], keys: readonly OkpMaterial[]): SecretGroup {
  const byPublic = new Map(keys.map((key) => [hexOf(key.publicKey), key]))
  const byMontgomery = curve === 'Ed25519' ? montgomeryKeys(keys) : new Map<string, OkpMaterial>()
  const isSeed = curve === 'Ed25519' || curve === 'Ed448'
  const bytesIn = (bytes: Uint8Array): FoundSecret | undefined => {
    const secret = Uint8Array.from(bytes)
    const made = okpPublicKey(curve, secret)
    const key = made && byPublic.get(hexOf(made))
    if (key === undefined) return undefined
    const material: OkpMaterial = { ...key, secret }
    const name = isSeed ? 'seed' : 'scalar'
    return { key: keyOf(material, 'public half of it is the key'), spelling: 'limbs-le64', name }
  }
  return {
    length: okpNamed(curve).lengthBytes,
    cost: STRING_COST[curve],
    signs: keys.map(({ publicKey }) => signOf(publicKey)),
    bytesIn,
    rareSecretIn: (bytes) => {
      if (byMontgomery.size === 0 || !isClamped(bytes)) return undefined
      const made = okpPublicKey('X25519', Uint8Array.from(bytes))
      const key = made && byMontgomery.get(hexOf(made))
      if (key === undefined) return undefined
      // The seed cannot be had from it, but anyone who has it signs.
      const own = keyOf(key, 'scalar times B is the key')
      return { key: own, spelling: 'limbs-le64', name: 'expanded-scalar' }
    },
  }
}

function isClamped(bytes: Uint8Array): boolean {
  return hexOf(clamped(bytes, 'X25519')) === hexOf(bytes)
}

function montgomeryKeys(keys: readonly OkpMaterial[]): Map<string, OkpMaterial> {
  const points = montgomeryOfEach(keys.map(({ publicKey }) => publicKey))
  return new Map(
    keys.flatMap((key, index) => {
      const u = points[index]
      return u === undefined ? [] : [[hexOf(u), key] as const]
    }),
  )
}

interface KnownNumbers {
  readonly material: GroupMaterial
  readonly numbers: GroupKey
}

function numberGroups(keys: readonly GroupMaterial[]): readonly SecretGroup[] {
  const known = keys.flatMap((material) => {
    const numbers = groupKeyOfSpki(material.publicKey)
    return numbers === undefined ? [] : [{ material, numbers }]
  })
  return [...Map.groupBy(known, groupName).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { p, g } = first.numbers
    const base = new FixedBase(g, p)
    const byPublic = new Map(group.map(({ material, numbers }) => [numbers.y, material]))
    const signs = group.flatMap(({ numbers: { y } }) => {
      const big = Uint8Array.from(toBigEndian(y, Math.ceil(bitLength(p) / 8)))
      return [big, big.toReversed()].map(signOf)
    })
    const numberIn = (x: bigint, spelling: FoundSecret['spelling']): FoundSecret | undefined => {
      const key = byPublic.get(base.power(x))
      if (key === undefined || x === 0n) return undefined
      const material: GroupMaterial = { ...key, secret: new Uint8Array(toShortestBytes(x)) }
      return { key: keyOf(material, 'g^x ≡ y (mod p)'), spelling, name: 'secret' }
    }
    return lengthsOf(first.numbers).map((length) => {
      const cost = 2 * fixedBaseCost(bitLength(p), 8 * length)
      return { length, cost, signs, numberIn }
    })
  })
}

const groupName = ({ material, numbers: { p, g } }: KnownNumbers): string =>
  `${material.type} ${p} ${g}`

/** Bits of the modulus, and of OpenSSL's and NSS's exponents for safe primes of that size. */
const SHORT_EXPONENTS = new Map([
  [2048, 225],
  [3072, 275],
  [4096, 325],
  [6144, 375],
  [8192, 400],
])

/** Bytes of a secret: those of q, else of p, half of them (Java), or by the strength of p. */
function lengthsOf({ p, q }: GroupKey): readonly number[] {
  if (q !== undefined) return [Math.ceil(bitLength(q) / 8)]
  const bits = bitLength(p)
  const short = SHORT_EXPONENTS.get(bits)
  const all = [...(short === undefined ? [] : [short]), bits / 2, bits]
  return [...new Set(all.map((each) => Math.ceil(each / 8)))]
}

const SEED_COST = 5000

function seedGroups(keys: readonly LatticeMaterial[]): readonly SecretGroup[] {
  return LATTICE_SCHEMES.flatMap((scheme) => {
    const known = keys.flatMap((material) => {
      const parts = spkiParts(material.publicKey)
      return parts?.oid === scheme.oid ? [{ material, publicKey: parts.publicKey }] : []
    })
    const byRho = new Map(known.map((key) => [hexOf(scheme.rhoOf(key.publicKey)), key]))
    const bytesIn = (bytes: Uint8Array): FoundSecret | undefined => {
      const key = byRho.get(hexOf(scheme.rhoOfSeed(bytes)))
      if (key === undefined) return undefined
      const pair = scheme.fromSeed(bytes)
      pair.secret.fill(0)
      if (Buffer.compare(pair.publicKey, key.publicKey) !== 0) return undefined
      const material: LatticeMaterial = { ...key.material, secret: Uint8Array.from(bytes) }
      const own = keyOf(material, `${scheme.name}: the seed gives the key`)
      return { key: own, spelling: 'limbs-be', name: 'seed' }
    }
    if (known.length === 0) return []
    const signs = known.map(({ publicKey }) => signOf(scheme.rhoOf(publicKey)))
    const { seedLength: length } = scheme
    return [{ length, cost: SEED_COST, signs, bytesIn }]
  })
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
