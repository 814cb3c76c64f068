import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isObject, parseObject } from '@mintmark/core'
import {
  armoured,
  certificateOf,
  ED25519,
  idOf,
  jwkOf,
  P256,
  P521,
  type Pair,
  pemOf,
  RSA,
  RSA_4096,
  spkiOf,
  sshEcBlob,
  sshEdBlob,
  sshRsaBlob,
  withoutOpenssl,
} from '@mintmark/testkit/public_key_world'
import * as fc from 'fast-check'
import { type PublicKey, parsePublicKeys } from '../src/public_keys/parse.ts'

const DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url))

const parsed = (given: string | Uint8Array) => parsePublicKeys(Buffer.from(given), 'given')
const ids = (keys: readonly PublicKey[]) => keys.map(({ keyId }) => keyId.spkiSha256)
const pkcs1 = (pair: Pair): Buffer => pair.publicKey.export({ type: 'pkcs1', format: 'der' })
const line = (blob: Buffer): string =>
  `${blob.subarray(4, 4 + blob.readUInt32BE(0)).toString()} ${blob.toString('base64')}`

/** No key in the material has a secret: it is searched for, and never taken from here. */
function assertPublic(keys: readonly PublicKey[]): void {
  for (const { material } of keys) {
    if (material.type === 'rsa') {
      assert.deepEqual([material.p, material.q, material.d], [undefined, undefined, undefined])
    } else {
      assert.equal(material.type === 'ec' ? material.d : material.secret, undefined)
    }
  }
}

const ALL = [RSA, RSA_4096, P256, P521, ED25519]
const every = (spelled: (pair: Pair) => string | Uint8Array, pairs = ALL) =>
  pairs.map((pair) => ({ pair, bytes: spelled(pair) }))

const ENCODINGS = [
  { name: 'SPKI in DER', cases: every(spkiOf) },
  { name: 'SPKI in PEM', cases: every(pemOf) },
  { name: 'SPKI in base64 alone', cases: every((pair) => spkiOf(pair).toString('base64')) },
  { name: 'RSA PUBLIC KEY in DER', cases: every(pkcs1, [RSA, RSA_4096]) },
  {
    name: 'RSA PUBLIC KEY in PEM',
    cases: every((pair) => armoured('RSA PUBLIC KEY', pkcs1(pair)), [RSA, RSA_4096]),
  },
  { name: 'JWK', cases: every((pair) => JSON.stringify(jwkOf(pair))) },
  { name: 'JWKS', cases: every((pair) => JSON.stringify({ keys: [jwkOf(pair)] }, null, 2)) },
  {
    name: 'JWKS with a byte order mark',
    cases: every((pair) => `\ufeff${JSON.stringify({ keys: [jwkOf(pair)] })}`),
  },
  {
    name: 'JWKS in UTF-16',
    cases: every((pair) =>
      Buffer.from(`\ufeff${JSON.stringify({ keys: [jwkOf(pair)] })}`, 'utf16le'),
    ),
  },
  {
    name: 'an OpenSSH line',
    cases: [
      { pair: RSA, bytes: `${line(sshRsaBlob(RSA))} ada@example.org\n` },
      { pair: P256, bytes: line(sshEcBlob(P256, 'nistp256')) },
      { pair: P521, bytes: line(sshEcBlob(P521, 'nistp521')) },
      { pair: ED25519, bytes: `${line(sshEdBlob(ED25519))}\r\n` },
    ],
  },
]

describe('a public key is read', () => {
  for (const { name, cases } of ENCODINGS) {
    it(`from ${name}`, () => {
      for (const { pair, bytes } of cases) {
        const { keys, problems } = parsed(bytes)
        assert.deepEqual([ids(keys), problems], [[idOf(pair)], []])
        assertPublic(keys)
      }
    })
  }

  it('with its kid', () => {
    const set = [jwkOf(RSA, { kid: 'first' }), jwkOf(P256, { kid: 'second' }), jwkOf(ED25519)]
    const { keys } = parsed(JSON.stringify({ keys: set }))
    assert.deepEqual(
      keys.map(({ kid, keyId }) => [kid, keyId.kid]),
      [
        ['first', 'first'],
        ['second', 'second'],
        [undefined, undefined],
      ],
    )
  })
})

describe('many keys are read from one file', () => {
  it('authorized_keys, with options, comments and what is no key', () => {
    const file = [
      '# of the build machine',
      '',
      `command="echo \\"ssh-rsa AAAA\\"",no-pty ${line(sshRsaBlob(RSA))} build`,
      `cert-authority ${line(sshEdBlob(ED25519))}`,
      'ssh-rsa AAAAnotakey',
      `example.org,192.0.2.1 ${line(sshEcBlob(P256, 'nistp256'))}`,
    ].join('\n')
    assert.deepEqual(ids(parsed(file).keys), [RSA, ED25519, P256].map(idOf))
  })

  it('PEM of different kinds, with text around and between', () => {
    const file = `one:\n${pemOf(RSA)}two:\n${armoured('RSA PUBLIC KEY', pkcs1(RSA_4096))}${pemOf(P521)}`
    assert.deepEqual(
      ids(parsed(file.replaceAll('\n', '\r\n')).keys),
      [RSA, RSA_4096, P521].map(idOf),
    )
  })

  it('DER one behind the other', () => {
    const { keys, problems } = parsed(Buffer.concat(ALL.map(spkiOf)))
    assert.deepEqual([ids(keys), problems], [ALL.map(idOf), []])
  })

  it('each once, with the name that any of them has', () => {
    const set = [jwkOf(RSA), jwkOf(RSA, { kid: 'late' }), jwkOf(RSA, { kid: 'later' })]
    const { keys } = parsed(JSON.stringify({ keys: set }))
    assert.deepEqual(ids(keys), [idOf(RSA)])
    assert.equal(keys[0]?.keyId.kid, 'late')
  })
})

describe('a certificate', { skip: withoutOpenssl }, () => {
  const own = certificateOf(RSA, '/C=CH/O=Mintmark/CN=signing.example.org')
  const other = certificateOf(P256, '/CN=root')

  it('gives its key and subject from DER, PEM and a chain', () => {
    const chain = `${armoured('CERTIFICATE', own)}${armoured('CERTIFICATE', other)}`
    for (const bytes of [own, armoured('CERTIFICATE', own), armoured('TRUSTED CERTIFICATE', own)]) {
      const { keys, problems } = parsed(bytes)
      assert.deepEqual([ids(keys), problems], [[idOf(RSA)], []])
      assert.equal(keys[0]?.subject, 'C=CH, O=Mintmark, CN=signing.example.org')
      assert.ok((keys[0].notAfterMs ?? 0) > Date.now())
    }
    for (const bytes of [chain, Buffer.concat([own, other])]) {
      const { keys } = parsed(bytes)
      assert.deepEqual(
        keys.map(({ keyId: { spkiSha256, subject } }) => [spkiSha256, subject]),
        [
          [idOf(RSA), 'C=CH, O=Mintmark, CN=signing.example.org'],
          [idOf(P256), 'CN=root'],
        ],
      )
    }
  })

  it('within a JWK gives the subject, and the key where nothing else does', () => {
    const x5c = [own.toString('base64')]
    for (const jwk of [jwkOf(RSA, { kid: 'k', x5c }), { kty: 'RSA', kid: 'k', x5c }]) {
      const { keys } = parsed(JSON.stringify({ keys: [jwk] }))
      assert.deepEqual(ids(keys), [idOf(RSA)])
      const { kid, subject } = keys[0]?.keyId ?? {}
      assert.deepEqual([kid, subject], ['k', 'C=CH, O=Mintmark, CN=signing.example.org'])
    }
  })
})

describe('a private key', () => {
  const cases = [
    ['PKCS#8', RSA, RSA.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['PKCS#1', RSA, RSA.privateKey.export({ type: 'pkcs1', format: 'pem' })],
    ['SEC1', P256, P256.privateKey.export({ type: 'sec1', format: 'pem' })],
    ['PKCS#8 of Ed25519', ED25519, ED25519.privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['JWK', P256, JSON.stringify(P256.privateKey.export({ format: 'jwk' }))],
  ] as const
  for (const [name, pair, bytes] of cases) {
    it(`in ${name} is taken for its public half, and the user is informed`, () => {
      const { keys, problems } = parsed(bytes)
      assert.deepEqual(ids(keys), [idOf(pair)])
      assertPublic(keys)
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', /^given: .*private.*public half is used$/)
    })
  }

  it('of a curve that is not looked for gives none, and is not said to be encrypted', () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'sect283r1',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const { keys, problems } = parsed(privateKey)
    assert.deepEqual(keys, [])
    assert.match(problems.join(), /of a kind that is not looked for/)
    assert.doesNotMatch(problems.join(), /encrypted/)
  })

  it('that is encrypted gives none, and says why', () => {
    const options = {
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    } as const
    const { keys, problems } = parsed(RSA.privateKey.export(options))
    assert.deepEqual(keys, [])
    assert.match(problems.join(), /a private key is encrypted/)
  })
})

describe('what is no key', () => {
  const cases: readonly (readonly [string, string | Uint8Array])[] = [
    ['nothing', ''],
    ['text', 'ssh-rsa is a kind of key'],
    ['half a JSON', '{"keys": [{"kty":"RSA"'],
    ['a symmetric JWK', '{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}'],
    ['an RSA key with an even modulus', '{"kty":"RSA","n":"gAAA","e":"AQAB"}'],
    ['a point beside its curve', JSON.stringify(jwkOf(P256, { y: 'AAAA' }))],
    ['a PEM cut short', pemOf(RSA).slice(0, 200)],
    ['DER cut short', spkiOf(RSA).subarray(0, 100)],
    ['zeros', new Uint8Array(1000)],
  ]
  for (const [name, bytes] of cases) {
    it(`${name} gives a problem, no key, and quotes nothing`, () => {
      const { keys, problems } = parsed(bytes)
      assert.deepEqual(keys, [])
      assert.ok(problems.length > 0)
      for (const problem of problems) assert.match(problem, /^given: [\w ,.:/-]+$/)
    })
  }

  it('never throws, whatever the bytes', () => {
    const whole = [spkiOf(RSA), Buffer.from(pemOf(P256)), Buffer.from(line(sshRsaBlob(RSA)))]
    const damage = fc.record({
      from: fc.constantFrom(...whole),
      at: fc.nat(400),
      byte: fc.nat(255),
      length: fc.nat(400),
    })
    fc.assert(
      fc.property(damage, ({ from, at, byte, length }) => {
        const bytes = Buffer.from(from)
        bytes[at % bytes.length] = byte
        const { keys } = parsed(bytes.subarray(0, length))
        assert.ok(keys.length <= 1)
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    )
  })
})

describe('public keys of published vectors', () => {
  const WYCHEPROOF = join(DATA, 'wycheproof/testvectors_v1')
  const COOKBOOK = join(DATA, 'jose-cookbook/jwk')
  const skip = existsSync(WYCHEPROOF) ? false : 'the test material of Wycheproof is not there'

  it('a set shows which of its members are no keys, and takes no secret for one', () => {
    const keys = [jwkOf(RSA), null, 'text', { kty: 'oct', k: 'c2VjcmV0' }, jwkOf(P256), {}]
    const { keys: taken, problems } = parsed(JSON.stringify({ keys }))
    assert.deepEqual(ids(taken), [idOf(RSA), idOf(P256)])
    assert.deepEqual(
      problems,
      [2, 3, 4, 6].map(
        (position) => `given: key ${position} of the set is none that is looked for`,
      ),
    )
  })

  it('wycheproof: the public and the private JWK give the same key, with its kid', { skip }, () => {
    let compared = 0
    for (const file of readdirSync(WYCHEPROOF)) {
      const groups = parseObject(readFileSync(join(WYCHEPROOF, file), 'utf8'))?.['testGroups']
      for (const group of Array.isArray(groups) ? groups.filter(isObject) : []) {
        const { public: open, private: secret } = group
        if (!isObject(open) || !isObject(secret)) continue
        const [own, others] = [open, secret].map((each) => parsed(JSON.stringify(each)).keys)
        assert.deepEqual(own, others, file)
        for (const key of own ?? []) assert.equal(key.keyId.kid, key.kid)
        compared += own?.length ?? 0
      }
    }
    assert.ok(compared >= 20, `${compared} keys compared`)
  })

  it('jose cookbook: public and private JWK give the same key', { skip }, () => {
    for (const kind of ['ec', 'rsa']) {
      const names = readdirSync(COOKBOOK).filter((name) => name.includes(`.${kind}_`))
      const found = names.map((name) => ids(parsed(readFileSync(join(COOKBOOK, name))).keys))
      assert.equal(found.length, 2)
      assert.deepEqual(found[0], found[1])
      assert.equal(found[0]?.length, 1)
    }
  })
})
