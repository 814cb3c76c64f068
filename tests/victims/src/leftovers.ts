/**
 * Whether any window of memory is a number from which an RSA key can be rebuilt: gcd over products of windows.
 * For X of half the bits of n, X·(X − 1)·(X + 1)·(R² − X) shares a factor with n where X is p, p + 1, p − 1 or
 * R² mod p, or the same of q. Of the first three only what X can be is multiplied: p is odd, and not below n divided by
 * the least number that is too long for q. Plain BigInt, so that nothing of the code under test is in it.
 */
import type { Load, Piece } from './process/core_file.ts'
import { gcd } from './truth/rsa_truth.ts'

interface Window {
  readonly offset: number
  readonly value: bigint
}

/** What is computed once of a key. */
interface Key {
  readonly n: bigint
  /** R² modulo n. */
  readonly squared: bigint
  /** No factor of n of half its bits has a neighbour below this. */
  readonly least: bigint
}

const BATCH = 1024
const WORD = 8

/**
 * Offsets of windows that lead to a factor of n. Windows begin at each multiple of `step` in the
 * process. Left out are those that no number of that size in the wild looks like: less than one in
 * 10^12 random ones has so many words that begin with 0, or so few bytes above 0x7f.
 */
export function leftovers(
  pieces: readonly Piece[],
  loads: readonly Load[],
  n: bigint,
  step: 1 | 8,
): readonly number[] {
  const bits = n.toString(2).length
  const length = bits / 16
  const key: Key = {
    n,
    squared: (1n << BigInt(bits)) % n,
    least: (n >> BigInt(length * 8)) - 1n,
  }
  const found: number[] = []
  let batch: Window[] = []
  for (const window of windows(pieces, loads, length, step)) {
    batch.push(window)
    if (batch.length < BATCH) continue
    found.push(...leading(batch, key))
    batch = []
  }
  return [...found, ...leading(batch, key)]
}

/** Offsets of those windows of a batch that lead to a factor, by halving it. */
function leading(batch: readonly Window[], key: Key): readonly number[] {
  const { n, squared, least } = key
  let product = 1n
  for (const { value } of batch) {
    product = (product * (squared - value)) % n
    if (value < least) continue
    // It is p, or a neighbour of p.
    const isOdd = (value & 1n) === 1n
    product = (product * (isOdd ? value : value * value - 1n)) % n
  }
  // Where p and q fall into one batch the product is 0, and the gcd n.
  if (gcd(product, n) === 1n) return []
  if (batch.length === 1) return batch.map(({ offset }) => offset)
  const middle = batch.length >> 1
  return [batch.slice(0, middle), batch.slice(middle)].flatMap((half) => leading(half, key))
}

function* windows(
  pieces: readonly Piece[],
  loads: readonly Load[],
  length: number,
  step: 1 | 8,
): Generator<Window> {
  for (const { offset, bytes } of pieces) {
    // Numbers are read highest byte first.
    const turned = Buffer.from(bytes.toReversed().buffer)
    for (let shift = 0; shift < WORD; shift += step) {
      const first = (firstAligned(offset, loads) + shift) % WORD
      for (const at of randomLooking(bytes.subarray(first), length / WORD)) {
        const end = bytes.length - first - at
        const digits = turned.toString('hex', end - length, end)
        yield { offset: offset + first + at, value: BigInt(`0x${digits}`) }
      }
    }
  }
}

/** Bytes from an offset to the first address that is a multiple of 8. */
export function firstAligned(offset: number, loads: readonly Load[]): number {
  const load = loads.find((one) => one.offset <= offset && offset < one.offset + one.length)
  const address = load === undefined ? offset : Number(load.address & 7n) + offset - load.offset
  return (WORD - (address % WORD)) % WORD
}

/** Begins of windows of so many 8-byte words that could be numbers modulo a prime. */
function* randomLooking(bytes: Buffer, words: number): Generator<number> {
  const count = Math.floor(bytes.length / WORD)
  const isSmall = new Uint8Array(count)
  const isText = new Uint8Array(count)
  let [small, text] = [0, 0]
  for (let i = 0; i < count; i++) {
    const [low, high] = [bytes.readUInt32LE(i * WORD), bytes.readUInt32LE(i * WORD + 4)]
    isSmall[i] = high >>> 16 === 0 || high >>> 16 === 0xffff ? 1 : 0
    isText[i] = ((low | high) & 0x80808080) === 0 ? 1 : 0
    small += (isSmall[i] ?? 0) - (isSmall[i - words] ?? 0)
    text += (isText[i] ?? 0) - (isText[i - words] ?? 0)
    if (i + 1 >= words && small <= 3 && text <= words / 2) yield (i + 1 - words) * WORD
  }
}
