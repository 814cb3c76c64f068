import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Answer } from '@mintmark/case'
import { buildReport } from '@mintmark/report'
import { answerSection } from '../src/sections/answer.ts'
import { bundleText } from '../src/stix/bundle.ts'
import { hostileCase } from './hostile_case.ts'
import { checkedBundle } from './stix_check.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-leads-'))
let answered: Answer
before(async () => {
  const made = await hostileCase(folder)
  answered = made.answered
  await made.opened.close()
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('a report of leads', () => {
  it('adds no leads of verdicts and of hunts up: one access can be both', () => {
    const leads = { ...answered.conclusion.leads, accesses: 3, huntHits: 3 }
    const { figures } = answerSection({
      ...answered,
      conclusion: { ...answered.conclusion, leads },
    })
    const led = figures.filter(({ strength }) => strength === 'lead')
    assert.deepEqual(
      led.map(({ id, value }) => [id, value]),
      [
        ['count-leads', 3],
        ['count-lead-hits', 3],
      ],
    )
  })

  it('calls no organisation a victim that leads or marks alone concern', () => {
    const [one] = answered.scope.organisation_list
    assert.ok(one !== undefined)
    const victims = (mailboxes: number, marked: number) => {
      const scope = { ...answered.scope, organisation_list: [{ ...one, mailboxes, marked }] }
      const redactor = { text: (text: string) => text, messageId: (id: string) => id }
      const answer = { ...answered, scope }
      const report = buildReport({ answer, uses: { rows: [], total: 0 } })
      const given = { answer, report, addresses: [], sighted: [], redactor }
      const objects = checkedBundle([...bundleText(given)].join(''))
      return objects.filter(({ roles }) => JSON.stringify(roles ?? []).includes('victim')).length
    }
    assert.deepEqual([victims(0, 0), victims(2, 2), victims(2, 1)], [0, 0, 1])
  })
})
