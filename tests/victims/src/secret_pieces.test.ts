/** The independent test knows a piece of a secret in whatever way it is spelled, and takes nothing else for one. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { numberOf } from './encodings.ts'
import { piecesLeft, spellingsOf } from './secret_pieces.ts'

/** Highest bytes that are not 0, so that each spelling is as long as its bits say. */
const secret = (bits: number) => {
  const bytes = randomBytes(bits / 8)
  bytes[0] = (bytes[0] ?? 0) | 0x80
  return { name: 'secret', value: numberOf(bytes), bits }
}

describe('a piece of 96 bits', () => {
  for (const bits of [256, 1024]) {
    const value = secret(bits)
    for (const { form, bytes, least } of spellingsOf(value)) {
      it(`of ${bits} as ${form} is told where it lies`, () => {
        for (const from of [0, bytes.length - least]) {
          const memory = randomBytes(4096)
          bytes.copy(memory, 1001, from, from + least)
          const left = piecesLeft([{ offset: 64, bytes: memory }], [value])
          assert.ok(left.some((piece) => piece.offset === 1065 && piece.from === from))
        }
      })
    }
  }

  it('is none where a byte of it is another, or one is missing', () => {
    const value = secret(256)
    const { bytes = Buffer.alloc(0) } = spellingsOf(value).find(({ form }) => form === 'be') ?? {}
    const memory = randomBytes(4096)
    bytes.copy(memory, 500, 7, 18)
    bytes.copy(memory, 1500, 7, 19)
    memory[1505] = (memory[1505] ?? 0) ^ 1
    assert.deepEqual(piecesLeft([{ offset: 0, bytes: memory }], [value]), [])
  })
})
