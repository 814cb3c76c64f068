import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { buildCoverage } from '../../../src/verdicts/losses/coverage.ts'
import { rangesFor } from '../../../src/verdicts/match/join.ts'
import { reconcile } from '../../../src/verdicts/reconcile.ts'
import { made, timeOf, token, used } from '../../reconcile_world.ts'
import { fill, guid, openWorld, type Row } from '../../world.ts'

/** One world holds hundreds of accesses, so few worlds are many comparisons. */
const WORLDS = Math.max(2, Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 200) / 100))
interface Party {
  readonly id: number
  readonly name: string
  readonly oid: string
  readonly app: string
  readonly tenant: string
  readonly at: number
}

const few = (prefix: string) => fc.constantFrom('', `${prefix}1`, `${prefix}2`)
const party = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  name: fc.constantFrom('', 'a@x.example.org', 'b@x.example.org', 'A@x.example.org', 'service'),
  oid: fc.constantFrom('', guid(1), guid(2)),
  app: few('app-'),
  tenant: few('tenant-'),
  at: fc.constantFrom(100, 100.5, 101.2, 103),
})

const differs = (a: string, b: string) => a !== '' && b !== '' && a !== b

/** The rule of `agreement.ts` for these parties, written out again without the engine. */
function agrees(access: Party, issuance: Party): boolean {
  const ids = access.oid !== '' && issuance.oid !== ''
  const names = access.name.includes('@') && issuance.name.includes('@')
  const isSameId = ids && access.oid === issuance.oid
  const isSameName = names && access.name.toLowerCase() === issuance.name.toLowerCase()
  return !(
    ((ids || names) && !isSameId && !isSameName) ||
    differs(access.app, issuance.app) ||
    differs(access.tenant, issuance.tenant) ||
    access.at - issuance.at > 1
  )
}

const rowOf = (of: Party): Row => ({
  token_id: token(of.id),
  principal: of.name.toLowerCase(),
  principal_id: of.oid,
  tenant: of.tenant,
})

describe('the two steps of the join', () => {
  let world: Awaited<ReturnType<typeof openWorld>>
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  it('give what comparing every pair gives', async () => {
    const worlds = fc.record({
      accesses: fc.array(party, { minLength: 50, maxLength: 150 }),
      issuances: fc.array(party, { minLength: 20, maxLength: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(worlds, async ({ accesses, issuances }) => {
        const rows = accesses.map((of) =>
          used(104, of.id, { ...rowOf(of), client_app_id: of.app, issued_at: timeOf(of.at) }),
        )
        await fill(world.session, {
          access: rows,
          issuance: issuances.map((of) => made(of.at, of.id, { ...rowOf(of), app_id: of.app })),
        })
        await buildCoverage(world.session)
        await reconcile(world.session, { force: true })
        const found = await world.session.rows(
          "SELECT toString(record_id) AS id FROM judged WHERE verdict = 'issued'",
        )
        const expected = accesses.flatMap((access, at) =>
          issuances.some((one) => one.id === access.id && agrees(access, one))
            ? [String(rows[at]?.['record_id'])]
            : [],
        )
        assert.deepEqual(found.map((row) => String(row['id'])).toSorted(), expected.toSorted())
      }),
      { numRuns: WORLDS },
    )
  })

  it('cover every bucket once, whatever the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (rows) => {
        const ranges = rangesFor(rows)
        assert.ok(ranges.length >= 1 && ranges.length <= 256)
        let next = 0
        for (const { first, last } of ranges) {
          assert.equal(first, next)
          assert.ok(last >= first)
          next = last + 1
        }
        assert.equal(next, 256)
      }),
    )
    assert.equal(rangesFor(100_000).length, 1)
  })
})
