/** The answer on a terminal to a selection: what it says of the selection is not said of the case. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Answer } from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { answerText } from '../../../src/render/answer.ts'
import { writeEvidence } from '../../evidence_folder.ts'
import { mintmark } from '../../fake_io.ts'

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
  assert.deepEqual([code, value.scope.accesses], [1, 0])
  empty = value
})

/** Its lines as one. */
const headOf = (answer: Answer) => answerText(answer, { path: 'case' }).replaceAll(/\s+/g, ' ')

describe('an answer to a selection', () => {
  it('without an access says so, after what the whole case comes to', () => {
    const head = headOf(empty)
    assert.match(head, /^FORGED TOKENS USED case: case \d+ tokens nobody issued to their user;/)
    assert.match(head, /SELECTED no access of the case\. That may be its spelling/)
    assert.doesNotMatch(head, /NOTHING FOUND|READ/)
  })

  it('says where the case has nothing either', () => {
    const { established, leads } = empty.conclusion
    const none = { ...established, accesses: 0, unissued: 0, mismatched: 0, huntHits: 0 }
    const nothing = { ...leads, accesses: 0, huntHits: 0 }
    const conclusion = {
      ...empty.conclusion,
      status: 'cannot-tell',
      established: none,
      leads: nothing,
    } as const
    const head = headOf({ ...empty, conclusion })
    assert.match(
      head,
      /^CANNOT TELL case: case All [\d,]+ accesses that the logs have used an issued token, but accesses/,
    )
    assert.match(head, /SELECTED no access of the case\./)
  })

  it('with accesses says of whose mail it speaks', async () => {
    const { out } = await mintmark(...investigated, '--all')
    assert.match(out, /^READ {6}of the selection alone \(\d+ mailboxes\): /m)
    const { out: whole } = await mintmark(...investigated)
    assert.match(whole, /^READ {6}\d+ messages?/m)
  })
})
