/** What encoded text costs is counted as what it takes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { ED25519, pemsOf } from '@mintmark/testkit/text_keys'
import type { Probe } from '../../src/anchors/match.ts'
import { type EncodedBytes, LayerReader } from '../../src/encoded/encoded_layers.ts'
import { keysOf } from '../../src/encoded/layer_keys.ts'

const LENGTH = 60_000

function costOf(work: (probe: Probe) => unknown): number {
  const budget = new WorkBudget()
  work({ budget })
  return budget.end().cost
}

const [pem = ''] = pemsOf(ED25519)

describe('letters that stand for text', () => {
  const letters = Buffer.from(Buffer.alloc(LENGTH, 'words amid words, ').toString('base64'))

  it('cost as much as it takes to read them, to look for runs and to decode them', () => {
    const reader = new LayerReader({ isDeep: false })
    const cost = costOf((probe) => reader.read(letters, 0, LENGTH, () => undefined, probe))
    assert.ok(cost > 30 * LENGTH, `${cost / LENGTH}ns a letter`)
  })

  it('cost more where they hold keys: each hit is reported', () => {
    const reader = new LayerReader({ isDeep: false })
    const encoded = Buffer.from(Buffer.from(pem).toString('base64'))
    let hits = 0
    const cost = costOf((probe) => {
      const take = (layer: EncodedBytes): void => {
        for (const hit of keysOf(layer, probe)) hits += hit.length > 0 ? 1 : 0
      }
      reader.read(encoded, 0, encoded.length, take, probe)
    })
    assert.ok(hits > 0 && cost > 105_000 * hits, `${cost} ns, ${hits} hits`)
  })
})
