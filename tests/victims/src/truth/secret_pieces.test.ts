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

/** From one piece to the next: each is shorter. */
const APART = 512

describe('a piece of 96 bits', () => {
  for (const bits of [256, 1024]) {
    const value = secret(bits)
    const planted = spellingsOf(value).flatMap(({ encoding, bytes, least, end = bytes.length }) =>
      [0, Math.min(bytes.length - least, end - 1)].map((from) => ({
        encoding,
        bytes,
        least,
        from,
      })),
    )
    const memory = randomBytes(APART * planted.length)
    for (const [index, { bytes, from, least }] of planted.entries())
      bytes.copy(memory, APART * index + 101, from, from + least)
    const left = piecesLeft([{ offset: 64, bytes: memory }], [value])
    for (const [index, { encoding, from }] of planted.entries()) {
      const offset = APART * index + 165
      it(`of ${bits} as ${encoding}, from byte ${from} on, is found at its offset`, () => {
        assert.ok(left.some((piece) => piece.offset === offset && piece.from === from))
      })
    }
  }

  it('is found in a list of Erlang, whose cells have addresses beside each byte', () => {
    const value = secret(256)
    const { bytes = Buffer.alloc(0) } =
      spellingsOf(value).find(({ encoding }) => encoding === 'le') ?? {}
    const memory = randomBytes(4096)
    for (const [k, byte] of bytes.subarray(9, 21).entries()) {
      memory.writeBigUInt64LE(BigInt(byte * 16 + 15), 1008 + 16 * k)
      memory.writeBigUInt64LE(0x7f03_1ce9_7001n + BigInt(16 * k), 1016 + 16 * k)
    }
    const left = piecesLeft([{ offset: 64, bytes: memory }], [value])
    assert.ok(left.some(({ offset, from }) => offset === 1072 && from === 9))
  })

  it('is none where the last limb has too few bits for it', () => {
    const value = { name: 'secret', value: 0x1234_5678_9abc_def1n << 1984n, bits: 2048 }
    const memory = randomBytes(4096)
    memory.writeBigUInt64LE(value.value >> 1984n, 1000)
    memory.fill(0, 1008, 1024)
    assert.deepEqual(piecesLeft([{ offset: 0, bytes: memory }], [value]), [])
  })

  it('is none where a byte of it is another, or one is missing', () => {
    const value = secret(256)
    const { bytes = Buffer.alloc(0) } =
      spellingsOf(value).find(({ encoding }) => encoding === 'be') ?? {}
    const memory = randomBytes(4096)
    bytes.copy(memory, 500, 7, 18)
    bytes.copy(memory, 1500, 7, 19)
    memory[1505] = (memory[1505] ?? 0) ^ 1
    assert.deepEqual(piecesLeft([{ offset: 0, bytes: memory }], [value]), [])
  })
})
