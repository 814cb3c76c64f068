import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { LATTICE_SCHEMES, type LatticeScheme } from '@mintmark/keys/der_keys/post_quantum'
import { plainSpki } from '@mintmark/keys/public_half/spki'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { armoured } from '@mintmark/testkit/public_key_world'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { derivedValues } from '../../src/known/values/derived_values.ts'
import { GROUNDS } from './known_plants.ts'

const AT = 20_000

/** A key of the scheme, as it is given and as memory contains it. */
function keyOf(scheme: LatticeScheme) {
  const seed = randomBytes(scheme.seedLength)
  const { secret, publicKey } = scheme.fromSeed(seed)
  const spki = plainSpki(scheme.oid, publicKey)
  const { keys, problems } = parsePublicKeys(Buffer.from(armoured('PUBLIC KEY', spki)), 'given')
  return { seed, secret, publicKey, spki, keys, problems }
}

for (const scheme of LATTICE_SCHEMES) {
  describe(`a known public key of ${scheme.name}`, () => {
    const { seed, secret, publicKey, spki, keys, problems } = keyOf(scheme)
    const search = (bytes: Uint8Array) =>
      new KnownKeySearch(keys, { deep: false }).search(bytes, 0, bytes.length)

    it('is read, and named by its SubjectPublicKeyInfo', () => {
      const id = createHash('sha256').update(spki).digest('hex')
      assert.deepEqual([keys.map(({ keyId }) => keyId.spkiSha256), problems], [[id], []])
      assert.ok(keys[0] && 'secret' in keys[0].material && keys[0].material.secret?.length === 0)
    })

    for (const [ground, fill] of Object.entries(GROUNDS)) {
      it(`gives the seed away that is before its ρ (${ground})`, () => {
        const bytes = fill(40_000, 3)
        bytes.set(seed, AT)
        bytes.set(scheme.rhoOf(publicKey), AT + seed.length)
        const hit = search(bytes).find(({ offset }) => offset === AT)
        assert.deepEqual(
          [hit?.key.kind, hit?.encoding, hit?.key.bits, hit?.key.certainty],
          [scheme.kind, 'limbs-be', scheme.set, 'verified'],
        )
      })
    }

    it('gives nothing away beside the seed of another', () => {
      const bytes = new Uint8Array(40_000)
      bytes.set(randomBytes(seed.length), AT)
      bytes.set(scheme.rhoOf(publicKey), AT + seed.length)
      assert.deepEqual(search(bytes), [])
    })

    it('has the parts of its secret among the values that are looked for, of the seed and without', () => {
      const type = scheme.kind === 'ml-kem' ? 'ml-kem' : 'ml-dsa'
      const open = new Uint8Array(spki)
      const valuesOf = (own: Uint8Array) =>
        new Map(
          derivedValues({ type, secret: own, publicKey: open }).map(({ name, value, bits }) => [
            name,
            Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex'),
          ]),
        )
      const [ofSeed, ofExpanded] = [valuesOf(seed), valuesOf(secret)]
      const own = type === 'ml-kem' ? 'ml-kem-s' : 'ml-dsa-s1-s2'
      const part = ofSeed.get(own) ?? assert.fail()
      assert.ok(part.length >= 384 && Buffer.from(secret).includes(part))
      for (const [name, bytes] of ofExpanded) {
        if (name !== 'secret') assert.deepEqual(ofSeed.get(name), bytes, name)
      }
    })
  })
}
