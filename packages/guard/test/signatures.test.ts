/** Signatures: what the gate makes and the guard takes, beside jose, and what the JOSE cookbook signs where it is at hand. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { readAgain } from '@mintmark/testkit'
import { CompactSign, compactVerify } from 'jose'
import { type Algorithm, readKeys, SigningGate, type TrustedKey } from '../src/index.ts'
import { isLowS, isSigned } from '../src/verify/signatures.ts'
import { parseStrict, type StrictJws } from '../src/verify/strict_jws.ts'
import { isTokenOf } from './vector_token.ts'

const ISSUER = 'https://id.example.org'
const owner = { issuer: ISSUER, maxKeyAgeMs: undefined }

const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const PAIRS: Readonly<Record<Algorithm, { privateKey: KeyObject; publicKey: KeyObject }>> = {
  ES256: readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  ES384: readAgain(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  ES512: readAgain(generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  EdDSA: readAgain(generateKeyPairSync('ed25519')),
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
}
const ALGORITHMS = Object.keys(PAIRS).filter((alg): alg is Algorithm => alg in PAIRS)

async function trusted(jwk: object): Promise<TrustedKey> {
  const [key] = await readKeys(JSON.stringify({ keys: [jwk] }), owner)
  if (key === undefined) throw new Error('no key')
  return key
}

const keyOf = (alg: Algorithm) =>
  trusted({ ...PAIRS[alg].publicKey.export({ format: 'jwk' }), kid: 'k', alg })

const claims = () => ({ iss: ISSUER, jti: randomUUID(), iat: 1_800_000_000, exp: 1_800_000_600 })

function parsed(token: string): StrictJws {
  const jws = parseStrict(token)
  if (jws === undefined) throw new Error('not a token')
  return jws
}

const record = () => Promise.resolve({ shard: 'main/2026', index: 0, isRepeated: false })

describe('signatures', () => {
  for (const alg of ALGORITHMS)
    it(`of ${alg} are made as jose takes them, and taken as jose makes them`, async () => {
      const { privateKey, publicKey } = PAIRS[alg]
      const key = await keyOf(alg)
      const gate = new SigningGate({ record, kid: 'k', alg, privateKey })
      for (let i = 0; i < 6; i++) {
        const { token } = await gate.mint(claims())
        await compactVerify(token, publicKey, { algorithms: [alg] })
        const own = parsed(token)
        assert.ok(isSigned(own, key) && own.isCanonical && isLowS(own.signature, alg))
        const header = { alg, kid: 'k' }
        const payload = Buffer.from(JSON.stringify(claims()))
        const theirs = parsed(
          await new CompactSign(payload).setProtectedHeader(header).sign(privateKey),
        )
        assert.ok(isSigned(theirs, key))
        const changed = Buffer.from(theirs.signature)
        changed[i] = (changed[i] ?? 0) ^ 1
        assert.ok(!isSigned({ ...theirs, signature: changed }, key))
        assert.ok(
          !isSigned(
            { ...theirs, signature: Buffer.concat([theirs.signature, Buffer.alloc(1)]) },
            key,
          ),
        )
        assert.ok(!isSigned({ ...theirs, signingInput: own.signingInput }, key))
      }
    })

  it('are made only over what is recorded', async () => {
    const { privateKey } = PAIRS.ES256
    const refusal = new Error('not recorded')
    const refuse = () => Promise.reject(refusal)
    const gate = new SigningGate({ record: refuse, kid: 'k', alg: 'ES256', privateKey })
    await assert.rejects(gate.mint(claims()), refusal)
    const { jti: _, ...nameless } = claims()
    await assert.rejects(gate.mint(nameless), { code: 'ENTRY_REFUSED' })
    const input = [
      '{"alg":"ES256","kid":"another"}',
      JSON.stringify({ ...claims(), mintmark_salt: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    ]
    const encoded = input.map((part) => Buffer.from(part).toString('base64url')).join('.')
    await assert.rejects(gate.signInput(encoded), { code: 'ENTRY_REFUSED' })
  })
})

describe('keys', () => {
  const jwk = PAIRS.ES256.publicKey.export({ format: 'jwk' })
  const wrong: readonly [string, unknown][] = [
    ['no set', { key: [] }],
    ['without a kid', { keys: [{ ...jwk, alg: 'ES256' }] }],
    ['without an alg', { keys: [{ ...jwk, kid: 'k' }] }],
    ['with an unsupported alg', { keys: [{ ...jwk, kid: 'k', alg: 'none' }] }],
    ['with an alg of another kind', { keys: [{ ...jwk, kid: 'k', alg: 'RS256' }] }],
    ['on another curve', { keys: [{ ...jwk, kid: 'k', alg: 'ES384' }] }],
    ['symmetric', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'ES256' }] }],
    [
      'private',
      { keys: [{ ...PAIRS.ES256.privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] },
    ],
    ...[{ exp: '1700000000' }, { nbf: '2026-01-01' }, { exp: -1 }, { revoked: true }].map(
      (times): [string, unknown] => [
        `with ${JSON.stringify(times)}`,
        { keys: [{ ...jwk, kid: 'k', alg: 'ES256', ...times }] },
      ],
    ),
    [
      'twice',
      {
        keys: [
          { ...jwk, kid: 'k', alg: 'ES256' },
          { ...jwk, kid: 'k', alg: 'ES256' },
        ],
      },
    ],
  ]
  for (const [name, set] of wrong)
    it(`are refused ${name}, and not repeated`, async () => {
      await assert.rejects(readKeys(JSON.stringify(set), owner), (error: unknown) => {
        const shown = JSON.stringify(error) + String(error)
        assert.match(shown, /INPUT_INVALID/)
        return !shown.includes(String(jwk.x)) && !shown.includes('c2VjcmV0')
      })
    })

  it('of another issuer in the same set are left to it', async () => {
    const set = {
      keys: [{ ...jwk, kid: 'k', alg: 'ES256', issuer: 'https://consumer.example.org' }],
    }
    assert.deepEqual(await readKeys(JSON.stringify(set), owner), [])
  })
})

const cookbook = fileURLToPath(
  new URL('../../../../shared/data/jose-cookbook/jws', import.meta.url),
)

describe('the signatures of the JOSE cookbook (RFC 7520)', {
  skip: existsSync(cookbook) ? false : 'no ../shared/data beside the repository',
}, () => {
  it('are accepted with a supported algorithm, and refused with a changed character', async () => {
    const taken: string[] = []
    for (const name of readdirSync(cookbook).filter((each) => each.endsWith('.json'))) {
      const vector = parseObject(readFileSync(join(cookbook, name), 'utf8')) ?? {}
      const { input, output } = vector
      const jwk = isObject(input) && isObject(input['key']) ? input['key'] : {}
      const alg = isObject(input) ? input['alg'] : undefined
      const token = isObject(output) ? output['compact'] : undefined
      if (typeof token !== 'string' || !ALGORITHMS.some((each) => each === alg)) continue
      // The file holds the private key; a verifier is given the public part.
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, use: _use, ...publicJwk } = jwk
      const key = await trusted({ ...publicJwk, alg })
      assert.ok(isTokenOf(token, key), name)
      const at = token.lastIndexOf('.') + 10
      const other = token[at] === 'A' ? 'B' : 'A'
      assert.ok(!isTokenOf(`${token.slice(0, at)}${other}${token.slice(at + 1)}`, key), name)
      taken.push(String(alg))
    }
    assert.deepEqual(
      ['ES512', 'PS384', 'RS256'].filter((each) => !taken.includes(each)),
      [],
    )
  })
})

describe('all that the JOSE cookbook signs', {
  skip: existsSync(cookbook) ? false : 'no ../shared/data beside the repository',
}, () => {
  for (const name of existsSync(cookbook) ? readdirSync(cookbook) : [])
    it(`in ${name} verifies unless its algorithm is HS256, and is a token in compact form alone`, async () => {
      const { input, signing, output } =
        parseObject(readFileSync(join(cookbook, name), 'utf8')) ?? {}
      assert.ok(isObject(input) && isObject(output))
      const jwks = objects(listed(input['key']))
      const algs = listed(input['alg'])
      const signings = objects(listed(signing))
      assert.ok(signings.length > 0 && signings.length === jwks.length)
      for (const [i, made] of signings.entries()) {
        const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = jwks[i] ?? {}
        const row = { ...jwk, alg: algs[i] }
        // What signs with a secret that a verifier shares is no signature here.
        if (algs[i] === 'HS256') {
          await assert.rejects(trusted(row), { code: 'INPUT_INVALID' })
          continue
        }
        const key = await trusted(row)
        const signature = Buffer.from(String(made['sig']), 'base64url')
        const jws = { ...EMPTY_JWS, signingInput: String(made['sig-input']), signature }
        assert.ok(isSigned(jws, key), `signature ${i}`)
        signature[0] = (signature[0] ?? 0) ^ 1
        assert.ok(!isSigned(jws, key), `signature ${i}, changed`)
      }
      for (const form of ['json', 'json_flat'])
        assert.equal(parseStrict(JSON.stringify(output[form] ?? {})), undefined)
    })
})

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const EMPTY_JWS: StrictJws = {
  signingInput: '',
  header: {},
  payload: {},
  alg: '',
  kid: '',
  issuer: '',
  isMalformed: false,
  signature: new Uint8Array(),
  isCanonical: true,
  isOversized: false,
}

const objects = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []
