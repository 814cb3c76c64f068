/** Keys as `openssl … -text` and `certtool --key-info` print them. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { hitsIn } from './text_hits.ts'

const bytesOf = (text: string | undefined) => Buffer.from(text ?? '', 'base64url')

/** Pairs between colons, so many a line, with a zero before a number whose first bit is set. */
function lines(bytes: Uint8Array, width: number, isNumber: boolean, margin = '    '): string {
  const isHigh = isNumber && (bytes[0] ?? 0) >= 0x80
  const pairs = [...(isHigh ? [0] : []), ...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const rows = Array.from({ length: Math.ceil(pairs.length / width) }, (_, row) =>
    pairs.slice(row * width, (row + 1) * width).join(':'),
  )
  return rows.map((row) => `${margin}${row}`).join(':\n')
}

const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' })
const { n, d, p, q, dp, dq, qi } = jwkOf(rsa)

const RSA_TEXT = [
  'Private-Key: (2048 bit, 2 primes)',
  `modulus:\n${lines(bytesOf(n), 15, true)}`,
  'publicExponent: 65537 (0x10001)',
  `privateExponent:\n${lines(bytesOf(d), 15, true)}`,
  `prime1:\n${lines(bytesOf(p), 15, true)}`,
  `prime2:\n${lines(bytesOf(q), 15, true)}`,
  `exponent1:\n${lines(bytesOf(dp), 15, true)}`,
  `exponent2:\n${lines(bytesOf(dq), 15, true)}`,
  `coefficient:\n${lines(bytesOf(qi), 15, true)}`,
  '',
].join('\n')

const PRIMES_ALONE = RSA_TEXT.replace(/privateExponent[\s\S]*(?=prime1)/, '')

const GNUTLS_TEXT = [
  `modulus:\n${lines(bytesOf(n), 19, true, '\t')}:`,
  'public exponent:\n\t01:00:01:',
  `private exponent:\n${lines(bytesOf(d), 19, true, '\t')}:`,
  `prime1:\n${lines(bytesOf(p), 19, true, '\t')}:`,
  `prime2:\n${lines(bytesOf(q), 19, true, '\t')}:`,
  '',
].join('\n\n')

function curveText(curve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1'): string {
  const jwk = jwkOf(readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey)
  const point = Buffer.concat([Uint8Array.of(4), bytesOf(jwk.x), bytesOf(jwk.y)])
  const name = {
    'P-256': 'prime256v1',
    'P-384': 'secp384r1',
    'P-521': 'secp521r1',
    secp256k1: 'secp256k1',
  }
  return `Private-Key: (256 bit)\npriv:\n${lines(bytesOf(jwk.d), 15, false)}\npub:\n${lines(point, 15, false)}\nASN1 OID: ${name[curve]}\n`
}

function edwardsText(): string {
  const jwk = jwkOf(readAgain(generateKeyPairSync('ed25519')).privateKey)
  return `ED25519 Private-Key:\npriv:\n${lines(bytesOf(jwk.d), 15, false)}\npub:\n${lines(bytesOf(jwk.x), 15, false)}\n`
}

/** Certainty, kind and size of all printed keys in a text. */
function found(bytes: Uint8Array): readonly string[] {
  return hitsIn(bytes)
    .filter(({ form }) => form === 'printed')
    .map(({ certainty, kind, bits }) => `${certainty} ${kind} ${bits}`)
}

const TEXTS: Readonly<Record<string, readonly [string, string]>> = {
  'RSA of OpenSSL': [RSA_TEXT, 'proven rsa 2048'],
  'RSA of GnuTLS': [GNUTLS_TEXT, 'proven rsa 2048'],
  'RSA without its private exponent': [PRIMES_ALONE, 'proven rsa 2048'],
  'P-256': [curveText('P-256'), 'proven ec 256'],
  'P-384': [curveText('P-384'), 'proven ec 384'],
  'P-521': [curveText('P-521'), 'proven ec 521'],
  secp256k1: [curveText('secp256k1'), 'proven ec 256'],
  Ed25519: [edwardsText(), 'proven ed25519 256'],
}

describe('a key that is printed for people is found', () => {
  for (const [name, [text, expected]] of Object.entries(TEXTS)) {
    it(`${name}, amid other text`, () => {
      assert.deepEqual(found(Buffer.from(`see below\n${text}\nend\n`)), [expected])
    })

    it(`${name}, with ends of lines of Windows`, () => {
      assert.deepEqual(found(Buffer.from(text.replaceAll('\n', '\r\n'))), [expected])
    })

    it(`${name}, in UTF-16`, () => {
      assert.deepEqual(found(Buffer.from(`\uFEFF${text}`, 'utf16le')), [expected])
    })
  }

  it('over all of its text, from its first number on', () => {
    const [hit] = hitsIn(Buffer.from(RSA_TEXT))
    const covered = RSA_TEXT.slice(hit?.offset, (hit?.offset ?? 0) + (hit?.length ?? 0))
    assert.ok(covered.startsWith('modulus:') && covered.includes('coefficient:'))
    assert.doesNotMatch(RSA_TEXT.replace(covered, ''), /[\da-f]{2}:[\da-f]{2}:/)
  })
})

it('two primes with a wrong letter each verify no key', () => {
  let text = PRIMES_ALONE
  for (const label of ['prime1:\n    00:', 'prime2:\n    00:']) {
    const at = text.indexOf(label) + label.length + 7
    text = text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1)
  }
  assert.ok(!found(Buffer.from(text)).some((one) => one.startsWith('proven')))
})
