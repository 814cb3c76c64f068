/**
 * Known public keys of DSA and DH: what they look like in memory, and whether bytes are the secret of one of them. They are
 * searched for as keys of curves are: multiples of a point are powers of g here. @module
 */
import { FixedBase, fixedBaseCost } from '@mintmark/keys/arithmetic/fixed_base'
import {
  bitLength,
  fromBigEndian,
  fromLittleEndian,
  toBigEndian,
  toShortestBytes,
} from '@mintmark/keys/arithmetic/modular'
import type { GroupMaterial } from '@mintmark/keys/material/key_material'
import { type GroupKey, groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import type { FoundSecret, SecretGroup } from './secret_groups.ts'

/** A key with its numbers. */
interface Known {
  readonly material: GroupMaterial
  readonly numbers: GroupKey
}

/** Keys of one group, once for each length that their secrets can have. */
export function groupsOfNumbers(keys: readonly GroupMaterial[]): readonly SecretGroup[] {
  const byGroup = new Map<string, Known[]>()
  for (const material of keys) {
    const numbers = groupKeyOfSpki(material.publicKey)
    if (numbers === undefined) continue
    const name = `${material.type} ${numbers.p} ${numbers.g}`
    byGroup.set(name, [...(byGroup.get(name) ?? []), { material, numbers }])
  }
  return [...byGroup.values()].flatMap((known) => groupsOf(known))
}

function groupsOf(known: readonly Known[]): readonly SecretGroup[] {
  const [first] = known
  if (first === undefined) return []
  const { p, g } = first.numbers
  const base = new FixedBase(g, p)
  const byPublic = new Map(known.map(({ material, numbers }) => [numbers.y, material]))
  const signs = known.flatMap(({ numbers }) => signsOf(numbers))
  return lengthsOf(first.numbers).map((length) =>
    group(length, base, byPublic, signs, bitLength(p)),
  )
}

/** Bits of the modulus, and of the exponents that OpenSSL and NSS draw for safe primes of that size. */
const SHORT_EXPONENTS = new Map([
  [2048, 225],
  [3072, 275],
  [4096, 325],
  [6144, 375],
  [8192, 400],
])

/**
 * Bytes that a secret can have: those of q; without q as many as p has, half of them (Java), or what the strength of p
 * asks for.
 */
function lengthsOf({ p, q }: GroupKey): readonly number[] {
  if (q !== undefined) return [Math.ceil(bitLength(q) / 8)]
  const bits = bitLength(p)
  const short = SHORT_EXPONENTS.get(bits)
  const all = [...(short === undefined ? [] : [short]), bits / 2, bits]
  return [...new Set(all.map((each) => Math.ceil(each / 8)))]
}

function group(
  length: number,
  base: FixedBase,
  byPublic: ReadonlyMap<bigint, GroupMaterial>,
  signs: readonly Uint8Array[],
  modulusBits: number,
): SecretGroup {
  const secretOf = (x: bigint, spelling: FoundSecret['spelling']): FoundSecret | undefined => {
    const known = byPublic.get(base.power(x))
    if (known === undefined || x === 0n) return undefined
    const material: GroupMaterial = { ...known, secret: new Uint8Array(toShortestBytes(x)) }
    return { material, spelling, name: 'secret', proof: 'g^x ≡ y (mod p)' }
  }
  const limbsIn = (bytes: Uint8Array) => secretOf(fromLittleEndian(bytes), 'limbs-le64')
  return {
    length,
    cost: 2 * fixedBaseCost(modulusBits, 8 * length),
    signs,
    limbs: Math.ceil(length / 8),
    secretIn: (bytes) => secretOf(fromBigEndian(bytes), 'limbs-be') ?? limbsIn(bytes),
    limbsIn,
    numberIn: secretOf,
    rareSecretIn: () => undefined,
  }
}

const SIGN_BYTES = 16

/** The public half, highest and lowest byte first. */
function signsOf({ p, y }: GroupKey): Uint8Array[] {
  const big = Uint8Array.from(toBigEndian(y, Math.ceil(bitLength(p) / 8)))
  return [big, big.toReversed()].map((bytes) => bytes.subarray(0, SIGN_BYTES))
}
