import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import * as fc from 'fast-check'
import { openInput } from '../../src/memory/scan_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scan-input-'))
after(() => rmSync(folder, { recursive: true }))

it('an erased input reads as the file with zeros written there, from any offset on', () => {
  const path = join(folder, 'file')
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i + 1)
  writeFileSync(path, bytes)
  const steps = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 9 })), { maxLength: 6 })
  fc.assert(
    fc.property(steps, fc.nat(70), fc.nat(70), (gaps, from, length) => {
      const expected = bytes.slice()
      let at = 0
      const erased = gaps.map(([gap, size]) => {
        const range = { offset: at + gap, length: size }
        at = range.offset + size
        expected.fill(0, range.offset, at)
        return range
      })
      const source = openInput({ kind: 'erased', input: { kind: 'file', path }, erased })
      const target = new Uint8Array(length).fill(0xee)
      const present = source.read(from, target)
      source.close()
      assert.deepEqual(target.subarray(0, present), expected.subarray(from, from + length))
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
  )
})
