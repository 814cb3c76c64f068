import assert from 'node:assert/strict'
import { fstatSync, mkdtempSync, readdirSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { BLOCK_BYTES, type BufferedInput, CHUNK_BYTES } from '../../src/buffer/buffer_layout.ts'
import { CoreBuffer, fixedShare } from '../../src/buffer/core_buffer.ts'
import { dataOf, openInput } from '../../src/memory/scan_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'gate-hold-'))
after(() => rmSync(folder, { recursive: true }))

/** One block a kind; `cut`: what there is of the last. */
function coreOf(kinds: readonly ('zeros' | 'data' | 'one')[], cut: number): Buffer {
  const blocks = kinds.map((kind, i) => {
    const block = Buffer.alloc(BLOCK_BYTES)
    if (kind === 'one') block[i % BLOCK_BYTES] = 1
    return kind === 'data' ? block.map((_, at) => ((at * 31 + i * 7) % 251) | 1) : block
  })
  const core = Buffer.concat(blocks)
  return core.subarray(0, Math.max(0, core.length - cut))
}

function buffered(
  core: Buffer,
  maxMemoryBytes: number,
): { buffer: CoreBuffer; input: BufferedInput } {
  const buffer = new CoreBuffer({ folder, memory: fixedShare(maxMemoryBytes) })
  const block = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0; at < core.length; at += BLOCK_BYTES) {
    const length = core.copy(block, 0, at, at + BLOCK_BYTES)
    buffer.take(block.subarray(0, length))
  }
  block.fill(0xee)
  return { buffer, input: buffer.input() }
}

function readAll(input: BufferedInput, from: number, length: number): Buffer {
  const source = openInput(input)
  const target = Buffer.alloc(length, 0xee)
  return target.subarray(0, source.read(from, target))
}

function spillBytes({ spill }: BufferedInput): Buffer {
  assert.ok(spill)
  const bytes = Buffer.alloc(fstatSync(spill.file).size)
  readSync(spill.file, bytes, 0, bytes.length, 0)
  return bytes
}

const kinds = fc.array(fc.constantFrom('zeros' as const, 'data' as const, 'one' as const), {
  maxLength: 200,
})

describe('a buffered core', () => {
  it('reads as what came in, from any offset on, in memory and in the file', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.nat(BLOCK_BYTES - 1),
        fc.constantFrom(0, CHUNK_BYTES, 64 * CHUNK_BYTES),
        fc.array(fc.tuple(fc.nat(200 * BLOCK_BYTES), fc.nat(3 * BLOCK_BYTES)), { maxLength: 5 }),
        (which, cut, memory, reads) => {
          const core = coreOf(which, cut)
          const { buffer, input } = buffered(core, memory)
          assert.equal(input.size, core.length)
          assert.ok(readAll(input, 0, core.length).equals(core))
          for (const [from, length] of reads) {
            const expected = core.subarray(from, from + length)
            assert.ok(readAll(input, from, length).equals(expected), `${from} ${length}`)
          }
          buffer.wipe()
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 40) },
    )
  })

  it('says which runs contain data, and everything else is zeros', () => {
    const core = coreOf(['data', 'zeros', 'zeros', 'one', 'data', 'zeros'], 5)
    const { buffer, input } = buffered(core, 0)
    assert.deepEqual(dataOf(input, core.length), [
      { offset: 0, length: BLOCK_BYTES },
      { offset: 3 * BLOCK_BYTES, length: 2 * BLOCK_BYTES },
    ])
    buffer.wipe()
  })

  it('takes no room for zeros', () => {
    const buffer = new CoreBuffer({ folder, memory: fixedShare(CHUNK_BYTES) })
    for (let i = 0; i < 1 << 14; i++) buffer.take(Buffer.alloc(BLOCK_BYTES))
    assert.equal(buffer.size, 1 << 30)
    // One chunk, for the next block to be read into.
    assert.deepEqual([buffer.input().chunks.length, buffer.input().spill], [1, undefined])
    buffer.wipe()
  })

  it('keeps to its bound of memory, and puts the rest into the file', () => {
    const core = coreOf(
      Array.from({ length: 150 }, () => 'data' as const),
      0,
    )
    const { buffer, input } = buffered(core, CHUNK_BYTES + 5)
    assert.equal(input.chunks.length, 1)
    assert.equal(buffer.spilledBytes, core.length - CHUNK_BYTES)
    assert.equal(spillBytes(input).length, core.length - CHUNK_BYTES)
    buffer.wipe()
  })
})

describe('the temporary file of a buffered core', () => {
  it('leaves no name, and nothing in the file that came in', () => {
    const core = coreOf(['data', 'data', 'data'], 0)
    const { buffer, input } = buffered(core, 0)
    assert.deepEqual(readdirSync(folder), [])
    const file = spillBytes(input)
    for (let at = 0; at + 16 <= core.length; at += 16)
      assert.equal(file.includes(core.subarray(at, at + 16)), false, `${at}`)
    buffer.wipe()
  })

  it('is enciphered anew each time: equal cores and equal blocks give different files', () => {
    const core = coreOf(['data', 'one', 'one'], 0)
    const [first, second] = [buffered(core, 0), buffered(core, 0)]
    const [a, b] = [spillBytes(first.input), spillBytes(second.input)]
    assert.equal(a.equals(b), false)
    assert.equal(new Set([a, b].flatMap((file) => ciphers(file))).size, (2 * a.length) / 16)
    first.buffer.wipe()
    second.buffer.wipe()
  })

  it('is gone once it is given up: memory and key are zeros, and the file cannot be read', () => {
    const core = coreOf(
      Array.from({ length: 140 }, () => 'data' as const),
      0,
    )
    const { buffer, input } = buffered(core, CHUNK_BYTES)
    buffer.wipe()
    buffer.wipe()
    assert.ok(new Uint8Array(input.chunks[0] ?? new SharedArrayBuffer(1)).every((b) => b === 0))
    assert.ok(new Uint8Array(input.spill?.secret ?? new SharedArrayBuffer(0)).every((b) => b === 0))
    assert.throws(() => readAll(input, CHUNK_BYTES, 16), { code: 'INPUT_UNREADABLE' })
  })

  it('can be read by another thread', async () => {
    const core = coreOf(['data', 'zeros', 'data'], 7)
    const { buffer, input } = buffered(core, 0)
    const script = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module).then(({ openInput }) => {
        const target = Buffer.alloc(workerData.input.size)
        openInput(workerData.input).read(0, target)
        parentPort.postMessage(require('node:crypto').createHash('sha256').update(target).digest('hex'))
      })`
    const module = new URL('../../src/memory/scan_input.ts', import.meta.url).href
    const worker = new Worker(script, { eval: true, workerData: { module, input } })
    const there: unknown = await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
    })
    const { createHash } = await import('node:crypto')
    assert.equal(there, createHash('sha256').update(core).digest('hex'))
    buffer.wipe()
  })
})

function ciphers(file: Buffer): string[] {
  return Array.from({ length: file.length / 16 }, (_, i) =>
    file.subarray(16 * i, 16 * i + 16).toString('latin1'),
  )
}
