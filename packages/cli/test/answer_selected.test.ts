/** The answer on a terminal to a selection: what it says of the selection is not said of the case. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Answer } from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { answerText } from '../src/render/answer.ts'
import { writeEvidence } from './evidence_folder.ts'
import { mintmark } from './fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-answer-selected-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const isAnswer = (value: unknown): value is Answer =>
  isObject(value) && value['schema'] === 'mintmark-answer/1'

let investigated: readonly string[] = []
let empty: Answer
before(async () => {
  const { folder: input } = writeEvidence(join(folder, 'in'))
  investigated = ['investigate', input, '--case', join(folder, 'case')]
  const none = ['--mailbox', 'ob@example.gov']
  const { code, out } = await mintmark(...investigated, ...none, '--json')
  const value: unknown = JSON.parse(out)
  assert.ok(isAnswer(value))
  assert.deepEqual([code, value.scope.accesses], [0, 0])
  empty = value
})

/** Its first lines, up to the empty one, as one. */
const headOf = (answer: Answer) => (answerText(answer).split('\n\n')[0] ?? '').replaceAll('\n', ' ')

describe('an answer to a selection', () => {
  it('without an access says so, and denies nothing of the case', () => {
    const head = headOf(empty)
    assert.match(head, /^NOTHING SELECTED: no access of the case is in the selection\./)
    assert.match(head, /In the whole case: .* that no identity provider issued to whom/)
    assert.doesNotMatch(head, /NOTHING FOUND|no access used|no established hunt/)
  })

  it('without an access says where the case has nothing either', () => {
    const verdicts = { ...empty.verdicts, unissued: 0, mismatched: 0 }
    const head = headOf({ ...empty, verdicts, hunts: [] })
    assert.match(head, /: no token that nobody issued; no hit of an established hunt; /)
  })

  it('that nobody made, of which marks left nothing, says that', () => {
    const head = headOf({ ...empty, selection: { isDefault: true, accesses: 0 } })
    assert.match(
      head,
      /^NOTHING IS LEFT: all that verdicts and established hunts point at is marked/,
    )
    assert.match(head, /In the whole case: .* that no identity provider issued to whom/)
  })

  it('with accesses says of whose mail it speaks', async () => {
    const { out } = await mintmark(...investigated, '--all')
    assert.match(out, /^Whose mail {4}of the selection alone: \d+ mailboxes/m)
    const { out: whole } = await mintmark(...investigated)
    assert.match(whole, /^Whose mail {4}\d+ mailbox/m)
  })
})
