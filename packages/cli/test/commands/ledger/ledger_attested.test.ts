/** Double entry: the front end attests each request, and an audit reports tokens that no front end requested. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import type { RunningServer } from '@mintmark/ledger/http'
import {
  claims,
  frontEndKey,
  type MadeLedger,
  makeLedger,
  published,
  serve,
} from '@mintmark/ledger/testing'
import { readAgain } from '@mintmark/testkit'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-attested-'))
const front = readAgain(generateKeyPairSync('ed25519'))
const provider = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const keysFile = join(scratch, 'front-ends.pem')
let made: MadeLedger
let ledger: RunningServer

before(async () => {
  made = await makeLedger(scratch, 'ledger')
  ledger = await serve(made.folder)
  writeFileSync(keysFile, front.publicKey.export({ type: 'spki', format: 'pem' }))
})
after(async () => {
  await ledger.stop()
  rmSync(scratch, { recursive: true, force: true })
})

function gateOf(frontEnd: typeof front.privateKey | undefined): SigningGate {
  const recorder = new EntryRecorder({ url: ledger.url, key: frontEndKey(made.folder) })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  const { privateKey } = provider
  return new SigningGate({ record, kid: 'key-1', alg: 'ES256', privateKey, frontEnd })
}

async function audited(...more: readonly string[]): Promise<{ code: number; codes: unknown[] }> {
  const place = [ledger.url, '--policy', made.policy, '--json']
  const { code, out } = await mintmark('ledger', 'audit', ...place, ...more)
  const findings = parseObject(out)?.['findings']
  assert.ok(Array.isArray(findings))
  return { code, codes: findings.filter(isObject).map((each) => [each['code'], each['message']]) }
}

describe('an audit that is given the keys of the front ends', () => {
  it('finds nothing while each token was asked for by one of them', async () => {
    const gate = gateOf(front.privateKey)
    for (let i = 0; i < 3; i++)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await gate.mint(claims(), {}, { event: `login-${i}` })
    await published(ledger.url, 4)
    assert.deepEqual(await audited('--front-ends', keysFile), { code: 0, codes: [] })
  })

  it('reports tokens that somebody with both other keys recorded', async () => {
    await gateOf(undefined).mint(claims())
    await gateOf(readAgain(generateKeyPairSync('ed25519')).privateKey).mint(claims())
    await published(ledger.url, 6)
    assert.deepEqual(await audited(), { code: 0, codes: [] })
    assert.deepEqual(await audited('--front-ends', keysFile), {
      code: 1,
      codes: [
        ['attestation', 'entry 4: none'],
        ['attestation', 'entry 5: unknown-key'],
      ],
    })
  })

  it('refuses a file that has no key in PEM', async () => {
    writeFileSync(join(scratch, 'none.pem'), 'none')
    const { code, err } = await mintmark(
      'ledger',
      'audit',
      ledger.url,
      '--front-ends',
      join(scratch, 'none.pem'),
    )
    assert.equal(code, 2)
    assert.match(err, /has none in PEM/)
  })
})
