import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { ML_KEM, type MlKemParameters, mlKemFromSeed } from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemWords } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import { plainSpki } from '@mintmark/keys/public_half/spki'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { armoured } from '@mintmark/testkit/public_key_world'
import { MlKemSearch } from '../../../src/detectors/process/ml_kem_layouts.ts'
import { KnownKeySearch } from '../../../src/known/secrets/known_key_search.ts'

const SIZE = 40_000
const AT = 20_000

/** A key in the parts that libraries keep. */
function keyOf(parameters: MlKemParameters) {
  const { k, oid } = parameters
  const seed = randomBytes(64)
  const { secret, publicKey } = mlKemFromSeed(parameters, seed)
  const parts = {
    d: seed.subarray(0, 32),
    z: seed.subarray(32),
    rho: publicKey.subarray(-32),
    hash: secret.subarray(-64, -32),
    t: mlKemWords(publicKey.subarray(0, 384 * k)),
    s: mlKemWords(secret.subarray(0, 384 * k)),
    // Numbers as those of A: nothing here reads them.
    matrix: mlKemWords(Buffer.concat(Array.from({ length: k * k }, () => mixed()))),
  }
  const spki = plainSpki(oid, publicKey)
  const { keys } = parsePublicKeys(Buffer.from(armoured('PUBLIC KEY', spki)), 'given')
  return { ...parts, seed, secret, publicKey, keys }
}

/** A polynomial of chance, in 12 bits a number. */
const mixed = (): Buffer => {
  const bytes = randomBytes(384)
  for (let i = 0; i < 384; i += 3) {
    bytes[i + 1] = (bytes[i + 1] ?? 0) & 0x3b
    bytes[i + 2] = (bytes[i + 2] ?? 0) & 0x7f
  }
  return bytes
}

type Key = ReturnType<typeof keyOf>
const go = ({ d, z, rho, hash, t, matrix, s }: Key) => [d, z, rho, hash, t, matrix, s]

function laidOut(parts: readonly Uint8Array[], at = AT): Buffer {
  const bytes = randomBytes(SIZE)
  bytes.set(Buffer.concat(parts), at)
  return bytes
}

const found = (bytes: Uint8Array, search = new MlKemSearch()) =>
  search
    .search(bytes, 0, bytes.length)
    .map(({ offset, length, encoding, key: { bits, verification } }) => [
      offset,
      length,
      encoding,
      bits,
      verification,
    ])

for (const parameters of ML_KEM) {
  describe(`a key of ${parameters.name} in a structure`, () => {
    const key = keyOf(parameters)
    const { k, name, set } = parameters
    const parts = go(key)

    it('of Go is found by its secret polynomials', () => {
      const verification = `${name}: the seed expands to the key beside it`
      for (const at of [0, AT - 3000, AT + 2]) {
        const before = Buffer.concat(parts.slice(0, parts.indexOf(key.s))).length
        const expected = [at + before, 512 * k, 'ml-kem-structure', set, verification]
        assert.deepEqual(found(laidOut(parts, at)), [expected])
      }
    })

    it('of Go is nothing beside the public half of another', () => {
      const other = keyOf(parameters)
      const swapped = parts.map((part) => (part === key.hash ? other.hash : part))
      assert.deepEqual(found(laidOut(swapped)), [])
      const all = parts.map((part) => (part === key.s ? other.s : part))
      assert.deepEqual(found(laidOut(all)), [])
    })

    it('is found in either half of bytes that are searched one after the other, once', () => {
      const bytes = laidOut(go(key))
      for (const border of [AT + 100, AT + 512 * k, AT + 128 + 512 * k * (k + 1), AT + 12_000]) {
        const search = new MlKemSearch()
        const hits = [
          ...search.search(bytes, 0, border & ~1),
          ...search.search(bytes, border & ~1, bytes.length),
        ]
        assert.equal(hits.length, 1, `${border}`)
      }
    })

    it('gives nothing away where the public key of another is known', () => {
      const { keys } = keyOf(parameters)
      const search = new KnownKeySearch(keys, { deep: false })
      assert.deepEqual(search.search(laidOut([key.s]), 0, SIZE), [])
    })
  })
}
