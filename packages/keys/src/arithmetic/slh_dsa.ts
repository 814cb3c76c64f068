/**
 * SLH-DSA: the root of the top tree, which a private key holds and which its first half gives.
 *
 * Source: FIPS 205, algorithms 5, 6, 9 and 18; sections 4.2, 11.1 and 11.2; identifiers of the NIST registry.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { shake256 } from './shake.ts'

export interface SlhDsaParameters {
  readonly name: string
  /** Strength in bits: of the twelve sets, four have each. */
  readonly set: 128 | 192 | 256
  /** Content of its object identifier, hex. */
  readonly oid: string
  readonly family: 'sha2' | 'shake'
  /** Bytes of a hash. */
  readonly n: number
  /** Layers of trees, and the height of each. */
  readonly layers: number
  readonly height: number
}

/** Layers and heights of the small (s) and the fast (f) sets. */
const TREES = [
  { set: 128, kind: 's', layers: 7, height: 9 },
  { set: 128, kind: 'f', layers: 22, height: 3 },
  { set: 192, kind: 's', layers: 7, height: 9 },
  { set: 192, kind: 'f', layers: 22, height: 3 },
  { set: 256, kind: 's', layers: 8, height: 8 },
  { set: 256, kind: 'f', layers: 17, height: 4 },
] as const

const FIRST_ARC = 0x14

export const SLH_DSA: readonly SlhDsaParameters[] = (['sha2', 'shake'] as const).flatMap(
  (family, f) =>
    TREES.map(({ set, kind, layers, height }, i) => ({
      name: `SLH-DSA-${family.toUpperCase()}-${set}${kind}`,
      set,
      oid: `6086480165030403${(FIRST_ARC + f * TREES.length + i).toString(16)}`,
      family,
      n: set / 8,
      layers,
      height,
    })),
)

/** Of the private key: two secrets, then the public seed and the root. */
export function slhDsaSecretLength({ n }: SlhDsaParameters): number {
  return 4 * n
}

/** What {@link isSlhDsaKey} takes, in the units of `effort.ts`: each hash some microseconds. */
export function slhDsaUnits({ n, height }: SlhDsaParameters): number {
  return 2 ** height * (2 * n + 3) * (STEPS + 1) * 4500
}

const WOTS_HASH = 0
const WOTS_KEY = 1
const TREE = 2
const WOTS_SECRET = 5
/** w = 16: chains of 15 steps. */
const STEPS = 15

/** The address of a hash, 32 bytes: layer, tree, type and three words. */
function address(layer: number, type: number, words: readonly [number, number, number]): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32BE(layer, 0)
  bytes.writeUInt32BE(type, 16)
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, 20 + i * 4)
  return bytes
}

/** As SHA-2 takes it: 22 bytes, layer and type in one byte each and the tree in eight. */
function compressed(full: Buffer): Buffer {
  return Buffer.concat([
    full.subarray(3, 4),
    full.subarray(8, 16),
    full.subarray(19, 20),
    full.subarray(20),
  ])
}

type Hash = (at: Buffer, message: Uint8Array) => Buffer

/** F and PRF on one hand, H and T on the other: of the SHA-2 sets above 128 bits, the latter are SHA-512. */
function hashes(
  { family, n, set }: SlhDsaParameters,
  seed: Uint8Array,
): { short: Hash; long: Hash } {
  if (family === 'shake') {
    const hash: Hash = (at, message) => shake256(n, seed, at, message)
    return { short: hash, long: hash }
  }
  const sha2 = (name: string, block: number): Hash => {
    const start = createHash(name)
      .update(seed)
      .update(Buffer.alloc(block - n))
    return (at, message) =>
      start.copy().update(compressed(at)).update(message).digest().subarray(0, n)
  }
  const short = sha2('sha256', 64)
  return { short, long: set === 128 ? short : sha2('sha512', 128) }
}

/**
 * Whether the root in a private key is the root of the top tree that its secret and its public seed give.
 *
 * Cost: 15 to 60 ms for the fast sets, about 1 s for the small ones.
 */
export function isSlhDsaKey(parameters: SlhDsaParameters, secret: Uint8Array): boolean {
  const { n, height, layers } = parameters
  if (secret.length !== slhDsaSecretLength(parameters)) return false
  const secretSeed = secret.subarray(0, n)
  const { short, long } = hashes(parameters, secret.subarray(2 * n, 3 * n))
  const layer = layers - 1
  let level = Array.from({ length: 1 << height }, (_, leaf) =>
    oneTimeKey(parameters, layer, leaf, secretSeed, short, long),
  )
  for (let z = 1; level.length > 1; z++) {
    const below = level
    level = Array.from({ length: below.length / 2 }, (_, i) => {
      const pair = Buffer.concat(below.slice(2 * i, 2 * i + 2))
      return long(address(layer, TREE, [0, z, i]), pair)
    })
  }
  return level[0]?.equals(secret.subarray(3 * n)) ?? false
}

/** The public key of a one-time signature: the ends of its chains in one hash. */
function oneTimeKey(
  { n }: SlhDsaParameters,
  layer: number,
  leaf: number,
  secretSeed: Uint8Array,
  short: Hash,
  long: Hash,
): Buffer {
  // Two digits a byte and three for the checksum.
  const ends = Array.from({ length: 2 * n + 3 }, (_, chain) => {
    let value = short(address(layer, WOTS_SECRET, [leaf, chain, 0]), secretSeed)
    for (let step = 0; step < STEPS; step++) {
      value = short(address(layer, WOTS_HASH, [leaf, chain, step]), value)
    }
    return value
  })
  return long(address(layer, WOTS_KEY, [leaf, 0, 0]), Buffer.concat(ends))
}
