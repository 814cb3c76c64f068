/** The pages themselves: short enough to check by eye, and complete. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { WORLDS, worlds } from './notation.ts'

const LONGEST_PAGE = 60
const LONGEST_TABLE = 12
/** Rows of accidents that are known, in their order. */
const ACCIDENTS = 20

const pages = readdirSync(WORLDS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => ({ file, text: readFileSync(path.join(WORLDS, file), 'utf8') }))

const failing = (isWrong: (text: string) => boolean) =>
  pages.flatMap(({ file, text }) => (isWrong(text) ? [file] : []))

describe('golden pages', () => {
  it('are of every accident that is known', () => {
    const numbers = new Set(worlds().map(({ name }) => Number(name.slice(0, 2))))
    const wanted = Array.from({ length: ACCIDENTS + 1 }, (_, n) => n)
    assert.deepEqual(
      wanted.filter((n) => !numbers.has(n)),
      [],
    )
  })

  it('fit on a page', () => {
    assert.deepEqual(
      failing((text) => text.split('\n').length > LONGEST_PAGE),
      [],
    )
    const long = worlds().filter((world) =>
      [world.signIns, world.accesses, world.logs, world.expect].some(
        (table) => table.length > LONGEST_TABLE,
      ),
    )
    assert.deepEqual(
      long.map(({ name }) => name),
      [],
    )
  })

  it('say what happened, what must not be said, and what must', () => {
    assert.deepEqual(
      failing((text) =>
        ['**Accident:**', '**Must not:**', '**Must:**'].some((part) => !text.includes(part)),
      ),
      [],
    )
  })

  it('say of each kind of access what it may be given', () => {
    const silent = worlds().flatMap(({ name, accesses, expect }) => {
      const told = new Set(expect.map((line) => line['access']))
      return accesses.flatMap((line) =>
        told.has(line['access'] ?? '') ? [] : [`${name}: ${line['access']}`],
      )
    })
    // Their records are lost with certainty: that they were there is the bound's affair.
    assert.deepEqual(silent, ['15-record-cut: bulk', '16-extractor-gap: unseen'])
  })
})
