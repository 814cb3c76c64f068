import assert from 'node:assert/strict'
import fs, {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { describe, it, mock } from 'node:test'
import * as fc from 'fast-check'
import { CoreHold, fixedShare, type MemoryShare } from '../src/gate/core_hold.ts'
import { drain, Inlet } from '../src/gate/drain.ts'
import { FirstBytes } from '../src/gate/first_bytes.ts'
import { eachBlock, memoryBytes, wipeMemory } from '../src/gate/held_memory.ts'
import { BLOCK_BYTES, CHUNK_BYTES } from '../src/gate/hold_layout.ts'
import { dataOf, openInput } from '../src/scan_input.ts'
import { arrivalOfBytes, place } from './gate_world.ts'

const FOLDER = place('').replace(/[^/]*$/, '')
const MOST_BLOCKS = 70

const kinds = fc.array(fc.constantFrom('zeros' as const, 'data' as const, 'one' as const), {
  maxLength: MOST_BLOCKS,
})

/** One block a kind; `cut`: what there is not of the last. */
function coreOf(which: readonly ('zeros' | 'data' | 'one')[], cut: number): Buffer {
  const blocks = which.map((kind, i) => {
    const block = Buffer.alloc(BLOCK_BYTES)
    if (kind === 'one') block[(i * 997) % (BLOCK_BYTES - cut)] = 1
    return kind === 'data' ? block.fill(`of block ${i} `) : block
  })
  const core = Buffer.concat(blocks)
  return core.subarray(0, Math.max(0, core.length - cut))
}

/** A file with these bytes, of which blocks of zeros are holes. */
function sparse(bytes: Buffer): { readonly name: string; readonly memory: number } {
  const name = place('memory')
  writeFileSync(name, '')
  const memory = openSync(name, 'r+')
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES)
    if (block.some(Boolean)) writeSync(memory, block, 0, block.length, at)
  }
  ftruncateSync(memory, bytes.length)
  return { name, memory }
}

/** A core of which the first bytes are in memory that is a file, and counted. */
function counted(core: Buffer, length: number) {
  const { name, memory } = sparse(core.subarray(0, length))
  const { file } = arrivalOfBytes(core.subarray(length)).inlet
  const isAll = length >= core.length
  const before = { file: memory, readMs: 40, counted: { entry: '.unfinished-one', isAll } }
  return { name, memory, inlet: new Inlet(file, new FirstBytes(file, CHUNK_BYTES, before)) }
}

describe('what is counted of a core before Node was started', () => {
  it('reads as what came in, with what came behind it, and is gone once it is given up', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.nat(BLOCK_BYTES - 1),
        fc.oneof(fc.nat(MOST_BLOCKS * BLOCK_BYTES), fc.constant(MOST_BLOCKS * BLOCK_BYTES)),
        fc.constantFrom(0, 1, 2),
        fc.array(fc.tuple(fc.nat(MOST_BLOCKS * BLOCK_BYTES), fc.nat(3 * BLOCK_BYTES)), {
          maxLength: 4,
        }),
        (which, cut, length, chunks, reads) => {
          const core = coreOf(which, cut)
          const { name, memory, inlet } = counted(core, length)
          // Of a file whole pages are held, however few bytes it has.
          const held = Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES
          const share = fixedShare(held + chunks * CHUNK_BYTES)
          const hold = new CoreHold({ folder: FOLDER, memory: share })
          assert.equal(drain(inlet, hold, Number.MAX_SAFE_INTEGER), 'end')
          inlet.close()
          const input = hold.input()
          assert.equal(input.memory?.length, statSync(name).size)
          const source = openInput(input)
          assert.equal(source.size, core.length)
          for (const [from, count] of [[0, core.length + 1] as const, ...reads]) {
            const target = Buffer.alloc(count, 0xee)
            const read = target.subarray(0, source.read(from, target))
            assert.ok(read.equals(core.subarray(from, from + count)), `${from} ${count}`)
          }
          for (const { offset, length: run } of dataOf(input, core.length))
            for (let at = offset; at < offset + run; at += BLOCK_BYTES)
              assert.ok(core.subarray(at, Math.min(at + BLOCK_BYTES, offset + run)).some(Boolean))
          hold.wipe()
          hold.wipe()
          assert.deepEqual([statSync(name).size, fstatSync(memory).size], [0, 0])
          closeSync(memory)
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 30) },
    )
  })
})

describe('what is counted before', () => {
  it('takes no more memory than its data do, and leaves the rest to what comes behind it', () => {
    const core = coreOf(['data', 'zeros', 'one', 'zeros', 'data'], 100)
    const { inlet, memory } = counted(core, 4 * BLOCK_BYTES)
    const hold = new CoreHold({ folder: FOLDER, memory: fixedShare(2 * BLOCK_BYTES + CHUNK_BYTES) })
    drain(inlet, hold, Number.MAX_SAFE_INTEGER)
    const input = hold.input()
    assert.deepEqual([input.memory?.length, input.chunks.length], [4 * BLOCK_BYTES, 1])
    assert.equal(hold.spilledBytes, 0)
    hold.wipe()
    closeSync(memory)
  })

  it('is no core where it may not be held, or is lost: nothing of it stays', () => {
    const core = coreOf(['data', 'data'], 0)
    for (const [share, isReadable, code] of [
      [fixedShare(1), true, 'ENOMEM'],
      [fixedShare(CHUNK_BYTES), false, 'EBADF'],
    ] as const satisfies readonly (readonly [MemoryShare, boolean, string])[]) {
      const { name, inlet, memory } = counted(core, core.length)
      const hold = new CoreHold({ folder: FOLDER, memory: share })
      if (!isReadable) closeSync(memory)
      assert.throws(() => drain(inlet, hold, 2 ** 40), { code })
      if (!isReadable) continue
      hold.wipe()
      assert.equal(statSync(name).size, 0)
      closeSync(memory)
    }
  })

  it('becomes zeros where nobody takes it', () => {
    const { name, memory, inlet } = counted(coreOf(['data'], 9), BLOCK_BYTES)
    const seen = cutOffBy(
      name,
      () => inlet.close(),
      () => inlet.isOpen,
    )
    assert.deepEqual(seen, [[Buffer.alloc(BLOCK_BYTES - 9), false]])
    closeSync(memory)
  })

  it('lets the process go that ended before', () => {
    const { inlet, memory } = counted(coreOf(['data'], 9), BLOCK_BYTES)
    assert.deepEqual([inlet.isOpen, inlet.firstMs, inlet.entry], [false, 40, '.unfinished-one'])
    closeSync(memory)
  })
})

describe('memory that is a file', () => {
  const core = coreOf([...Array.from({ length: 40 }, () => 'zeros' as const), 'data', 'one'], 9)

  it('tells each block, and which hold more than zeros', () => {
    const { memory } = sparse(core)
    const notes: (readonly [number, number, boolean])[] = []
    eachBlock(memory, [0, core.length], (...note) => notes.push(note))
    assert.deepEqual(
      notes,
      Array.from({ length: 42 }, (_, i) => [
        i * BLOCK_BYTES,
        i === 41 ? BLOCK_BYTES - 9 : BLOCK_BYTES,
        i >= 40,
      ]),
    )
    closeSync(memory)
  })

  it('is wiped before it is cut off, and takes no more room by that', () => {
    const { name, memory } = sparse(core)
    const before = memoryBytes(memory)
    const seen = cutOffBy(
      name,
      () => wipeMemory(memory, BLOCK_BYTES),
      () => memoryBytes(memory),
    )
    assert.deepEqual(seen, [[Buffer.alloc(core.length), before]])
    assert.equal(fstatSync(memory).size, BLOCK_BYTES)
    closeSync(memory)
  })
})

/** What the file held each time before it was cut, and what else was so then. */
function cutOffBy<T>(name: string, action: () => void, also: () => T): [Buffer, T][] {
  const seen: [Buffer, T][] = []
  const cut = fs.ftruncateSync
  mock.method(fs, 'ftruncateSync', (...args: Parameters<typeof cut>) => {
    seen.push([readFileSync(name), also()])
    cut(...args)
  })
  syncBuiltinESMExports()
  try {
    action()
  } finally {
    mock.restoreAll()
    syncBuiltinESMExports()
  }
  return seen
}
