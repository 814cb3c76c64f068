/**
 * Laws of files: how the evidence is cut into files, named, packed and ordered changes nothing, nor does having it twice.
 *
 * `FUZZ_RUNS` is the number of worlds for each law.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Case, openCase } from '../../src/store/case.ts'
import { embedded } from '../backends.ts'
import { type FileWorld, inFiles, type Layout, otherLayout, PLAIN } from './law_files.ts'
import { fileJudge, type Judge, rowJudge } from './law_judges.ts'
import { holds, type Law } from './law_runs.ts'
import { differences } from './law_said.ts'
import { anyWorld, type Spec, simplerSpecs } from './law_spec.ts'
import { makeWorld } from './law_world.ts'

let place: Awaited<ReturnType<typeof embedded.start>>
let opened: Case
let judge: Judge<FileWorld>
before(async () => {
  place = await embedded.start()
  opened = await openCase(place.location)
  judge = fileJudge(opened)
})
after(async () => {
  await opened.close()
  await place.stop()
})

const input = fc.record({ spec: anyWorld, layout: otherLayout })
const worldOf = (spec: Spec, number: number, layout: Layout) =>
  inFiles(makeWorld(spec, { number, shiftHours: 0 }), layout)

const layoutLaw = (
  change: (layout: Layout) => Layout,
): Law<{ spec: Spec; layout: Layout }, FileWorld> => ({
  family: 'files',
  runs: 10,
  input,
  simpler: ({ spec, layout }) =>
    simplerSpecs(spec, 1, 3).map((specs) => specs.map((one) => ({ spec: one, layout }))),
  before: ({ spec }, number) => worldOf(spec, number, PLAIN),
  after: ({ spec, layout }, number) => worldOf(spec, number, change(layout)),
  faults: (one, other, world) => differences(one, other, world),
})

describe('files that change nothing', () => {
  it('other parts, names, order and compression', async () => {
    await holds(
      judge,
      layoutLaw((layout) => layout),
    )
  })

  it('the same evidence twice, laid out as it may be', async () => {
    await holds(
      judge,
      layoutLaw((layout) => ({ ...layout, copies: 2 })),
    )
  })

  it('are read as the rows that they were made from', async () => {
    const [spec] = fc.sample(anyWorld, { seed: 1, numRuns: 1 })
    assert.ok(spec)
    const world = worldOf(spec, 0, PLAIN)
    const [fromFiles] = await judge([world])
    for (const table of ['evidence', 'meta'])
      await opened.session.command(`TRUNCATE TABLE ${table}`)
    const [fromRows] = await rowJudge(opened.session)([world])
    assert.ok(fromFiles && fromRows)
    assert.deepEqual(differences(fromFiles, fromRows, world), [])
  })
})
