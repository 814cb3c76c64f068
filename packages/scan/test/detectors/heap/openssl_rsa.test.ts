import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NUMBERS, Process, pair, words } from '../process/process_world.ts'
import { keyOf, limbs } from './malloc_heap.ts'

/** OpenSSL's flags of a secret number of its own, and of one from the secure heap. */
const FLAGS = [0x5, 0xd]
const OFFSETS = [4096, 20_000, 40_000, 24_000, 44_000]

/** Numbers far from each other with nothing around them, and a structure for each, those of primes with room for `more` limbs. */
function processWith(texts: readonly (string | undefined)[], flags: number, more = 0): Process {
  const process = new Process()
  for (const [index, text] of texts.entries()) {
    const little = limbs(text)
    const number = new Uint8Array((little.length + 7) & ~7)
    number.set(little)
    const at = process.number(number, OFFSETS[index] ?? 0)
    const size = number.length / 8
    const room = size + (index === 1 || index === 2 ? more : 0)
    process.put(words(at, pair(size, room), pair(0, flags)))
  }
  return process
}

const addressesOf = async (process: Process): Promise<string[]> => {
  const addresses = (await process.found('rsa')).map(([, , , address]) => String(address))
  return addresses.toSorted((a, b) => a.localeCompare(b))
}

describe('an RSA key of OpenSSL whose numbers are apart', () => {
  const every = OFFSETS.map((at) => `0x${(NUMBERS + BigInt(at)).toString(16)}`)
  const all = every.slice(0, 3)

  for (const [bits, e] of [
    [1024, 65_537],
    [2048, 65_537],
    [2048, 3],
    [3072, 65_537],
    [4096, 17],
  ] as const) {
    it(`of ${bits} bits with the exponent ${e} is found from its structures`, async () => {
      const { p, q, d } = keyOf(bits, e).export({ format: 'jwk' })
      for (const flags of FLAGS) {
        assert.deepEqual(await addressesOf(processWith([d, p, q], flags)), all)
      }
    })
  }

  it('is found by what is left of d where it was made in the process, and its primes have more room', async () => {
    const { p, q, d, dp, dq } = keyOf(2048).export({ format: 'jwk' })
    const found = await addressesOf(processWith([d, p, q, dp, dq], 0xd, 1))
    assert.deepEqual(
      found,
      every.toSorted((a, b) => a.localeCompare(b)),
    )
    assert.deepEqual(await addressesOf(processWith([d, p, q], 0xd, 1)), [])
  })

  it("is nothing with another key's prime or exponent, or with numbers that are not secret", async () => {
    const { p, q, d } = keyOf(2048).export({ format: 'jwk' })
    const other = keyOf(2048).export({ format: 'jwk' })
    for (const numbers of [
      [d, p, other.q],
      [other.d, p, q],
      [d, p, p],
    ]) {
      assert.deepEqual(await addressesOf(processWith(numbers, 0x5)), [])
    }
    assert.deepEqual(await addressesOf(processWith([d, p, q], 0x1)), [])
  })
})
