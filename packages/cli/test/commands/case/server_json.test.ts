/** Servers of the command line with `--json` print their address as a line of JSON, and nothing on standard error. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Json, parseObject } from '@mintmark/core'
import { parseProof } from '@mintmark/ledger'
import type { RunningServer } from '@mintmark/ledger/http'
import {
  claims,
  frontEndKey,
  ISSUER,
  issuanceFor,
  type MadeLedger,
  makeLedger,
  post,
  serve,
  token,
} from '@mintmark/ledger/testing'
import { BIN, readAgain } from '@mintmark/testkit'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-server-json-'))
let made: MadeLedger
let ledger: RunningServer

before(async () => {
  made = await makeLedger(scratch, 'ledger')
  ledger = await serve(made.folder)
})
after(async () => {
  await ledger.stop()
  rmSync(scratch, { recursive: true, force: true })
})

function file(name: string, content: string): string {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const secretSha256 = createHash('sha256').update('secret').digest('hex')
const listen = { host: '127.0.0.1', port: 0 }

function guardConfig(): string {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }
  const keys = file('jwks.json', JSON.stringify({ keys: [jwk] }))
  const config = {
    schema: 'mintmark-guard/1',
    listen,
    ledger: { url: ledger.url, policy: made.policy },
    issuers: [{ issuer: ISSUER, class: 'agency', keys }],
    audiences: [{ audience: 'wiki', classes: ['agency'], mode: 'enforce' }],
    callers: [{ name: 'wiki', secretSha256, audiences: ['wiki'] }],
  }
  return file('guard.json', JSON.stringify(config))
}

function signerConfig(): string {
  const key = file('key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const config = {
    schema: 'mintmark-signer/1',
    listen,
    ledger: { url: ledger.url, frontEndKey: join(made.folder, 'private/front-end.key') },
    keys: [{ kid: 'key-1', alg: 'ES256', key }],
    callers: [{ name: 'provider', secretSha256, keys: ['key-1'] }],
  }
  return file('signer.json', JSON.stringify(config))
}

/** Lines of a server's standard output until one says that it listens; it is stopped then. */
async function linesOf(...args: readonly string[]): Promise<{ lines: Json[]; err: string }> {
  const child = spawn(process.execPath, [BIN, ...args, '--json'])
  let [out, err] = ['', '']
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString()
  })
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString()
  })
  const ended = new Promise((resolve) => {
    child.once('close', resolve)
  })
  while (!out.includes('"listening"')) {
    assert.equal(child.exitCode, null, err)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const url = /"url":"([^"]+)"/.exec(out)?.[1] ?? ''
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  child.kill('SIGTERM')
  assert.equal(await ended, 0)
  const lines = out.trimEnd().split('\n')
  return { lines: lines.map((line) => parseObject(line) ?? {}), err }
}

describe('mintmark, as a server with --json', () => {
  it('ledger serve says where it is, and warns, in lines of JSON', async () => {
    const other = await makeLedger(scratch, 'served')
    const { lines, err } = await linesOf('ledger', 'serve', other.folder, '--port', '0')
    assert.equal(err, '')
    assert.deepEqual(
      lines.map((line) => [line['schema'], line['event'], line['server']]),
      [
        ['mintmark-ledger-event/1', 'warning', undefined],
        ['mintmark-ledger-event/1', 'listening', 'ledger'],
      ],
    )
  })

  it('guard serve and guard sign say so in the first of their lines', async () => {
    const guard = await linesOf('guard', 'serve', '--config', guardConfig())
    assert.equal(guard.err, '')
    assert.ok(guard.lines.every((line) => line['schema'] === 'mintmark-guard-event/1'))
    assert.ok(guard.lines.some((line) => line['event'] === 'listening'))
    const signer = await linesOf('guard', 'sign', '--config', signerConfig())
    assert.equal(signer.err, '')
    assert.deepEqual(
      signer.lines.map((line) => [line['schema'], line['event']]),
      [['mintmark-signer-event/1', 'listening']],
    )
  })
})

describe('mintmark ledger prove --json', () => {
  it('prints one document, with the proof that verify takes', async () => {
    const jws = token(claims())
    await post(ledger.url, frontEndKey(made.folder), [issuanceFor(jws)])
    const tokenFile = file('token.txt', jws)
    const prove = () => mintmark('ledger', 'prove', ledger.url, '--token', tokenFile, '--json')
    let proved = await prove()
    while (proved.code !== 0) proved = await prove()
    const document = parseObject(proved.out) ?? {}
    assert.deepEqual([document['isRecorded'], document['index'], document['size']], [true, 1, 2])
    const proof = String(document['proof'])
    assert.equal(parseProof(proof)?.checkpoint, document['checkpoint'])
    const verify = ['ledger', 'verify', file('proof', proof), '--token', tokenFile]
    assert.equal((await mintmark(...verify, '--policy', made.policy)).code, 0)
  })

  it('says of a token that is not there that it is not, with exit code 1', async () => {
    const tokenFile = file('other.txt', token(claims()))
    const { code, out } = await mintmark(
      'ledger',
      'prove',
      ledger.url,
      '--token',
      tokenFile,
      '--json',
    )
    assert.deepEqual([code, parseObject(out)], [1, { isRecorded: false }])
  })
})
