/** A test issuer, and a verifier of its merged key set that knows no class of keys. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject } from '@mintmark/core'
import { type RunningIssuer, startIssuer } from '@mintmark/trust'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Outcome, run } from '../../fake_io.ts'

export function keyNamed(kid: string): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ format: 'pem', type: 'spki' })
  return { ...createPublicKey(pem).export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }
}

export interface TrustWorld {
  readonly folder: string
  /** State folder of the issuer. */
  readonly state: string
  readonly issuer: RunningIssuer
  /** Address of the verifier. */
  readonly target: string
  /** Tokens that it was shown. */
  readonly shown: readonly string[]
  readonly stop: () => Promise<void>
}

export async function startTrustWorld(): Promise<TrustWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-trust-cli-'))
  const state = join(folder, 'issuer')
  const issuer = await startIssuer({ folder: state, host: '127.0.0.1', port: 0 })
  const { url, audience } = issuer
  const keys = createRemoteJWKSet(new URL(`${url}/keys`))
  const strict = { algorithms: ['ES256'], typ: 'at+jwt', requiredClaims: ['exp'] }
  const shown: string[] = []
  const server = createServer((request, response) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    shown.push(token)
    jwtVerify(token, keys, { issuer: url, audience, ...strict })
      .then(() => response.writeHead(200).end())
      .catch(() => response.writeHead(401).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = isObject(address) ? String(address['port']) : ''
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await issuer.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, state, issuer, target: `http://127.0.0.1:${port}/mail`, shown, stop }
}

/** With the clock of this machine: a token of another time is no genuine one. */
export const trust = (args: readonly string[], onOut?: (text: string) => void): Promise<Outcome> =>
  run(['trust', ...args], { now: () => Date.now() }, onOut)
