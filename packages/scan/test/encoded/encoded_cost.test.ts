/** What encoded text costs is counted as what it takes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endLook, startLook } from '@mintmark/keys/material/effort'
import { ED25519, pemsOf } from '@mintmark/testkit/text_keys'
import { LayerReader } from '../../src/encoded/encoded_layers.ts'
import { keysOf } from '../../src/encoded/layer_keys.ts'

const LENGTH = 60_000

function unitsOf(work: () => unknown): number {
  startLook(Number.POSITIVE_INFINITY)
  work()
  return endLook().units
}

const [pem = ''] = pemsOf(ED25519)

describe('letters that stand for text', () => {
  const letters = Buffer.from(Buffer.alloc(LENGTH, 'words amid words, ').toString('base64'))

  it('cost as much as it takes to read them, to look for runs and to decode them', () => {
    const reader = new LayerReader({ isDeep: false })
    const units = unitsOf(() => reader.read(letters, 0, LENGTH, () => undefined))
    assert.ok(units > 30 * LENGTH, `${units / LENGTH} units a letter`)
  })

  it('cost more where they hold keys: what is told of each', () => {
    const reader = new LayerReader({ isDeep: false })
    const encoded = Buffer.from(Buffer.from(pem).toString('base64'))
    let hits = 0
    const units = unitsOf(() =>
      reader.read(encoded, 0, encoded.length, (layer) => {
        for (const hit of keysOf(layer)) hits += hit.length > 0 ? 1 : 0
      }),
    )
    assert.ok(hits > 0 && units > 90_000 * hits, `${units} units, ${hits} hits`)
  })
})
