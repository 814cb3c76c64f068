/**
 * How often four neighbouring bytes of memory lie in given sets, roughly.
 *
 * Memory is a mix of kinds, and neighbours are of one kind: pointers and small numbers between zeros, text, code, and
 * bytes that look random. The shares were fitted to cores of Node, CPython and a JVM, zero pages left out. They steer
 * speed alone: what is found does not depend on them.
 *
 * @module
 */

interface Kind {
  readonly share: number
  readonly table: Float64Array
}

/** A kind of memory from the weights that its bytes have; what is not named weighs 1. */
function kind(share: number, weights: readonly (readonly [number, number, number])[]): Kind {
  const bytes = new Float64Array(256).fill(1)
  for (const [from, to, weight] of weights) bytes.fill(weight, from, to)
  const sum = bytes.reduce((total, weight) => total + weight, 0)
  return { share, table: halves(bytes.map((weight) => weight / sum)) }
}

/** By high nibble, half of the low nibbles, and set within that half: the sum of the set's frequencies. */
function halves(bytes: Float64Array): Float64Array {
  const table = new Float64Array(16 * 2 * 256)
  for (let row = 0; row < 32; row++) {
    for (let set = 0; set < 256; set++) {
      let sum = 0
      for (let i = 0; i < 8; i++) if (((set >> i) & 1) !== 0) sum += bytes[8 * row + i] ?? 0
      table[256 * row + set] = sum
    }
  }
  return table
}

let madeKinds: readonly Kind[] | undefined

/** The kinds of memory. Their tables take some milliseconds. */
function kinds(): readonly Kind[] {
  madeKinds ??= newKinds()
  return madeKinds
}

const newKinds = (): readonly Kind[] => [
  kind(0.4, [
    [0, 1, 600],
    [1, 17, 12],
    [255, 256, 40],
  ]),
  kind(0.25, [
    [0, 256, 0.05],
    [0, 1, 10],
    [0x20, 0x7f, 6],
    [0x61, 0x7b, 30],
  ]),
  kind(0.25, [
    [0, 1, 40],
    [1, 17, 5],
    [0x48, 0x49, 15],
    [0x80, 0x90, 4],
    [255, 256, 20],
  ]),
  kind(0.1, []),
  // -1, and what is not set.
  kind(0.05, [[255, 256, 2000]]),
  // Times, numbers and lists in text.
  kind(0.15, [
    [0, 256, 0.05],
    [0x20, 0x7f, 4],
    [0x30, 0x3a, 40],
    [0x20, 0x21, 20],
    [0x2d, 0x2e, 10],
  ]),
]

/**
 * The share of places where byte j has its low nibble in set 2j and its high nibble in set 2j + 1, 16 bits each.
 */
export function frequencyOfSets(sets: readonly number[]): number {
  let total = 0
  for (const { share, table } of kinds()) {
    let product = share
    for (let i = 0; i < sets.length; i += 2) product *= sumOf(table, sets[i] ?? 0, sets[i + 1] ?? 0)
    total += product
  }
  return total
}

function sumOf(table: Float64Array, low: number, high: number): number {
  let sum = 0
  for (let nibble = 0; nibble < 16; nibble++) {
    if (((high >> nibble) & 1) === 0) continue
    sum += (table[512 * nibble + (low & 255)] ?? 0) + (table[512 * nibble + 256 + (low >> 8)] ?? 0)
  }
  return sum
}
