/**
 * The verifier beside what it is built on, and the live set.
 * Tokens are ES256 with about 600 bytes of signing input, each verified once. Alternately within one run: the signature alone
 * by jose (`compactVerify`), the whole of `jwtVerify` by jose, of `fast-jwt` without its cache, and of the guard. Processor
 * time is user and system of the process, so that what a thread of the pool does is counted. The guard remembers no token.
 * Usage: node bench/src/guard.bench.ts. BENCH_TINY=1 only checks that it runs and that all agree.
 */
import { execFileSync } from 'node:child_process'
import {
  createCipheriv,
  createHash,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { Guard, LedgerFollower, LiveSet, readKeys, SigningGate, TrustedKeys } from '@mintmark/guard'
import { type Entry, type Issuance, logPolicy } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { readAgain } from '@mintmark/testkit'
import { createVerifier } from 'fast-jwt'
import { compactVerify, importJWK, jwtVerify } from 'jose'
import type { Start, StoredLedger } from './parts/guard_start.ts'
import { AUDIENCE, ISSUER, makeClaims } from './parts/ledger_load.ts'

const isTiny = process.env['BENCH_TINY'] === '1'
const TOKENS = isTiny ? 40 : 4000
const ROUNDS = isTiny ? 1 : 7
const LIVE_POOL = 100_000
const LIVE = isTiny ? 20_000 : 10_000_000
const STORED = isTiny ? [2000] : [300_000, 1_000_000]
const STARTS = isTiny ? 1 : 5
const START = fileURLToPath(new URL('parts/guard_start.ts', import.meta.url))

const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }
const key = await importJWK(jwk, 'ES256')

/** Mints tokens and keeps the entries that a ledger would have. */
async function mintAll(): Promise<{ tokens: string[]; entries: Issuance[] }> {
  const entries: Issuance[] = []
  const gate = new SigningGate({
    record: (entry) => {
      if (entry.kind === 'issuance') entries.push(entry)
      return Promise.resolve({ shard: '', index: 0, isRepeated: false })
    },
    kid: 'key-1',
    alg: 'ES256',
    privateKey,
  })
  const tokens: string[] = []
  // oxlint-disable-next-line no-await-in-loop -- a pool of tokens, beforehand
  for (let i = 0; i < TOKENS; i++) tokens.push((await gate.mint(makeClaims())).token)
  return { tokens, entries }
}

const today = new Date().toISOString().slice(0, 10)

async function followed(ledger: WrittenLedger): Promise<LedgerFollower> {
  const policy = logPolicy(ledger.description.key)
  const follower = new LedgerFollower({ read: ledger.read, policy, now: Date.now })
  await follower.refresh()
  if (follower.trouble !== undefined) throw new Error('the ledger cannot be followed')
  return follower
}

interface Measured {
  readonly name: string
  readonly work: (token: string) => unknown
  readonly cpu: number[]
  readonly clock: number[]
}

const measured = (name: string, work: Measured['work']): Measured => {
  return { name, work, cpu: [], clock: [] }
}

async function once({ work, cpu, clock }: Measured, tokens: readonly string[]): Promise<void> {
  const before = process.cpuUsage()
  const start = performance.now()
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const token of tokens) await work(token)
  clock.push(((performance.now() - start) * 1000) / tokens.length)
  const { user, system } = process.cpuUsage(before)
  cpu.push((user + system) / tokens.length)
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const hashed = (token: string) => {
  const input = token.slice(0, token.lastIndexOf('.'))
  return createHash('sha256').update(input, 'latin1').digest()
}

async function verifiers(): Promise<void> {
  const { tokens, entries } = await mintAll()
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(`main/${today}`, [ledger.opening('main', Date.now()), ...entries])
  const follower = await followed(ledger)
  const ring = new TrustedKeys(
    await readKeys(JSON.stringify({ keys: [jwk] }), { issuer: ISSUER, maxKeyAgeMs: undefined }),
  )
  const guard = guardOver(follower, ring)
  const fast = createVerifier({
    key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    cache: false,
    algorithms: ['ES256'],
    allowedAud: AUDIENCE,
    allowedIss: ISSUER,
  })
  const options = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'] }
  const idBytes = Buffer.alloc(16, 7)
  const all = [
    measured('signature alone, jose compactVerify', (token) => compactVerify(token, key)),
    measured('jose jwtVerify', (token) => jwtVerify(token, key, options)),
    measured('fast-jwt, no cache', (token) => void fast(token)),
    measured('the guard', (token) => admitted(guard, token)),
    measured('hash and look-up alone', (token) => {
      follower.find(ISSUER, idBytes, hashed(token))
    }),
  ]
  for (let round = 0; round < ROUNDS; round++)
    for (const each of all) {
      // oxlint-disable-next-line no-await-in-loop -- alternately
      await once(each, tokens)
    }
  for (const { name, cpu, clock } of all)
    console.log(
      `${name.padEnd(38)} ${median(cpu).toFixed(1).padStart(7)} µs CPU ${median(clock).toFixed(1).padStart(7)} µs`,
    )
  await follower.stop()
}

const audience = {
  audience: AUDIENCE,
  classes: new Set(['agency']),
  mode: 'enforce',
  graceMs: 0,
  whenStale: 'recorded',
  maxHeadAgeMs: 30_000,
  usernameClaim: 'sub',
} as const

const AUDIENCES = [audience]

function admitted(guard: Guard, token: string): void {
  const verdict = guard.assignVerdict(token, AUDIENCES, 'bench')
  if (verdict instanceof Promise || !verdict.isAdmitted)
    throw new Error('a token that is recorded is not let in at once')
}

function guardOver(follower: LedgerFollower, ring: TrustedKeys): Guard {
  const policy = {
    issuer: ISSUER,
    issuerClass: 'agency',
    types: new Set(['at+jwt']),
    maxLifetimeMs: 3_600_000,
    takesHighS: false,
  }
  return new Guard({
    follower,
    keys: () => ring,
    issuers: new Map([[ISSUER, policy]]),
    canaries: new Set(),
    waitMs: 100,
    onAlarm: () => undefined,
    now: Date.now,
  })
}

/** Start-up from tiles in memory, in processes of their own: what it takes to hash, to hold and to prove them. */
function startUp(count: number): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-guard-'))
  try {
    const file = path.join(folder, 'ledger')
    writeFileSync(file, written(count))
    const starts = Array.from({ length: STARTS }, (): Start => {
      const printed = execFileSync(process.execPath, [START, file], { encoding: 'utf8' })
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the start has written it
      return JSON.parse(printed) as Start
    })
    if (starts.some(({ liveTokens }) => liveTokens !== count)) throw new Error('some are missing')
    const rates = starts.map(({ tookMs }) => Math.round((count / tookMs) * 1000))
    const rate = rates.map((each) => each.toLocaleString('en')).join(', ')
    const cpu = ((median(starts.map(({ cpuMs }) => cpuMs)) / count) * 1000).toFixed(2)
    console.log(
      `start-up from tiles, ${count.toLocaleString('en')} entries, cold: ${rate}/s, ${cpu} µs CPU each`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function written(count: number): Uint8Array {
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(`main/${today}`, [ledger.opening('main', Date.now()), ...stored(count)])
  const document = { files: Object.fromEntries(ledger.files), key: ledger.description.key }
  return serialize(document satisfies StoredLedger)
}

const hash = () => randomBytes(32)

function* stored(count: number): Generator<Entry> {
  const nowMs = Date.now()
  for (let i = 0; i < count; i++)
    yield {
      kind: 'issuance',
      tokenId: randomUUID(),
      inputHash: hash(),
      issuedAtMs: nowMs,
      expiresMs: nowMs + 3_000_000,
      commitments: { subject: hash(), client: hash(), audience: hash(), tenant: hash() },
      issuer: ISSUER,
      kid: 'key-1',
      alg: 'ES256',
      attestation: new Uint8Array(),
    }
}

function liveSet(): void {
  const set = new LiveSet()
  const nowMs = Date.now()
  // Random, and the same again for the look-ups: a cipher in counter mode.
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
  const pool = random.update(Buffer.alloc(48 * LIVE_POOL))
  const at = (n: number) => {
    const offset = 48 * (n % LIVE_POOL)
    pool.writeUInt32LE(n, offset)
    pool.writeUInt32LE(n, offset + 16)
    return [pool.subarray(offset, offset + 16), pool.subarray(offset + 16, offset + 48)] as const
  }
  let longestMs = 0
  const start = performance.now()
  for (let n = 0; n < LIVE; n++) {
    const before = performance.now()
    set.add(...at(n), nowMs + 600_000, nowMs)
    longestMs = Math.max(longestMs, performance.now() - before)
  }
  const addedMs = performance.now() - start
  const find = performance.now()
  for (let n = 0; n < LIVE; n += 10) if (set.find(...at(n)) !== 'live') throw new Error('lost')
  const foundNs = ((performance.now() - find) * 1e6) / (LIVE / 10)
  console.log(
    `live set of ${set.count.toLocaleString('en')}: ${(set.bytes / set.count).toFixed(1)} bytes each, ` +
      `${Math.round((LIVE / addedMs) * 1000).toLocaleString('en')} added a second, longest ${longestMs.toFixed(0)} ms, ` +
      `${foundNs.toFixed(0)} ns a look-up`,
  )
}

console.log(`node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? ''}`)
await verifiers()
for (const count of STORED) startUp(count)
liveSet()
