/** Keys whose bytes are in words of their own: lists of Erlang, arrays of numbers. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-spread-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const secret = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')

/** Writes a byte into a cell of so many bytes. */
interface Cell {
  readonly stride: number
  readonly write: (cell: Buffer, byte: number, index: number) => void
}

const CELLS: Readonly<Record<string, Cell>> = {
  'a list of Erlang': {
    stride: 16,
    write(cell, byte, index) {
      cell.writeBigUInt64LE(BigInt(byte * 16 + 15))
      cell.writeBigUInt64LE(index === 0 ? 0x3bn : 0x7f03_1ce9_7001n + BigInt(16 * index), 8)
    },
  },
  'words of 64 bits': { stride: 8, write: (cell, byte) => cell.writeBigUInt64LE(BigInt(byte)) },
  'words of 16 bits': { stride: 2, write: (cell, byte) => cell.writeUInt16LE(byte) },
  'words of 32 bits': { stride: 4, write: (cell, byte) => cell.writeUInt32LE(byte) },
  'small integers of V8': { stride: 8, write: (cell, byte) => cell.writeUInt32LE(byte, 4) },
  'small integers of V8 with compressed pointers': {
    stride: 4,
    write: (cell, byte) => cell.writeUInt32LE(2 * byte),
  },
  doubles: { stride: 8, write: (cell, byte) => cell.writeDoubleLE(byte) },
}

function spread(bytes: Uint8Array, { stride, write }: Cell): Buffer {
  const cells = Buffer.alloc(stride * bytes.length)
  for (const [index, byte] of bytes.entries()) {
    write(cells.subarray(index * stride, (index + 1) * stride), byte, index)
  }
  return cells
}

async function scrubbed(name: string, parts: readonly Uint8Array[]): Promise<Buffer> {
  const bytes = Buffer.concat(parts)
  const path = join(folder, name.replaceAll(/\W/g, '-'))
  writeFileSync(path, bytes)
  const input = { kind: 'file', path } as const
  const { erased } = await scrubInput(input, path)
  const source = openInput({ kind: 'erased', input, erased })
  const out = Buffer.alloc(bytes.length)
  source.read(0, out)
  source.close()
  return out
}

describe('a key with each byte in a word of its own', () => {
  for (const [name, cell] of Object.entries(CELLS)) {
    for (const order of ['highest byte first', 'lowest byte first']) {
      it(`is erased from ${name}, ${order}, whole and in pieces of 12 bytes`, async () => {
        const bytes = order.startsWith('highest') ? secret : Buffer.from(secret.toReversed())
        const gap = Buffer.alloc(200, 0xa5)
        const der = privateKey.export({ format: 'der', type: 'pkcs8' })
        const pieces = [bytes, bytes.subarray(3, 15), bytes.subarray(20, 32)]
        // At offsets of any kind.
        const parts = pieces.flatMap((piece, k) => [spread(piece, cell), gap.subarray(0, 100 + k)])
        const out = await scrubbed(`${name} ${order}`, [der, gap, ...parts])
        for (let from = 0; from + 12 <= bytes.length; from++) {
          const { stride, write } = cell
          const has = (at: number): boolean =>
            bytes.subarray(from, from + 12).every((byte, k) => {
              const wanted = Buffer.alloc(stride)
              write(wanted, byte, 1)
              const width = Math.min(8, stride)
              return out
                .subarray(at + k * stride, at + k * stride + width)
                .equals(wanted.subarray(0, width))
            })
          for (let at = 0; at + 12 * stride <= out.length; at++) assert.ok(!has(at), `at ${at}`)
        }
      })
    }
  }
})
