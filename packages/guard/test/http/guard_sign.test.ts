/** The signing gate over HTTP: no signature without an entry. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject } from '@mintmark/core'
import {
  attest,
  attestedBy,
  decodeEntry,
  frontEndKeys,
  hashOf,
  LedgerReader,
  newSalt,
  SALT_CLAIM,
} from '@mintmark/ledger'
import { type Listening, listen, type RunningServer } from '@mintmark/ledger/http'
import { claims, makeLedger, serve } from '@mintmark/ledger/testing'
import { mintmark, readAgain } from '@mintmark/testkit'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { startSigner } from '../../src/index.ts'
import { unfinished } from './served_guard.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-signer-'))
const SECRET = 'the-secret-of-the-provider'
const lines: string[] = []
let ledger: RunningServer
let signer: Listening
let configuration: Readonly<Record<string, unknown>>

function keyFile(name: string): string {
  const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const file = join(scratch, name)
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return file
}

before(async () => {
  const made = await makeLedger(scratch, 'ledger')
  ledger = await serve(made.folder)
  configuration = {
    schema: 'mintmark-signer/1',
    ledger: { url: ledger.url, frontEndKey: join(made.folder, 'private/front-end.key') },
    keys: [
      { kid: 'k1', alg: 'ES256', key: keyFile('k1.pem') },
      { kid: 'k2', alg: 'ES256', key: keyFile('k2.pem') },
    ],
    callers: [
      {
        name: 'provider',
        secretSha256: createHash('sha256').update(SECRET).digest('hex'),
        keys: ['k1'],
      },
    ],
    canaries: ['nobody'],
  }
  const file = join(scratch, 'signer.json')
  writeFileSync(file, JSON.stringify(configuration))
  const { app } = await startSigner(file, (line) => lines.push(line))
  signer = await listen(app, { host: '127.0.0.1', port: 0 })
})
after(async () => {
  await signer.stop()
  await ledger.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const input = (more: Readonly<Record<string, unknown>> = {}, kid = 'k1') =>
  `${part({ typ: 'at+jwt', alg: 'ES256', kid })}.${part({ ...claims({ [SALT_CLAIM]: newSalt() }), ...more })}`

async function sign(
  body: string,
  secret = SECRET,
  more: Readonly<Record<string, string>> = {},
): Promise<[number, Readonly<Record<string, unknown>>]> {
  const response = await fetch(`${signer.url}/sign`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, ...more },
    body,
  })
  const answer: unknown = await response.json()
  return [response.status, isObject(answer) ? answer : {}]
}

describe('mintmark guard sign', () => {
  it('waits for no body of a stranger', async () => {
    const { status, tookMs } = await unfinished(`${signer.url}/sign`, 'Content-Length: 100')
    assert.equal(status, 401)
    assert.ok(tookMs < 3000, String(tookMs))
  })

  it('signs a token once it is recorded, and returns shard and index', async () => {
    const wanted = input()
    const [status, { signature, shard, index }] = await sign(wanted)
    assert.deepEqual([status, index], [200, 1])
    assert.match(String(shard), /^agency\//)
    const keys = createRemoteJWKSet(new URL(`${signer.url}/jwks`))
    await jwtVerify(`${wanted}.${String(signature)}`, keys, { typ: 'at+jwt' })
    const again = await sign(wanted)
    assert.deepEqual([again[0], again[1]['index']], [200, 1], 'repeating it makes no second entry')
  })

  const wrong: readonly [string, () => string, number, string][] = [
    ['a token id that is taken', () => input({ jti: 'taken' }), 409, 'token-id-taken'],
    [
      'an issue that is not now',
      () => input({ iat: 1_700_000_000, exp: 1_900_000_000 }),
      409,
      'lifetime',
    ],
    ['a token without an id', () => input({ jti: undefined }), 409, 'claim-missing'],
    [
      'an issuer that the ledger does not know',
      () => input({ iss: 'https://x.example' }),
      409,
      'issuer-unknown',
    ],
    ['a key that is not the caller’s', () => input({}, 'k2'), 403, 'key'],
    ['a key that is not there', () => input({}, 'k3'), 403, 'key'],
    ['something else', () => 'hello', 403, 'key'],
    ['a token of nobody', () => input({ sub: 'nobody' }), 409, 'canary'],
  ]
  for (const [name, body, status, reason] of wrong)
    it(`signs nothing for ${name}`, async () => {
      if (reason === 'token-id-taken') await sign(input({ jti: 'taken' }))
      assert.deepEqual(await sign(body()), [status, { error: 'refused', reason }])
    })
})

describe('mintmark guard sign, besides', () => {
  it('records what the front end has attested, and no header that is none', async () => {
    const front = readAgain(generateKeyPairSync('ed25519'))
    const wanted = input()
    const attestation = attest(hashOf(wanted), front.privateKey, 'login-1')
    const header = { 'mintmark-attestation': Buffer.from(attestation).toString('base64url') }
    const [status, { shard, index }] = await sign(wanted, SECRET, header)
    assert.equal(status, 200)
    const reader = await LedgerReader.open(async (path) => {
      const response = await fetch(`${ledger.url}/${path}`)
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
    })
    while ((await reader.shard(String(shard)))?.head.size !== Number(index) + 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const entries = await (await reader.shard(String(shard)))?.tree.bundle(0)
    const entry = decodeEntry(entries?.[Number(index)] ?? new Uint8Array())
    assert.ok(entry.kind === 'issuance')
    const keys = frontEndKeys(String(front.publicKey.export({ type: 'spki', format: 'pem' })))
    const asked = attestedBy(entry.attestation, entry.inputHash, keys)
    assert.ok(asked.state === 'attested' && asked.reference === 'login-1')
    const refused = await sign(input(), SECRET, { 'mintmark-attestation': 'no+base64url' })
    assert.deepEqual(refused, [409, { error: 'refused', reason: 'attestation' }])
  })

  it('raises one alarm for the request that named a canary', () => {
    assert.equal(lines.filter((line) => line.includes('"canary"')).length, 1)
  })
})

describe('mintmark guard sign, to others', () => {
  it('signs nothing for strangers, nor while the ledger is away', async () => {
    assert.deepEqual(await sign(input(), 'guess'), [401, { error: 'invalid_client' }])
    await ledger.stop()
    for (let i = 0; i < 2; i++)
      assert.deepEqual(await sign(input()), [503, { error: 'temporarily_unavailable' }])
    const reported = lines.filter((line) => line.includes('"ledger"'))
    assert.equal(reported.length, 1)
    assert.match(reported[0] ?? '', /the ledger took no entry: no answer \(LEDGER_FAILED\)/)
  })

  it('refuses a configuration with a slip in it', async () => {
    const file = join(scratch, 'slip.json')
    const [koblitz, pss] = [join(scratch, 'koblitz.pem'), join(scratch, 'pss.pem')]
    for (const [path, { privateKey }] of [
      [koblitz, generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
      [pss, generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ] as const)
      writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const misfits = [
      { alg: 'ES384', key: join(scratch, 'k1.pem') },
      { alg: 'RS256', key: join(scratch, 'k1.pem') },
      { alg: 'ES256', key: koblitz },
      { alg: 'PS256', key: pss },
    ]
    const slips: readonly [object, RegExp][] = [
      ...misfits.map((misfit): [object, RegExp] => [
        { keys: [{ kid: 'k1', ...misfit }] },
        /key does not fit its alg/,
      ]),
      [
        { keys: [{ kid: 'k1', alg: 'none', key: join(scratch, 'k1.pem') }] },
        /keys\[0\]\.alg is to be one of ES256, /,
      ],
      [{ keys: [{ kid: 'k1', alg: 'ES256', key: file }] }, /is to be a file with a private key/],
      [{ canary: [] }, /canary is not known/],
      [
        { ledger: { url: 'ledger.example.org', frontEndKey: file } },
        /ledger\.url is to be an addr/,
      ],
      [{ callers: [] }, /callers is to be not empty/],
    ]
    for (const [members, message] of slips) {
      writeFileSync(file, JSON.stringify({ ...configuration, ...members }))
      const { code, err } = await mintmark('guard', 'sign', '--config', file)
      assert.equal(code, 2)
      assert.match(err, message)
      assert.match(err, /\(INPUT_INVALID\)/)
    }
  })
})
