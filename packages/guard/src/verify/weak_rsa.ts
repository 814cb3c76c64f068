/**
 * RSA keys that nobody should trust: below 2048 bits (RFC 7518, section 3.3), or with factorable
 * primes `k · M + 65537^a mod M`, identified by remainders. Source: Nemec and others, "The Return
 * of Coppersmith's Attack", 2017 (CVE-2017-15361).
 */
import { createPublicKey, type KeyObject } from 'node:crypto'

const LEAST_BITS = 2048
const LEAST_EXPONENT = 3n

/** The odd primes that divide M for keys of every size. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/** `undefined` for another kind of key, and if nothing is wrong. */
export function weaknessOf(key: KeyObject): string | undefined {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
  if (modulusLength === undefined || publicExponent === undefined) return undefined
  if (modulusLength < LEAST_BITS)
    return `an RSA key of ${modulusLength} bits, where ${LEAST_BITS} are the least`
  if (publicExponent < LEAST_EXPONENT || publicExponent % 2n === 0n)
    return 'an RSA key whose exponent is 1 or even'
  if (isRoca(modulusOf(key)))
    return 'an RSA key that can be factored, by the way it was made (ROCA, CVE-2017-15361)'
  return undefined
}

/** Of a copy: Node 20 may wait for ever where a new key becomes a JWK (`readAgain` of testkit). */
function modulusOf(key: KeyObject): bigint {
  const spki = key.export({ format: 'der', type: 'spki' })
  const { n = '' } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({
    format: 'jwk',
  })
  const hex = Buffer.from(n, 'base64url').toString('hex')
  return BigInt(`0x${hex === '' ? '0' : hex}`)
}

/** Whether a modulus can be factored so. Of others one in some hundreds of millions passes. */
export function isRoca(modulus: bigint): boolean {
  return PRIMES.every((prime) =>
    powersOf(65_537 % prime, prime).has(Number(modulus % BigInt(prime))),
  )
}

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power)
  return powers
}
