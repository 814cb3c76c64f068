/**
 * RSA keys whose numbers are far apart, as a process with a well-used heap has them: the heads of the numbers are near each
 * other, and each leads to its limbs wherever those are. Two primes and d, or their product, are of one key. @module
 */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Memory, Pointed } from '../../anchors/detected.ts'
import { pointerAt } from '../../known/objects/openssl_numbers.ts'
import { isFull, isOdd } from './chunk_numbers.ts'
import { rsaOfPrime } from './rsa_of_prime.ts'

const WORD = 8
/** Of going through the heads near. */
const NEAR_COST = 2000

/** How a library keeps the head of a number: limbs*, then the count of limbs, at which it is found. */
interface Head {
  /** How far from a head those of its key are searched for, and how many of one length. */
  readonly reach: number
  readonly most: number
  /** Bytes from the count of limbs on. */
  readonly length: number
  /** Room for limbs, if what is there is a head of a secret number of so many. */
  readonly roomAt: (view: DataView, limbs: number) => number | undefined
}

interface Numbered extends Pointed {
  readonly value: bigint
  /** There is room for no more limbs than there are. */
  readonly isTight: boolean
}

function numberAt(
  head: Head,
  bytes: Uint8Array,
  at: number,
  limbs: number,
  memory: Memory,
  budget: WorkBudget,
): Numbered | undefined {
  if (at < WORD || at + head.length > bytes.length) return undefined
  const room = head.roomAt(new DataView(bytes.buffer, bytes.byteOffset + at, head.length), limbs)
  const address = room === undefined ? undefined : pointerAt(bytes, at - WORD)
  const there = address === undefined ? undefined : memory.at(address, limbs * WORD)
  if (there === undefined || !isRandomLooking(there.bytes, budget)) return undefined
  return { ...there, value: fromLittleEndian(there.bytes, budget), isTight: room === limbs }
}

/** Other numbers of so many limbs whose heads are near, nearest first. */
function numbersNear(
  head: Head,
  bytes: Uint8Array,
  at: number,
  limbs: number,
  memory: Memory,
  budget: WorkBudget,
): Numbered[] {
  budget.spend(NEAR_COST)
  const found: Numbered[] = []
  for (let distance = WORD; distance <= head.reach && found.length < head.most; distance += WORD) {
    for (const offset of [at - distance, at + distance]) {
      // Most offsets are identified by this byte.
      if (bytes[offset] !== limbs) continue
      const number = numberAt(head, bytes, offset, limbs, memory, budget)
      if (number !== undefined) found.push(number)
    }
  }
  return found
}

const isPrimeLike = ({ bytes }: Numbered): boolean => isFull(bytes, 0, bytes.length)

/**
 * An anchor that begins `lead` bytes before the count of limbs of a prime. A prime that was made in the process has room for
 * more limbs, and the anchor then leads to what is left of d modulo p − 1.
 */
function primeAnchor(
  head: Head,
  limbs: number,
  lead: number,
  shape: Pick<Anchor, 'name' | 'pattern' | 'mask' | 'alignment'>,
): Anchor {
  return {
    ...shape,
    before: head.reach + WORD,
    behind: head.reach + head.length + lead,
    detect: (bytes, from, { budget, memory }) => {
      const at = from + lead
      const first = memory && numberAt(head, bytes, at, limbs, memory, budget)
      if (memory === undefined || first === undefined || !isOdd(first.bytes, 0)) return undefined
      const near = numbersNear(head, bytes, at, limbs, memory, budget).filter(isPrimeLike)
      const others = isPrimeLike(first) ? [first, ...near] : near
      const primes = others.filter((other) => other === first || !other.isTight)
      const wholes =
        primes.length === 0 ? [] : numbersNear(head, bytes, at, 2 * limbs, memory, budget)
      for (const p of primes) {
        const verification = rsaOfPrime(p.value, others, wholes, budget)
        if (verification !== undefined)
          return hit(verification, 'limbs-le64', p.offset, p.offset + WORD * limbs)
      }
      return undefined
    },
  }
}

/** OpenSSL's flag of numbers that take the same time whatever they are; all flags that there are. */
const SECRET = 0x4
const FLAGS_MOST = 0x10

/** BIGNUM {limbs*, int top, int dmax, int neg, int flags} of OpenSSL 1.1 to 3.5, whose secret numbers are marked. */
const BIGNUM: Head = {
  reach: 1024,
  most: 16,
  length: 16,
  roomAt: (view, limbs) => {
    const [top, room, sign, flags] = [0, 4, 8, 12].map((at) => view.getUint32(at, true))
    if (top !== limbs || room === undefined || room < top || room > 2 * top + 2) return undefined
    const isSecret = flags !== undefined && flags < FLAGS_MOST && (flags & SECRET) !== 0
    return sign === 0 && isSecret ? room : undefined
  },
}

/** Limbs of a prime: of the sizes that are in use. */
const OPENSSL_LIMBS = [8, 16, 24, 32, 64]

const OPENSSL: readonly Anchor[] = OPENSSL_LIMBS.map((limbs) =>
  // {top = dmax, neg = 0, flags}: whatever the flags are besides the secret one.
  primeAnchor(BIGNUM, limbs, 0, {
    name: `openssl-rsa-${128 * limbs}`,
    pattern: Uint8Array.of(limbs, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, SECRET, 0, 0, 0),
    mask: Uint8Array.from({ length: 16 }, (_, at) => (at === 12 ? 0xf4 : 0xff)),
  }),
)

/** Limbs that Go has room for from the first. */
const GO_ROOM = 32

/** Nat of Go's bigmod, {limbs*, length, capacity}, which outlives the key (crypto/internal/fips140/bigmod of Go 1.24). */
const NAT: Head = {
  reach: 2048,
  most: 24,
  length: 16,
  roomAt: (view, limbs) => {
    if (view.getBigUint64(0, true) !== BigInt(limbs)) return undefined
    const room = Number(view.getBigUint64(8, true))
    return room < limbs || room > Math.max(GO_ROOM, 2 * limbs) ? undefined : room
  },
}

const GO_LIMBS = [8, 16, 24, 32]
/** Of the address of limbs, the highest half: Go's heap begins at 0xc000000000, on arm64 at 0x4000000000. */
const HEAP_TOPS = [0xc0, 0x40]

const GO: readonly Anchor[] = GO_LIMBS.flatMap((limbs) =>
  HEAP_TOPS.map((top) =>
    primeAnchor(NAT, limbs, 4, {
      name: `go-nat-${128 * limbs}-${top.toString(16)}`,
      pattern: Uint8Array.of(top, 0, 0, 0, limbs, 0, 0, 0, 0, 0, 0, 0, GO_ROOM, 0, 0, 0),
      alignment: 1 << 4,
    }),
  ),
)

export const POINTED_NUMBER_ANCHORS: readonly Anchor[] = [...OPENSSL, ...GO]
