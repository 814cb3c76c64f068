import assert from 'node:assert/strict'
import { createDiffieHellmanGroup, createECDH, type JsonWebKey, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import {
  ED25519,
  KEYS,
  P256,
  planted,
  RSA,
  RSA_SMALL,
  type TestKey,
} from '@mintmark/testkit/text_keys'
import type { KeyHit } from '../../key_hits.ts'
import { b64, dnssecOf, hex, jwk, mpint, putty, puttyOf, rsaXml, string } from './spelled_text.ts'
import { hitsIn, SPELLINGS } from './text_hits.ts'

function only(text: string | Uint8Array): KeyHit {
  const [hit, ...others] = hitsIn(Buffer.from(text))
  assert.deepEqual(others, [])
  assert.ok(hit)
  return hit
}

function assertVerified(hit: KeyHit, { spkiSha256 }: TestKey, encoding: string): void {
  assert.equal(`${hit.certainty} ${hit.encoding}`, `verified ${encoding}`)
  assert.ok(hit.material)
  assert.equal(keyIdOf(hit.material).spkiSha256, spkiSha256)
}

/** Finds it in every width and at some alignments, and says so at its offset. */
function assertEverywhere(text: string, key: TestKey, encoding: string, before = 0): void {
  for (const [width, spell] of Object.entries(SPELLINGS)) {
    for (const noise of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const hit = only(planted(spell(text), noise))
      assertVerified(hit, key, encoding)
      const [unit, lead] = width === 'plain' ? [1, 0] : [2, width === 'utf16be' ? 1 : 0]
      assert.equal(hit.offset, noise + unit * before + lead, width)
      assert.ok(hit.length <= unit * text.length)
    }
  }
}

function shuffled(members: JsonWebKey, turn: number): JsonWebKey {
  const entries = Object.entries(members)
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)])
}

describe('JWK', () => {
  for (const key of KEYS.filter(({ name }) => name !== 'secp224r1')) {
    it(`${key.name} is found with its members in any order`, () => {
      const members = { ...jwk(key), kid: 'one', use: 'sig' }
      for (let turn = 0; turn < Object.keys(members).length; turn += 2) {
        const text = JSON.stringify(shuffled(members, turn))
        assertVerified(only(text), key, 'jwk')
      }
    })
  }

  const wrappings: Readonly<Record<string, (text: string) => string>> = {
    alone: (text) => text,
    'in a string of JSON': (text) => JSON.stringify(text).slice(1, -1),
    'in a string in a string': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
    'with quotes of Python': (text) => text.replaceAll('"', "'").replaceAll(':', ': '),
    'with quotes of HTML': (text) => text.replaceAll('"', '&quot;'),
    'with line ends and tabs': (text) => text.replaceAll(',"', ',\r\n\t"').replaceAll('":', '" : '),
    'with line ends as escapes': (text) =>
      JSON.stringify(JSON.stringify(JSON.parse(text), null, 2)).slice(1, -1),
    'in a URL': (text) => encodeURIComponent(text.replaceAll('":', '": ')),
    'in a URL in a URL, its first member last': (text) => {
      const [first = '', ...rest] = text.slice(1, -1).split(/,(?=")/)
      return encodeURIComponent(encodeURIComponent(`{${[...rest, first].join(',')}}`))
    },
  }
  for (const [name, wrap] of Object.entries(wrappings)) {
    it(`is found ${name}, in every width`, () => {
      for (const key of [RSA, P256, ED25519]) {
        assertEverywhere(wrap(JSON.stringify(jwk(key))), key, 'jwk')
      }
    })
  }

  it('is found for each key of a set, within other JSON', () => {
    const keys = [jwk(RSA), jwk(P256), jwk(ED25519)]
    const text = JSON.stringify({ a: { b: 1 }, jwks: { keys }, kty: 'RSA', c: '}' })
    const found = hitsIn(Buffer.from(text)).map(
      ({ material }) => material && keyIdOf(material).spkiSha256,
    )
    assert.deepEqual(
      found,
      [RSA, P256, ED25519].map(({ spkiSha256 }) => spkiSha256),
    )
  })

  it('is found beside a public key of the same kind', () => {
    const { kty, n, e } = jwk(RSA_SMALL)
    const text = `[${JSON.stringify({ kty, n, e })},${JSON.stringify(jwk(RSA))}]`
    assertVerified(only(text), RSA, 'jwk')
  })

  it('is found with its begin and its end cut off', () => {
    const text = JSON.stringify({ kid: 'one', kty: 'RSA', ...jwk(RSA) })
    assertVerified(only(text.slice(4, -1)), RSA, 'jwk')
  })

  it('is found by d alone, without the primes', () => {
    const { kty, n, e, d } = jwk(RSA_SMALL)
    assertVerified(only(JSON.stringify({ kty, n, e, d })), RSA_SMALL, 'jwk')
  })
})

describe('JWK that is no whole private key', () => {
  const { d: otherD } = createJwk()
  const rsa = jwk(RSA)
  const nothing: Readonly<Record<string, unknown>> = {
    'a public RSA key': { kty: 'RSA', n: rsa.n, e: rsa.e },
    'a public EC key': { ...jwk(P256), d: undefined },
    'a d that is not of this Q': { ...jwk(P256), d: otherD },
    'an empty d': { ...jwk(P256), d: '' },
    'a d that is a number': { ...jwk(ED25519), d: 17 },
    'a curve that there is not': { ...jwk(P256), crv: 'P-257' },
    'a d that is too long': { ...jwk(P256), d: `${jwk(P256).d}${jwk(P256).d}` },
    'RSA whose d fits nothing': { kty: 'RSA', n: rsa.n, e: rsa.e, d: rsa.p },
    'a short k': { kty: 'oct', k: 'AAAA' },
    'a k of zeros': { kty: 'oct', k: 'A'.repeat(43) },
    'a kty without more': { kty: 'RSA' },
  }
  for (const [name, members] of Object.entries(nothing)) {
    it(`gives nothing for ${name}`, () => {
      assert.deepEqual(hitsIn(Buffer.from(JSON.stringify(members))), [])
    })
  }

  it('is unverified where its n was changed', () => {
    const hit = only(JSON.stringify({ ...rsa, n: jwk(RSA_SMALL).n }))
    assert.equal(hit.certainty, 'unverified')
  })

  it('is unverified where it is symmetric', () => {
    const k = randomBytes(32).toString('base64url')
    const hit = only(JSON.stringify({ k, kty: 'oct', alg: 'A256GCM' }))
    assert.equal(`${hit.certainty} ${hit.kind} ${hit.bits}`, 'unverified aes 256')
  })
})

function cut(text: string): string {
  return `${'\0'.repeat(16)}${text.slice(16)}`
}

describe('JSON in a freed buffer without its first 16 bytes', () => {
  for (const key of [RSA, RSA_SMALL, P256, ED25519]) {
    it(`gives ${key.name} as Node writes it, in every width`, () => {
      for (const spell of Object.values(SPELLINGS))
        assertVerified(only(spell(cut(JSON.stringify(jwk(key))))), key, 'jwk')
    })
  }

  it('gives a key with letters of a mark among its own, in every width', () => {
    const { kty, x, y, d } = jwk(P256)
    const text = JSON.stringify({ kty, x, y, kid: 'acrvb', crv: 'P-256', d })
    for (const spell of Object.values(SPELLINGS))
      assertVerified(only(spell(cut(text))), P256, 'jwk')
  })

  it('gives Ed25519 that has lost crv, whichever member comes first, and nothing for another x', () => {
    const { x, d } = jwk(ED25519)
    for (const members of [
      { crv: 'Ed25519', x, d },
      { crv: 'Ed25519', d, x },
    ])
      assertVerified(only(cut(JSON.stringify({ kty: 'OKP', ...members }))), ED25519, 'jwk')
    const wrong = JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: d, d })
    assert.deepEqual(hitsIn(Buffer.from(cut(wrong))), [])
  })

  it('gives nothing without private members, or beside another public half', () => {
    const { d: _, ...open } = jwk(P256)
    const other = { ...jwk(P256), y: jwk(P256).x }
    const { n, e } = jwk(RSA)
    for (const members of [open, other, { kty: 'RSA', n, e }])
      assert.deepEqual(hitsIn(Buffer.from(cut(JSON.stringify(members)))), [])
  })

  it('takes no kty of the key next to it for its own', () => {
    const text = `${cut(JSON.stringify(jwk(RSA)))},${JSON.stringify(jwk(P256))}`
    const found = hitsIn(Buffer.from(text)).map(
      ({ material }) => material && keyIdOf(material).spkiSha256,
    )
    assert.deepEqual(found, [RSA.spkiSha256, P256.spkiSha256])
  })
})

describe('RSAParameters of .NET in JSON', () => {
  const { n, e, d, p, q, dp, dq, qi } = jwk(RSA)
  const parameters = {
    D: b64(d),
    DP: b64(dp),
    DQ: b64(dq),
    Exponent: b64(e),
    InverseQ: b64(qi),
    Modulus: b64(n),
    P: b64(p),
    Q: b64(q),
  }

  it('are found within the file of IdentityServer4, in every width', () => {
    const text = JSON.stringify({ KeyId: 'a1b2', Parameters: parameters })
    assertEverywhere(text, RSA, 'rsa-parameters', text.indexOf('{"D"'))
  })

  it('are found with names in camel case, and over lines', () => {
    const camel = Object.entries(parameters).map(([name, number]) => [
      /^(?:DP|DQ|[DPQ])$/.test(name)
        ? name.toLowerCase()
        : `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      number,
    ])
    const text = JSON.stringify(Object.fromEntries(camel), null, 2)
    assertEverywhere(text, RSA, 'rsa-parameters')
  })

  it('give nothing where they are public', () => {
    const { Modulus, Exponent } = parameters
    assert.deepEqual(hitsIn(Buffer.from(JSON.stringify({ Exponent, Modulus }))), [])
  })
})

function createJwk(): { readonly d: string } {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return { d: pair.getPrivateKey().toString('base64url').padEnd(43, 'A') }
}

describe('XML of .NET and XKMS', () => {
  const wrappings: Readonly<Record<string, (text: string) => string>> = {
    'as it is': (text) => text,
    'with lines': (text) => text.replaceAll('><', '>\r\n  <'),
    'in HTML': (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    'in JSON of .NET': (text) =>
      text.replaceAll('<', '\\u003C').replaceAll('>', '\\u003E').replaceAll('+', '\\u002B'),
    'as XKMS': (text) => text.replaceAll('RSAKeyValue', 'RSAKeyPair'),
    'with a prefix': (text) => text.replaceAll('</', '</ds:').replaceAll(/<(?=[A-Z])/g, '<ds:'),
  }
  for (const [name, wrap] of Object.entries(wrappings)) {
    it(`is found ${name}, in every width`, () => {
      assertEverywhere(wrap(rsaXml(RSA)), RSA, 'xml')
    })
  }

  it('is found with the end cut off behind Q', () => {
    const text = rsaXml(RSA)
    const hit = only(text.slice(0, text.indexOf('</DP>')))
    assertVerified(hit, RSA, 'xml')
  })

  it('gives nothing where it holds the public half', () => {
    const { n, e } = jwk(RSA)
    const text = `<RSAKeyValue><Modulus>${b64(n)}</Modulus><Exponent>${b64(e)}</Exponent></RSAKeyValue>`
    assert.deepEqual(hitsIn(Buffer.from(text)), [])
  })
})

describe('PuTTY', () => {
  for (const key of [RSA, P256, ED25519]) {
    it(`${key.name} is found in every width, indented and in strings`, () => {
      const text = puttyOf(key)
      assertEverywhere(text, key, 'putty')
      assertVerified(only(text.replaceAll('\n', '\r\n    ')), key, 'putty')
      assertVerified(only(JSON.stringify(text)), key, 'putty')
      assertVerified(only(text.replace('-3:', '-2:')), key, 'putty')
    })
  }

  it('is reported as encrypted', () => {
    const open = Buffer.concat([string('ssh-ed25519'), string(randomBytes(32))])
    const hit = only(putty('ssh-ed25519', open, randomBytes(48), 'aes256-cbc'))
    assert.equal(`${hit.certainty} ${hit.kind} ${hit.encoding}`, 'protected encrypted-key putty')
  })

  it('is unverified where the public half is of another key', () => {
    const { n, e } = jwk(RSA_SMALL)
    const { p, q, d, qi } = jwk(RSA)
    const open = Buffer.concat([string('ssh-rsa'), mpint(e), mpint(n)])
    const secret = Buffer.concat([mpint(d), mpint(p), mpint(q), mpint(qi)])
    assert.equal(only(putty('ssh-rsa', open, secret)).certainty, 'unverified')
  })

  it('gives nothing where the halves of an Ed25519 key differ', () => {
    const open = Buffer.concat([string('ssh-ed25519'), string(randomBytes(32))])
    assert.deepEqual(hitsIn(Buffer.from(putty('ssh-ed25519', open, string(randomBytes(32))))), [])
  })
})

describe('DNSSEC', () => {
  it('RSA is found in every width', () => {
    assertEverywhere(dnssecOf(RSA), RSA, 'dnssec')
    assertVerified(only(JSON.stringify(dnssecOf(RSA))), RSA, 'dnssec')
    const inHtml = dnssecOf(RSA)
      .replaceAll(': ', `:${'&nbsp;'.repeat(9)}`)
      .replaceAll(
        '\n',
        '\n</code></td></tr><tr><td class="number"><code data-line-number=" 2"></code></td><td>',
      )
    const [hit] = hitsIn(Buffer.from(inHtml))
    assert.ok(hit)
    assertVerified(hit, RSA, 'dnssec')
  })

  for (const [algorithm, key] of [
    [13, P256],
    [15, ED25519],
  ] as const) {
    it(`algorithm ${algorithm} is found in every width`, () => {
      const text = `Private-key-format: v1.3\nAlgorithm: ${algorithm} (X)\nPrivateKey: ${b64(jwk(key).d)}\nCreated: 20260101000000\n`
      assertEverywhere(text, key, 'dnssec')
    })

    it(`algorithm ${algorithm} without its padding is nothing`, () => {
      const secret = b64(jwk(key).d).replaceAll('=', '')
      const text = `Private-key-format: v1.3\nAlgorithm: ${algorithm} (X)\nPrivateKey: ${secret}\n`
      assert.deepEqual(hitsIn(Buffer.from(text)), [])
    })
  }
})

function raw(member: string | undefined): Buffer {
  return Buffer.from(member ?? '', 'base64url')
}

function value(name: string, bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`(${name.length}:${name}${bytes.length}:`),
    bytes,
    Buffer.from(')'),
  ])
}

describe('S-expressions of GnuPG', () => {
  const { n, e, d, p, q } = jwk(RSA)
  const text = `Created: 20260101T000000\nKey: (private-key (rsa (n #00${hex(n).replaceAll(/.{64}/g, '$&\n  ')}#)(e #${hex(e)}#)\n (d #${hex(d)}#)(p #${hex(p)}#)(q #${hex(q)}#)))\n`

  it('RSA is found as text, in every width', () => {
    assertEverywhere(text, RSA, 'sexp', text.indexOf('('))
  })

  it('RSA is found in the canonical form', () => {
    const bytes = Buffer.concat([
      Buffer.from('(11:private-key(3:rsa'),
      value('n', Buffer.concat([Buffer.from([0]), raw(n)])),
      value('e', raw(e)),
      value('d', raw(d)),
      value('p', raw(p)),
      value('q', raw(q)),
      Buffer.from('))'),
    ])
    for (let at = 0; at < 16; at++) {
      const hit = only(planted(bytes, at))
      assertVerified(hit, RSA, 'sexp')
      assert.deepEqual([hit.offset, hit.length], [at, bytes.length])
    }
  })

  it('EC and Ed25519 are found as text', () => {
    const { d: scalar, x, y } = jwk(P256)
    const ec = `(private-key (ecc (curve "NIST P-256")(q #04${hex(x)}${hex(y)}#)(d #${hex(scalar)}#)))`
    assertVerified(only(ec), P256, 'sexp')
    assertVerified(only(ec.replace('(q', '(flags param eddsa)\n(q')), P256, 'sexp')
    const { d: seed, x: point } = jwk(ED25519)
    const ed = `(private-key (ecc (curve Ed25519)(flags eddsa)(q #40${hex(point)}#)(d #${hex(seed)}#)))`
    assertVerified(only(ed), ED25519, 'sexp')
  })

  it('a protected one is reported as such; its name alone, as it is in a program, is nothing', () => {
    const number = randomBytes(257).toString('hex')
    for (const given of [
      Buffer.concat([Buffer.from('(21:protected-private-key(3:rsa'), value('n', randomBytes(257))]),
      Buffer.from(`(protected-private-key (rsa (n #${number}#)(e #010001#)`),
      Buffer.from('(protected-private-key (ecc (curve "NIST P-256")(q #04'),
    ]) {
      const hit = only(given)
      assert.equal(`${hit.certainty} ${hit.kind}`, 'protected encrypted-key')
    }
    const patterns =
      '(21:protected-private-key(3:rsa(1:n%m)(1:e%m)\0(21:protected-private-key(\0(private-key %S)\0(protected-private-key (rsa (n %m)'
    assert.deepEqual(hitsIn(Buffer.from(patterns)), [])
  })
})

describe('S-expressions of other algorithms', () => {
  it('ElGamal is found in both encodings', () => {
    const group = createDiffieHellmanGroup('modp14')
    group.generateKeys()
    const numbers: Readonly<Record<'p' | 'g' | 'y' | 'x', Buffer>> = {
      p: group.getPrime(),
      g: group.getGenerator(),
      y: group.getPublicKey(),
      x: group.getPrivateKey(),
    }
    const entries = Object.entries(numbers)
    const words = entries.map(([name, number]) => `(${name} #00${number.toString('hex')}#)`)
    const canonical = Buffer.concat([
      Buffer.from('(11:private-key(3:elg'),
      ...entries.map(([name, number]) => value(name, Buffer.concat([Buffer.from([0]), number]))),
      Buffer.from('))'),
    ])
    for (const given of [`(private-key (elg ${words.join('\n  ')}))`, canonical]) {
      const { kind, encoding, bits, certainty } = only(given)
      assert.deepEqual([kind, encoding, bits, certainty], ['dh', 'sexp', 2048, 'verified'])
    }
    const offset = canonical.length - 5
    assert.deepEqual(hitsIn(canonical.with(offset, (canonical[offset] ?? 0) ^ 1)), [])
  })
})
