/* oxlint-disable no-await-in-loop -- one login after the other */
/** A provider, a ledger, a guard, and before it Dovecot and nginx: a house with the doors that a forger tries. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Json, parseObject } from '@mintmark/core'
import { type ForgerKey, readAgain } from '@mintmark/testkit'
import { ROOT } from '../built_command.ts'
import { type RunningProvider, startProvider, USER } from './guard_provider.ts'
import {
  type Dovecot,
  deliver,
  type Program,
  startDovecot,
  startMintmark,
  startNginx,
} from './guard_servers.ts'

export const IMAP = 'urn:example:imap'
const SECRET = 'a-secret-of-a-caller'
export const CONSUMER = 'https://consumer.example.org'

/** Keys beside the provider's own: of another issuer, and an expired one. */
const newKey = (kid: string): ForgerKey & { jwk: object } => {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' } }
}

export { missingServers } from './guard_servers.ts'

export interface GuardedMail {
  readonly provider: RunningProvider
  readonly consumerKey: ForgerKey
  readonly oldKey: ForgerKey
  readonly imapPort: number
  /** What Dovecot says at last to a client that shows a token: `OK` or `NO`, and what it says before. */
  readonly login: (
    mechanism: 'OAUTHBEARER' | 'XOAUTH2',
    token: string,
  ) => Promise<readonly [string, string]>
  readonly throughNginx: (
    token: string,
  ) => Promise<{ readonly status: number; readonly user: string; readonly body: string }>
  /** What the guard answers a resource server. */
  readonly introspect: (token: string) => Promise<Json | undefined>
  readonly alarms: () => readonly Json[]
  /** All that the guard printed. */
  readonly printed: () => string
  readonly stop: () => Promise<void>
}

/** Settings as the documentation has them, with an address and a secret put in. */
function documented(language: string, address: string): string {
  const text = readFileSync(`${ROOT}docs/guard-integrations.md`, 'utf8')
  const block = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? ''
  return block.replaceAll('GUARD', address).replaceAll('SECRET', SECRET)
}

function configuration(
  folder: string,
  ledgerUrl: string,
  provider: RunningProvider,
  keys: { readonly old: object; readonly consumer: object },
): object {
  const write = (name: string, some: readonly object[]) => {
    writeFileSync(join(folder, name), JSON.stringify({ keys: some }))
    return join(folder, name)
  }
  const ranOut = { ...keys.old, exp: Math.floor(Date.now() / 1000) - 86_400 }
  const secretSha256 = createHash('sha256').update(SECRET).digest('hex')
  return {
    schema: 'mintmark-guard/1',
    listen: { port: 0 },
    ledger: { url: ledgerUrl, policy: join(folder, 'policy.txt') },
    issuers: [
      { issuer: provider.issuer, class: 'agency', keys: write('own.jwks', [provider.jwk, ranOut]) },
      { issuer: CONSUMER, class: 'consumer', keys: write('consumer.jwks', [keys.consumer]) },
    ],
    audiences: [{ audience: IMAP, classes: ['agency'], mode: 'enforce', username: 'email' }],
    callers: [{ name: 'dovecot', secretSha256, audiences: [IMAP] }],
  }
}

/** Starts all of it; the caller stops it. Needs what `missingServers` looks for. */
export async function startGuardedMail(): Promise<GuardedMail> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-mail-'))
  chmodSync(folder, 0o755)
  const [consumerKey, oldKey] = [newKey('consumer-1'), newKey('provider-0')]
  const provider = await startProvider()
  const place = join(folder, 'ledger')
  const issuers = ['--issuer', `agency=${provider.issuer}`, `consumer=${CONSUMER}`]
  const init = startMintmark('ledger', 'init', place, '--name', 'ledger.example.org', ...issuers)
  const vkey = await init.prints(/^(ledger\.example\.org\+\S+)$/m)
  writeFileSync(join(folder, 'policy.txt'), `log ${vkey}\nquorum none\n`)
  const ledger = startMintmark('ledger', 'serve', place, '--port', '0')
  const ledgerUrl = await ledger.prints(/ledger at (\S+)/)
  provider.useLedger(ledgerUrl, readFileSync(join(place, 'private/front-end.key'), 'utf8').trim())
  const keys = { old: oldKey.jwk, consumer: consumerKey.jwk }
  const settings = configuration(folder, ledgerUrl, provider, keys)
  writeFileSync(join(folder, 'guard.json'), JSON.stringify(settings))
  const guard = startMintmark('guard', 'serve', '--config', join(folder, 'guard.json'))
  const url = await guard.prints(/guard at (\S+)/)
  const address = url.replace('http://', '')
  const dovecot = await startDovecot(join(folder, 'dovecot'), documented('dovecot', address))
  deliver(
    join(folder, 'dovecot'),
    USER,
    'From: a@example.org\nSubject: For the minister\n\nText.\n',
  )
  const nginx = await startNginx(folder, documented('nginx', address))
  return {
    provider,
    consumerKey,
    oldKey,
    imapPort: dovecot.port,
    login: (mechanism, token) => login(dovecot, mechanism, token),
    throughNginx: (token) => throughNginx(nginx.socket, token),
    introspect: (token) => introspect(url, token),
    alarms: () => alarmsIn(guard),
    printed: guard.printed,
    stop: async () => {
      await Promise.all([nginx.stop(), dovecot.stop()])
      await guard.stop()
      await ledger.stop()
      await provider.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const alarmsIn = (guard: Program): Json[] =>
  guard
    .printed()
    .split('\n')
    .map(parseObject)
    .filter((each) => each !== undefined)
    .filter((each) => each['schema'] === 'mintmark-alarm/1')

function login(
  dovecot: Dovecot,
  mechanism: 'OAUTHBEARER' | 'XOAUTH2',
  token: string,
): Promise<readonly [string, string]> {
  const bearer = `auth=Bearer ${token}\x01\x01`
  const spoken = mechanism === 'XOAUTH2' ? `user=${USER}\x01${bearer}` : `n,a=${USER},\x01${bearer}`
  return new Promise((resolve, reject) => {
    let challenge = ''
    const socket = connect(dovecot.port, '127.0.0.1')
    socket.on('error', reject)
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\r\n')) {
        if (line.startsWith('* OK'))
          socket.write(`a AUTHENTICATE ${mechanism} ${Buffer.from(spoken).toString('base64')}\r\n`)
        if (line.startsWith('+ ')) {
          challenge = Buffer.from(line.slice(2), 'base64').toString('utf8')
          socket.write(mechanism === 'XOAUTH2' ? '\r\n' : 'AQ==\r\n')
        }
        const result = /^a (\w+)/.exec(line)?.[1]
        if (result !== undefined) {
          socket.destroy()
          resolve([result, challenge])
        }
      }
    })
  })
}

function throughNginx(
  socketPath: string,
  token: string,
): Promise<{ status: number; user: string; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, host: 'wiki' }
    const sent = request({ socketPath, path: '/', headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          user: String(response.headers['x-user'] ?? ''),
          body,
        }),
      )
    })
    sent.on('error', reject).end()
  })
}

async function introspect(url: string, token: string): Promise<Json | undefined> {
  const answer = await fetch(`${url}/introspect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}` },
    body: new URLSearchParams({ token }),
  })
  return parseObject(await answer.text())
}
