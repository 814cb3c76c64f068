import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { arrange, finish } from '../src/arrange.ts'
import { bytesSource } from '../src/byte_sources.ts'
import { DumpFile } from '../src/memory/dump_file.ts'
import { Layout } from '../src/memory/layout.ts'
import { assertMap } from './checked_dump.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) }
const SIZE = 64

type Run = readonly [offset: number, length: number]
const run = fc.tuple(fc.nat(SIZE + 8), fc.integer({ min: 1, max: 30 }))
const said = fc.record({
  memory: fc.array(run, { maxLength: 8 }),
  headers: fc.array(run, { maxLength: 3 }),
  tables: fc.array(run, { maxLength: 4 }),
})

/** One letter for each byte: header, table, memory by its number, or nothing; each rule one loop over all bytes. */
function paint(claims: {
  readonly memory: readonly Run[]
  readonly headers: readonly Run[]
  readonly tables: readonly Run[]
}): readonly (number | 'structure' | 'nothing')[] {
  const bytes: (number | 'structure' | 'nothing')[] = Array.from(
    { length: SIZE + 40 },
    () => 'nothing',
  )
  const fill = (runs_: readonly Run[]): void => {
    for (const [offset, length] of runs_) bytes.fill('structure', offset, offset + length)
  }
  fill(claims.tables)
  // The run that begins last wins; of those that begin together the shortest, of equals the first.
  const order = claims.memory
    .map((each, index) => ({ each, index }))
    .toSorted(
      (one, other) =>
        one.each[0] - other.each[0] || other.each[1] - one.each[1] || other.index - one.index,
    )
  for (const { each, index } of order) bytes.fill(index, each[0], each[0] + each[1])
  fill(claims.headers)
  return bytes
}

describe('a map of claims that overlap', () => {
  it('gives each byte to the claim that the rules give it', () => {
    fc.assert(
      fc.property(said, (claims) => {
        const layout = new Layout(new DumpFile(bytesSource(new Uint8Array(0))))
        for (const [index, [offset, length]] of claims.memory.entries())
          layout.addMemory(offset, length, BigInt(index * 1000 + offset))
        for (const [offset, length] of claims.headers) layout.addHeader(offset, length)
        for (const [offset, length] of claims.tables) layout.addTable(offset, length)
        const dump = finish(layout, arrange(layout), SIZE)
        assertMap(dump, SIZE)
        const painted = paint(claims)
        for (const { offset, length, address } of dump.segments)
          for (let at = offset; at < offset + length; at++) {
            const index = address === undefined ? 'nothing' : (Number(address) - offset) / 1000
            assert.equal(painted[at], index, `byte ${at}`)
          }
        for (const { offset, length } of dump.structure)
          for (let at = offset; at < offset + length; at++)
            assert.ok(painted[at] === 'structure' || isPadding(painted, at), `byte ${at}`)
      }),
      runs,
    )
  })
})

/** Few bytes that nobody claims, with structure on both sides. */
function isPadding(painted: readonly (number | string)[], at: number): boolean {
  let from = at
  let to = at
  while (painted[from] === 'nothing') from--
  while (painted[to] === 'nothing') to++
  return painted[from] === 'structure' && painted[to] === 'structure' && to - from - 1 <= 15
}
