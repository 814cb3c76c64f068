/**
 * A program that has `@mintmark/guard` and its siblings alone: three services let in what is
 * recorded. A forger has the issuer's key.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Alarm, EntryRecorder, SigningGate, startGuard } from '@mintmark/guard'
import { requireToken as requireExpress } from '@mintmark/guard/express'
import { requireToken as requireFastify } from '@mintmark/guard/fastify'
import { requireToken as requireHono } from '@mintmark/guard/hono'
import { createFolderLedger, formatVerifierKey, makeFrontEnd } from '@mintmark/ledger'
import { serveLedger } from '@mintmark/ledger/http'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'

const ISSUER = 'https://id.example.org'
const AUDIENCE = 'https://mail.example.org'
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const now = Date.now
const { privateKey, publicKey } = generateKeyPairSync('ed25519')

const { key } = await createFolderLedger('ledger', {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([['main', ISSUER]]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
})
await makeFrontEnd('ledger')
const ledger = await serveLedger('ledger', {
  ...LOOPBACK,
  now,
  heads: undefined,
  policy: undefined,
  warn: console.error,
})
const frontEndKey = readFileSync('ledger/private/front-end.key', 'utf8').trim()
const recorder = new EntryRecorder({ url: ledger.url, key: frontEndKey })
const gate = new SigningGate({
  record: (entry) => recorder.record(entry),
  kid: 'key-1',
  alg: 'EdDSA',
  privateKey,
})

// A guard in this process.
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'EdDSA' }
writeFileSync('jwks.json', JSON.stringify({ keys: [jwk] }))
writeFileSync('policy.txt', `log ${formatVerifierKey(key)}\nquorum none\n`)
const secretSha256 = createHash('sha256').update(randomUUID()).digest('hex')
writeFileSync(
  'guard.json',
  JSON.stringify({
    schema: 'mintmark-guard/1',
    ledger: { url: ledger.url, policy: 'policy.txt' },
    issuers: [{ issuer: ISSUER, class: 'agency', keys: 'jwks.json' }],
    audiences: [{ audience: AUDIENCE, classes: ['agency'], mode: 'enforce' }],
    callers: [{ name: 'nobody', secretSha256, audiences: [AUDIENCE] }],
  }),
)
const alarms: Alarm[] = []
const guard = await startGuard('guard.json', {
  log: () => undefined,
  onAlarm: (alarm) => alarms.push(alarm),
  now,
})

async function urlOf(server: Server): Promise<string> {
  await once(server.listen(LOOPBACK), 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

// Three services.
const options = { audience: AUDIENCE, scope: ['mail.read'] }
const expressApp = express().get('/', requireExpress(guard, options), (request, response) => {
  response.send(request.accessToken?.user)
})
const fastifyApp = fastify()
fastifyApp.get('/', { onRequest: requireFastify(guard, options) }, (request) => {
  return request.accessToken?.user
})
const honoApp = new Hono().get('/', requireHono(guard, options), (c) => {
  return c.text(c.get('accessToken').user ?? '')
})
const expressServer = createServer(expressApp)
const answerHono = getRequestListener(honoApp.fetch)
const honoServer = createServer((request, response) => void answerHono(request, response))
const urls = {
  express: await urlOf(expressServer),
  fastify: await fastifyApp.listen(LOOPBACK),
  hono: await urlOf(honoServer),
}

// A genuine token, and one with the same claims but its id.
const iat = Math.floor(now() / 1000)
const times = { iat, exp: iat + 600 }
const { token: genuine } = await gate.mint({
  iss: ISSUER,
  jti: randomUUID(),
  sub: 'ada',
  aud: AUDIENCE,
  scope: 'mail.read',
  ...times,
})
const [head = '', claims = ''] = genuine.split('.')
const decoded = Buffer.from(claims, 'base64url').toString()
const forgedClaims = decoded.replace(/"jti":"[^"]+"/, `"jti":"${randomUUID()}"`)
const input = `${head}.${Buffer.from(forgedClaims).toString('base64url')}`
const signature = sign(null, Buffer.from(input), privateKey)
const forged = `${input}.${signature.toString('base64url')}`

async function shown(url: string, token: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  return `${response.status} ${await response.text()}`
}
const both = Object.values(urls).map((url) => [shown(url, genuine), shown(url, forged)])
const answers = await Promise.all(both.flat())
console.log(JSON.stringify({ answers, alarms: alarms.map(({ alarm }) => alarm) }))

for (const server of [expressServer, honoServer]) server.close()
await fastifyApp.close()
guard.abort()
await guard.stop()
await ledger.stop()
