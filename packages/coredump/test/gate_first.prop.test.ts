import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fstatSync, openSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CoreHold, fixedShare } from '@mintmark/scan/hold/core_hold'
import { drain, Inlet } from '@mintmark/scan/hold/drain'
import { FirstBytes } from '@mintmark/scan/hold/first_bytes'
import { BLOCK_BYTES, CHUNK_BYTES } from '@mintmark/scan/hold/hold_layout'
import { openInput } from '@mintmark/scan/memory/scan_input'
import * as fc from 'fast-check'
import { arrivalOfBytes, place } from './gate_world.ts'

const MOST_BLOCKS = (5 * CHUNK_BYTES) / BLOCK_BYTES
const FIRST = new URL('../src/read_first.ts', import.meta.url)

/** Data, but for runs of blocks of zeros. */
function coreOf(blocks: number, zeros: readonly (readonly [number, number])[], cut: number) {
  const core = Buffer.alloc(Math.max(0, blocks * BLOCK_BYTES - cut), 'of a core ')
  for (const [from, count] of zeros) {
    const start = Math.min(core.length, from * BLOCK_BYTES)
    core.fill(0, start, Math.min(core.length, start + count * BLOCK_BYTES))
  }
  return core
}

const isWiped = (chunk: SharedArrayBuffer) => Buffer.from(chunk).every((byte) => byte === 0)

describe('what is read of a core before anything is loaded', () => {
  it('is where it belongs, whatever of it memory takes', () => {
    const zeros = fc.array(fc.tuple(fc.nat(MOST_BLOCKS), fc.nat(60)), { maxLength: 3 })
    fc.assert(
      fc.property(
        fc.nat(MOST_BLOCKS),
        zeros,
        fc.nat(BLOCK_BYTES),
        fc.constantFrom(0, 1, 2, 7),
        fc.constantFrom(0, 1, 2, 7),
        (blocks, empty, cut, chunksFirst, chunksHeld) => {
          const core = coreOf(blocks, empty, cut)
          const { file } = arrivalOfBytes(core).inlet
          const first = new FirstBytes(file, chunksFirst * CHUNK_BYTES)
          const taken = [...first.chunks]
          const inlet = new Inlet(file, first)
          const memory = fixedShare(chunksHeld * CHUNK_BYTES)
          const hold = new CoreHold({ folder: place('').replace(/[^/]*$/, ''), memory })
          assert.equal(drain(inlet, hold, Number.MAX_SAFE_INTEGER), 'end')
          inlet.close()
          const input = hold.input()
          assert.ok(input.chunks.length <= chunksHeld)
          const target = Buffer.alloc(core.length + 1, 0xee)
          assert.equal(openInput(input).read(0, target), core.length)
          assert.ok(target.subarray(0, core.length).equals(core))
          hold.wipe()
          assert.ok(taken.every(isWiped))
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 12) },
    )
  })
})

describe('the first bytes of a core', () => {
  it('of a small one are all: its process is let go, and nothing stays where nobody takes them', () => {
    const { file } = arrivalOfBytes(Buffer.alloc(3000, 'small')).inlet
    const first = new FirstBytes(file, CHUNK_BYTES)
    assert.deepEqual([first.length, first.isAll], [3000, true])
    assert.throws(() => fstatSync(file), { code: 'EBADF' })
    const inlet = new Inlet(file, first)
    inlet.close()
    assert.ok(first.chunks.every(isWiped))
  })

  it('close nothing that others opened meanwhile', () => {
    const { file } = arrivalOfBytes(Buffer.alloc(9)).inlet
    const inlet = new Inlet(file, new FirstBytes(file, CHUNK_BYTES))
    const other = openSync('/dev/null', 'r')
    assert.equal(other, file)
    inlet.close()
    assert.ok(fstatSync(other).isCharacterDevice())
  })

  for (const [limit, length] of [
    ['0', 0],
    ['1', 3000],
  ] as const)
    it(`are ${length} bytes of a process with the limit ${limit} on cores`, () => {
      const core = place('core')
      writeFileSync(core, Buffer.alloc(3000, 'asked'))
      const told = JSON.stringify(['/state', '7', '0', '0', '11', '1', limit, 'host', 'agent'])
      const script = `import { getPriority } from 'node:os'
        import { readFirst } from ${JSON.stringify(fileURLToPath(FIRST))}
        const [before, { first }] = [getPriority(), readFirst(${told})]
        const stoodBack = Math.max(before, 5) === getPriority()
        process.stdout.write(String(first === undefined ? 0 : stoodBack && first.length))`
      const stdio = [openSync(core, 'r'), 'pipe', 'inherit'] as const
      const call = ['--input-type=module', '--eval', script]
      assert.equal(
        execFileSync(process.execPath, call, { stdio: [...stdio] }).toString(),
        `${length}`,
      )
    })
})
