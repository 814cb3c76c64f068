/** Hunts on a terminal: one line a class, whatever hit. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HuntResult } from '@mintmark/case'
import { huntLines } from '../src/render/answer_hunts.ts'

const hunt = (id: string, hits: number, of: Partial<HuntResult> = {}): HuntResult => ({
  id,
  title: 'T',
  class: 'replayed',
  strength: 'lead',
  means: 'M',
  cannotMean: 'C',
  attack: [],
  references: [],
  hits,
  first: '2023-06-13T11:06:00.000Z',
  last: '2023-06-14T11:06:00.000Z',
  accounts: 2,
  rows: [],
  ...of,
})

describe('what hunts found', () => {
  it('is a line a class, established first, then what is in the wrong hands', () => {
    const lines = huntLines([
      hunt('odd', 1200, { class: 'context' }),
      hunt('few', 3),
      hunt('none', 0, { class: 'forged' }),
      hunt('many', 30),
      hunt('granted', 1, { class: 'mis-granted', accounts: 1 }),
      hunt('sure', 5, { class: 'context', strength: 'established' }),
    ])
    assert.deepEqual(lines, [
      '  context (established) sure: 5 accesses, 2 accounts, 2023-06-13 to 2023-06-14',
      '  replayed (lead)      many 30, few 3 accesses',
      '  mis-granted (lead)   granted: 1 access, 1 account, 2023-06-13 to 2023-06-14',
      '  context (lead)       odd: 1,200 accesses, 2 accounts, 2023-06-13 to 2023-06-14',
    ])
  })

  it('stays within the width, however many hunts there are', () => {
    const ids = Array.from({ length: 20 }, (_, index) => `${'x'.repeat(30)}_${index}`)
    const [line = ''] = huntLines(ids.map((id, index) => hunt(id, 100 - index)))
    assert.ok(line.length <= 110)
    assert.match(line, /x_0 100, x+_1 99, …$/)
  })

  it('is nothing where no hunt hit', () => {
    assert.deepEqual(huntLines([hunt('none', 0)]), [])
  })
})
