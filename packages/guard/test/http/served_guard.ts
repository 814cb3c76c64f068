/** A guard and a ledger over HTTP in this process, an issuer behind a signing gate, and a forger. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseObject } from '@mintmark/core'
import { listen } from '@mintmark/ledger/http'
import { claims, frontEndKey, ISSUER, makeLedger, serve } from '@mintmark/ledger/testing'
import { forge, readAgain } from '@mintmark/testkit'
import { MAX_BODY_BYTES } from '../../src/http/answers.ts'
import { EntryRecorder, SigningGate, startGuard } from '../../src/index.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0, maxHeaderBytes: MAX_BODY_BYTES }
export const AUDIENCE = 'https://wiki.example.org'
const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
export const jwks: { readonly keys: readonly object[] } = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }],
}

export const secretOf = (caller: string): string => `the-secret-of-${caller}`
const basicOf = (caller: string, secret: string) =>
  `Basic ${Buffer.from(`${caller}:${secret}`).toString('base64')}`

/** A caller of this name, for the configuration. */
export const callerNamed = (name: string): Record<string, unknown> => ({
  name,
  secretSha256: createHash('sha256').update(secretOf(name)).digest('hex'),
  audiences: [AUDIENCE],
})

export interface GuardWorld {
  readonly scratch: string
  readonly url: string
  /** The routes alone, without a server. */
  readonly ask: (request: Request) => Promise<Response>
  readonly ledgerUrl: string
  readonly configuration: Readonly<Record<string, unknown>>
  readonly keysFile: string
  /** What it printed. */
  readonly lines: string[]
  readonly alarms: () => readonly Readonly<Record<string, unknown>>[]
  readonly mint: (more?: Readonly<Record<string, unknown>>) => Promise<string>
  readonly forge: (more?: Readonly<Record<string, unknown>>) => string
  /** Asks as a caller: status, body as JSON, and content type. */
  readonly post: (
    path: string,
    form: Readonly<Record<string, string>> | string,
    more?: { readonly caller?: string; readonly secret?: string; readonly accept?: string },
  ) => Promise<{ status: number; text: string; type: string }>
  readonly stopLedger: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * @param more members of the configuration, made when the place of the files is known
 * @param now the guard's clock
 */
export async function startGuardWorld(
  more: (scratch: string) => Readonly<Record<string, unknown>> = () => ({}),
  now: () => number = Date.now,
): Promise<GuardWorld> {
  const scratch = mkdtempSync(join(tmpdir(), 'mintmark-guard-cli-'))
  const made = await makeLedger(scratch, 'ledger')
  const ledger = await servedOnce(made.folder)
  const keysFile = join(scratch, 'jwks.json')
  writeFileSync(keysFile, JSON.stringify(jwks))
  const front = join(made.folder, 'private/front-end.key')
  const place = { url: ledger.url, policy: made.policy, heads: join(scratch, 'guard-heads') }
  const configuration = {
    schema: 'mintmark-guard/1',
    ledger: { ...place, frontEndKey: front },
    issuers: [{ issuer: ISSUER, class: 'agency', keys: keysFile }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
    callers: [callerNamed('dovecot'), { ...callerNamed('admin'), mayRevoke: true }],
    ...more(scratch),
  }
  const file = join(scratch, 'guard.json')
  writeFileSync(file, JSON.stringify(configuration))
  const lines: string[] = []
  const service = await startGuard(file, { log: (line) => lines.push(line), now })
  const served = await listen(service.app, LOOPBACK, service.fastPath)
  const recorder = new EntryRecorder({ url: ledger.url, key: frontEndKey(made.folder) })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  const gate = new SigningGate({ record, kid: 'key-1', alg: 'ES256', privateKey })
  return {
    scratch,
    url: served.url,
    ask: async (request) => await service.app.fetch(request),
    ledgerUrl: ledger.url,
    configuration,
    keysFile,
    lines,
    alarms: () => lines.flatMap(alarmIn),
    mint: async (own) => (await gate.mint(claims(own))).token,
    forge: (own) => forge({ kid: 'key-1', privateKey }, claims(own)),
    post: async (path, form, { caller = 'dovecot', secret = secretOf(caller), accept } = {}) => {
      const response = await fetch(`${served.url}${path}`, {
        method: 'POST',
        headers: {
          authorization: basicOf(caller, secret),
          ...(accept !== undefined && { accept }),
        },
        body: typeof form === 'string' ? form : new URLSearchParams(form),
      })
      const type = response.headers.get('content-type') ?? ''
      return { status: response.status, text: await response.text(), type }
    },
    stopLedger: ledger.stop,
    stop: async () => {
      service.abort()
      await served.stop()
      await service.stop()
      await ledger.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Posts a body that does not end, without a secret: the status of the answer, and when the connection was closed. */
export function unfinished(
  url: string,
  length: string,
): Promise<{ status: number; tookMs: number }> {
  const { hostname, port, pathname } = new URL(url)
  const began = performance.now()
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    socket.on('error', reject).on('data', (part) => {
      text += String(part)
    })
    socket.on('close', () => {
      resolve({ status: Number(text.split(' ')[1]), tookMs: performance.now() - began })
    })
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: guard\r\n${length}\r\n\r\n1\r\nt`)
  })
}

/** A ledger that may be stopped more than once. */
async function servedOnce(folder: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const { url, stop } = await serve(folder)
  let stopped: Promise<void> | undefined
  return {
    url,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

function alarmIn(line: string): Readonly<Record<string, unknown>>[] {
  const document = parseObject(line)
  return document?.['schema'] === 'mintmark-alarm/1' ? [document] : []
}
