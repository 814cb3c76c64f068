import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { ED25519, P256, planted, RSA, RSA_SMALL, type TestKey } from '@mintmark/testkit/text_keys'
import { jwk } from './spelled_text.ts'
import { hitsIn, SPELLINGS } from './text_hits.ts'

type Members = readonly (readonly [string, string])[]

function membersOf(members: object): Members {
  return Object.entries(members).filter(
    (member): member is [string, string] => typeof member[1] === 'string',
  )
}

const lines = (members: Members, line: (name: string, value: string) => string): string =>
  members.map(([name, value]) => line(name, value)).join('\n')

const TEXTS: Readonly<Record<string, (members: Members) => string>> = {
  'as YAML': (members) => `key:\n${lines(members, (name, value) => `  ${name}: ${value}`)}\n`,
  'as YAML with quotes': (members) => lines(members, (name, value) => `${name}: "${value}"`),
  'as TOML': (members) => `[key]\n${lines(members, (name, value) => `${name} = "${value}"`)}`,
  'as an array that PHP prints': (members) =>
    `Array\n(\n${lines(members, (name, value) => `    [${name}] => ${value}`)}\n)\n`,
  'as an array of PHP': (members) =>
    `array (\n${lines(members, (name, value) => `  '${name}' => '${value}',`)}\n)`,
  'as a hash of Ruby': (members) =>
    `{${members.map(([name, value]) => `"${name}"=>"${value}"`).join(', ')}}`,
  'as a hash of Ruby with symbols': (members) =>
    `{${members.map(([name, value]) => `:${name}=>"${value}"`).join(', ')}}`,
  'as a map of Go': (members) =>
    `map[${members.map(([name, value]) => `${name}:${value}`).join(' ')}]`,
  'as an object of JavaScript': (members) =>
    `{ ${members.map(([name, value]) => `${name}: '${value}'`).join(', ')} }`,
}

const variables = (members: Members): string =>
  members.map(([name, value]) => `jwk_${name}=${value}`).join('\0')

function assertFound(bytes: Uint8Array, key: TestKey): void {
  const [hit, ...others] = hitsIn(bytes)
  assert.deepEqual(others, [])
  assert.ok(hit?.material)
  assert.equal(`${hit.certainty} ${hit.form}`, 'proven jwk-words')
  assert.equal(keyIdOf(hit.material).spkiSha256, key.spkiSha256)
}

describe('the numbers of a JWK in a text that is not JSON', () => {
  for (const [name, spell] of Object.entries(TEXTS)) {
    it(`are found ${name}, in every width and order`, () => {
      for (const key of [RSA, P256, ED25519]) {
        const members = membersOf(jwk(key))
        for (const widen of Object.values(SPELLINGS)) {
          assertFound(planted(widen(spell(members)), 3), key)
          assertFound(planted(widen(spell(members.toReversed())), 0), key)
        }
      }
    })
  }

  it('are found in the variables of a process', () => {
    for (const key of [RSA, P256, ED25519]) {
      assertFound(Buffer.from(`A=b\0${variables(membersOf(jwk(key)))}\0`), key)
    }
  })

  it('are found by d alone, without the primes', () => {
    const members = membersOf(jwk(RSA_SMALL)).filter(([name]) => ['n', 'e', 'd'].includes(name))
    for (const spell of Object.values(TEXTS)) assertFound(Buffer.from(spell(members)), RSA_SMALL)
  })

  it('give nothing where they are public, or of different keys', () => {
    const [{ n, e }, { x, y, crv }] = [jwk(RSA), jwk(P256)]
    const { p, q, d } = jwk(RSA_SMALL)
    const open = [
      { e, n },
      { crv, x, y },
      { e, n, p, q },
      { e, n, d },
    ].map(membersOf)
    for (const spell of Object.values(TEXTS)) {
      for (const members of open) assert.deepEqual(hitsIn(Buffer.from(spell(members))), [])
    }
  })
})
