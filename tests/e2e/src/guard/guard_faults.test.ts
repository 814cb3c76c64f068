/* oxlint-disable no-await-in-loop -- rounds follow one another */
/**
 * A ledger and a guard that are killed over and over while tokens are issued and used: no genuine
 * token is called forged, none that was acknowledged is lost, and tokens that a forger shows in
 * between raise an alarm. SLOW=1 makes it a hundred thousand tokens.
 */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MintmarkError, parseObject } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import { forge, freePort, readAgain } from '@mintmark/testkit'
import { type Program, startMintmark } from './guard_servers.ts'

const ROUNDS = process.env['SLOW'] === '1' ? 50 : 6
const TOKENS = process.env['SLOW'] === '1' ? 1000 : 60
const PATIENCE_MS = 60_000
const ISSUER = 'https://id.example.org'
const AUDIENCE = 'https://wiki.example.org'
const SECRET = 'a-secret'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-guard-faults-'))
const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const ports: { ledger: number; guard: number } = { ledger: 0, guard: 0 }
let ledger: Program
let guard: Program
/** What guards have printed that are no more. */
let printed = ''
let gate: SigningGate

async function startLedger(): Promise<void> {
  const place = ['serve', join(folder, 'ledger'), '--port', String(ports.ledger)]
  ledger = startMintmark('ledger', ...place, '--heads', join(folder, 'heads'))
  await ledger.prints(/ledger at (\S+)/)
}

async function startGuard(): Promise<void> {
  guard = startMintmark('guard', 'serve', '--config', join(folder, 'guard.json'))
  await guard.prints(/guard at (\S+)/)
}

async function killed(program: Program): Promise<void> {
  program.process.kill('SIGKILL')
  await program.stop()
}

before(async () => {
  ports.ledger = await freePort()
  ports.guard = await freePort()
  const url = `http://127.0.0.1:${ports.ledger}`
  const named = ['--name', 'ledger.example.org', '--issuer', `main=${ISSUER}`]
  const init = startMintmark('ledger', 'init', join(folder, 'ledger'), ...named)
  const vkey = await init.prints(/^(ledger\.example\.org\+\S+)$/m)
  writeFileSync(join(folder, 'policy.txt'), `log ${vkey}\nquorum none\n`)
  await startLedger()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [jwk] }))
  const secretSha256 = createHash('sha256').update(SECRET).digest('hex')
  const configuration = {
    schema: 'mintmark-guard/1',
    listen: { port: ports.guard },
    ledger: { url, policy: join(folder, 'policy.txt'), heads: join(folder, 'guard-heads') },
    issuers: [{ issuer: ISSUER, class: 'agency', keys: join(folder, 'jwks.json') }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
    callers: [{ name: 'wiki', secretSha256, audiences: [AUDIENCE] }],
  }
  writeFileSync(join(folder, 'guard.json'), JSON.stringify(configuration))
  await startGuard()
  const key = readFileSync(join(folder, 'ledger/private/front-end.key'), 'utf8').trim()
  const recorder = new EntryRecorder({ url, key, timeoutMs: 2000 })
  gate = new SigningGate({
    record: (entry) => recorder.record(entry),
    kid: 'k1',
    alg: 'ES256',
    privateKey,
  })
})
after(async () => {
  await guard.stop()
  await ledger.stop()
  rmSync(folder, { recursive: true, force: true })
})

function claims(): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000)
  return { iss: ISSUER, aud: AUDIENCE, sub: 'ada', jti: randomUUID(), iat, exp: iat + 3000 }
}

/** Tokens that were acknowledged; those that a ledger which is away did not take are not issued. */
async function mint(count: number): Promise<string[]> {
  const minted = await Promise.all(
    Array.from({ length: count }, async () => {
      try {
        return [(await gate.mint(claims())).token]
      } catch (cause) {
        assert.ok(cause instanceof MintmarkError && cause.code === 'LEDGER_FAILED', String(cause))
        return []
      }
    }),
  )
  return minted.flat()
}

/** Whether the guard says that the token is active; undefined while there is no guard. */
async function isActive(token: string): Promise<boolean | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${ports.guard}/introspect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: new URLSearchParams({ token }),
    })
    return parseObject(await response.text())?.['active'] === true
  } catch {
    return undefined
  }
}

async function areAllActive(tokens: readonly string[]): Promise<boolean> {
  for (const token of tokens) if ((await isActive(token)) !== true) return false
  return true
}

const alarms = () =>
  `${printed}${guard.printed()}`
    .split('\n')
    .map(parseObject)
    .filter((each) => each?.['schema'] === 'mintmark-alarm/1')

describe('a ledger and a guard that are killed while they work', () => {
  it('lose no token, call no genuine one forged, and miss no forger', async () => {
    let issued = 0
    for (let round = 0; round < ROUNDS; round++) {
      // Used while everything falls: they may be refused for now, and are never called forged.
      const tokens = await mint(TOKENS)
      const meanwhile = mint(TOKENS)
      const uses = Promise.all(tokens.map(isActive))
      if (round % 2 === 0) await killed(ledger)
      else {
        printed += guard.printed()
        await killed(guard)
      }
      const more = await meanwhile
      await uses
      if (round % 2 === 0) await startLedger()
      else await startGuard()
      const all = [...tokens, ...more]
      issued += all.length
      // A guard that has just begun may still be reading.
      const untilMs = performance.now() + PATIENCE_MS
      while (!(await areAllActive(all))) assert.ok(performance.now() < untilMs, 'a token is lost')
    }
    assert.ok(issued >= ROUNDS * TOKENS)
    assert.deepEqual(alarms(), [], 'no genuine token was called forged')
    const forged = forge({ kid: 'k1', privateKey }, claims())
    assert.equal(await isActive(forged), false)
    assert.deepEqual(
      alarms().map((each) => each?.['alarm']),
      ['unissued'],
    )
  })
})
