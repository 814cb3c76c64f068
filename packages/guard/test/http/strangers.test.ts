/** Whoever has no secret, and sends a body that does not end. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type GuardWorld, startGuardWorld, unfinished } from './served_guard.ts'

let world: GuardWorld
before(async () => {
  world = await startGuardWorld((scratch) => {
    const key = join(scratch, 'guard.pem')
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const statements = { issuer: 'https://guard.example.org', key }
    return { statements, subscriptions: { file: join(scratch, 'streams') } }
  })
})
after(() => world.stop())

const PATHS = ['introspect', 'revoke', 'ssf/stream', 'ssf/status', 'ssf/verification', 'ssf/poll/x']

describe('a stranger whose body does not end', () => {
  for (const path of PATHS)
    for (const length of ['Content-Length: 100', 'Transfer-Encoding: chunked'] as const)
      it(`is not waited for at /${path}, with ${length}`, async () => {
        const { status, tookMs } = await unfinished(`${world.url}/${path}`, length)
        assert.equal(status, 401)
        assert.ok(tookMs < 3000, String(tookMs))
      })
})
