/** Readers at `GET /feed`: how many may wait, and how many are answered at a time. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { Feed } from '../../src/http/feed.ts'

class FakeResponse extends EventEmitter {
  status = 0
  body = ''
  writeHead(status: number): void {
    this.status = status
  }
  end(body: string): void {
    this.body = body
    this.emit('close')
  }
}

/** A feed of a ledger that publishes on demand. */
function given() {
  const stopping = new AbortController()
  const published = new EventEmitter()
  const ledger = {
    publications: 3,
    publishedAfter: (_seen: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        published.once('one', resolve)
        signal.addEventListener('abort', () => resolve())
      }),
  }
  const feed = new Feed(ledger, stopping.signal)
  const ask = (after = '', socket: object = {}, method = 'GET') => {
    const response = new FakeResponse()
    const request = { method, url: `/feed?after=${after}`, socket }
    /* oxlint-disable typescript/no-unsafe-type-assertion -- a feed uses no more of them */
    const asked = request as unknown as IncomingMessage
    const isTaken = feed.answer(asked, response as unknown as ServerResponse)
    /* oxlint-enable typescript/no-unsafe-type-assertion */
    return Object.assign(response, { isTaken })
  }
  const newest = () => String(/"publication":"([^"]+)"/.exec(ask().body)?.[1])
  const publish = () => {
    ledger.publications++
    published.emit('one')
  }
  return { ask, newest, publish, stop: () => stopping.abort() }
}

const isAnswered = ({ status }: FakeResponse) => status !== 0
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a reader', () => {
  it('waits for what is newer than it knows, and not where it knows of no or another run', async () => {
    const { ask, newest, publish, stop } = given()
    const known = newest()
    const [fresh, other] = [ask(), ask(`${'0'.repeat(16)}.9`)]
    const waiting = ask(known)
    assert.deepEqual([fresh, other, waiting].map(isAnswered), [true, true, false])
    publish()
    await after(50)
    assert.equal(waiting.body, JSON.stringify({ publication: newest() }))
    assert.notEqual(newest(), known)
    const stopped = ask(newest())
    stop()
    await after(0)
    assert.ok(isAnswered(stopped) && isAnswered(ask(newest())))
    assert.equal(ask('', {}, 'POST').isTaken, false)
  })
})

describe('a crowd of readers', () => {
  it('is answered a few at a time, those first that have waited longest', async () => {
    const { ask, newest, publish, stop } = given()
    const known = newest()
    const crowd = Array.from({ length: 1000 }, () => ask(known))
    publish()
    await after(5)
    const first = crowd.filter(isAnswered).length
    assert.ok(first <= 64, `${first} at once`)
    assert.ok(crowd.slice(0, first).every(isAnswered))
    while (!crowd.every(isAnswered)) await after(20)
    stop()
  })

  it('leaves room: beyond a thousand nobody waits, nor twice on one connection', () => {
    const { ask, newest, stop } = given()
    const known = newest()
    const socket = {}
    const crowd = [ask(known, socket), ask(known, socket)]
    for (let n = 0; n < 1100; n++) crowd.push(ask(known))
    assert.equal(crowd.filter((each) => !isAnswered(each)).length, 1024)
    assert.deepEqual(
      crowd.filter(isAnswered).map(({ status }) => status),
      Array.from({ length: 78 }, () => 503),
    )
    stop()
  })
})
