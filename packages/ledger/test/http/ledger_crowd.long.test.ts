/** A crowd of readers that hold connections open, and of writers without a key that send slowly: entries are taken in all the same. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import type { RunningServer } from '../../src/http.ts'
import {
  claims,
  frontEndKey,
  issuanceFor,
  makeLedger,
  post,
  serve,
  token,
} from '../ledger_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-crowd-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const sockets: Socket[] = []
/** Opens connections that say this first, and again after each answer or nothing else. */
async function crowd(url: string, count: number, said: string, isRepeated = false): Promise<void> {
  const { hostname, port } = new URL(url)
  const opened = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    if (isRepeated) socket.on('data', () => socket.write(said))
    sockets.push(socket)
    return new Promise<void>((resolve) =>
      socket.once('connect', () => socket.write(said, () => resolve())),
    )
  })
  await Promise.all(opened)
}

const SLOW = 'POST /entries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'

for (const ports of ['one port for all', 'a port for front ends'] as const)
  describe(`a ledger with ${ports}`, () => {
    let folder = ''
    let served: RunningServer
    before(async () => {
      ;({ folder } = await makeLedger(scratch, ports.replaceAll(' ', '-')))
      served = await serve(folder, ports === 'one port for all' ? {} : { issuersPort: 0 })
    })
    after(async () => {
      for (const socket of sockets.splice(0)) socket.destroy()
      await served.stop()
    })

    it('takes entries in while it is crowded', { timeout: 60_000 }, async () => {
      await crowd(served.url, 4500, 'GET /ledger.json HTTP/1.1\r\nHost: x\r\n')
      await crowd(served.url, 200, SLOW)
      const url = served.issuersUrl ?? served.url
      for (let n = 0; n < 50; n++) {
        const entries = [issuanceFor(token(claims()))]
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        assert.equal((await post(url, frontEndKey(folder), entries)).status, 200)
      }
    })

    it('answers the public nothing on the port for front ends, and front ends nothing on the other', async () => {
      const { issuersUrl, url } = served
      if (issuersUrl === undefined) return
      assert.equal((await fetch(`${issuersUrl}/ledger.json`)).status, 404)
      assert.equal((await fetch(`${issuersUrl}/healthz`)).status, 200)
      const entries = [issuanceFor(token(claims()))]
      assert.equal((await post(url, frontEndKey(folder), entries)).status, 404)
    })
  })

it('a ledger takes entries in while readers wait for what is published', {
  timeout: 60_000,
}, async () => {
  const { folder } = await makeLedger(scratch, 'feed')
  const served = await serve(folder)
  const asked = await fetch(`${served.url}/feed`, { headers: { connection: 'close' } })
  const publication = String(parseObject(await asked.text())?.['publication'])
  const waits = `GET /feed?after=${publication} HTTP/1.1\r\nHost: x\r\n\r\n`
  await crowd(served.url, 4500, waits, true)
  // All that wait are read: no front end is connected yet.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  for (let n = 0; n < 50; n++) {
    const entries = [issuanceFor(token(claims()))]
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    assert.equal((await post(served.url, frontEndKey(folder), entries)).status, 200)
  }
  for (const socket of sockets.splice(0)) socket.destroy()
  await served.stop()
})
