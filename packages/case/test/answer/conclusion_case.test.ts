/** Conclusions of small cases in the engine: strengths, marks, base rates of what only the attacker uses. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Conclusion, conclude } from '../../src/answer/conclusion.ts'
import { leadsOf } from '../../src/answer/leads.ts'
import { markConditions } from '../../src/scope/marks.ts'
import { comparable, principalRates, tokenVerdicts } from '../../src/verdicts/verdict_rows.ts'
import {
  access,
  addMark,
  fill,
  guid,
  type OpenWorld,
  openWorld,
  type Row,
  unissued,
} from '../world.ts'

const ALICE = 'alice@example.org'
const use = (at: number, token: number, fields: Row = {}): Row =>
  access(at, {
    token_id: guid(token),
    token_state: 'present',
    tenant: 'agency',
    service: 'wiki',
    app_id: 'wiki',
    principal: ALICE,
    ...fields,
  })
const genuine = Array.from({ length: 8 }, (_, n) => use(n, 100 + n))
const forged = use(30, 7, { service: 'other', app_id: 'forger', ip: '203.0.113.9' })
const odd = use(31, 8, { service: 'other', app_id: 'odd', session_id: 'odd-session' })

let world: OpenWorld
const concluded = async (): Promise<Conclusion> =>
  conclude(world.session, {
    evidence: [],
    keys: [],
    unknowns: [],
    comparable: await comparable(world.session),
  })

before(async () => {
  world = await openWorld()
  await fill(world.session, {
    access: [...genuine, forged, odd],
    verdicts: new Map(unissued(forged)),
  })
  await world.session.command(
    `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason, strength)
     SELECT bucket, token_id, record_id, content, 'unissued', 'never-issued', 'lead' FROM access
     WHERE app_id = 'odd'`,
  )
})
after(() => world.close())

describe('the conclusion of a case', () => {
  it('counts established accesses apart from leads, which do not count as decided', async () => {
    const { status, established: found, leads, judged } = await concluded()
    assert.equal(status, 'found')
    assert.deepEqual([found.accesses, found.tokens, leads.accesses, leads.tokens], [1, 1, 1, 1])
    assert.deepEqual(judged, {
      accesses: 9,
      of: 10,
      issued: 8,
      sessionOnly: 0,
      undetermined: 0,
      leads: 1,
      first: '2023-06-01T00:00:00.000Z',
      last: '2023-06-02T07:00:00.000Z',
    })
  })

  it('has no number of keys where there is no dump', async () => {
    const { dumps, established: found } = await concluded()
    assert.deepEqual([dumps.state, dumps.keys, found.keys], ['no-dump', null, null])
  })

  it('lists each lead with what would settle it', async () => {
    const [first, ...more] = await leadsOf(world.session, [])
    assert.deepEqual(more, [])
    assert.deepEqual([first?.by, first?.accesses, first?.tokens], ['never-issued', 1, 1])
    assert.match(first?.settledBy ?? '', /sign-in logs again/)
  })
})

describe('the base rate', () => {
  it('of a context that only the attacker uses is that of the same principals', async () => {
    const expected = { issued: 8, of: 8 }
    assert.deepEqual(await comparable(world.session), {
      ...expected,
      basis: 'same-principals',
      unit: 'accesses',
    })
    const { rows } = await tokenVerdicts(world.session)
    assert.deepEqual(
      rows.map(({ tokenId, strength, baseRate }) => [tokenId, strength, baseRate]),
      [
        [guid(7), 'established', { ...expected, basis: 'same-principals' }],
        [guid(8), 'lead', { ...expected, basis: 'same-principals' }],
      ],
    )
    assert.equal((await principalRates(world.session)).size, 1)
  })
})

describe('marks', () => {
  it('leave a case without any as it is', async () => {
    const { established: found, leads, attackers } = (await concluded()).marked
    assert.deepEqual([found.accesses, leads.accesses, attackers.accesses], [0, 0, 0])
  })

  it('take legitimate accesses out of the conclusion, and leave the verdicts unchanged', async () => {
    const ours = { party: 'legitimate', reason: 'our own test', who: 'ann' } as const
    await addMark(world.session, { kind: 'address', value: '203.0.113.9', ...ours })
    const { status, established: found, judged } = await concluded()
    assert.deepEqual([status, found.accesses, judged.accesses], ['lead', 0, 9])
    const left = await leadsOf(world.session, [], await markConditions(world.session))
    assert.equal(left.length, 1)
    await addMark(world.session, { kind: 'session', value: 'odd-session', ...ours })
    const all = await concluded()
    // Nobody but a person says that nothing is left.
    assert.deepEqual([all.status, all.leads.accesses], ['lead', 0])
    const { established: taken, leads: led } = all.marked
    assert.deepEqual([taken.unissued, taken.by, led.accesses, led.by], [1, ['ann'], 1, ['ann']])
  })

  it("as the attacker's count apart from what is established", async () => {
    const token = guid(100)
    const word = { party: 'attacker', reason: 'seen', who: 'bob' } as const
    await addMark(world.session, { kind: 'token', value: token, ...word })
    const { status, marked } = await concluded()
    assert.deepEqual([status, marked.attackers], ['lead', { accesses: 1, by: ['bob'] }])
  })
})
