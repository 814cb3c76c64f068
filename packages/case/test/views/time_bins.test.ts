/** The course of a selection: which time is drawn, and what is left out of it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { select } from '../../src/scope/select.ts'
import { type TimeBins, timeBins } from '../../src/views/time_bins.ts'
import {
  bind,
  fill,
  hour,
  type OpenWorld,
  openWorld,
  type Row,
  undetermined,
  unissued,
} from '../world.ts'

const ANN = 'ann@example.org'
const YEAR = 365 * 24
const iso = (hours: number) => `${hour(hours).slice(0, 13).replace(' ', 'T')}:00:00.000Z`
const sum = ({ series }: TimeBins) =>
  series.flatMap(({ counts }) => counts).reduce((a, b) => a + b, 0)

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** The course of a world of forged accesses, and of ambiguous ones from the same address. */
async function courseOf(
  forged: readonly Row[],
  others: readonly Row[],
  options: Parameters<typeof timeBins>[2] = {},
): Promise<TimeBins> {
  const { session } = world
  const coverage = [0, 1, 5].map((at) => ({
    side: 'access',
    source: 'ual',
    category: 'Exchange',
    tenant: 'tenant-a',
    hour: hour(at).slice(0, 19),
    records: 1,
  }))
  const verdicts = new Map([...unissued(...forged), ...undetermined(...others)])
  await fill(session, { access: [...forged, ...others], verdicts, coverage })
  const selected = await select(session, {})
  try {
    return await timeBins(session, selected, options)
  } finally {
    await selected.close()
  }
}

const at = (hours: number) => bind(ANN, hours, [`<${hours}@example.org>`], { ip: '192.0.2.1' })

describe('the course of a selection', () => {
  it('leaves out a long time without any access, and says between which times it is', async () => {
    const course = await courseOf([at(0), at(10), at(2 * YEAR), at(2 * YEAR + 30)], [])
    assert.equal(sum(course), 4)
    const [first, second, ...more] = course.segments
    assert.deepEqual(more, [])
    assert.ok(first && second && first.from < iso(0) && first.to < iso(24))
    assert.ok(second.from > iso(2 * YEAR - 24) && second.to > iso(2 * YEAR + 30))
    assert.deepEqual(
      [first.bin, second.bin, course.bins],
      [0, first.bins, first.bins + second.bins],
    )
    assert.ok(course.bins <= 242, 'the pause has no bins')
    assert.equal(course.outside, 0)
  })

  it('counts an access at either side of the pause in the bin of its time', async () => {
    const course = await courseOf([at(0), at(2 * YEAR), at(2 * YEAR + 1)], [], { bins: 20 })
    const [counts] = course.series.map((one) => one.counts)
    const [, second] = course.segments
    const early = (counts ?? []).slice(0, second?.bin).reduce((a, b) => a + b, 0)
    assert.equal(early, 1)
  })

  it('is of the time of the attacker, and of all where that is asked for', async () => {
    const others = [at(-100), at(300)]
    const course = await courseOf([at(0), at(24)], others)
    assert.ok(course.from > iso(-3) && course.to < iso(27))
    assert.deepEqual([sum(course), course.outside], [2, 2])
    const all = await courseOf([at(0), at(24)], others, { isAll: true })
    assert.deepEqual([sum(all), all.outside], [4, 0])
  })

  it('is of all that the logs cover where nothing is selected', async () => {
    const course = await courseOf([], [])
    assert.deepEqual([course.from, course.to], [iso(0), iso(6)])
    assert.deepEqual(course.series, [])
    assert.equal(course.bands.length, 1)
  })
})
