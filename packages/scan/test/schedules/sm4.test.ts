import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, getCiphers, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { mayHoldSm4, Sm4Search } from '../../src/schedules/sm4.ts'
import { SM4_ROUNDS, sm4RoundKeys, sm4Step } from '../../src/schedules/sm4_words.ts'

const search = new Sm4Search()
const key = Uint8Array.from({ length: 16 }, (_, i) => 17 * i + 3)

function scheduleBytes(isSwapped: boolean, isReverse: boolean): Uint8Array {
  const words = sm4RoundKeys(key)
  const bytes = new Uint8Array(4 * SM4_ROUNDS)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of (isReverse ? words.toReversed() : words).entries()) {
    view.setUint32(4 * i, word, isSwapped)
  }
  return bytes
}

describe('an SM4 schedule', () => {
  for (const isSwapped of [false, true]) {
    for (const isReverse of [false, true]) {
      const schedule = scheduleBytes(isSwapped, isReverse)
      const name = `${isReverse ? 'for decryption' : 'for encryption'}${isSwapped ? ', swapped' : ''}`

      it(`${name} gives its key, at every place`, () => {
        for (const at of [0, 1, 2, 3, 33]) {
          const bytes = new Uint8Array(at + schedule.length + 3)
          bytes.set(schedule, at)
          const [hit, ...more] = search.search(bytes, 0, bytes.length)
          assert.deepEqual(more, [])
          assert.equal(hit?.offset, at)
          assert.ok(hit.material?.type === 'sm4')
          assert.deepEqual(hit.material.secret, key)
        }
      })

      it(`${name} with one byte changed is none`, () => {
        for (let at = 0; at < schedule.length; at++) {
          const bytes = schedule.slice()
          bytes[at] = (bytes[at] ?? 0) ^ 0x10
          assert.deepEqual(search.search(bytes, 0, bytes.length), [])
        }
      })
    }
  }
})

it('schedules of many keys, in one file beside text and zeros', () => {
  const keys = Array.from({ length: 300 }, () => new Uint8Array(randomBytes(16)))
  const bytes = Buffer.alloc(300 * 512)
  for (const [i, own] of keys.entries()) {
    bytes.fill('of text, some ', 512 * i, 512 * i + 200)
    const view = new DataView(bytes.buffer, bytes.byteOffset + 512 * i + 200 + (i % 7))
    for (const [k, word] of sm4RoundKeys(own).entries()) view.setUint32(4 * k, word)
  }
  const hits = search.search(bytes, 0, bytes.length)
  const secrets = hits.map(({ material }) =>
    material?.type === 'sm4' ? material.secret : undefined,
  )
  assert.deepEqual(secrets, keys)
})

const turned = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

/** One block with the round keys, as the standard has it, with the schedule's own S-box. */
function roundTrip(roundKeys: Uint32Array, block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, 16)
  const words = [0, 4, 8, 12].map((at) => view.getUint32(at))
  for (const roundKey of roundKeys) {
    const [a = 0, b = 0, c = 0, d = 0] = words.slice(-4)
    words.push(a ^ cipherStep(b ^ c ^ d ^ roundKey))
  }
  const out = new DataView(new ArrayBuffer(16))
  for (const [i, word] of words.slice(-4).toReversed().entries()) out.setUint32(4 * i, word)
  return new Uint8Array(out.buffer)
}

/** The schedule's step at 0 adds its own constant first, and another linear map: both are undone here. */
function cipherStep(input: number): number {
  const mixed = sm4Step(input ^ 0x00070e15, 0)
  // x ^ (x <<< 13) ^ (x <<< 23) is inverted by its own power 2^5 - 1 in the ring of rotations.
  const map = (word: number) => word ^ turned(word, 13) ^ turned(word, 23)
  let plain = mixed
  for (let i = 0; i < 31; i++) plain = map(plain)
  return plain ^ turned(plain, 2) ^ turned(plain, 10) ^ turned(plain, 18) ^ turned(plain, 24)
}

const missing = getCiphers().includes('sm4-ecb') ? false : 'this OpenSSL has no SM4'
it('the schedule is that of OpenSSL: blocks come out the same', { skip: missing }, () => {
  for (let i = 0; i < 20; i++) {
    const other = new Uint8Array(randomBytes(16))
    const block = new Uint8Array(randomBytes(16))
    const cipher = createCipheriv('sm4-ecb', other, null).setAutoPadding(false)
    const expected = new Uint8Array(cipher.update(block))
    assert.deepEqual(roundTrip(sm4RoundKeys(other), block), expected)
    const decipher = createDecipheriv('sm4-ecb', other, null).setAutoPadding(false)
    assert.deepEqual(
      roundTrip(sm4RoundKeys(other).toReversed(), expected),
      new Uint8Array(decipher.update(expected)),
    )
  }
})

it('of a Java heap arrays of 32 numbers are looked at, and no others', () => {
  assert.ok(mayHoldSm4(128, 'number'))
  assert.ok(!mayHoldSm4(256, 'number'))
  assert.ok(!mayHoldSm4(128, 'other'))
  assert.ok(mayHoldSm4(256, undefined))
})
