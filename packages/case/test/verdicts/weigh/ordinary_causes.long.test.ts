/**
 * Genuine accesses that look like an attack by themselves, each beside the attack that must stay established. Their
 * tenant has eight people at work for fifteen days, each from a network of his own.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { completeText } from '@mintmark/logs'
import { buildCoverage } from '../../../src/verdicts/losses/coverage.ts'
import { buildLosses } from '../../../src/verdicts/losses/losses.ts'
import { reconcile } from '../../../src/verdicts/reconcile.ts'
import { MAIL_APP, made, OWN_APP, token, used } from '../../reconcile_world.ts'
import { fill, type OpenWorld, openWorld, type Row, type World } from '../../world.ts'

const PEOPLE = 8
const DAYS = 15
const OUTLOOK = 'Client=OWA;Mozilla'
const STRANGE = '203.0.113.7'
const name = (person: number) => `person${person}@a.example.org`
const network = (person: number) => `198.51.${person}.7`

/** Hours of work of the tenant: each has one token of each person. */
const HOURS: readonly number[] = Array.from({ length: DAYS }, (_, day) => day).flatMap((day) =>
  [8, 10, 12, 14, 16].map((hour) => day * 24 + hour),
)
/** The last byte is 0, as in ids that the token service makes. */
const numberOf = (at: number, person: number) => (0x1000 + at * 16 + person) * 0x100

/** What a row of a person has, by a token and a session of his own. */
const of = (person: number, fields: Row = {}): Row => ({
  principal: name(person),
  session_id: token(0x900 + person),
  ip: network(person),
  client: OUTLOOK,
  ...fields,
})

function office(fields: Row = {}, signIn: Row = {}): { access: Row[]; issuance: Row[] } {
  const each = HOURS.flatMap((at) =>
    Array.from({ length: PEOPLE }, (_, person) => ({ at, person, number: numberOf(at, person) })),
  )
  return {
    access: each.map(({ at, person, number }) => used(at + 0.5, number, of(person, fields))),
    issuance: each.map(({ at, person, number }) =>
      made(at, number, {
        category: person % 2 === 0 ? 'interactive' : 'non-interactive',
        ...of(person),
        ...signIn,
      }),
    ),
  }
}

/** Ten accesses with tokens of their own, in working hours of the tenth day and the next. */
const ten = (person: number, fields: Row = {}): Row[] =>
  Array.from({ length: 10 }, (_, n) => {
    const at = (10 + Math.floor(n / 5)) * 24 + 8 + (n % 5) * 2
    return used(
      at + 0.7,
      (0x80000 + person * 0x100 + n) * 0x100,
      of(person, { ip: STRANGE, ...fields }),
    )
  })
/** The issuances of tokens of {@link ten}. */
const issuances = (rows: readonly Row[], fields: Row = {}): Row[] =>
  rows.map((row, n) => ({
    ...made((10 + Math.floor((n % 10) / 5)) * 24 + 8 + (n % 5) * 2, 1),
    token_id: row['token_id'] ?? '',
    category: 'non-interactive',
    client: row['client'] ?? '',
    ip: row['ip'] ?? '',
    ...fields,
  }))

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** Verdict, reason and strength of the rows, each once. */
async function verdictsOf(rows: readonly Row[], rest: World): Promise<string[]> {
  await fill(world.session, { ...rest, access: [...(rest.access ?? []), ...rows] })
  await buildCoverage(world.session)
  await buildLosses(world.session)
  await reconcile(world.session, { force: true })
  const found = await world.session.rows(
    `SELECT DISTINCT concat(if(verdict = '', 'issued', verdict), ' ', reason, ' ', strength) AS one
     FROM access AS a LEFT JOIN verdict AS v ON v.record_id = a.record_id
     WHERE a.record_id IN (${rows.map((row) => `'${String(row['record_id'])}'`).join(', ')}) ORDER BY one`,
  )
  return found.map(({ one }) => String(one))
}

it('excuses no attack', async () => {
  const rows = ten(3, { client: 'Client=OWA;Chrome' })
  assert.deepEqual(await verdictsOf(rows, office()), ['unissued never-issued established'])
})

/** A token of a client that the log never shows, every other day from the first one on. */
const daily = (app: string): Row[] =>
  [0, 2, 4, 6, 8, 10, 12].map((day) => {
    const fields = { ip: STRANGE, client: 'Python', session_id: '', client_app_id: app }
    return used(day * 24 + 8.7, (0x80000 + day) * 0x100, of(3, fields))
  })

describe('a client whose tokens the log never shows, from the first day on', () => {
  it('is a lead, with an application whose tokens the log shows', async () => {
    const verdicts = await verdictsOf(daily(MAIL_APP), office())
    assert.deepEqual(verdicts, ['undetermined class-not-shown lead'])
  })
  it('is a habit, with another application', async () => {
    const verdicts = await verdictsOf(daily(OWN_APP), office())
    assert.deepEqual(verdicts, ['undetermined class-not-shown '])
  })
})

describe('a service that acts for others', () => {
  const { access, issuance } = office()
  const service = { principal: 'service@a.example.org', principal_id: '', app_id: OWN_APP }
  const acts = { client: 'Client=WebServices;EWS', client_app_id: OWN_APP }
  const rows = [...ten(3, acts), ...ten(4, acts)]
  const verdicts = (fields: Row) =>
    verdictsOf(rows, {
      access,
      issuance: [...issuance, ...issuances(rows, { ...service, ...fields })],
    })

  it('is a lead where its token was issued', async () => {
    assert.deepEqual(await verdicts({}), ['mismatched principal-differs lead'])
  })
  it('is no excuse in another network, nor for another application', async () => {
    const established = ['mismatched principal-differs established']
    assert.deepEqual(await verdicts({ ip: network(5) }), established)
    assert.deepEqual(await verdicts({ app_id: MAIL_APP }), established)
  })
})

it('accuses nobody, and points at nobody, where the names of a file are wrong', async () => {
  const { access, issuance } = office()
  const half = issuance.length / 2
  const { issuance: named } = office({}, { principal: 'export@a.example.org' })
  const rows = access.slice(half)
  const verdicts = await verdictsOf(rows, {
    access: access.slice(0, half),
    issuance: [...issuance.slice(0, half), ...named.slice(half)],
  })
  assert.deepEqual(verdicts, ['undetermined log-does-not-fit '])
})

const lead = ['session-only session-known-token-missing lead']
const lost = ['unissued never-issued lead']
const proven = ['unissued never-issued established']

it('is a journey, with the client and a session of the owner', async () => {
  assert.deepEqual(await verdictsOf(ten(3), office()), lead)
  assert.deepEqual(await verdictsOf(ten(3, { session_id: '' }), office()), proven)
})

it('is a journey, with another client beside the client and a session of the owner', async () => {
  const { access, issuance } = office()
  const rows = ten(3, { client: 'Client=OWA;Chrome', session_id: '' })
  const own = ten(PEOPLE, { ...of(3), ip: STRANGE })
  assert.deepEqual(await verdictsOf(rows, { access: [...access, ...own], issuance }), lost)
})

/** The same with an id of another form than the token service makes. */
const junk = (row: Row): Row => ({
  ...row,
  token_id: String(row['token_id']).replace('-4000-', '-1000-'),
})

describe('a service that no log shows', () => {
  const service = { client: 'Client=REST;Client=RESTSystem;;', session_id: '' }
  it('is a lead in a network of Microsoft 365', async () => {
    const rows = ten(3, { client: 'Client=OWA;Chrome', session_id: '', ip: '40.99.150.10' })
    assert.deepEqual(await verdictsOf(rows, office()), lost)
  })
  it('is a lead in sessions of the owners, with a kind of client new to its application', async () => {
    const inSessions = [3, 4].flatMap((person) => ten(person, { client: service.client }))
    assert.deepEqual(await verdictsOf(inSessions, office()), lead)
    assert.deepEqual(await verdictsOf([...ten(3, service), ...ten(4, service)], office()), proven)
  })
  it('is a lead in sessions of the owners, whatever form its ids have', async () => {
    const fields = { ...service, client_app_id: OWN_APP }
    const rows = [...ten(3, fields), ...ten(4, fields)].map(junk)
    assert.deepEqual(await verdictsOf(rows, office()), proven)
    const inSessions = [3, 4]
      .flatMap((person) =>
        ten(person, { ...fields, ...of(person), ip: STRANGE, client: service.client }),
      )
      .map(junk)
    assert.deepEqual(await verdictsOf(inSessions, office()), lead)
  })
})

const plain = { source: 'mintmark', category: 'token' }
const issuer = 'https://id.example.org'
const complete: Row = {
  evidence_id: 1,
  line: 0,
  code: 'complete-period',
  text: completeText(issuer),
  from_at: '2023-06-01 00:00:00.000',
  to_at: '2023-06-30 00:00:00.000',
}

describe('a second issuer of the tenant, without a ledger', () => {
  const rest = { ...office({ source: 'mintmark' }, plain), statement: [complete] }
  const verdicts = (fields: Row) =>
    verdictsOf(ten(3, { source: 'mintmark', session_id: '', ...fields }), rest)
  it('is a lead where the access names it', async () => {
    const other = await verdicts({ issuer: 'https://old.example.org' })
    assert.deepEqual(other, ['undetermined other-tenant-issuer lead'])
  })
  it('is no excuse where the access names none, the issuer of the ledger, or what is no address', async () => {
    // oxlint-disable-next-line no-await-in-loop -- one world after the other
    for (const named of ['', issuer, 'https://', 'id example'])
      assert.deepEqual(await verdicts({ client_app_id: OWN_APP, issuer: named }), proven)
  })
})

describe('another identity provider whose tokens live for a week', () => {
  const phone = ten(3, {
    source: 'mintmark',
    client: 'Phone',
    issued_at: '1970-01-01 00:00:00.000',
  })
  const { access, issuance } = office({ source: 'mintmark' }, plain)
  for (const [log, statement] of [
    ['a complete log', [complete]],
    ['a log', []],
  ] as const) {
    it(`is a lead, where ${log} does not say so`, async () => {
      const early = issuances(phone, { ...plain, ...of(3), at: '2023-06-06 08:00:00.000' })
      const rest = { access, issuance: [...issuance, ...early], statement }
      assert.deepEqual(await verdictsOf(phone, rest), ['mismatched token-expired lead'])
    })
  }
  it('is undetermined, where so many do', async () => {
    const half = issuance.length / 2
    const early = issuance.map((row, n) =>
      n < half ? row : { ...row, at: '2023-06-06 08:00:00.000' },
    )
    const rest = { access: access.slice(0, half), issuance: early }
    const verdicts = await verdictsOf(access.slice(half), rest)
    assert.deepEqual(verdicts, ['undetermined log-does-not-fit '])
  })
  it('is no excuse where the log says that they had expired', async () => {
    const detail = '{"expires":"2023-06-07T08:00:00Z"}'
    const early = issuances(phone, { ...plain, ...of(3), at: '2023-06-06 08:00:00.000', detail })
    const rest = { access, issuance: [...issuance, ...early], statement: [complete] }
    assert.deepEqual(await verdictsOf(phone, rest), ['mismatched token-expired established'])
  })
})
