/** SLH-DSA (FIPS 205), by @noble/post-quantum: whether the root is that of the trees. */
import {
  slh_dsa_sha2_128f,
  slh_dsa_sha2_128s,
  slh_dsa_sha2_192f,
  slh_dsa_sha2_192s,
  slh_dsa_sha2_256f,
  slh_dsa_sha2_256s,
  slh_dsa_shake_128f,
  slh_dsa_shake_128s,
  slh_dsa_shake_192f,
  slh_dsa_shake_192s,
  slh_dsa_shake_256f,
  slh_dsa_shake_256s,
} from '@noble/post-quantum/slh-dsa.js'

export interface SlhDsaParameters {
  readonly kind: 'slh-dsa'
  readonly name: string
  /** Strength in bits: of the twelve sets, four have each. */
  readonly set: 128 | 192 | 256
  readonly oid: string
  readonly n: number
  readonly seedLength: 0
  /** Two secrets, then the public seed and the root. */
  readonly secretLength: number
  readonly publicLength: number
  readonly height: number
  readonly keygen: (seed: Uint8Array) => { publicKey: Uint8Array }
}

/** By identifiers: the small (s), then the fast (f) set of each strength. */
const SETS = [
  { set: 128, size: 's', height: 9, sha2: slh_dsa_sha2_128s, shake: slh_dsa_shake_128s },
  { set: 128, size: 'f', height: 3, sha2: slh_dsa_sha2_128f, shake: slh_dsa_shake_128f },
  { set: 192, size: 's', height: 9, sha2: slh_dsa_sha2_192s, shake: slh_dsa_shake_192s },
  { set: 192, size: 'f', height: 3, sha2: slh_dsa_sha2_192f, shake: slh_dsa_shake_192f },
  { set: 256, size: 's', height: 8, sha2: slh_dsa_sha2_256s, shake: slh_dsa_shake_256s },
  { set: 256, size: 'f', height: 4, sha2: slh_dsa_sha2_256f, shake: slh_dsa_shake_256f },
] as const
const FIRST_ARC = 0x14

export const SLH_DSA: readonly SlhDsaParameters[] = (['sha2', 'shake'] as const).flatMap(
  (family, f) =>
    SETS.map(({ set, size, height, ...of }, i) => ({
      kind: 'slh-dsa',
      name: `SLH-DSA-${family.toUpperCase()}-${set}${size}`,
      set,
      oid: `6086480165030403${(FIRST_ARC + f * SETS.length + i).toString(16)}`,
      n: set / 8,
      seedLength: 0,
      secretLength: set / 2,
      publicLength: set / 4,
      height,
      keygen: of[family].keygen,
    })),
)

/** What {@link isSlhDsaKey} takes, as in `work_budget.ts`: 16 hashes a chain, up to 5.5 µs each. */
export function slhDsaCost({ n, height }: SlhDsaParameters): number {
  return 2 ** height * (2 * n + 3) * 16 * 5500
}

export function isSlhDsaKey(parameters: SlhDsaParameters, secret: Uint8Array): boolean {
  const { n, keygen, secretLength } = parameters
  if (secret.length !== secretLength) return false
  const { publicKey } = keygen(secret.subarray(0, 3 * n))
  return Buffer.compare(publicKey.subarray(n), secret.subarray(3 * n)) === 0
}
