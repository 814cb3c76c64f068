/* oxlint-disable no-await-in-loop -- what falls, falls in turn */
/**
 * A ledger in PostgreSQL that publishes to NATS, and a guard that receives its entries: three
 * commands and two servers. Each of them is killed in turn. Genuine tokens are admitted once it is
 * back, none is called forged, and a forged one raises the alarm.
 */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MintmarkError, parseObject } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import {
  forge,
  freePort,
  type NatsServer,
  natsMissing,
  type PostgresServer,
  postgresMissing,
  readAgain,
  startNats,
  startPostgres,
} from '@mintmark/testkit'
import { type Program, startMintmark } from './guard_servers.ts'

const skip = postgresMissing() || natsMissing()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

const PATIENCE_MS = 60_000
const ISSUER = 'https://id.example.org'
const AUDIENCE = 'https://wiki.example.org'
const SECRET = 'a-secret'
const folder = mkdtempSync(join(tmpdir(), 'mintmark-guard-stores-'))
const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

interface World {
  readonly postgres: PostgresServer
  readonly nats: NatsServer
  readonly ledger: Program
  readonly guard: Program
  readonly gate: SigningGate
  readonly guardUrl: string
  readonly stop: () => Promise<void>
}

let world: World

const policy = join(folder, 'policy.txt')
const home = join(folder, 'ledger')

async function startWorld(): Promise<World> {
  const [postgres, nats] = await Promise.all([startPostgres(), startNats()])
  const store = postgres.schema('main_ledger')
  const named = ['--name', 'ledger.example.org', '--issuer', `main=${ISSUER}`, '--store', store]
  const vkey = await startMintmark('ledger', 'init', home, ...named).prints(
    /^(ledger\.example\.org\+\S+)$/m,
  )
  writeFileSync(policy, `log ${vkey}\nquorum none\n`)
  const port = String(await freePort())
  const forward = ['--nats', nats.url, '--nats-stream', 'main-ledger']
  const place = ['serve', home, '--port', port, '--heads', join(folder, 'heads')]
  const ledger = startMintmark('ledger', ...place, ...forward)
  const url = await ledger.prints(/ledger at (\S+)/)
  const guard = startMintmark('guard', 'serve', '--config', configuration(url, nats.url))
  const guardUrl = await guard.prints(/guard at (\S+)/)
  const key = readFileSync(join(home, 'private/front-end.key'), 'utf8').trim()
  const recorder = new EntryRecorder({ url, key, timeoutMs: 5000 })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  const gate = new SigningGate({ record, kid: 'k1', alg: 'ES256', privateKey })
  const stop = async () => {
    await guard.stop()
    await ledger.stop()
    await Promise.all([postgres.stop(), nats.stop()])
  }
  return { postgres, nats, ledger, guard, gate, guardUrl, stop }
}

/** @returns the file */
function configuration(url: string, nats: string): string {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [jwk] }))
  const secretSha256 = createHash('sha256').update(SECRET).digest('hex')
  const file = join(folder, 'guard.json')
  const document = {
    schema: 'mintmark-guard/1',
    listen: { port: 0 },
    ledger: {
      url,
      policy,
      heads: join(folder, 'guard-heads'),
      nats: { url: nats, stream: 'main-ledger' },
    },
    issuers: [{ issuer: ISSUER, class: 'agency', keys: join(folder, 'jwks.json') }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
    callers: [{ name: 'wiki', secretSha256, audiences: [AUDIENCE] }],
  }
  writeFileSync(file, JSON.stringify(document))
  return file
}

function claims(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000)
  return { iss: ISSUER, aud: AUDIENCE, sub: 'ada', jti: randomUUID(), iat, exp: iat + 3000 }
}

/** Tokens that were acknowledged: a ledger whose database is away takes none. */
async function mint(count: number): Promise<string[]> {
  const minted = Array.from({ length: count }, async () => {
    try {
      return [(await world.gate.mint(claims())).token]
    } catch (cause) {
      assert.ok(cause instanceof MintmarkError && cause.code === 'LEDGER_FAILED', String(cause))
      return []
    }
  })
  return (await Promise.all(minted)).flat()
}

async function isActive(token: string): Promise<boolean> {
  const response = await fetch(`${world.guardUrl}/introspect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}` },
    body: new URLSearchParams({ token }),
  })
  return parseObject(await response.text())?.['active'] === true
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await condition()); ) {
    assert.ok(performance.now() < end, `waited for too long: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function areActive(tokens: readonly string[]): Promise<boolean> {
  for (const token of tokens) if (!(await isActive(token))) return false
  return true
}

const brought = async () => {
  const response = await fetch(`${world.guardUrl}/metrics`)
  return /^mintmark_guard_publications_brought 1$/m.test(await response.text())
}

const alarms = () =>
  world.guard
    .printed()
    .split('\n')
    .map(parseObject)
    .filter((each) => each?.['schema'] === 'mintmark-alarm/1')

describe('a ledger in PostgreSQL and a guard behind NATS', { skip }, () => {
  before(async () => {
    world = await startWorld()
  })
  after(async () => {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const falls: readonly (readonly [string, () => Promise<void>])[] = [
    ['the database is killed', () => world.postgres.kill().then(() => world.postgres.start())],
    ['NATS is killed', () => world.nats.kill().then(() => world.nats.start())],
    ['the database restarts', () => world.postgres.restart()],
  ]
  for (const [name, fall] of falls)
    it(`lose no token and call none forged while ${name}`, async () => {
      await until(brought, 'the stream')
      const tokens = await mint(60)
      assert.equal(tokens.length, 60)
      const meanwhile = mint(60)
      const uses = Promise.all(tokens.map(isActive))
      await fall()
      const more = await meanwhile
      await uses
      await until(async () => (await mint(1)).length === 1, 'the ledger')
      await until(() => areActive([...tokens, ...more]), 'a token that was recorded')
      await until(brought, 'the stream again')
      assert.deepEqual(alarms(), [])
    })

  it('raise the alarm for a forged token', async () => {
    const forged = forge({ kid: 'k1', privateKey }, claims())
    assert.equal(await isActive(forged), false)
    assert.deepEqual(
      alarms().map((each) => each?.['alarm']),
      ['unissued'],
    )
  })

  it('are audited from the folder of the keys, which holds nothing else', async () => {
    assert.ok(!existsSync(join(home, 'public')))
    const [token = ''] = await mint(1)
    writeFileSync(join(folder, 'token.txt'), token)
    const prove = startMintmark('ledger', 'prove', home, '--token', join(folder, 'token.txt'))
    await prove.prints(/(c2sp\.org\/tlog-proof@v1)/)
    const audit = startMintmark('ledger', 'audit', home, '--policy', policy)
    await audit.prints(/(\d+ entries in 1 shard)/)
    const byAddress = readFileSync(join(home, 'private/store'), 'utf8').trim()
    const tail = startMintmark('ledger', 'tail', byAddress, '--lines', '1')
    await tail.prints(/(issued )/)
  })
})
