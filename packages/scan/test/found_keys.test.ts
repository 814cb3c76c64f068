/** Which of the keys found are still to be looked for by their values. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FoundKeys } from '../src/found_keys.ts'
import { KEYS } from './conjugate_world.ts'

const seen = (note?: 'self-test') =>
  ({
    offset: 0,
    length: 1,
    kind: 'rsa',
    form: 'pem',
    bits: 1024,
    certainty: 'proven',
    proof: '',
    note,
    keyId: undefined,
  }) as const

it('a key is given once, and once more when a value of it is new', () => {
  const found = new FoundKeys()
  const [first, second] = KEYS
  assert.ok(first !== undefined && second !== undefined)
  const key = { type: 'rsa', ...first, d: 65_537n ** 70n } as const
  const another = { type: 'rsa', ...second, d: undefined } as const
  found.add({ material: key, seen: seen() })
  assert.equal(found.unsought().length, 1)
  found.add({ material: { ...key, d: undefined }, seen: seen() })
  assert.equal(found.unsought().length, 0)
  const other = { ...key, d: key.d + 2n }
  found.add({ material: other, seen: seen() })
  assert.deepEqual(found.unsought(), [other])
  found.add({ material: another, seen: seen('self-test') })
  assert.equal(found.unsought().length, 0)
})
