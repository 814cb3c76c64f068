import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  buildCoverage,
  type CoverageSpan,
  coverageReport,
} from '../../../src/verdicts/losses/coverage.ts'
import { bare, made, used } from '../../reconcile_world.ts'
import { fill, openWorld, type Row } from '../../world.ts'

let world: Awaited<ReturnType<typeof openWorld>>
let spans: CoverageSpan[]
const ofFile = (row: Row, evidence_id: number): Row => ({ ...row, evidence_id })

before(async () => {
  world = await openWorld()
  await fill(world.session, {
    issuance: [
      made(0.5, 1),
      made(1.5, 2, { outcome: 'failed', token_id: '00000000-0000-0000-0000-000000000000' }),
      made(4.5, 3, { session_id: '' }),
      made(2.5, 4, { grouped: 6 }),
      ofFile(made(6.5, 5), 2),
      made(5, 6, { at: '1970-01-01 00:00:00.000' }),
    ],
    access: [used(1, 1), bare(3, { ip: '198.51.100.7' })],
    statement: [
      { evidence_id: 2, line: 0, code: 'row-cap', text: '' },
      { evidence_id: 1, line: 0, code: 'date-order-unproven', text: '' },
    ],
  })
  await buildCoverage(world.session)
  spans = await coverageReport(world.session)
})
after(() => world.close())

const issuances = (quality: string) =>
  spans.find((span) => span.side === 'issuance' && span.quality === quality)

describe('coverage', () => {
  it('counts hours with and without records from the first to the last', () => {
    const { first, last, records, hoursPresent, hoursEmpty } = issuances('whole') ?? {}
    assert.deepEqual(
      { first, last, records, hoursPresent, hoursEmpty },
      {
        first: '2023-06-01T00:30:00.000Z',
        last: '2023-06-01T04:30:00.000Z',
        records: 3,
        hoursPresent: 3,
        hoursEmpty: 2,
      },
    )
  })

  it('gives the share of the records that carry a field', () => {
    const { token, session, principal, ip } = issuances('whole')?.fields ?? {}
    assert.deepEqual([token, session, principal, ip], [2 / 3, 2 / 3, 1, 0])
    const access = spans.find((span) => span.side === 'access')
    assert.deepEqual(
      [access?.fields.token, access?.fields.ip, access?.fields.issuedAt],
      [1 / 2, 1 / 2, 1],
    )
  })

  it('keeps grouped rows and capped files apart', () => {
    assert.equal(issuances('grouped')?.records, 1)
    assert.equal(issuances('capped')?.first, '2023-06-01T06:30:00.000Z')
  })

  it('counts fields of tokens that were made beside those of all records', async () => {
    const [row] = await world.session.rows(`SELECT sum(issued) AS n, sum(issued_with_token) AS t,
      sum(issued_with_session) AS s FROM coverage WHERE side = 'issuance' AND quality = 'whole'`)
    assert.deepEqual([row?.['n'], row?.['t'], row?.['s']], ['2', '2', '1'])
  })

  it('leaves out records that have no time', () => {
    assert.ok(spans.every((span) => span.first >= '2023'))
  })

  it('is the same when it is built again', async () => {
    await buildCoverage(world.session)
    assert.deepEqual(await coverageReport(world.session), spans)
  })
})
