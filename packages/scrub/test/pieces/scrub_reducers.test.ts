import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { fromBigEndian, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

it('R³ mod p, p² and ⌊R² / p⌋, which Botan and crypto-bigint keep beside p, are erased', async (t) => {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 }))
  const jwk = privateKey.export({ format: 'jwk' })
  const primes = [jwk.p, jwk.q].map((text) => fromBigEndian(Buffer.from(String(text), 'base64url')))
  const radix = 1n << 512n
  const values = primes.flatMap((p) => [radix ** 3n % p, (radix * radix) / p, p * p])
  const limbs = values.map((value) => toBigEndian(value, 136).toReversed())
  const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  const parts = limbs.flatMap((bytes) => [bytes, randomBytes(24)])
  const bytes = Buffer.concat([randomBytes(1024), pem, Buffer.alloc(64), ...parts])
  const folder = mkdtempSync(join(tmpdir(), 'scrub-reducers-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const input = { kind: 'file', path: join(folder, 'memory') } as const
  writeFileSync(input.path, bytes)
  const { isClean, erased } = await scrubInput(input, 'memory')
  assert.ok(isClean)
  const source = openInput({ kind: 'erased', input, erased })
  const out = Buffer.alloc(bytes.length)
  source.read(0, out)
  source.close()
  const left = limbs.filter((each) => out.includes(Buffer.from(each.subarray(8, 40))))
  assert.equal(left.length, 0)
})
