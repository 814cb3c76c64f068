/** The independent test knows each number that leads to a factor, and no other. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { leftovers } from './leftovers.ts'
import { bigEndian } from './truth/encodings.ts'
import { freshRsa } from './truth/key_files.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'

/** Of half the bits of n, without the zeros that memory may hold before it. */
const PRIME_BYTES = 128
/** From one number to the next: none of them is in a window of another. */
const APART = 4 * PRIME_BYTES

it('p, q, their neighbours and R² modulo each are found at their offsets, and nothing else is', () => {
  const { n = 0n, p = 0n, q = 0n } = rsaTruthOf(freshRsa()).rsa ?? {}
  const squared = (1n << BigInt(PRIME_BYTES * 16)) % n
  const told = [p, q].flatMap((prime) => [prime, prime + 1n, prime - 1n, squared % prime])
  const others = [p, q].flatMap((prime) => [prime + 2n, prime - 2n, (squared % prime) + 1n])
  const memory = randomBytes(APART * (told.length + others.length))
  for (const [index, value] of [...told, ...others].entries()) {
    const bytes = bigEndian(value)
    memory.fill(0, index * APART, index * APART + PRIME_BYTES)
    memory.set(bytes.toReversed(), index * APART)
  }
  const pieces = [{ offset: 4096, bytes: memory }]
  const wanted = told.map((_, index) => 4096 + index * APART)
  assert.deepEqual(leftovers(pieces, [], n, 8), wanted)
})
