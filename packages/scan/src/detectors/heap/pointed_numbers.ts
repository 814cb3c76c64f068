/**
 * RSA keys whose numbers are apart but whose heads, pointers to limbs, are near. A second prime is
 * verified by a product, or by d: e·d = 1 modulo p − 1 and q − 1.
 */
import { bitLength, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import type { Key } from '@mintmark/keys/material/key'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { type Anchor, EIGHTHS } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Memory, Pointed } from '../../anchors/match.ts'
import { pointerAt } from '../../known/objects/pointers.ts'
import { EXPONENTS, isFull } from './chunk_numbers.ts'

const WORD = 8
const HEAD_BYTES = 16
const NEAR_COST = 2000
const DIVISION_COST = 2000

/** How a library keeps the heads of the numbers of a key: limbs*, then the count of limbs. */
interface HeadRow {
  /** How far from a head those of its key are searched for, and how many of one length. */
  readonly reach: number
  readonly most: number
  readonly limbs: readonly number[]
  /** What there is of the head of a prime, from `lead` bytes before the count of limbs on. */
  readonly lead: number
  readonly shapes: (
    limbs: number,
  ) => readonly Pick<Anchor, 'name' | 'pattern' | 'mask' | 'alignment'>[]
  /** Room for limbs, if what is there is a head of a secret number of so many. */
  readonly roomAt: (view: DataView, limbs: number) => number | undefined
}

interface Numbered extends Pointed {
  readonly value: bigint
  readonly isTight: boolean
}

interface Process {
  readonly bytes: Uint8Array
  readonly memory: Memory
  readonly budget: WorkBudget
}

function numberAt(
  { roomAt }: HeadRow,
  { bytes, memory, budget }: Process,
  at: number,
  limbs: number,
): Numbered | undefined {
  if (at < WORD || at + HEAD_BYTES > bytes.length) return undefined
  const room = roomAt(new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES), limbs)
  const address = room === undefined ? undefined : pointerAt(bytes, at - WORD)
  const there = address === undefined ? undefined : memory.at(address, limbs * WORD)
  if (there === undefined || !isRandomLooking(there.bytes, budget)) return undefined
  return { ...there, value: fromLittleEndian(there.bytes, budget), isTight: room === limbs }
}

function numbersNear(row: HeadRow, process: Process, at: number, limbs: number): Numbered[] {
  process.budget.spend(NEAR_COST)
  const found: Numbered[] = []
  for (let distance = WORD; distance <= row.reach && found.length < row.most; distance += WORD) {
    for (const offset of [at - distance, at + distance]) {
      // Most offsets are identified by this byte.
      if (process.bytes[offset] !== limbs) continue
      const number = numberAt(row, process, offset, limbs)
      if (number !== undefined) found.push(number)
    }
  }
  return found
}

const isPrimeLike = ({ bytes }: Numbered): boolean => isFull(bytes, 0, bytes.length)

/** Anchors at heads of primes. A generated prime has spare limbs, with rests of d modulo p − 1. */
function primeAnchors(row: HeadRow): readonly Anchor[] {
  const { lead, reach, shapes } = row
  const anchorOf = (limbs: number, shape: ReturnType<typeof shapes>[number]): Anchor => ({
    ...shape,
    before: reach + WORD,
    behind: reach + HEAD_BYTES + lead,
    detect: (bytes, from, { budget, memory }) => {
      if (memory === undefined) return undefined
      const at = from + lead
      const process = { bytes, memory, budget }
      const first = numberAt(row, process, at, limbs)
      if (first === undefined || ((first.bytes[0] ?? 0) & 1) === 0) return undefined
      const near = numbersNear(row, process, at, limbs).filter(isPrimeLike)
      const others = isPrimeLike(first) ? [first, ...near] : near
      const primes = others.filter((other) => other === first || !other.isTight)
      const wholes = primes.length === 0 ? [] : numbersNear(row, process, at, 2 * limbs)
      for (const p of primes) {
        const verification = rsaOfPrime(p.value, others, wholes, budget)
        if (verification !== undefined)
          return hit(verification, 'limbs-le64', p.offset, p.offset + WORD * limbs)
      }
      return undefined
    },
  })
  return row.limbs.flatMap((limbs) => shapes(limbs).map((shape) => anchorOf(limbs, shape)))
}

const isInverse = (e: bigint, d: bigint, prime: bigint): boolean =>
  (e * d - 1n) % (prime - 1n) === 0n

/**
 * Where the product shows the key and no d does, e is 65,537. @param others maybe the other prime.
 * @param wholes maybe n or d
 */
function rsaOfPrime(
  p: bigint,
  others: readonly Numbered[],
  wholes: readonly Numbered[],
  budget: WorkBudget,
): Key | undefined {
  budget.spend(wholes.length * EXPONENTS.length * DIVISION_COST * (bitLength(p) / 512) ** 2)
  const secrets = wholes.flatMap(({ value: d }) => {
    const e = EXPONENTS.find((each) => isInverse(each, d, p))
    return e === undefined ? [] : { d, e }
  })
  for (const { value: q } of others) {
    if (q === p) continue
    const n = p * q
    const { d, e = 65_537n } = secrets.find((each) => isInverse(each.e, each.d, q)) ?? {}
    if (d === undefined && !wholes.some(({ value }) => value === n)) continue
    const verification = verifyRsa({ n, e, p, q, d }, budget)
    if (verification !== undefined) return verification
  }
  return undefined
}

/** OpenSSL's flag of constant-time numbers; all flags that there are. */
const SECRET = 0x4
const FLAGS_MOST = 0x10

/** BIGNUM {limbs*, int top, int dmax, int neg, int flags}, OpenSSL 1.1 to 3.5. */
const OPENSSL: HeadRow = {
  reach: 1024,
  most: 16,
  limbs: [8, 16, 24, 32, 64],
  lead: 0,
  // {top = dmax, neg = 0, flags}: whatever the flags are besides the secret one.
  shapes: (limbs) => [
    {
      name: `openssl-rsa-${128 * limbs}`,
      pattern: Uint8Array.of(limbs, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, SECRET, 0, 0, 0),
      mask: Uint8Array.from({ length: 16 }, (_, at) => (at === 12 ? 0xf4 : 0xff)),
      alignment: EIGHTHS,
    },
  ],
  roomAt: (view, limbs) => {
    const [top, room, sign, flags] = [0, 4, 8, 12].map((at) => view.getUint32(at, true))
    if (top !== limbs || room === undefined || room < top || room > 2 * top + 2) return undefined
    const isSecret = flags !== undefined && flags < FLAGS_MOST && (flags & SECRET) !== 0
    return sign === 0 && isSecret ? room : undefined
  },
}

const GO_ROOM = 32
/** Upper half of an address of Go's heap: 0xc000000000, on arm64 0x4000000000. */
const HEAP_TOPS = [0xc0, 0x40]

/** Go 1.24's bigmod Nat {limbs*, length, capacity}, which outlives the key (fips140/bigmod). */
const GO: HeadRow = {
  reach: 2048,
  most: 24,
  limbs: [8, 16, 24, 32],
  lead: 4,
  shapes: (limbs) =>
    HEAP_TOPS.map((top) => ({
      name: `go-nat-${128 * limbs}-${top.toString(16)}`,
      pattern: Uint8Array.of(top, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, GO_ROOM, 0, 0, 0),
      alignment: 1 << 4,
    })),
  roomAt: (view, limbs) => {
    if (view.getBigUint64(0, true) !== BigInt(limbs)) return undefined
    const room = Number(view.getBigUint64(8, true))
    return room < limbs || room > Math.max(GO_ROOM, 2 * limbs) ? undefined : room
  },
}

export const POINTED_NUMBER_ANCHORS: readonly Anchor[] = [OPENSSL, GO].flatMap(primeAnchors)
