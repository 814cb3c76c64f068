import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type MakeVerify, probeVerifier } from '../src/harness/harness.ts'
import type { Distrust } from '../src/probe/report.ts'
import { merged } from './verifiers.ts'

const MAX_AGE_S = 1.5

async function measured(make: MakeVerify, patienceS = 20): Promise<readonly Distrust[]> {
  const distrust = { patienceS, withinS: 0, everyMs: 50 }
  const report = await probeVerifier(make, { vectors: ['alg-none'], distrust })
  return report.distrust
}

describe('the time to distrust', () => {
  it('is the age that a cache allows, with the key endpoint in reach and out of it', async () => {
    const cache = { cacheMaxAge: MAX_AGE_S * 1000, cooldownDuration: 0 }
    const results = await measured((place) => merged(place, cache))
    assert.deepEqual(
      results.map(({ endpoint, outcome }) => [endpoint, outcome]),
      [
        ['reachable', 'late'],
        ['unreachable', 'late'],
      ],
    )
    for (const { seconds, keysAge } of results) {
      assert.ok(seconds !== null && keysAge !== null)
      const total = seconds + keysAge
      assert.ok(total > MAX_AGE_S - 0.5, `${seconds} and ${keysAge} s`)
    }
  })

  it('is none for a verifier that looks each time', async () => {
    const results = await measured((place) => (token) => merged(place)(token))
    for (const { outcome, seconds } of results) {
      assert.equal(outcome, 'refused')
      assert.notEqual(seconds, null)
    }
  })

  it('has no end within the patience for one that never looks again', async () => {
    const cache = { cacheMaxAge: Number.POSITIVE_INFINITY }
    const results = await measured((place) => merged(place, cache), 1)
    for (const { outcome, seconds } of results) {
      assert.equal(outcome, 'accepted')
      assert.ok(seconds !== null && seconds >= 1, `${seconds} s`)
    }
  })
})

describe('a measurement of distrust', () => {
  it('differs where stale keys are served while the endpoint is out of reach', async () => {
    const results = await measured((place) => {
      let last = merged(place)
      return async (token) => {
        const isUp = await fetch(place.jwksUri).then(
          () => true,
          () => false,
        )
        if (isUp) last = merged(place, { cacheMaxAge: Number.POSITIVE_INFINITY })
        return await last(token)
      }
    }, 1)
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['refused', 'accepted'],
    )
  })

  it('has the outcome cannot tell where a listed key is not trusted', async () => {
    const results = await measured((place) => {
      const verify = merged(place)
      let first = ''
      return async (token) => {
        const kid = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
        if (first === '') first = kid
        if (kid !== first) throw new TypeError('another key')
        return await verify(token)
      }
    })
    assert.deepEqual(
      results.map(({ outcome, seconds }) => [outcome, seconds]),
      [
        ['cannot-tell', null],
        ['cannot-tell', null],
      ],
    )
  })
})
