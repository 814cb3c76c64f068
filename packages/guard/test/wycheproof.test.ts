/** Every vector of Wycheproof for JSON Web Signatures, keys and mixed sets, where they are at hand. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import { readKeys, type TrustedKey } from '../src/index.ts'
import { isAlgorithm } from '../src/verify/keys.ts'
import { isTokenOf } from './vector_token.ts'

const ISSUER = 'https://id.example.org'
const FOLDER = fileURLToPath(
  new URL('../../../../shared/data/wycheproof/testvectors_v1/', import.meta.url),
)
const skip = existsSync(FOLDER) ? false : 'no ../shared/data beside the repository'

const objects = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

const PRIVATE = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi'])

/** The public halves of a group's keys; those of a symmetric key are itself. */
function keysOf(group: Json): readonly Json[] {
  const given = isObject(group['public']) ? group['public'] : group['private']
  if (!isObject(given)) return []
  const keys = 'keys' in given ? objects(given['keys']) : [given]
  return keys.map((jwk) => {
    const open = Object.entries(jwk).filter(([name]) => !PRIVATE.has(name))
    return Object.fromEntries([['kid', 'none'], ...open])
  })
}

/** The keys of a set as a guard reads them; none where it refuses the set. */
async function trustedOf(keys: readonly Json[]): Promise<readonly TrustedKey[]> {
  try {
    return await readKeys(JSON.stringify({ keys }), { issuer: ISSUER, maxKeyAgeMs: undefined })
  } catch (error) {
    assert.equal(isObject(error) ? error['code'] : '', 'INPUT_INVALID')
    return []
  }
}

const algOf = (token: string) =>
  parseObject(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))?.['alg']

for (const name of ['json_web_signature', 'json_web_key', 'json_web_crypto'])
  describe(`${name}_test of Wycheproof`, { skip }, () => {
    it('has no vector that is taken and must not be, and of the valid ones all that a guard can take', async () => {
      const file = `${FOLDER}${name}_test.json`
      const groups = objects(parseObject(readFileSync(file, 'utf8'))?.['testGroups'])
      assert.ok(groups.length > 0)
      const wrong: string[] = []
      for (const group of groups) {
        const keys = keysOf(group)
        const trusted = await trustedOf(keys)
        for (const test of objects(group['tests'])) {
          const token = text(test, 'jws') ?? text(test, 'jwe') ?? ''
          const isTaken = trusted.some((key) => isTokenOf(token, key))
          const isOurs = keys.every(({ alg }) => isAlgorithm(String(alg)))
          // Two valid ones are signed by another algorithm than their key names.
          const isNamed = keys.some(({ alg }) => alg === algOf(token))
          const isWanted = test['result'] === 'valid' && isOurs && isNamed
          if (isTaken !== isWanted)
            wrong.push(
              `${String(test['tcId'])} ${String(group['comment'])} ${String(test['comment'])}: ${isTaken}`,
            )
        }
      }
      assert.deepEqual(wrong, [])
    })
  })
