import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { ID_WORDS, INPUT_WORDS, KeyedHash } from '../src/keyed_hash.ts'

const PRIME = 2n ** 32n - 5n
const words = (count: number) =>
  Uint32Array.from({ length: count }, () => randomBytes(4).readUInt32BE())

it('each word is below the prime, and the same for one secret alone', () => {
  const [one, other] = [new KeyedHash(), new KeyedHash()]
  const extremes = [new Uint32Array(INPUT_WORDS), new Uint32Array(INPUT_WORDS).fill(0xffff_ffff)]
  for (const input of [...extremes, ...Array.from({ length: 200 }, () => words(INPUT_WORDS))])
    for (const which of [0, 1, 2, 3] as const) {
      const word = one.input(input, 0, which)
      assert.ok(Number.isInteger(word) && word >= 0 && BigInt(word) < PRIME)
      assert.equal(one.input(input, 0, which), word)
    }
  const ids = Array.from({ length: 50 }, () => words(ID_WORDS))
  assert.notDeepEqual(
    ids.map((id) => one.place(id, 0)),
    ids.map((id) => other.place(id, 0)),
  )
})

it('is linear modulo the prime, by which no two inputs are likelier to be alike than others', () => {
  const hash = new KeyedHash()
  const zero = new Uint32Array(INPUT_WORDS)
  assert.equal(hash.input(zero, 0, 0), 0)
  for (let n = 0; n < 500; n++) {
    const input = words(INPUT_WORDS)
    const parts = Array.from(input, (word, at) =>
      [word & 0xffff_0000, word & 0xffff].map((half) => {
        const alone = new Uint32Array(INPUT_WORDS)
        alone[at] = half
        return BigInt(hash.input(alone, 0, 2))
      }),
    ).flat()
    const sum = parts.reduce((total, part) => total + part, 0n) % PRIME
    assert.equal(BigInt(hash.input(input, 0, 2)), sum)
  }
})

it('spreads ids that follow one another', () => {
  const hash = new KeyedHash()
  const places = new Set<number>()
  const tables = new Uint32Array(64)
  for (let n = 0; n < 64_000; n++) {
    const id = Uint32Array.of(7, 0x4000_8000, 0x8000_0000, n)
    places.add(hash.place(id, 0))
    const table = hash.table(id, 0) >>> 26
    tables[table] = (tables[table] ?? 0) + 1
  }
  assert.equal(places.size, 64_000)
  assert.ok(Math.max(...tables) < 2000, tables.join())
})
