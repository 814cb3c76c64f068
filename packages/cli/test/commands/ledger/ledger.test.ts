import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openReader, type RunningServer } from '@mintmark/ledger/http'
import {
  claims,
  frontEndKey,
  issuanceFor,
  type MadeLedger,
  makeLedger,
  post,
  published,
  serve,
  token,
} from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-ledger-'))

const jws = token(claims())
const tokenFile = join(scratch, 'token.txt')
const proofFile = join(scratch, 'token.tlog-proof')
let made: MadeLedger
let served: RunningServer

before(async () => {
  writeFileSync(tokenFile, jws)
  made = await makeLedger(scratch, 'first')
  served = await serve(made.folder, { heads: join(scratch, 'heads') })
  const others = Array.from({ length: 400 }, () => issuanceFor(token(claims())))
  const key = frontEndKey(made.folder)
  const { status, results } = await post(served.url, key, [issuanceFor(jws), ...others])
  assert.equal(status, 200)
  assert.equal(results.length, 401)
})
after(async () => {
  await served.stop()
  rmSync(scratch, { recursive: true, force: true })
})

describe('a ledger', () => {
  it('proves a token over HTTP, and the proof holds offline', async () => {
    await published(served.url, 402)
    const proved = await mintmark('ledger', 'prove', served.url, '--token', tokenFile)
    assert.deepEqual([proved.code, proved.err], [0, ''])
    writeFileSync(proofFile, proved.out)
    const policy = ['--policy', made.policy]
    const verified = await mintmark('ledger', 'verify', proofFile, '--token', tokenFile, ...policy)
    assert.deepEqual([verified.code, verified.err], [0, ''])
    assert.match(verified.out, /^recorded: entry 1 of 402 in ledger\.example\.org\/agency\//)
  })

  it('prints the key with which any tlog client opens the checkpoint of a shard', async () => {
    const { code, out } = await mintmark('ledger', 'keys', made.folder)
    assert.equal(code, 0)
    const reader = await openReader(made.folder)
    const path = await reader.newest('agency')
    const text = Buffer.from((await reader.read(`${path}/checkpoint`)) ?? []).toString('utf8')
    // As Go's note.Open does it: the line's name and first four bytes are those of the key, the rest is the signature.
    const [, name = '', id = '', encoded = ''] = /^(\S+)\+([\da-f]{8})\+(\S+)\n$/.exec(out) ?? []
    const body = text.slice(0, text.indexOf('\n\n') + 1)
    assert.equal(name, body.split('\n')[0])
    const signature = Buffer.from(text.split(`— ${name} `)[1] ?? '', 'base64')
    assert.equal(signature.subarray(0, 4).toString('hex'), id)
    const point = Buffer.from(encoded, 'base64').subarray(1)
    const key = createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') },
    })
    assert.ok(verify(null, Buffer.from(body), key, signature.subarray(4)))
    const json = await mintmark('ledger', 'keys', served.url, '--json')
    assert.deepEqual(JSON.parse(json.out), { origin: name, vkey: out.trim() })
  })

  it('is audited from outside, over HTTP and as a folder', async () => {
    for (const place of [served.url, made.folder]) {
      const { code, out } = await mintmark('ledger', 'audit', place, '--policy', made.policy)
      assert.equal(code, 0, out)
      assert.match(out, /402 entries in 1 shard \(401 tokens, 0 revocations\)/)
      assert.match(out, /no signature shows whether an issuer or a newer shard is left out/i)
      assert.ok(!out.includes('complete') && out.split('\n').every((line) => line.length <= 80))
    }
  })

  it('is audited against the heads that an earlier audit remembered', async () => {
    const heads = join(scratch, 'remembered')
    const audit = () =>
      mintmark('ledger', 'audit', made.folder, '--policy', made.policy, '--remember', heads)
    assert.equal((await audit()).code, 0)
    const kept = readFileSync(heads, 'utf8')
    assert.match(kept, /"size":402/)
    assert.match(kept, /"retentionDays":null/)
    assert.match((await audit()).out, /\nappend-only, and has all that was seen \(1 head\)\n/)
    const later = kept.replace('"size":402', '"size":403')
    writeFileSync(heads, later)
    const { code, out } = await audit()
    assert.equal(code, 1)
    assert.match(out, /403 entries were seen, 402 are there/)
    assert.equal(readFileSync(heads, 'utf8'), later)
  })
})
