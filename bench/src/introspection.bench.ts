/**
 * `mintmark guard serve` under load: how many tokens a second it answers for, how long each answer takes, and what it
 * costs the guard's own process.
 * Ledger and guard are the built command's own, each a process. Tokens are ES256, recorded and signed by a gate; the caller
 * is known by its secret. A third process asks over connections that are kept alive: it shares the processors with the guard,
 * so that the guard's time for a request says more than the rate. First 3,000 requests come each second, whatever the guard
 * does; then as fast as 64 callers get their answers. The tokens are all different, to a guard that remembers none, or a few
 * that come over and over, to one that does as is usual. A server that
 * answers without a check is measured beside them. The first seconds of each are reported apart: a server's code is
 * compiled as it is used.
 * Usage: node bench/src/introspection.bench.ts [--seconds N]. BENCH_TINY=1 only checks that all are let in.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseObject } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import { readAgain } from '@mintmark/testkit'
import type { Answered, Assignment } from './parts/introspection_load.ts'
import { AUDIENCE, ISSUER, type Load, makeClaims, quantile, row } from './parts/ledger_load.ts'

const MINTMARK = fileURLToPath(new URL('../../packages/cli/bin/mintmark.mjs', import.meta.url))
const LOAD = fileURLToPath(new URL('parts/introspection_load.ts', import.meta.url))
const FLOOR = fileURLToPath(new URL('parts/introspection_floor.ts', import.meta.url))
const isTiny = process.env['BENCH_TINY'] === '1'
const at = process.argv.indexOf('--seconds')
const SECONDS = isTiny ? 0.5 : Number(at === -1 ? 10 : process.argv[at + 1])
const WARM_UP_SECONDS = isTiny ? 0.1 : 3
const TOKENS = isTiny ? 200 : 30_000
const FEW = isTiny ? 5 : 50
const CONNECTIONS = 64
const CALLER = { name: 'wiki', secret: randomBytes(24).toString('base64url') }
const RUN = promisify(execFile)

const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** A server, once it says where it is. */
async function startServer(...args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const url = await new Promise<string>((resolve, reject) => {
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        printed += part
        const found = /^(?:ledger|guard|floor) at (\S+)$/m.exec(printed)?.[1]
        if (found !== undefined) resolve(found)
      })
    child.on('close', () => reject(new Error(`${args.join(' ')} ended: ${printed}`)))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await closed
  }
  return { url, stop }
}

async function mintAll(url: string, key: string): Promise<string[]> {
  const recorder = new EntryRecorder({ url, key })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  const gate = new SigningGate({ record, kid: 'key-1', alg: 'ES256', privateKey })
  const tokens: string[] = []
  while (tokens.length < TOKENS) {
    const some = Array.from({ length: Math.min(1000, TOKENS - tokens.length) }, makeClaims)
    // oxlint-disable-next-line no-await-in-loop -- as many at once as one request of the recorder holds
    const minted = await Promise.all(some.map((each) => gate.mint(each)))
    tokens.push(...minted.map(({ token }) => token))
  }
  return tokens
}

/** Writes what a guard of this ledger needs, and gives the name of its configuration by what it remembers. */
function configure(folder: string, ledger: string, vkey: string): (remembered: number) => string {
  const file = (name: string, text: string) => {
    writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }
  const keys = file('jwks.json', JSON.stringify({ keys: [jwk] }))
  const policy = file('policy.txt', `log ${vkey}\nquorum none\n`)
  const secretSha256 = createHash('sha256').update(CALLER.secret).digest('hex')
  const document = {
    schema: 'mintmark-guard/1',
    listen: { host: '127.0.0.1', port: 0 },
    ledger: { url: ledger, policy },
    issuers: [{ issuer: ISSUER, class: 'agency', keys }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
    callers: [
      { name: CALLER.name, secretSha256, audiences: [AUDIENCE], requestsPerSecond: 1_000_000 },
    ],
  }
  return (rememberedTokens) =>
    file(`guard-${rememberedTokens}.json`, JSON.stringify({ ...document, rememberedTokens }))
}

/** What the guard says of itself. */
async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`the guard tells no ${name}`)
  return Number(value)
}

async function followed(url: string): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- until it has read the ledger
  while ((await gauge(url, 'mintmark_guard_live_tokens')) < TOKENS)
    // oxlint-disable-next-line no-await-in-loop -- the same
    await new Promise((resolve) => setTimeout(resolve, 20))
}

async function measure(folder: string, name: string, assignment: Assignment): Promise<void> {
  const file = path.join(folder, 'assignment.json')
  writeFileSync(file, JSON.stringify(assignment))
  const cpuSeconds = () => gauge(assignment.url, 'process_cpu_seconds_total')
  const before = await cpuSeconds()
  const { stdout } = await RUN(process.execPath, [LOAD, file], { maxBuffer: 1 << 30 })
  const spent = (await cpuSeconds()) - before
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the load has written it
  const answered = JSON.parse(stdout) as Answered
  const { tookMs, waits, warmUpWaits, longestGcMs, longestLateMs } = answered
  row(name, waits.length, tookMs, waits)
  const cpu = ((spent / (waits.length + warmUpWaits.length)) * 1e6).toFixed(0)
  const first = quantile(
    warmUpWaits.toSorted((a, b) => a - b),
    0.99,
  )
  console.log(
    `${''.padEnd(34)} ${cpu.padStart(8)} µs of its processor time each; first seconds p99 ${first.toFixed(1)} ms; ` +
      `the load's own pauses ${Math.max(longestGcMs, longestLateMs).toFixed(1)} ms`,
  )
}

interface Urls {
  /** A guard that remembers no token, one that does, and a server that does not look. */
  readonly forgetful: string
  readonly guard: string
  readonly floor: string
}

async function measureAll(folder: string, urls: Urls, tokens: readonly string[]): Promise<void> {
  const kinds = [
    ['all different', tokens, urls.forgetful],
    [`the same ${FEW}`, tokens.slice(0, FEW), urls.guard],
  ] as const
  const loads: readonly (readonly [string, Load])[] = [
    ['3,000/s come', { perSecond: isTiny ? 200 : 3000 }],
    [`${CONNECTIONS} callers`, { callers: CONNECTIONS }],
  ]
  const common = {
    caller: CALLER,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds: SECONDS,
    connections: CONNECTIONS,
  }
  for (const [pace, load] of loads)
    for (const [kind, some, url] of kinds)
      for (const [name, asked, asks] of [
        ['introspect', url, 'introspect'],
        ['authz', url, 'authz'],
        ['floor', urls.floor, 'introspect'],
      ] as const) {
        const assignment = { ...common, url: asked, asks, tokens: some, load }
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await measure(folder, `${name}, ${pace}, ${kind}`, assignment)
      }
}

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-introspection-'))
const servers: Server[] = []

async function started(...args: readonly string[]): Promise<string> {
  const server = await startServer(...args)
  servers.unshift(server)
  return server.url
}

try {
  const place = path.join(folder, 'ledger')
  const init = ['ledger', 'init', place, '--name', 'ledger.example.org', '--json']
  await RUN(process.execPath, [MINTMARK, ...init, '--issuer', `agency=${ISSUER}`])
  const description = parseObject(readFileSync(path.join(place, 'public/ledger.json'), 'utf8'))
  const key = readFileSync(path.join(place, 'private/front-end.key'), 'utf8').trim()
  const ledger = await started(MINTMARK, 'ledger', 'serve', place, '--port', '0')
  const tokens = await mintAll(ledger, key)
  const config = configure(folder, ledger, String(description?.['vkey']))
  const guard = (remembered: number) =>
    started(MINTMARK, 'guard', 'serve', '--config', config(remembered))
  const urls = {
    forgetful: await guard(0),
    guard: await guard(65_536),
    floor: await started(FLOOR),
  }
  await Promise.all([followed(urls.forgetful), followed(urls.guard)])
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? ''}`
  console.log(`node ${process.version}, ${machine}, ${SECONDS} s each`)
  await measureAll(folder, urls, tokens)
  console.log(`load ${loadavg()[0]?.toFixed(1)}`)
} finally {
  // The ledger goes last.
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const { stop } of servers) await stop()
  rmSync(folder, { recursive: true, force: true })
}
