import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cacheAnswer, cachedAnswer, questionOf } from '../../src/answer/prepare.ts'
import { openCase } from '../../src/store/case.ts'
import { backends } from '../backends.ts'

/** What a row format could trip over, and longer than a request's address may be. */
const hostile = {
  subject: 'tab\t line\n back\\slash \\N \u009b é 会 "quoted"',
  long: 'x'.repeat(3_000_000),
}

for (const backend of backends)
  describe(`an answer cached in ${backend.name}`, { skip: backend.skip ?? false }, () => {
    it('answers the same question alone, and holds the newest answer of its slot', async () => {
      const place = await backend.start()
      const opened = await openCase(place.location)
      const { session } = opened
      try {
        const question = questionOf('evidence', { ips: ['192.0.2.1'] })
        assert.equal(await cachedAnswer(session, 'answer', question), undefined)
        await cacheAnswer(session, 'answer', question, { first: true })
        await cacheAnswer(session, 'answer', question, hostile)
        await cacheAnswer(session, 'answer-selected', question, { first: false })
        assert.deepEqual(await cachedAnswer(session, 'answer', question), hostile)
        assert.equal(await cachedAnswer(session, 'answer', questionOf('evidence', {})), undefined)
      } finally {
        await opened.close()
        await place.stop()
      }
    })
  })
