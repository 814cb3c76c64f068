/**
 * Keys, and bytes of which many look like parts of their numbers: for the kernels that find numbers.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { readAgain } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { type RsaGroup, rsaGroups } from '../../src/known/rsa/rsa_group.ts'
import {
  type Candidate,
  type CandidateChoice,
  ConjugateKernel,
  ORDERS,
} from '../../src/slices/conjugate.ts'
import { gatherReference, spanOf } from './reference/conjugate.ts'

export const RUNS: number = Number(process.env['FUZZ_RUNS'] ?? 200)

const number = (text: string | undefined): bigint =>
  fromBigEndian(Buffer.from(text ?? '', 'base64url'))

interface RsaNumbers {
  readonly n: bigint
  readonly e: bigint
  readonly p: bigint
  readonly q: bigint
}

function rsa(bits: number): RsaNumbers {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: bits }))
  const { n, e, p, q } = privateKey.export({ format: 'jwk' })
  return { n: number(n), e: number(e), p: number(p), q: number(q) }
}

export const KEYS: readonly RsaNumbers[] = [rsa(512), rsa(512), rsa(1024)]
export const kernel: ConjugateKernel = new ConjugateKernel()
export const groups: readonly RsaGroup[] = rsaGroups(
  kernel,
  KEYS.map(({ n, e }) => ({ type: 'rsa', n, e, p: undefined, q: undefined, d: undefined })),
)

/** Every window, whatever is beside it. */
export const EVERY: CandidateChoice = {
  beside: 0xffff,
  orders: ORDERS.length,
  isEvery: true,
  aligned: 0,
}

export const byOffset = (a: Candidate, b: Candidate): number =>
  a.at - b.at || a.order - b.order || a.kind.localeCompare(b.kind)

/** The number's bytes as an order lays them. */
export function laid(value: bigint, length: number, order: number): Uint8Array {
  const span = spanOf(order, length)
  const little = Buffer.from(value.toString(16).padStart(span * 2, '0'), 'hex').toReversed()
  // Every order is its own inverse on whole words.
  return order === 2 || order === 3
    ? gatherReference(gatherReference(little, order === 2 ? 5 : 4), 1)
    : gatherReference(little, order)
}

const LENGTHS = [
  '0220',
  '022100',
  '0240',
  '024100',
  '0440',
  '00000020',
  '0000004100',
  '012000',
  '01210000',
  '01410000',
  '2100000000000000',
  '5100000000000000',
  '08000000',
  '00000010',
  '40000000',
]

/** Bytes of which many look like parts of numbers: a value now and then between random bytes, zeros and text. */
const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 0, maxLength: 90 }),
    fc.constant(new Uint8Array(16)),
    fc.constant(new Uint8Array(24).fill(0x41)),
    fc.constant(new Uint8Array(8).fill(0xff)),
    // Lengths as DER, SSH, libgcrypt, allocators and arrays write them.
    fc.constantFrom(...LENGTHS).map((hex) => Buffer.from(hex, 'hex')),
    fc
      .record({
        key: fc.constantFrom(...KEYS),
        order: fc.nat(5),
        add: fc.constantFrom(0n, 1n, -1n, 5n),
        isNegated: fc.boolean(),
      })
      .map(({ key, order, add, isNegated }) => {
        const length = key.n >> 600n === 0n ? 32 : 64
        const value = key.p + add
        return laid(isNegated ? (1n << BigInt(length * 8)) - value : value, length, order)
      }),
  ),
  { maxLength: 12 },
)

export const joined: fc.Arbitrary<Uint8Array> = pieces.map(
  (parts) => new Uint8Array(Buffer.concat(parts)),
)

/** Lists of factors, of which pairs are reported. */
export const LISTS = [0, 1, 2] as const

export const named = ({ at, order }: Candidate): string => `${order} at ${at}`

interface Named {
  readonly a: string | undefined
  readonly key: number
}

/** The kernel goes through the keys first where there are few windows, and through classes where there are many. */
export const inOrder = <T extends Named>(pairs: readonly T[]): T[] =>
  pairs.toSorted(
    (x, y) => x.key - y.key || Number(`${x.a}` > `${y.a}`) - Number(`${x.a}` < `${y.a}`),
  )
