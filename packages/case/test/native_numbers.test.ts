import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { readNumbers, TAGS } from '../src/native_numbers.ts'

type Row = readonly [list: number, tag: number, number: bigint]

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
const text = (value: string): number[] => [value.length, ...Buffer.from(value)]

/** A block as the engine writes it. */
function block(rows: readonly Row[], types: readonly [string, string] = ['UInt8', 'UInt64']) {
  return Buffer.concat([
    Buffer.from([...varint(2), ...varint(rows.length), ...text('tag'), ...text(types[0])]),
    Buffer.from(rows.map(([list, tag]) => tag + list * TAGS)),
    Buffer.from([...text('number'), ...text(types[1])]),
    Buffer.from(BigUint64Array.from(rows, ([, , number]) => number).buffer),
  ])
}

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'numbers-'))
})
after(() => rmSync(folder, { recursive: true }))

/** The rows of each list, by its runs. */
function read(bytes: Uint8Array): Row[][] {
  const path = join(folder, 'numbers')
  writeFileSync(path, bytes)
  const file = openSync(path, 'r')
  const room = 8 * bytes.length
  const memory = new Uint8Array(2 * room)
  try {
    return readNumbers(file, 2, memory, room).map((runs, list) => {
      const rows: Row[] = []
      for (const { tag, from, count } of runs) {
        assert.equal(from, rows.length)
        const numbers = new BigUint64Array(memory.buffer, list * room + 8 * from, count)
        rows.push(...[...numbers].map((number): Row => [list, tag, number]))
      }
      return rows
    })
  } finally {
    closeSync(file)
  }
}

describe('numbers with tags', () => {
  const row = fc.tuple(
    fc.constantFrom(0, 1),
    fc.constantFrom(0, 1, 1, 1, TAGS - 1),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  )
  /** Runs of many rows, too. */
  const some = fc
    .tuple(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }))
    .map(([rows, times]) =>
      rows.flatMap((one, at) => Array.from({ length: at % 3 === 0 ? times : 1 }, () => one)),
    )

  it('come back list by list, in order, whatever the blocks mix', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 5 }), (blocks) => {
        const bytes = Buffer.concat(blocks.map((rows) => block(rows)))
        const all = blocks.flat()
        assert.deepEqual(
          read(bytes),
          [0, 1].map((list) => all.filter(([of]) => of === list)),
        )
      }),
    )
  })

  it('are refused where they are cut off, or something else', () => {
    const whole = block([
      [0, 5, 1n],
      [1, 5, 2n],
    ])
    for (let length = 1; length < whole.length; length++)
      assert.throws(() => read(whole.subarray(0, length)), RangeError)
    assert.throws(() => read(block([[0, 5, 1n]], ['UInt16', 'UInt64'])), /a column is UInt16/u)
    assert.throws(() => read(block([[0, 5, 1n]], ['UInt8', 'Int64'])), /a column is Int64/u)
  })
})
