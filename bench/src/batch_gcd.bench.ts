/**
 * The batch gcd of many RSA moduli, with 20 planted pairs that share a factor of half of their bits.
 * Primes of 1,024 bits would take hours to make: each modulus is a product of small primes that no other has, which costs
 * the trees the same.
 * Usage: node bench/src/batch_gcd.bench.ts [keys]. BENCH_TINY=1 only checks that it works.
 */
import { deepEqual } from 'node:assert/strict'
import { sharedFactors } from '@mintmark/trust'

const isTiny = process.env['BENCH_TINY'] === '1'
const PAIRS = 20
const HALF_BITS = 1024

/** Primes from a hundred thousand on, each once. */
function* primes(): Generator<bigint, never> {
  // A hundred thousand keys take eight million of them.
  const size = 160_000_000
  const isComposite = new Uint8Array(size)
  for (let i = 2; i * i < size; i++)
    if (isComposite[i] === 0) for (let k = i * i; k < size; k += i) isComposite[k] = 1
  for (let i = 100_000; i < size; i++) if (isComposite[i] === 0) yield BigInt(i)
  throw new RangeError('no primes are left')
}

const source = primes()

/** A number of about {@link HALF_BITS} bits that shares no factor with another. */
function half(): bigint {
  let product = 1n
  for (let bits = 0; bits < HALF_BITS - 14; ) {
    const { value } = source.next()
    product *= value
    bits += Math.log2(Number(value))
  }
  return product
}

const keys = isTiny ? 500 : Number(process.argv[2] ?? 100_000)
const moduli = Array.from({ length: keys }, () => half() * half())
const planted = Array.from({ length: PAIRS }, (_, i) => {
  const [first, second, shared] = [i * 7, keys - 1 - i * 11, half()]
  moduli[first] = shared * half()
  moduli[second] = shared * half()
  return { first, second }
})

const began = performance.now()
const usedBefore = process.cpuUsage()
const { pairs } = sharedFactors(moduli)
const { user, system } = process.cpuUsage(usedBefore)
deepEqual(pairs, planted)
const seconds = (ms: number) => (ms / 1000).toFixed(1)
console.log(`${keys} keys, ${pairs.length} of ${PAIRS} pairs found`)
console.log(`${seconds(performance.now() - began)} s, ${seconds((user + system) / 1000)} s of CPU`)
console.log(`${Math.round(process.resourceUsage().maxRSS / 1000)} MB`)
