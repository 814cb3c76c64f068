/* oxlint-disable no-await-in-loop -- one run after the other, and within it one user */
/** The incident on real parts, loopback alone: a guard that watches, and one that refuses. */
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, MintmarkError, makeFolder, parseObject } from '@mintmark/core'
import { attempt } from '../world/text_file.ts'
import { assertDovecot, fillMailboxes, startDovecot } from './dovecot.ts'
import { type Forgery, readMailOf, targetsOf } from './forger.ts'
import { readInbox } from './mail_client.ts'
import { DOMAIN, type Mailbox, mailboxes } from './people.ts'
import { failed, type Program, Programs } from './programs.ts'
import {
  AUDIENCE,
  askToken,
  KEY_ID,
  type KnownProvider,
  newProvider,
  startProvider,
} from './provider.ts'

const RUNS = ['monitor', 'enforce'] as const
type RunName = (typeof RUNS)[number]

interface LiveOptions {
  readonly out: string
  readonly seed: number
  readonly mintmark: readonly [string, ...string[]]
  readonly onStep: (step: string) => void
  readonly signal: AbortSignal
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
}

export interface LiveRun {
  readonly name: RunName
  readonly logs: string
  readonly truth: string
  readonly forgeries: readonly Forgery[]
  readonly alarms: Readonly<Record<string, number>>
  readonly genuineLogins: number
  readonly genuineReads: number
}

/** Tokens may name a time of issue that differs by so much from the ledger's own. */
const SKEW_SECONDS = 3
const VICTIMS = 3
const REUSED = 1
const LOGINS_MOST_MESSAGES = 2

/** @throws {MintmarkError} `PROGRAM_MISSING`, `PROGRAM_FAILED`, `OUTPUT_UNWRITABLE` */
export async function replayLive(options: LiveOptions): Promise<readonly LiveRun[]> {
  assertDovecot()
  const { out, seed } = options
  for (const name of RUNS)
    if (existsSync(join(out, name))) {
      const message = `${join(out, name)} exists already: give another --out`
      throw new MintmarkError('OUTPUT_UNWRITABLE', message, { path: out })
    }
  const work = mkdtempSync(join(tmpdir(), 'mintmark-live-'))
  const programs = new Programs(options.mintmark)
  options.signal.addEventListener('abort', () => void programs.stopAll(), { once: true })
  try {
    attempt(out, () => makeFolder(out))
    chmodSync(work, 0o711)
    const people = mailboxes(seed)
    fillMailboxes(join(work, 'mail'), people)
    options.onStep('provider and ledger')
    const provider = await newProvider(people)
    const ledger = await startLedger(options, provider, programs)
    const { ledgerUrl, frontEndKey } = ledger
    const openings = join(out, 'openings.ndjson')
    await startProvider(programs, work, people, provider, { ledgerUrl, frontEndKey, openings })
    await beginLedger(provider, people, options.signal)
    const stage = { ...options, ...ledger, work, programs, provider, people }
    const runs: LiveRun[] = []
    for (const name of RUNS) runs.push(await run(stage, name))
    return runs
  } finally {
    await programs.stopAll()
    rmSync(work, { recursive: true, force: true })
  }
}

interface Ledger {
  readonly ledgerUrl: string
  readonly ledger: string
  readonly frontEndKey: string
}

interface Stage extends LiveOptions, Ledger {
  readonly work: string
  readonly programs: Programs
  readonly provider: KnownProvider
  readonly people: readonly Mailbox[]
}

async function startLedger(
  { out }: LiveOptions,
  provider: KnownProvider,
  programs: Programs,
): Promise<Ledger> {
  const ledger = join(out, 'ledger')
  const named = ['--name', `ledger.${DOMAIN}`, '--issuer', `agency=${provider.issuer}`]
  const skew = ['--skew', String(SKEW_SECONDS)]
  const init = programs.mintmark('ledger', 'init', ledger, ...named, ...skew)
  const vkey = await init.prints(/^(ledger\.\S+\+\S+)$/m)
  writeFileSync(join(out, 'policy.txt'), `log ${vkey}\nquorum none\n`)
  const heads = ['--heads', join(out, 'ledger-heads')]
  const served = programs.mintmark('ledger', 'serve', ledger, '--port', '0', ...heads)
  const ledgerUrl = await served.prints(/ledger at (\S+)/)
  const frontEndKey = readFileSync(join(ledger, 'private/front-end.key'), 'utf8').trim()
  return { ledgerUrl, ledger, frontEndKey }
}

async function beginLedger(
  provider: KnownProvider,
  people: readonly Mailbox[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = people
  if (first !== undefined) await askToken(provider, first)
  await sleep((SKEW_SECONDS + 1) * 1000, undefined, { signal })
}

async function run(stage: Stage, name: RunName): Promise<LiveRun> {
  const { out, programs, provider, people, now, onStep, signal } = stage
  const folder = join(out, name)
  const logs = join(folder, 'logs')
  attempt(folder, () => makeFolder(logs))
  // A process of the mail server writes it, which can enter no folder of this user.
  const events = join(stage.work, name, 'dovecot-events.json')
  onStep(`${name}: guard and mail server`)
  const secret = randomBytes(24).toString('hex')
  const guard = await startGuard(stage, folder, name, secret)
  const dovecot = await startDovecot(
    programs,
    {
      work: join(stage.work, name),
      mail: join(stage.work, 'mail'),
      log: join(logs, 'dovecot.log'),
      events,
    },
    `http://dovecot:${secret}@${guard.address}/introspect`,
  )
  const users = new Users(stage, dovecot.port)
  onStep(`${name}: users read their mail`)
  const genuine = await users.readMail()
  onStep(`${name}: the forger reads mail`)
  signal.throwIfAborted()
  const key = { kid: KEY_ID, privateKey: provider.privateKey }
  const forger = { key, issuer: provider.issuer, port: dovecot.port, now }
  const reused = genuine.slice(-REUSED).map(jtiOf)
  const forgeries = await readMailOf(forger, targetsOf(people.slice(0, VICTIMS), reused))
  onStep(`${name}: users read their mail again`)
  // The ledger is complete up to a token's time of issue once it has later tokens, by twice the skew.
  await sleep((2 * SKEW_SECONDS + 1) * 1000, undefined, { signal })
  await users.readMail()
  await dovecot.stop()
  await guard.program.stop()
  attempt(logs, () => copyFileSync(events, join(logs, 'dovecot-events.json')))
  await exportLedger(stage, join(logs, 'issuances.ndjson'))
  const truth = join(folder, 'truth.json')
  writeFileSync(truth, `${JSON.stringify({ mode: name, forgeries }, undefined, 2)}\n`)
  const { logins: genuineLogins, reads: genuineReads } = users
  const alarms = alarmsOf(guard.program.printed)
  return { name, logs, truth, forgeries, alarms, genuineLogins, genuineReads }
}

class Users {
  readonly #stage: Stage
  readonly #port: number
  logins = 0
  reads = 0

  constructor(stage: Stage, port: number) {
    this.#stage = stage
    this.#port = port
  }

  async readMail(): Promise<string[]> {
    const { people, provider, signal } = this.#stage
    const tokens: string[] = []
    for (const mailbox of people) {
      signal.throwIfAborted()
      const token = await askToken(provider, mailbox)
      const account = { port: this.#port, user: mailbox.user, token }
      const read = await readInbox(account, LOGINS_MOST_MESSAGES)
      if (read === undefined) throw failed('the guard', 'a genuine user is refused')
      this.logins++
      this.reads += read.length
      tokens.push(token)
    }
    return tokens
  }
}

function jtiOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  return String(parseObject(payload)?.['jti'])
}

async function startGuard(
  stage: Stage,
  folder: string,
  mode: RunName,
  secret: string,
): Promise<{ readonly address: string; readonly program: Program }> {
  const { out, provider, programs } = stage
  const keys = join(out, 'provider.jwks')
  writeFileSync(keys, JSON.stringify({ keys: [provider.jwk] }))
  const secretSha256 = createHash('sha256').update(secret).digest('hex')
  const configuration = {
    schema: 'mintmark-guard/1',
    listen: { port: 0 },
    ledger: { url: stage.ledgerUrl, policy: join(out, 'policy.txt') },
    issuers: [{ issuer: provider.issuer, class: 'agency', keys }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode, username: 'email' }],
    callers: [{ name: 'dovecot', secretSha256, audiences: [AUDIENCE] }],
    receipts: { file: join(folder, 'logs', 'receipts.ndjson'), tenant: DOMAIN },
  }
  const file = join(folder, 'guard.json')
  writeFileSync(file, `${JSON.stringify(configuration, undefined, 2)}\n`)
  const program = programs.mintmark('guard', 'serve', '--config', file)
  const address = (await program.prints(/guard at (\S+)/)).replace('http://', '')
  return { address, program }
}

async function exportLedger({ out, ledger, programs }: Stage, file: string): Promise<void> {
  const openings = ['--openings', join(out, 'openings.ndjson'), '--tenant', DOMAIN]
  const program = programs.mintmark('ledger', 'export', ledger, ...openings)
  const code = await program.ended
  if (code !== 0) throw failed('mintmark ledger export', program.printed)
  writeFileSync(file, program.out, { mode: 0o600 })
}

function alarmsOf(printed: string): Record<string, number> {
  const alarms = printed
    .split('\n')
    .map(parseObject)
    .filter((line): line is Json => line?.['schema'] === 'mintmark-alarm/1')
    .map((line) => String(line['alarm']))
  const counts: Record<string, number> = {}
  for (const alarm of alarms) counts[alarm] = (counts[alarm] ?? 0) + 1
  return counts
}
