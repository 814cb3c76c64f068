/**
 * A ledger, its witnesses and a guard, each a process of its own, as somebody attacks them over HTTP.
 */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isObject, type Json, parseObject } from '@mintmark/core'
import {
  type Entry,
  encodeEntry,
  type Issuance,
  issuanceOf,
  newSalt,
  SALT_CLAIM,
  writeBundle,
} from '@mintmark/ledger'
import { BIN, type ForgerKey, forge, readAgain } from '@mintmark/testkit'
import { type Program, startProgram } from '@mintmark/tests-e2e/guard-servers'

export const ISSUER = 'https://id.example.org/realms/agency'
const AUDIENCE = 'https://wiki.example.org'
const SECRET = 'the-secret-of-the-wiki'
const SHIFT = fileURLToPath(new URL('shifted_clock.ts', import.meta.url))
const PATIENCE_MS = 120_000

/** A folder for one test, and the processes that are stopped with it. */
export class House {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mintmark-adversary-'))
  /** Milliseconds that processes with `isShifted` are ahead are read from here. */
  readonly #shift = join(this.folder, 'ahead')
  readonly #programs: Program[] = []

  constructor() {
    this.setAhead(0)
  }

  setAhead(ms: number): void {
    writeFileSync(this.#shift, String(ms))
  }

  /** Starts the command; with a clock that {@link setAhead} moves, if asked. */
  start(args: readonly string[], isShifted = false): Program {
    const clock = isShifted ? ['--import', SHIFT] : []
    const program = startProgram(process.execPath, [...clock, BIN, ...args], {
      MINTMARK_TEST_AHEAD: this.#shift,
    })
    this.#programs.push(program)
    return program
  }

  /** Makes a ledger or a witness; its verifier key. */
  async init(name: string, ...args: readonly string[]): Promise<string> {
    return await this.start(['ledger', 'init', join(this.folder, name), ...args]).prints(
      /^(\S+\+\S+)$/m,
    )
  }

  async ledger(...more: readonly string[]): Promise<Ledger> {
    const vkey = await this.init('ledger', ...LEDGER)
    return await this.serve('ledger', vkey, more)
  }

  async serve(
    name: string,
    vkey: string,
    more: readonly string[] = [],
    isShifted = false,
  ): Promise<Ledger> {
    const place = join(this.folder, name)
    const program = this.start(['ledger', 'serve', place, '--port', '0', ...more], isShifted)
    const url = await program.prints(/ledger at (\S+)/)
    const key = readFileSync(join(place, 'private/front-end.key'), 'utf8').trim()
    return { place, vkey, url, key, program }
  }

  /** A guard of this ledger that trusts {@link provider}. */
  async guard(ledger: Ledger, isShifted = false): Promise<Guard> {
    const file = (name: string, text: string) => {
      writeFileSync(join(this.folder, name), text)
      return join(this.folder, name)
    }
    const settings = {
      schema: 'mintmark-guard/1',
      listen: { port: 0 },
      ledger: {
        url: ledger.url,
        policy: file('guard.policy', `log ${ledger.vkey}\nquorum none\n`),
      },
      issuers: [{ issuer: ISSUER, class: 'agency', keys: file('keys.jwks', provider.jwks) }],
      audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
      callers: [
        {
          name: 'wiki',
          secretSha256: createHash('sha256').update(SECRET).digest('hex'),
          audiences: [AUDIENCE],
        },
      ],
    }
    const config = file('guard.json', JSON.stringify(settings))
    const program = this.start(['guard', 'serve', '--config', config], isShifted)
    return { url: await program.prints(/guard at (\S+)/), program }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const LEDGER: readonly string[] = [
  '--name',
  'ledger.example.org',
  '--issuer',
  `agency=${ISSUER}`,
]

export interface Ledger {
  readonly place: string
  readonly vkey: string
  readonly url: string
  /** Of its front end. */
  readonly key: string
  readonly program: Program
}

export interface Guard {
  readonly url: string
  readonly program: Program
}

interface TokenProvider extends ForgerKey {
  readonly jwks: string
}

/** Who signs tokens. */
export const provider: TokenProvider = newProvider()

function newProvider(): TokenProvider {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }
  return { kid: 'key-1', privateKey, jwks: JSON.stringify({ keys: [jwk] }) }
}

/** A signed access token of RFC 9068 for the wiki. Nobody has recorded it. */
export function newToken(
  more: Readonly<Record<string, unknown>> = {},
  nowMs: number = Date.now(),
): string {
  const iat = Math.floor(nowMs / 1000)
  return forge(provider, {
    iss: ISSUER,
    jti: randomUUID(),
    iat,
    exp: iat + 600,
    sub: 'ada',
    client_id: 'wiki',
    aud: AUDIENCE,
    [SALT_CLAIM]: newSalt(),
    ...more,
  })
}

export function entryOf(token: string): Issuance {
  return issuanceOf(token.split('.').slice(0, 2).join('.'))
}

export interface Answer {
  readonly status: number
  readonly results: readonly Json[]
}

/** Sends entries as a front end; `bytes` instead of a bundle of them, if given. */
export async function append(
  { url, key }: Pick<Ledger, 'url' | 'key'>,
  entries: readonly Entry[],
  bytes: Uint8Array = writeBundle(entries.map(encodeEntry)),
): Promise<Answer> {
  const response = await fetch(`${url}/entries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
  })
  const results = parseObject(await response.text())?.['results']
  return {
    status: response.status,
    results: Array.isArray(results) ? results.filter((each) => isObject(each)) : [],
  }
}

/** Asks the guard about a token, as the wiki. */
export async function introspect({ url }: Guard, token: string): Promise<Json> {
  const answer = await fetch(`${url}/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`wiki:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  return parseObject(await answer.text()) ?? {}
}

export async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status
}

/** Size and number of signatures of the newest checkpoint. */
export async function checkpointOf({
  url,
}: Pick<Ledger, 'url'>): Promise<{ readonly size: number; readonly signatures: number }> {
  const shard = (await (await fetch(`${url}/agency/latest`)).text()).trim()
  const text = await (await fetch(`${url}/agency/${shard}/checkpoint`)).text()
  return {
    size: Number(text.split('\n')[1]),
    signatures: text.split('\n').filter((line) => line.startsWith('— ')).length,
  }
}

/** Waits until it is so; says false where it does not come. */
export async function comes(isSo: () => Promise<boolean> | boolean): Promise<boolean> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    if (await isSo()) return true
    // oxlint-disable-next-line no-await-in-loop -- the same
    await sleep(25)
  }
  return false
}
