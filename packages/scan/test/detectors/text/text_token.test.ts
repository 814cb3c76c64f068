import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { planted } from '@mintmark/testkit/text_keys'
import { hitsIn, SPELLINGS } from './text_hits.ts'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const noise = (length: number): string => randomBytes(length).toString('base64url')
const header = part({ typ: 'JWT', alg: 'RS256', kid: 'one' })
const claims = part({ iss: 'https://login.example.org', sub: 'ada', exp: 1_700_000_000 })
const jws = `${header}.${claims}.${noise(256)}`
const entra = `0.AX0A${noise(30)}.AgABAwEAAAA${noise(300)}`

describe('a token is reported as a protected secret, at its offset', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a JWS', jws, 'jws', jws],
    ['a JWS behind Bearer', `Authorization: Bearer ${jws}\r\n`, 'jws', jws],
    ['a JWS in JSON', JSON.stringify({ access_token: jws, n: 1 }), 'jws', jws],
    ['a refresh token that is a JWS', `{"refresh_token":"${jws}"}`, 'jws', jws],
    ['a refresh token of Entra', `{"x":"${entra}"}`, 'refresh-token', entra],
    ['a refresh token of Google', `1//0${noise(60)}`, 'refresh-token', ''],
    ['a refresh token of GitHub', `ghr_${noise(57).replaceAll(/[-_]/g, 'a')}`, 'refresh-token', ''],
  ]
  for (const [name, text, encoding, token] of cases) {
    it(name, () => {
      for (const [width, spell] of Object.entries(SPELLINGS)) {
        const [hit, ...others] = hitsIn(planted(spell(text), 3))
        assert.deepEqual(others, [])
        assert.ok(hit)
        assert.equal(`${hit.certainty} ${hit.kind} ${hit.encoding}`, `protected token ${encoding}`)
        const unit = width === 'plain' ? 1 : 2
        const begin = token === '' ? 0 : text.indexOf(token)
        assert.equal(hit.offset, 3 + unit * begin + (width === 'utf16be' ? 1 : 0))
        assert.equal(hit.length, unit * (token === '' ? text : token).length)
        assert.equal(hit.material, undefined)
      }
    })
  }

  const value = noise(60)
  for (const text of [
    `{"refresh_token":"${value}"}`,
    `refresh_token=${value}&grant_type=x`,
    `{'refresh_token': '${value}'}`,
    JSON.stringify(JSON.stringify({ refreshToken: value })),
    `"RefreshToken" : "${value}"`,
    `refresh_token%3D${value}`,
  ]) {
    it(`an opaque value under its name: ${text.replace(value, '…')}`, () => {
      const [hit, ...others] = hitsIn(Buffer.from(text))
      assert.deepEqual(others, [])
      assert.ok(hit)
      assert.equal(hit.encoding, 'refresh-token')
      assert.deepEqual([hit.offset, hit.length], [text.indexOf(value), value.length])
    })
  }

  it('an encrypted one', () => {
    const text = `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.${noise(256)}.${noise(12)}.${noise(90)}.${noise(16)}`
    const [hit] = hitsIn(Buffer.from(text))
    assert.ok(hit)
    assert.deepEqual([hit.encoding, hit.length], ['jwe', text.length])
  })
})

describe('no token', () => {
  const cases: Readonly<Record<string, string>> = {
    'a header alone': header,
    'a header and claims': `${header}.${claims}`,
    'an unsigned one': `${part({ alg: 'none' })}.${claims}.`,
    'claims that are no JSON': `${header}.${noise(80)}.${noise(256)}`,
    'a header without alg': `${part({ typ: 'JWT' })}.${claims}.${noise(256)}`,
    'a source map': part({ version: 3, sources: ['a'], mappings: 'AAAA' }),
    'a short refresh token': '{"refresh_token":"abc"}',
    'a placeholder': `{"refresh_token":"${'x'.repeat(80)}"}`,
    'the lifetime of one':
      '{"refresh_token_expires_in":86399000000000000000000000000000000000000000000}',
    'the name alone': 'grant_type=refresh_token&client_id=00000000-0000-0000-0000-000000000000',
    'words under the name':
      'refresh_token = the.value.that.the.provider.returned.with.the.access.token',
  }
  for (const [name, text] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(hitsIn(Buffer.from(text)), []))
  }
})
