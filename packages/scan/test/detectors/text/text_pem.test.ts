import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import {
  bodyOf,
  ED25519,
  KEYS,
  P256,
  pemsOf,
  planted,
  RSA,
  RSA_SMALL,
  type TestKey,
} from '@mintmark/testkit/text_keys'
import type { KeyHit } from '../../key_hits.ts'
import { hitsIn, SPELLINGS } from './text_hits.ts'

/** How a PEM can be in memory. */
const WRAPPINGS: Readonly<Record<string, (pem: string) => string>> = {
  'as it is': (pem) => pem,
  'with CRLF': (pem) => pem.replaceAll('\n', '\r\n'),
  'in a JSON string': (pem) => JSON.stringify({ key: pem }).slice(8, -2),
  'in a JSON string of a JSON string': (pem) => JSON.stringify(JSON.stringify(pem)).slice(3, -3),
  'on one line': (pem) => pem.trimEnd().replaceAll('\n', ' '),
  'without line ends at all': (pem) => pem.replaceAll('\n', ''),
  indented: (pem) => pem.trimEnd().replaceAll('\n', '\n    '),
  'with lines of a tab each': (pem) => pem.trimEnd().replaceAll('\n', '\n\t'),
  'with breaks of HTML': (pem) => pem.trimEnd().replaceAll('\n', '<br/>\r\n&nbsp;'),
  'in a URL of a URL': (pem) =>
    pem.replaceAll('\n', '%250A').replaceAll('+', '%252B').replaceAll('=', '%253D'),
  'in a URL': (pem) => pem.replaceAll('\n', '%0A').replaceAll('+', '%2B').replaceAll('=', '%3D'),
  'as literals of a program': (pem) =>
    pem
      .trimEnd()
      .split('\n')
      .map((line) => `${line}\\n`)
      .join('" +\n    "'),
  'with escapes for plus signs': (pem) => pem.replaceAll('+', '\\u002B').replaceAll('/', '\\/'),
  'with the footer cut off': (pem) => pem.slice(0, pem.indexOf('-----END')),
}

/** The one verified key in `bytes`; its offset must cover what was planted. */
function onlyKey(bytes: Uint8Array): KeyHit {
  const [hit, ...others] = hitsIn(bytes)
  assert.deepEqual(others, [])
  assert.ok(hit)
  assert.equal(hit.certainty, 'verified')
  return hit
}

function assertIs(hit: KeyHit, { spkiSha256 }: TestKey): void {
  assert.ok(hit.material)
  assert.equal(keyIdOf(hit.material).spkiSha256, spkiSha256)
}

describe('PEM is found once, at its offset', () => {
  for (const key of KEYS) {
    for (const pem of pemsOf(key)) {
      const label = pem.slice(11, pem.indexOf('-----\n'))
      it(`${key.name} as ${label} in every wrapping and width`, () => {
        for (const [wrapping, wrap] of Object.entries(WRAPPINGS)) {
          for (const [width, spell] of Object.entries(SPELLINGS)) {
            const text = spell(wrap(pem))
            const hit = onlyKey(planted(text, 33))
            assertIs(hit, key)
            assert.equal(hit.encoding, 'pem', `${wrapping} ${width}`)
            const begin = 33 + (width === 'utf16be' ? 1 : 0)
            assert.equal(hit.offset, begin, `${wrapping} ${width}`)
            assert.ok(hit.offset + hit.length <= 33 + text.length + 1, `${wrapping} ${width}`)
          }
        }
      })
    }
  }

  it('at every alignment', () => {
    const [pem = ''] = pemsOf(P256)
    for (let at = 0; at < 64; at++) {
      for (const spell of Object.values(SPELLINGS)) assertIs(onlyKey(planted(spell(pem), at)), P256)
    }
  })

  it('where another begin without a body is before it', () => {
    const [pem = ''] = pemsOf(P256)
    const text = Buffer.from(`-----BEGIN PRIVATE KEY-----\n\n${pem}`)
    assert.equal(onlyKey(text).offset, 29)
  })

  it('with headers that say nothing of a cipher', () => {
    const [, pem = ''] = pemsOf(RSA)
    const text = pem.replace('-----\n', '-----\nComment: made by a test\nX-Other: 1\n\n')
    assertIs(onlyKey(Buffer.from(text)), RSA)
  })
})

describe('PEM that is no key', () => {
  const [pkcs8 = '', pkcs1 = ''] = pemsOf(RSA)
  const damaged = (at: number): string => {
    const letter = pkcs1[at] === 'A' ? 'B' : 'A'
    return `${pkcs1.slice(0, at)}${letter}${pkcs1.slice(at + 1)}`
  }
  const nothing: Readonly<Record<string, string>> = {
    'a header alone': '-----BEGIN RSA PRIVATE KEY-----',
    'headers as libcrypto has them': '-----BEGIN \0-----END \0PRIVATE KEY-----\0RSA PRIVATE KEY\0',
    'a header and a footer': '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n',
    'a placeholder': `-----BEGIN PRIVATE KEY-----\n${'X'.repeat(64)}\n-----END PRIVATE KEY-----\n`,
    'random letters': `-----BEGIN PRIVATE KEY-----\n${randomBytes(300).toString('base64')}\n-----END PRIVATE KEY-----\n`,
    'a public key under the label': pkcs8.replace(
      /MII[^-]*/,
      'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL\n',
    ),
    'encrypted by its header, without a body':
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----',
    'an OpenVPN key of zeros': `-----BEGIN OpenVPN Static key V1-----\n${`${'0'.repeat(32)}\n`.repeat(16)}-----END OpenVPN Static key V1-----`,
  }
  for (const [name, text] of Object.entries(nothing)) {
    it(`gives nothing: ${name}`, () => assert.deepEqual(hitsIn(Buffer.from(text)), []))
  }

  it('proves nothing that is not whole: a letter of n is another', () => {
    for (const hit of hitsIn(Buffer.from(damaged(200)))) {
      assert.ok(hit.certainty !== 'verified' || hit.material?.type === 'rsa')
    }
  })
})

describe('PEM of a protected class', () => {
  const encrypted = String(
    P256.key.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'test' }),
  )
  const pkcs8 = String(
    RSA_SMALL.key.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'test',
    }),
  )
  for (const [name, pem] of [
    ['Proc-Type', encrypted],
    ['ENCRYPTED PRIVATE KEY', pkcs8],
  ] as const) {
    for (const [width, spell] of Object.entries(SPELLINGS)) {
      it(`is reported as encrypted: ${name}, ${width}`, () => {
        const [hit, ...others] = hitsIn(planted(spell(pem), 7))
        assert.deepEqual(others, [])
        assert.equal(hit && `${hit.certainty} ${hit.kind}`, 'protected encrypted-key')
      })
    }
  }

  it('is unverified: OpenVPN', () => {
    const lines = randomBytes(256).toString('hex').replaceAll(/.{32}/g, '$&\n')
    const text = `-----BEGIN OpenVPN Static key V1-----\n${lines}-----END OpenVPN Static key V1-----`
    const [hit] = hitsIn(Buffer.from(text))
    assert.equal(
      hit && `${hit.certainty} ${hit.bits} ${hit.length}`,
      `unverified 2048 ${text.length}`,
    )
  })
})

describe('base64 without armor is found once', () => {
  for (const key of KEYS) {
    for (const pem of pemsOf(key)) {
      const label = pem.slice(11, pem.indexOf('-----\n'))
      it(`${key.name} as ${label}, whole and with its first letters gone`, () => {
        const body = bodyOf(pem)
        const lines = body.replaceAll(/.{64}/g, '$&\n')
        for (const text of [
          body,
          lines,
          JSON.stringify({ k: lines }),
          body.replaceAll('+', '-').replaceAll('/', '_'),
        ]) {
          for (const [width, spell] of Object.entries(SPELLINGS)) {
            const hit = onlyKey(planted(spell(text), 21))
            assertIs(hit, key)
            assert.equal(hit.encoding, 'base64', width)
            const begin = text.startsWith('{') ? 6 : 0
            const unit = width === 'plain' ? 1 : 2
            assert.equal(hit.offset, 21 + begin * unit + (width === 'utf16be' ? 1 : 0), width)
          }
        }
      })
    }
  }

  const shift = [1, 2, 3]
  for (const key of [RSA, P256, ED25519]) {
    it(`${key.name} at every offset in a group of letters`, () => {
      for (const bytes of shift) {
        const der = key.key.export({ type: 'pkcs8', format: 'der' })
        const text = Buffer.concat([randomBytes(bytes + 40), der]).toString('base64')
        assertIs(onlyKey(planted(Buffer.from(text), 5)), key)
      }
    })
  }

  // SEC1 of P-256 has its scalar from byte 7 on: what has lost 12 bytes is no key any more.
  const cut = [...pemsOf(RSA), ...pemsOf(RSA_SMALL), ...pemsOf(P256).slice(0, 1)]
  it('with its first 16 letters gone, and 12 bytes of DER with them', () => {
    for (const pem of cut) {
      const hit = onlyKey(planted(Buffer.from(bodyOf(pem).slice(16)), 5))
      assert.equal(hit.encoding, 'base64')
    }
  })

  it('as what it is: inside its PEM', () => {
    for (const pem of pemsOf(RSA)) assert.equal(onlyKey(Buffer.from(pem)).encoding, 'pem')
  })
})

describe('PEM in base64 is found once', () => {
  for (const key of [RSA, P256, ED25519]) {
    it(`${key.name} at the three offsets of a group, in every width`, () => {
      for (const pem of pemsOf(key)) {
        for (const before of ['', 'a', 'ab']) {
          const text = Buffer.from(before + pem).toString('base64')
          for (const broken of [text, text.replaceAll(/.{76}/g, '$&\r\n')]) {
            for (const spell of Object.values(SPELLINGS)) {
              const hit = onlyKey(planted(spell(broken), 9))
              assertIs(hit, key)
              assert.equal(hit.encoding, 'base64-of-pem')
            }
          }
        }
      }
    })
  }
})
