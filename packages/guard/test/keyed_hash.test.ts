import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { ID_WORDS, INPUT_WORDS, KeyedHash, type Slot } from '../src/follow/keyed_hash.ts'

const PRIME = 2n ** 32n - 5n
const words = (count: number) =>
  Uint32Array.from({ length: count }, () => randomBytes(4).readUInt32BE())

/** Four words of the hash of a signing input. */
function told(hash: KeyedHash, input: Uint32Array, id = new Uint32Array(ID_WORDS)): number[] {
  const slot: Slot = { mark: 0, input0: 0, input1: 0, input2: 0, input3: 0 }
  hash.fill(Uint32Array.of(...id, ...input), 0, slot)
  return [slot.input0, slot.input1, slot.input2, slot.input3]
}

it('each word is below the prime, the same for one secret alone, and of the input alone', () => {
  const [one, other] = [new KeyedHash(), new KeyedHash()]
  const extremes = [new Uint32Array(INPUT_WORDS), new Uint32Array(INPUT_WORDS).fill(0xffff_ffff)]
  for (const input of [...extremes, ...Array.from({ length: 200 }, () => words(INPUT_WORDS))]) {
    const given = told(one, input)
    assert.ok(given.every((word) => Number.isInteger(word) && word >= 0 && BigInt(word) < PRIME))
    assert.deepEqual(told(one, input, words(ID_WORDS)), given)
    if (input !== extremes[0]) assert.notDeepEqual(told(other, input), given)
  }
})

it('is linear modulo the prime, by which no two inputs are likelier to be alike than others', () => {
  const hash = new KeyedHash()
  assert.deepEqual(told(hash, new Uint32Array(INPUT_WORDS)), [0, 0, 0, 0])
  for (let n = 0; n < 500; n++) {
    const input = words(INPUT_WORDS)
    const parts = Array.from(input, (word, at) =>
      [word & 0xffff_0000, word & 0xffff].map((half) => {
        const alone = new Uint32Array(INPUT_WORDS)
        alone[at] = half
        return told(hash, alone)
      }),
    ).flat()
    const sums = [0, 1, 2, 3].map((which) =>
      Number(parts.reduce((total, part) => total + BigInt(part[which] ?? 0), 0n) % PRIME),
    )
    assert.deepEqual(told(hash, input), sums)
  }
})

it('spreads ids that follow one another', () => {
  const hash = new KeyedHash()
  const slot: Slot = { mark: 0, input0: 0, input1: 0, input2: 0, input3: 0 }
  const places = new Set<number>()
  const tables = new Uint32Array(64)
  for (let n = 0; n < 64_000; n++) {
    const token = Uint32Array.of(7, 0x4000_8000, 0x8000_0000, n, ...new Uint32Array(INPUT_WORDS))
    const table = hash.fill(token, 0, slot) >>> 26
    places.add(slot.mark)
    tables[table] = (tables[table] ?? 0) + 1
  }
  assert.equal(places.size, 64_000)
  assert.ok(Math.max(...tables) < 2000, tables.join())
})
