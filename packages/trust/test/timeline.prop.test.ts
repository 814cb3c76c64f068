/** What is said of a key between two observations, against what was so. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { historiesOf, seriesOf, standingAt } from '../src/index.ts'
import type { Observation } from '../src/record/observation.ts'
import { ecKey, jwks } from './made_keys.ts'

const [own, other] = [ecKey('own'), ecKey('other')]
const LISTED = { name: 'listed', body: jwks(own, other) }
const ABSENT = { name: 'absent', body: jwks(other) }

/** Times at which the key comes or goes, alternately; it begins unlisted. */
const changes = fc
  .uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 6 })
  .map((times) => times.toSorted((a, b) => a - b))
const looks = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 })

const isListed = (times: readonly number[], at: number) =>
  times.filter((time) => time <= at).length % 2 === 1

function observed(times: readonly number[], at: number): Observation {
  const { name } = isListed(times, at) ? LISTED : ABSENT
  return {
    document: 'd',
    atMs: at,
    recordedMs: at,
    clock: 'fetched',
    outcome: 'read',
    sha256: name,
    stored: name,
  }
}

async function historyOf(times: readonly number[], at: readonly number[]) {
  const series = await seriesOf({
    observations: at.map((each) => observed(times, each)),
    bodyOf: async ({ stored }) => (stored === 'listed' ? LISTED.body : ABSENT.body),
  })
  const history = historiesOf(series).find(({ kids }) => kids[0] === 'own')
  return { series: series[0], history }
}

describe('the bounds of a key', () => {
  it('contain each time at which it came or went, whatever the observations', async () => {
    await fc.assert(
      fc.asyncProperty(changes, looks, async (times, at) => {
        const { history } = await historyOf(times, at)
        const sorted = at.toSorted((a, b) => a - b)
        assert.equal(
          history !== undefined,
          sorted.some((each) => isListed(times, each)),
        )
        for (const listing of history?.listings ?? []) {
          const { lastAbsentMs, firstPresentMs, lastPresentMs, firstAbsentMs } = listing
          // It is listed at both ends, absent at the observations around, and the observations around are the nearest.
          assert.ok(isListed(times, firstPresentMs) && isListed(times, lastPresentMs))
          assert.equal(
            lastAbsentMs,
            sorted.findLast((each) => each < firstPresentMs),
          )
          assert.equal(
            firstAbsentMs,
            sorted.find((each) => each > lastPresentMs),
          )
          if (lastAbsentMs !== undefined) {
            assert.ok(!isListed(times, lastAbsentMs))
            const came = times.filter((time) => time > lastAbsentMs && time <= firstPresentMs)
            assert.equal(came.length % 2, 1)
          }
          if (firstAbsentMs !== undefined) {
            const went = times.filter((time) => time > lastPresentMs && time <= firstAbsentMs)
            assert.equal(went.length % 2, 1)
          }
        }
      }),
    )
  })

  it('cover all observations that list it, and none that does not', async () => {
    await fc.assert(
      fc.asyncProperty(changes, looks, async (times, at) => {
        const { history } = await historyOf(times, at)
        for (const each of at) {
          const isWithin = (history?.listings ?? []).some(
            ({ firstPresentMs, lastPresentMs }) => firstPresentMs <= each && each <= lastPresentMs,
          )
          assert.equal(isWithin, isListed(times, each))
        }
      }),
    )
  })
})

describe('what is said of a time', () => {
  it('is true unless it changed twice between two observations', async () => {
    await fc.assert(
      fc.asyncProperty(
        changes,
        looks,
        fc.integer({ min: 0, max: 1000 }),
        async (times, at, when) => {
          const { series, history } = await historyOf(times, at)
          if (series === undefined || history === undefined) return
          const { standing, beforeMs, afterMs } = standingAt(series, history.thumbprint, when)
          if (standing === 'unknown') {
            // Never where there was an observation, or where nothing changed between the observations around.
            assert.ok(!at.includes(when))
            if (beforeMs !== undefined && afterMs !== undefined)
              assert.ok(times.some((time) => time > beforeMs && time <= afterMs))
            return
          }
          assert.ok(
            beforeMs !== undefined && afterMs !== undefined && beforeMs <= when && when <= afterMs,
          )
          const between = times.filter((time) => time > beforeMs && time <= afterMs)
          if (between.length === 0) assert.equal(standing === 'listed', isListed(times, when))
          else assert.ok(between.length >= 2)
        },
      ),
    )
  })
})
