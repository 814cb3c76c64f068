/** A ledger that is served in this process, and a front end that appends to it over HTTP. */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, parseObject } from '@mintmark/core'
import { makeFrontEnd } from '../src/home/front_ends.ts'
import {
  type LedgerServeOptions,
  openReader,
  type RunningServer,
  serveLedger,
} from '../src/http.ts'
import {
  createFolderLedger,
  type Description,
  type Entry,
  encodeEntry,
  formatVerifierKey,
  type Issuance,
  issuanceOf,
  newSalt,
  SALT_CLAIM,
  type ShardView,
  writeBundle,
} from '../src/index.ts'

export const ISSUER = 'https://id.example.org/realms/agency'

/** The payload of an access token of RFC 9068, with the claim that blinds it. */
export function claims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const nowSeconds = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + 600,
    sub: 'ada',
    client_id: 'wiki',
    aud: 'https://wiki.example.org',
    [SALT_CLAIM]: newSalt(),
    ...more,
  }
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A compact JWS whose signature is of no importance here. */
export function token(payload: Readonly<Record<string, unknown>>): string {
  const header = { alg: 'ES256', kid: 'key-1', typ: 'at+jwt' }
  return `${part(header)}.${part(payload)}.${part('signature')}`
}

export function issuanceFor(jws: string): Issuance {
  return issuanceOf(jws.split('.').slice(0, 2).join('.'))
}

export interface MadeLedger {
  readonly folder: string
  readonly policy: string
  readonly vkey: string
}

/** Makes a ledger and a policy file that trusts it; returns its folder and the file. */
export async function makeLedger(
  scratch: string,
  name: string,
  more: Partial<Description> = {},
): Promise<MadeLedger> {
  const folder = join(scratch, name)
  const { key } = await createFolderLedger(folder, {
    name: 'ledger.example.org',
    period: 'day',
    issuers: new Map([['agency', ISSUER]]),
    maxLifetimeMs: 3_600_000,
    skewMs: 60_000,
    retentionDays: undefined,
    ...more,
  })
  await makeFrontEnd(folder)
  const vkey = formatVerifierKey(key)
  const policy = join(scratch, `${name}.policy`)
  writeFileSync(policy, `log ${vkey}\nquorum none\n`)
  return { folder, policy, vkey }
}

export function serve(
  folder: string,
  options: Partial<LedgerServeOptions> = {},
): Promise<RunningServer> {
  return serveLedger(folder, {
    host: '127.0.0.1',
    port: 0,
    now: Date.now,
    heads: undefined,
    policy: undefined,
    warn: () => undefined,
    ...options,
  })
}

export const frontEndKey = (folder: string): string =>
  readFileSync(join(folder, 'private/front-end.key'), 'utf8').trim()

/** What `POST /entries` answers: status, and one result an entry. */
export async function post(
  url: string,
  key: string,
  entries: readonly Entry[],
): Promise<{ status: number; results: Record<string, unknown>[] }> {
  const response = await fetch(`${url}/entries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(writeBundle(entries.map(encodeEntry))),
  })
  const results = parseObject(await response.text())?.['results']
  return {
    status: response.status,
    results: Array.isArray(results) ? results.filter((each) => isObject(each)) : [],
  }
}

/** The newest shard, as readers see it, once its checkpoint has this many entries. */
export async function published(url: string, size: number): Promise<ShardView> {
  for (const end = Date.now() + 120_000; Date.now() < end; ) {
    // oxlint-disable-next-line no-await-in-loop -- until it is there
    const reader = await openReader(url)
    // oxlint-disable-next-line no-await-in-loop -- the same
    const path = await reader.newest('agency')
    // oxlint-disable-next-line no-await-in-loop -- the same
    const shard = path === undefined ? undefined : await reader.shard(path)
    if (shard !== undefined && shard.head.size >= size) return shard
    // oxlint-disable-next-line no-await-in-loop -- the same
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`no checkpoint of ${size} entries`)
}
