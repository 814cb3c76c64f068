/** A forger who has everything that a verifier has, the set itself included, and as many tries as he likes. */
import assert from 'node:assert/strict'
import { hash, randomBytes, randomFillSync } from 'node:crypto'
import { it } from 'node:test'
import { LiveSet } from '../src/index.ts'

const TOKENS = 4096
const TRIES = 2 ** 24
const HASH_BYTES = 32
/** Tries that are really hashed: the others are bytes that a hash might give. */
const HASHED = 2 ** 18

it('finds no signing input that is taken for a recorded one, in 2^24 tries', () => {
  const set = new LiveSet()
  const nowMs = Date.now()
  const ids = Array.from({ length: TOKENS }, () => randomBytes(16))
  const inputs = ids.map(() => randomBytes(HASH_BYTES))
  for (const [i, id] of ids.entries())
    set.add(id, inputs[i] ?? new Uint8Array(), nowMs + 3_600_000, nowMs)
  for (const [i, id] of ids.entries()) assert.equal(set.find(id, inputs[i] ?? id), 'live')

  // He takes ids that are recorded, so that each try is compared with an entry that is there.
  const block = Buffer.alloc(HASH_BYTES << 12)
  let admitted = 0
  let compared = 0
  for (let tried = 0; tried < TRIES; ) {
    if (tried < HASHED)
      for (let at = 0; at < block.length; at += HASH_BYTES)
        block.write(hash('sha256', `header.payload-${tried}-${at}`, 'binary'), at, 'latin1')
    else randomFillSync(block)
    for (let at = 0; at < block.length; at += HASH_BYTES, tried++) {
      const found = set.find(ids[tried % TOKENS] ?? block, block.subarray(at, at + HASH_BYTES))
      if (found === 'live') admitted++
      if (found === 'mutated') compared++
    }
  }
  assert.equal(admitted, 0)
  assert.equal(compared, TRIES)
})
