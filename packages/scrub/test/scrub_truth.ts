/**
 * What a private RSA key can look like in memory, made without the code that is tested: values and their spellings.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readAgain } from '@mintmark/testkit'

export interface Truth {
  readonly privateKey: KeyObject
  readonly n: bigint
  /** Bits of a prime. */
  readonly half: number
  /** By name, with the bits of the field that each is in. */
  readonly values: readonly {
    readonly name: string
    readonly value: bigint
    readonly bits: number
  }[]
}

export function rsaTruth(bits: number): Truth {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: bits }))
  const jwk = privateKey.export({ format: 'jwk' })
  const of = (name: string) =>
    BigInt(`0x${Buffer.from(String(jwk[name]), 'base64url').toString('hex')}`)
  const [n, e, p, q, d] = [of('n'), of('e'), of('p'), of('q'), of('d')]
  const half = bits / 2
  const radix = 1n << BigInt(half)
  const short = (name: string, value: bigint) => ({ name, value, bits: half })
  const long = (name: string, value: bigint) => ({ name, value, bits })
  return {
    privateKey,
    n,
    half,
    values: [
      long('d', d),
      long('d mod φ', inverse(e, (p - 1n) * (q - 1n))),
      short('p', p),
      short('q', q),
      short('dp', of('dp')),
      short('dq', of('dq')),
      short('qinv', of('qi')),
      short('pinv', inverse(p, q)),
      short('R² mod p', radix ** 2n % p),
      short('R² mod q', radix ** 2n % q),
      short('p - 1', p - 1n),
      short('q - 1', q - 1n),
      short('p + 1', p + 1n),
      short('2^w - p', radix - p),
      short('2^w - q', radix - q),
    ],
  }
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulus, value % modulus, 0n, 1n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b, x, y] = [b, a % b, y, x - quotient * y]
  }
  return ((x % modulus) + modulus) % modulus
}

export interface Spelling {
  readonly encoding: string
  readonly bytes: Buffer
}

/** Binary spellings, and texts. */
export function spellingsOf(value: bigint, bits: number): readonly Spelling[] {
  return [...binarySpellings(value, bits), ...textSpellings(value, bits)]
}

function binarySpellings(value: bigint, bits: number): Spelling[] {
  const big = Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex')
  const little = Buffer.from(big.toReversed())
  return [
    { encoding: 'BE', bytes: big },
    { encoding: 'LE', bytes: little },
    { encoding: 'int[]', bytes: words(4, big) },
    { encoding: 'words BE', bytes: words(8, big) },
    { encoding: 'LE of BE words', bytes: words(8, little) },
    { encoding: 'Python', bytes: digits(value, bits, 30, 4, 0n) },
    { encoding: 'Go 63', bytes: digits(value, bits, 63, 8, 0n) },
    { encoding: 'bn.js', bytes: digits(value, bits, 26, 8, 32n) },
  ]
}

/** The bytes of each word turned round. */
function words(size: number, bytes: Buffer): Buffer {
  const turned = Buffer.alloc(bytes.length)
  for (let at = 0; at < bytes.length; at += size) {
    turned.set(bytes.subarray(at, at + size).toReversed(), at)
  }
  return turned
}

function digits(value: bigint, bits: number, width: number, slot: 4 | 8, shift: bigint): Buffer {
  const count = Math.ceil(bits / width)
  const bytes = Buffer.alloc(count * slot)
  for (let k = 0; k < count; k++) {
    const digit = BigInt.asUintN(width, value >> BigInt(k * width)) << shift
    if (slot === 4) bytes.writeUInt32LE(Number(digit), k * slot)
    else bytes.writeBigUInt64LE(digit, k * slot)
  }
  return bytes
}

function textSpellings(value: bigint, bits: number): Spelling[] {
  const big = Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex')
  const hex = big.toString('hex')
  // With something else around it, and the characters that hold bits of that left out.
  const base64 = (lead: number) =>
    Buffer.concat([Buffer.alloc(lead, 7), big, Buffer.alloc(3, 7)])
      .toString('base64')
      .slice(lead === 0 ? 0 : lead + 1, Math.floor(((lead + big.length) * 8) / 6))
  const texts = [
    { encoding: 'hex', text: hex },
    { encoding: 'HEX', text: hex.toUpperCase() },
    { encoding: 'hex:', text: hex.replaceAll(/..(?!$)/g, '$&:') },
    { encoding: 'hex ', text: hex.replaceAll(/..(?!$)/g, '$& ') },
    { encoding: 'decimal', text: value.toString() },
    { encoding: 'Buffer.toJSON', text: JSON.stringify([...big]).slice(1, -1) },
    { encoding: 'base64url', text: big.toString('base64url') },
    ...[0, 1, 2].map((lead) => ({ encoding: `base64 ${lead}`, text: base64(lead) })),
  ]
  return texts.flatMap(({ encoding, text }) => [
    { encoding, bytes: Buffer.from(text) },
    { encoding: `${encoding} UTF-16`, bytes: Buffer.from(text, 'utf16le') },
  ])
}

/**
 * Whether any window of memory shares a factor with n, as it is or after a step that anyone can take: the test that does
 * not know what was searched for. Windows begin at every byte, in both byte orders.
 */
export function isRebuilt(memory: Uint8Array, { n, half }: Pick<Truth, 'n' | 'half'>): boolean {
  const length = half / 8
  const square = (1n << BigInt(2 * half)) % n
  let product = 1n
  const hex = Buffer.from(memory).toString('hex')
  const turned = Buffer.from(memory.toReversed()).toString('hex')
  for (const order of [hex, turned]) {
    for (let at = 0; at + length <= memory.length; at++) {
      const x = BigInt(`0x${order.slice(at * 2, (at + length) * 2)}`)
      if (x < 3n) continue
      product = (product * x * (square - x)) % n
      product = (product * (x + 1n) * (x - 1n)) % n
    }
  }
  return gcd(product < 0n ? -product : product, n) !== 1n
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}
