/** Who reaches a ledger that is served, and what is read of a stranger. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { BIN } from '@mintmark/testkit'
import { parseFrontEnds } from '../../src/home/front_ends.ts'
import { entriesApp } from '../../src/http/ledger_app.ts'
import { encodeEntry, writeBundle } from '../../src/index.ts'
import { claims, issuanceFor, makeLedger, serve, token } from '../ledger_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-doors-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** What a connection comes to: `open`, or the code of its failure. */
function reached(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve('open')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
}

describe('mintmark ledger serve without --host', () => {
  it('listens on 127.0.0.1 alone', async () => {
    const { folder } = await makeLedger(scratch, 'alone')
    const args = [BIN, 'ledger', 'serve', folder, '--port', '0', '--json']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      let out = ''
      for await (const part of child.stdout) {
        out += String(part)
        if (out.includes('"event":"listening"') && out.endsWith('\n')) break
      }
      const event = out.split('\n').find((line) => line.includes('"listening"')) ?? ''
      const url = new URL(String(parseObject(event)?.['url']))
      assert.equal(url.hostname, '127.0.0.1')
      const port = Number(url.port)
      assert.equal(await reached('127.0.0.1', port), 'open')
      // An address of this machine too: who listens on all of them listens there.
      assert.equal(await reached('127.0.0.2', port), 'ECONNREFUSED')
    } finally {
      child.kill('SIGTERM')
    }
  })
})

const KEY = 'a-key-of-more-than-twenty-letters'
const known = parseFrontEnds(`front ${createHash('sha256').update(KEY).digest('hex')}\n`)

describe('a body that comes without a key', () => {
  it('is not read: not a part of it is asked for', async () => {
    const app = entriesApp({
      append: () => Promise.resolve({ shard: 'main/2026-11-25', index: 7, isRepeated: false }),
      frontEnds: () => known,
    })
    const bytes = writeBundle([encodeEntry(issuanceFor(token(claims())))])
    const asked = async (key: string) => {
      let parts = 0
      const body = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            parts++
            controller.enqueue(bytes)
            controller.close()
          },
        },
        { highWaterMark: 0 },
      )
      const headers = { authorization: `Bearer ${key}` }
      const init = { method: 'POST', headers, body, duplex: 'half' }
      const { status } = await app.fetch(new Request('http://localhost/entries', init))
      return { status, parts }
    }
    assert.deepEqual(await asked(`${KEY}x`), { status: 401, parts: 0 })
    assert.deepEqual(await asked(KEY), { status: 200, parts: 1 })
  })

  it('is not waited for: the answer comes, and the connection ends', async () => {
    const { folder } = await makeLedger(scratch, 'slow')
    const { url, stop } = await serve(folder)
    try {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      socket.write('POST /entries HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n')
      let answer = ''
      for await (const part of socket) answer += String(part)
      assert.match(answer, /^HTTP\/1\.1 401 /)
      assert.match(answer, /\r\nconnection: close\r\n/i)
    } finally {
      await stop()
    }
  })
})
