/** Three witnesses, of which two must cosign, and the third is an enemy. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  append,
  checkpointOf,
  comes,
  entryOf,
  House,
  LEDGER,
  type Ledger,
  newToken,
  statusOf,
} from './house.ts'

const house = new House()
type Lie = (response: ServerResponse) => void

const LIES: Readonly<Record<string, Lie>> = {
  'says that it saw a size that no ledger has': (response) =>
    void response.writeHead(409).end('9007199254740991\n'),
  'says that it saw one entry more': (response) => void response.writeHead(409).end('2\n'),
  'says a size that is no number': (response) => void response.writeHead(409).end('many\n'),
  'answers without an end': (response) => {
    response.writeHead(200)
    const more = setInterval(() => response.write('x'.repeat(65_536)), 5)
    response.on('close', () => clearInterval(more))
  },
  'never answers': () => undefined,
  'breaks off': (response) => void response.destroy(),
  'sends the ledger elsewhere': (response) =>
    void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  'cosigns with a key that is not its own': (response) =>
    void response
      .writeHead(200)
      .end(`— w3.example.org ${Buffer.alloc(76, 7).toString('base64')}\n`),
}

let lie: Lie = () => undefined
let asked = 0
let server: Server
let ledger: Ledger

before(async () => {
  server = createServer((_, response) => {
    asked++
    lie(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const vkey = await house.init('ledger', ...LEDGER)
  const lines: string[] = []
  for (const name of ['w1', 'w2', 'w3']) {
    /* oxlint-disable no-await-in-loop -- one after the other */
    const named = ['--witness', '--name', `${name}.example.org`, '--log', vkey]
    const key = await house.init(name, ...named)
    const place = join(house.folder, name)
    const url =
      name === 'w3'
        ? `http://127.0.0.1:${port}`
        : await house.start(['ledger', 'serve', place, '--port', '0']).prints(/witness at (\S+)/)
    lines.push(`witness ${name} ${key} ${url}`)
    /* oxlint-enable no-await-in-loop */
  }
  const policy = join(house.folder, 'policy.txt')
  const quorum = 'group two 2 w1 w2 w3\nquorum two\n'
  writeFileSync(policy, `log ${vkey}\n${lines.join('\n')}\n${quorum}`)
  ledger = await house.serve('ledger', vkey, ['--policy', policy])
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await house.stop()
})

describe('a ledger, one of whose three witnesses', () => {
  for (const [name, own] of Object.entries(LIES))
    it(`${name}, records and publishes under the cosignatures of the others`, async () => {
      lie = own
      const earlier = asked
      const answer = await append(ledger, [entryOf(newToken())])
      assert.equal(answer.status, 200)
      const size = Number(answer.results[0]?.['index']) + 1
      assert.ok(
        await comes(async () => {
          const checkpoint = await checkpointOf(ledger)
          return checkpoint.size >= size && checkpoint.signatures === 3
        }),
      )
      assert.ok(await comes(() => asked > earlier))
      assert.equal(await statusOf(`${ledger.url}/healthz`), 200)
      assert.equal(ledger.program.process.exitCode, null)
    })
})
