/** A ledger in this process, two issuers behind signing gates, and a guard that follows the ledger. */
import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomUUID,
} from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createFolderLedger,
  diskFiles,
  logPolicy,
  openFolderLedger,
  type Sequencer,
} from '@mintmark/ledger'
import type { LedgerAnswer, LiveAnswers } from '@mintmark/ledger/http'
import { readAgain } from '@mintmark/testkit'
import {
  type Alarm,
  type AudiencePolicy,
  Guard,
  type IssuerPolicy,
  LedgerFollower,
  readKeys,
  SigningGate,
  TrustedKeys,
} from '../src/index.ts'
import type { GuardOptions } from '../src/verify/guard.ts'

export const ENTERPRISE = 'https://id.example.org/agency'
export const CONSUMER = 'https://id.example.org/consumer'
export const MAIL = 'imap.example.org'

export interface Key {
  readonly kid: string
  readonly issuer: string
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
}

export function newKey(
  kid: string,
  issuer: string,
  more: object = {},
  pair: KeyPairKeyObjectResult = generateKeyPairSync('ec', { namedCurve: 'P-256' }),
): Key {
  const { privateKey, publicKey } = readAgain(pair)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', ...more }
  return { kid, issuer, privateKey, jwk }
}

const issuerPolicy = (issuer: string, issuerClass: string): [string, IssuerPolicy] => [
  issuer,
  {
    issuer,
    issuerClass,
    types: new Set(['at+jwt']),
    maxLifetimeMs: 3_600_000,
    takesHighS: false,
  },
]

export const mailPolicy: AudiencePolicy = {
  audience: MAIL,
  classes: new Set(['enterprise']),
  mode: 'enforce',
  graceMs: 10_000,
  whenStale: 'recorded',
  maxHeadAgeMs: 30_000,
  usernameClaim: 'sub',
}

/** Claims of an access token of the enterprise's. */
export function claims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const times = { iat: nowSeconds, exp: nowSeconds + 600 }
  return {
    iss: ENTERPRISE,
    jti: randomUUID(),
    sub: 'ada',
    client_id: 'thunderbird',
    aud: MAIL,
    ...times,
    ...more,
  }
}

export interface World {
  readonly ledger: Sequencer
  readonly guard: Guard
  readonly follower: LedgerFollower
  readonly alarms: Alarm[]
  readonly keys: {
    readonly own: Key
    readonly consumer: Key
    readonly old: Key
    readonly revoked: Key
    /** The consumer's, under the kid of `own`. */
    readonly twin: Key
    /** For RS256. */
    readonly rsa: Key
  }
  /** Mints through the gate of the enterprise's key. */
  readonly mint: (more?: Readonly<Record<string, unknown>>) => Promise<string>
  /** Whether the follower can read the ledger, and ask it. */
  readonly line: { isCut: boolean }
  /** Closes the ledger and opens it again, while whatever else goes on. */
  readonly restartLedger: () => Promise<void>
  /** A new guard in place of the one that is there, which has read nothing yet. */
  readonly restartGuard: () => Promise<void>
  readonly close: () => Promise<void>
}

/** @param options of its guards */
export async function newWorld(options: Partial<GuardOptions> = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-guard-'))
  const place = join(folder, 'ledger')
  const { key } = await createFolderLedger(place, DESCRIPTION)
  const keys = {
    own: newKey('own-1', ENTERPRISE),
    consumer: newKey('consumer-1', CONSUMER),
    old: newKey('old-1', ENTERPRISE, { exp: Math.floor(Date.now() / 1000) - 86_400 }),
    twin: newKey('own-1', CONSUMER),
    rsa: newKey('rsa-1', ENTERPRISE, { alg: 'RS256' }, generateKeyPairSync('rsa', RSA)),
    revoked: newKey('revoked-1', ENTERPRISE, { revoked: { revoked_at: 1_700_000_000 } }),
  }
  const ring = new TrustedKeys([
    ...(await keysOf(ENTERPRISE, [keys.own, keys.old, keys.revoked, keys.rsa])),
    ...(await keysOf(CONSUMER, [keys.consumer, keys.twin])),
  ])
  const openLedger = () => openFolderLedger(place, { now: Date.now })
  let ledger = await openLedger()
  const line = { isCut: false }
  const alarms: Alarm[] = []
  const newFollower = () => followerOf(place, logPolicy(key), () => ledger, line)
  let follower = newFollower()
  let guard = guardOf(follower, ring, alarms, options)
  const { kid, privateKey } = keys.own
  const record = (entry: Parameters<Sequencer['append']>[0]) => ledger.append(entry)
  const gate = new SigningGate({ record, kid, alg: 'ES256', privateKey })
  return {
    get ledger() {
      return ledger
    },
    get guard() {
      return guard
    },
    get follower() {
      return follower
    },
    alarms,
    keys,
    mint: async (more) => (await gate.mint(claims(more))).token,
    line,
    restartLedger: async () => {
      await ledger.close()
      ledger = await openLedger()
    },
    restartGuard: async () => {
      await follower.stop()
      follower = newFollower()
      guard = guardOf(follower, ring, alarms, options)
    },
    close: async () => {
      await follower.stop()
      await ledger.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const RSA = { modulusLength: 2048 }

const DESCRIPTION: Parameters<typeof createFolderLedger>[1] = {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([
    ['agency', ENTERPRISE],
    ['consumer', CONSUMER],
  ]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
}

function followerOf(
  place: string,
  policy: ReturnType<typeof logPolicy>,
  ledger: () => Sequencer,
  line: { readonly isCut: boolean },
): LedgerFollower {
  const read = async (path: string) => {
    if (line.isCut) throw new Error('the line is cut')
    return await diskFiles.read(join(place, 'public', path))
  }
  return new LedgerFollower({ read, live: answersOf(ledger, line), policy, now: Date.now })
}

export const guardOf = (
  follower: LedgerFollower,
  ring: TrustedKeys,
  alarms: Alarm[],
  more: Partial<GuardOptions>,
): Guard =>
  new Guard({
    follower,
    keys: () => ring,
    issuers: new Map([issuerPolicy(ENTERPRISE, 'enterprise'), issuerPolicy(CONSUMER, 'consumer')]),
    canaries: new Set(['nobody']),
    rememberedTokens: 100,
    waitMs: 20,
    onAlarm: (alarm) => alarms.push(alarm),
    now: Date.now,
    ...more,
  })

export const keysOf = (issuer: string, keys: readonly Key[]): ReturnType<typeof readKeys> =>
  readKeys(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), {
    issuer,
    maxKeyAgeMs: undefined,
  })

const boots = new WeakMap<Sequencer, string>()
let booted = 0

/** A name for each run of a ledger. */
function bootOf(ledger: Sequencer): string {
  const boot = boots.get(ledger) ?? String(booted++)
  boots.set(ledger, boot)
  return boot
}

/** What a ledger answers over HTTP, without HTTP. */
function answersOf(ledgerNow: () => Sequencer, line: { readonly isCut: boolean }): LiveAnswers {
  return {
    listen: async (after, signal) => {
      if (line.isCut) return undefined
      const ledger = ledgerNow()
      const [boot = '', publications = ''] = after.split('.')
      // What another run of the ledger has counted says nothing of this one's.
      if (boot === bootOf(ledger)) await ledger.publishedAfter(Number(publications), signal)
      return `${bootOf(ledger)}.${ledger.publications}`
    },
    ask: (alias, id, inputHash) =>
      Promise.resolve(
        line.isCut ? { state: 'failed' } : answerOf(ledgerNow(), alias, id, inputHash),
      ),
  }
}

function answerOf(
  ledger: Sequencer,
  alias: string,
  id: Uint8Array,
  inputHash: Uint8Array,
): LedgerAnswer {
  const found = ledger.find(alias, id, inputHash)
  return typeof found === 'object'
    ? { state: 'recorded' }
    : { state: found ?? 'unknown', recorded: ledger.recorded(alias) }
}
