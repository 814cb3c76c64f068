/** Values of more keys than are held as bytes are found as those of each key alone. */
import assert from 'node:assert/strict'
import { createECDH, createHash } from 'node:crypto'
import { it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { EcMaterial } from '@mintmark/keys/material/key_material'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { derivedValues } from '../../src/known/values/derived_values.ts'
import { encodingsOf } from '../../src/known/values/encodings.ts'

const COUNT = 160

function keyOf(number: number): EcMaterial {
  const secret = createHash('sha256').update(`key ${number}`).digest()
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(secret)
  const point = ecdh.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((bytes) => fromBigEndian(bytes))
  return { type: 'ec', curve: 'P-256', x: x ?? 0n, y: y ?? 0n, d: fromBigEndian(secret) }
}

it('values of many keys are found in every spelling, wherever they are', () => {
  const keys = Array.from({ length: COUNT }, (_, number) => keyOf(number))
  const chosen = [0, 77, COUNT - 1].flatMap((number) => keys[number] ?? [])
  const parts = chosen.flatMap((key) =>
    derivedValues(key).flatMap(({ name, value, bits }) =>
      encodingsOf(value, bits).map(({ bytes: part, encoding }) => ({ name, encoding, part })),
    ),
  )
  const total = parts.reduce((sum, { part }) => sum + part.length + 41, 1000)
  const bytes = new Uint8Array(total)
  const planted: string[] = []
  let at = 100
  for (const [number, { part, encoding, name }] of parts.entries()) {
    bytes.set(part, at)
    planted.push(`${at} ${part.length} (${name} as ${encoding})`)
    at += part.length + 33 + (number % 8)
  }
  const reported = (all: readonly EcMaterial[]) =>
    new KnownKeySearch([], { deep: false, found: all })
      .search(bytes, 0, bytes.length)
      .map(
        ({ offset, length, key: { verification } }) =>
          `${offset} ${length} ${verification.slice(verification.indexOf('('))}`,
      )
  const alone = chosen.flatMap((key) => reported([key]))
  const found = new Set(alone)
  assert.deepEqual(
    planted.filter((each) => !found.has(each)),
    [],
  )
  assert.deepEqual(new Set(reported(keys)), new Set(alone))
})
