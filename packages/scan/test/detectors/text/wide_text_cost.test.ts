import assert from 'node:assert/strict'
import { it } from 'node:test'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { LayerReader } from '../../../src/encoded/encoded_layers.ts'
import { textAnchors } from '../../../src/text/text_run.ts'

const LETTERS = 20_000
const wide = Buffer.from('words '.repeat(LETTERS / 6) + 'A'.repeat(64), 'utf16le')

it('text of two bytes a letter that is put together is counted, though nothing is encoded in it', () => {
  const budget = new WorkBudget()
  const reader = new LayerReader({ isDeep: false })
  reader.read(wide, 0, wide.length, () => assert.fail('a layer'), { budget }, [wide.length - 128])
  const { cost } = budget.end()
  assert.ok(cost >= 10 * LETTERS, `${(cost / LETTERS).toFixed(1)} a letter`)
})

it('letters of two bytes that an anchor is given are counted', () => {
  const reader = { before: 0, behind: LETTERS, glance: () => LETTERS, read: () => undefined }
  const [, anchor] = textAnchors('words', 'words', reader)
  const budget = new WorkBudget()
  anchor?.detect(wide, 0, { budget })
  const { cost } = budget.end()
  assert.ok(cost >= 14 * LETTERS, `${(cost / LETTERS).toFixed(1)} a letter`)
})
