/** A crowd that holds connections open: readers who say nothing more, and writers who send slowly. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { append, entryOf, type Guard, House, introspect, type Ledger, newToken } from './house.ts'

const IDLE = 'GET /ledger.json HTTP/1.1\r\nHost: x\r\n'
const SLOW = 'POST /entries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'
const house = new House()
const sockets: Socket[] = []
let ledger: Ledger
let guard: Guard

/** Opens connections that say this, and nothing else. */
async function crowd(url: string, count: number, said: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const opened = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    sockets.push(socket)
    return new Promise<void>((resolve) =>
      socket.once('connect', () => socket.write(said, () => resolve())),
    )
  })
  await Promise.all(opened)
}

before(async () => {
  ledger = await house.ledger()
  guard = await house.guard(ledger)
})
after(async () => {
  for (const socket of sockets) socket.destroy()
  await house.stop()
})

describe('before 2,000 idle readers and 200 slow writers', { timeout: 120_000 }, () => {
  it('a ledger records every entry', async () => {
    await crowd(ledger.url, 2000, IDLE)
    await crowd(ledger.url, 200, SLOW)
    for (let n = 0; n < 100; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status, results } = await append(ledger, [entryOf(newToken())])
      assert.equal(status, 200)
      assert.equal(results[0]?.['isRepeated'], false)
    }
  })

  it('a guard answers every caller', async () => {
    await crowd(guard.url, 2000, IDLE)
    await crowd(guard.url, 200, SLOW)
    for (let n = 0; n < 20; n++) {
      const token = newToken()
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await append(ledger, [entryOf(token)])
      // oxlint-disable-next-line no-await-in-loop -- the same
      assert.equal((await introspect(guard, token))['active'], true)
    }
  })
})
