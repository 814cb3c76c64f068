import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HEADS, Process, words } from '../process/process_world.ts'
import { keyOf, limbs } from './malloc_heap.ts'

type Text = string | undefined

const OFFSETS = [4096, 20_000, 40_000]
const HEAP = 0xc0_0000_0000n

/** Slices of limbs of their own each, wherever the limbs are, as Go leaves them of a key that it has let go. */
function processWith(texts: readonly Text[]): Process {
  const process = new Process({ heads: HEADS, numbers: HEAP })
  for (const [index, text] of texts.entries()) {
    const number = limbs(text)
    const padded = new Uint8Array((number.length + 7) & ~7)
    padded.set(number)
    const length = BigInt(padded.length / 8)
    const room = length > 32n ? length : 32n
    process.put(words(process.number(padded, OFFSETS[index] ?? 0), length, room))
  }
  return process
}

const addressesOf = async (texts: readonly Text[]): Promise<string[]> => {
  const found = await processWith(texts).found('go-nat')
  return found.map(([, , , address]) => String(address)).toSorted((a, b) => a.localeCompare(b))
}

const offsetOf = (index: number): string => `0x${(HEAP + BigInt(OFFSETS[index] ?? 0)).toString(16)}`

describe('an RSA key that Go has let go', () => {
  for (const [bits, e] of [
    [1024, 65_537],
    [2048, 65_537],
    [2048, 3],
    [3072, 17],
  ] as const) {
    it(`of ${bits} bits with the exponent ${e} is found by the slices of its numbers`, async () => {
      const { n, p, q, d } = keyOf(bits, e).export({ format: 'jwk' })
      assert.deepEqual(await addressesOf([d, p, q]), [0, 1, 2].map(offsetOf))
      assert.deepEqual((await addressesOf([n, p, q])).slice(-2), [1, 2].map(offsetOf))
    })
  }

  it("is nothing with another key's prime or exponent", async () => {
    const { p, q, d } = keyOf(2048).export({ format: 'jwk' })
    const other = keyOf(2048).export({ format: 'jwk' })
    for (const texts of [
      [d, p, other.q],
      [other.d, p, q],
      [d, p, p],
    ]) {
      assert.deepEqual(await addressesOf(texts), [])
    }
  })
})
