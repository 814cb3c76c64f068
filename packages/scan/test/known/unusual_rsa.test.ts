/** Given RSA keys that few programs make: primes of unequal length, a large public exponent. */
import assert from 'node:assert/strict'
import { createPublicKey, generatePrimeSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bitLength, inverse } from '@mintmark/keys/arithmetic/modular'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'unusual-rsa-'))
after(() => rmSync(folder, { recursive: true }))

const bytesOf = (value: bigint) => {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

const base64url = (value: bigint) => bytesOf(value).toString('base64url')

/** A key of 1024 bits whose longer prime has so many. */
function keyOf(bits: number, e: bigint) {
  for (;;) {
    const [p, q] = [bits, 1024 - bits].map((size) => generatePrimeSync(size, { bigint: true }))
    if (p === undefined || q === undefined || bitLength(p * q) !== 1024) continue
    const d = inverse(e, (p - 1n) * (q - 1n))
    if (d === undefined) continue
    const jwk = { kty: 'RSA', n: base64url(p * q), e: base64url(e) }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const pem = String(key.export({ format: 'pem', type: 'spki' }))
    return { d, p, publicKeys: parsePublicKeys(Buffer.from(pem), 'given.pem').keys }
  }
}

async function scanned(name: string, { d, publicKeys }: ReturnType<typeof keyOf>) {
  const path = join(folder, name)
  const zeros = Buffer.alloc(64)
  const lines = `count = 1\nd = ${bytesOf(d).toString('hex')}\n`
  writeFileSync(path, Buffer.concat([zeros, bytesOf(d).toReversed(), zeros, Buffer.from(lines)]))
  return await scanFile(path, { publicKeys, threads: 1 })
}

describe('an RSA key whose public key is given', () => {
  it('is found by d alone though its primes differ in length, as those of python-rsa do', async () => {
    const { findings } = await scanned('unequal', keyOf(544, 65_537n))
    assert.deepEqual(
      findings.map(({ encoding, certainty }) => [encoding, certainty]),
      [
        ['limbs-le64', 'verified'],
        ['hex', 'verified'],
      ],
    )
  })

  it('is never called absent where its public exponent is too large to recognise d', async () => {
    const { given, absent } = await scanned('large', keyOf(512, 2n ** 33n + 15n))
    assert.deepEqual([given.map(({ state }) => state), absent], [['not-excluded'], []])
    assert.match(given[0]?.why ?? '', /exponent is so large that d alone is not recognised/)
  })
})
