/** A ledger's answer that it has not recorded a token, and what somebody on the way makes of it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Json, parseObject } from '@mintmark/core'
import { Hono } from 'hono'
import { listen, liveAnswers } from '../../src/http.ts'
import { parseVerifierKey, tokenIdBytes } from '../../src/index.ts'
import {
  claims,
  frontEndKey,
  issuanceFor,
  makeLedger,
  post,
  serve,
  token,
} from '../ledger_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-absence-'))
const ledger = await makeLedger(scratch, 'own')
const other = await makeLedger(scratch, 'other')
const [served, servedOther] = await Promise.all([serve(ledger.folder), serve(other.folder)])
/** What the host on the way makes of an answer, and whose answers it fetches. */
const way = { from: served.url, change: (answer: Json): Json => answer }
const host = new Hono()
host.get('*', async (c) => {
  const response = await fetch(`${way.from}${c.req.path}`)
  return c.json(way.change(parseObject(await response.text()) ?? {}))
})
const hosted = await listen(host, { host: '127.0.0.1', port: 0 })
after(async () => {
  await Promise.all([hosted.stop(), served.stop(), servedOther.stop()])
  rmSync(scratch, { recursive: true, force: true })
})

const key = parseVerifierKey(ledger.vkey)
const entry = () => issuanceFor(token(claims()))

function ask({ tokenId, inputHash }: ReturnType<typeof entry>, url = hosted.url) {
  return liveAnswers(url).ask('agency', tokenIdBytes(tokenId), inputHash, key)
}

const recorded = entry()
await post(served.url, frontEndKey(ledger.folder), [recorded])

describe('that a ledger has not recorded a token', () => {
  it('is its answer with its signature', async () => {
    assert.deepEqual((await ask(entry(), served.url)).state, 'unknown')
    assert.deepEqual((await ask({ ...recorded, inputHash: new Uint8Array(32) })).state, 'other')
    assert.deepEqual((await ask(recorded)).state, 'recorded')
  })

  it('is signed of no issuer that is none of its own', async () => {
    const answers = ['nobody', 'agency%0a', '%2e'].map(async (alias) => {
      const path = `${alias}/token/${'0'.repeat(32)}/${'0'.repeat(64)}`
      return parseObject(await (await fetch(`${served.url}/${path}`)).text())?.['signature']
    })
    assert.deepEqual(await Promise.all(answers), [undefined, undefined, undefined])
  })

  const lies: readonly (readonly [string, (answer: Json) => Json])[] = [
    ['it has no signature', ({ state, shard, size }) => ({ state, shard, size })],
    ['it reaches less far', (answer) => ({ ...answer, size: 1 })],
    ['it is of another state', (answer) => ({ ...answer, state: 'other' })],
    ['it is malformed', (answer) => ({ ...answer, signature: '\n\n— a b' })],
  ]
  for (const [name, change] of lies)
    it(`is no answer where ${name}`, async () => {
      Object.assign(way, { change })
      assert.deepEqual(await ask(entry()), { state: 'no-answer' })
    })

  it('is not said of a recorded one by an answer about another, or of another ledger', async () => {
    const of = entry()
    const path = `agency/token/${of.tokenId.replaceAll('-', '')}/${Buffer.from(of.inputHash).toString('hex')}`
    const answer = parseObject(await (await fetch(`${served.url}/${path}`)).text()) ?? {}
    assert.equal(answer['state'], 'unknown')
    Object.assign(way, { change: () => answer })
    assert.deepEqual(await ask(recorded), { state: 'no-answer' })
    Object.assign(way, { from: servedOther.url, change: (its: Json) => its })
    assert.deepEqual(await ask(recorded), { state: 'no-answer' })
  })
})
