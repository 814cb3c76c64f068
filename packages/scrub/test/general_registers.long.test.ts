/** Threads without number: the registers of the last one are examined as those of the first. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { piecesInRegisters } from '../src/general_registers.ts'

/** Bytes of the general registers of one thread, as x86-64 has them. */
const THREAD_BYTES = 216
const THREADS = 50_000
const SECRET = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 0xff)

describe('general registers of fifty thousand threads', () => {
  const memory = new Uint8Array(THREADS * THREAD_BYTES)
  const source = {
    size: memory.length,
    read: (offset: number, target: Uint8Array) => {
      const part = memory.subarray(offset, offset + target.length)
      target.set(part)
      return part.length
    },
  }
  const registers = Array.from({ length: THREADS }, (_, thread) => ({
    offset: thread * THREAD_BYTES,
    length: THREAD_BYTES,
  }))
  const material: KeyMaterial = { type: 'aes', secret: SECRET, publicKey: undefined }

  for (const thread of [0, 7000, THREADS - 1])
    it(`hold a piece that is found, in thread ${thread}`, () => {
      memory.fill(0)
      const at = thread * THREAD_BYTES + 40
      memory.set(SECRET.subarray(8, 16), at)
      const pieces = piecesInRegisters(registers, source, new Map([[0, [material]]]))
      assert.ok(pieces.some(({ offset, length }) => offset === at && length === 8))
    })
})
