/** Texts with a key that were encoded as a whole: Secrets of Kubernetes, environment variables, PowerShell. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { hitsIn } from './text_hits.ts'

const { privateKey: rsa } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const { privateKey: curve } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwk = rsa.export({ format: 'jwk' })
const point = curve.export({ format: 'jwk' })
const pem = String(rsa.export({ format: 'pem', type: 'pkcs8' }))

const XML_OF: Readonly<Record<string, string | undefined>> = {
  Modulus: jwk.n,
  Exponent: jwk.e,
  P: jwk.p,
  Q: jwk.q,
  DP: jwk.dp,
  DQ: jwk.dq,
  InverseQ: jwk.qi,
  D: jwk.d,
}
const standard = (value = ''): string => Buffer.from(value, 'base64url').toString('base64')
const fields = Object.entries(XML_OF).map(([name, value = '']) => {
  return `<${name}>${standard(value)}</${name}>`
})
const xml = `<RSAKeyValue>${fields.join('')}</RSAKeyValue>`

const TEXTS = [
  { name: 'a JWK', text: JSON.stringify(jwk), secret: String(jwk.d), encoding: 'base64-of-jwk' },
  {
    name: 'a JWK of a curve',
    text: JSON.stringify(point),
    secret: String(point.d),
    encoding: 'base64-of-jwk',
  },
  {
    name: 'a set, its key set in and behind others',
    text: JSON.stringify(
      {
        keys: [
          { kty: 'RSA', n: jwk.n, e: jwk.e },
          { kid: 'a', ...point },
        ],
      },
      null,
      2,
    ),
    secret: String(point.d),
    encoding: 'base64-of-jwk',
  },
  { name: 'XML of .NET', text: xml, secret: standard(jwk.d), encoding: 'base64-of-xml' },
] as const

describe('a text with a key, in base64 as a whole', () => {
  for (const { name, text, secret, encoding } of TEXTS) {
    for (const [shift, before] of ['', 'a', 'ab'].entries()) {
      it(`${name} is verified, ${shift} letters into it`, () => {
        const encoded = Buffer.from(before + text).toString('base64')
        const bytes = Buffer.from(`key: "${encoded}"\n`)
        const findings = hitsIn(bytes)
        assert.deepEqual(
          findings.map((each) => [each.encoding, each.certainty]),
          [[encoding, 'verified']],
        )
        const [{ offset, length } = { offset: 0, length: 0 }] = findings
        // The numbers of the key, of whatever it is a part.
        const [from, to] = [secret, secret.slice(-4)].map((each) => shift + text.lastIndexOf(each))
        assert.ok(offset >= 6 && offset <= 6 + ((from ?? 0) * 4) / 3)
        assert.ok(
          offset + length <= 6 + encoded.length && offset + length >= 6 + ((to ?? 0) * 4) / 3,
        )
      })
    }
  }

  it('so is the same in lines, and in letters for URLs', () => {
    const encoded = Buffer.from(JSON.stringify(jwk)).toString('base64')
    for (const spelled of [
      encoded.replaceAll(/.{76}/g, '$&\n'),
      encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    ]) {
      const findings = hitsIn(Buffer.from(spelled))
      assert.deepEqual(
        findings.map((each) => each.encoding),
        ['base64-of-jwk'],
      )
    }
  })

  for (const [name, text, encoding] of [
    ['PEM', pem.replaceAll('\n', '\r\n'), 'base64-of-pem'],
    ['XML', xml, 'base64-of-xml'],
    ['a JWK', JSON.stringify(jwk), 'base64-of-jwk'],
  ] as const) {
    it(`so is ${name} in UTF-16, as PowerShell codes it`, () => {
      const encoded = Buffer.from(text, 'utf16le').toString('base64')
      const findings = hitsIn(Buffer.from(`$key = '${encoded}'`))
      assert.deepEqual(
        findings.map((each) => [each.encoding, each.certainty]),
        [[encoding, 'verified']],
      )
    })
  }

  it('a set of public keys is nothing', () => {
    const publicOnly = { keys: [{ kty: 'RSA', n: jwk.n, e: jwk.e }] }
    const encoded = Buffer.from(JSON.stringify(publicOnly)).toString('base64')
    const hits = hitsIn(Buffer.from(encoded))
    assert.deepEqual(hits, [])
  })
})

const number = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', length: number): Buffer => {
  const bytes = Buffer.from(String(jwk[name]), 'base64url')
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes])
}

const words = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)

describe('a blob of Windows in base64, as ExportCspBlob and Export of .NET give it to a setting', () => {
  const halves = (['p', 'q', 'dp', 'dq', 'qi'] as const).map((name) => number(name, 128))
  const all = [number('n', 256), ...halves, number('d', 256)]
  const blobs = {
    CAPI: Buffer.concat([
      Buffer.from('0702000000a40000', 'hex'),
      Buffer.from('RSA2'),
      words(2048, 65_537),
      ...all.map((each) => each.toReversed()),
    ]),
    'CNG, private': Buffer.concat([
      Buffer.from('RSA2'),
      words(2048, 3, 256, 128, 128),
      number('e', 3),
      ...all.slice(0, 3),
    ]),
    'CNG, full': Buffer.concat([
      Buffer.from('RSA3'),
      words(2048, 3, 256, 128, 128),
      number('e', 3),
      ...all,
    ]),
  }
  for (const [name, blob] of Object.entries(blobs)) {
    it(`${name} is verified, wherever in the text it begins`, () => {
      for (const before of ['', 'a', 'ab']) {
        const encoded = Buffer.concat([Buffer.from(before), blob]).toString('base64')
        const hits = hitsIn(Buffer.from(`<add value="${encoded}"/>`))
        assert.deepEqual(
          hits.map(({ encoding, certainty }) => [encoding, certainty]),
          [['base64', 'verified']],
        )
      }
    })
  }
})
