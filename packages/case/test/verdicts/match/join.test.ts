import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Session } from '../../../src/engine/session.ts'
import { buildCoverage } from '../../../src/verdicts/losses/coverage.ts'
import { reconcile } from '../../../src/verdicts/reconcile.ts'
import { openWorld } from '../../world.ts'

const ACCESSES = 10_500
/** One access in so many is made with a token that nobody issued; each such token is used five times. */
const FORGED_EVERY = 50
const FORGED = ACCESSES / FORGED_EVERY
const PARTS = 3

/** SQL for a token id that looks random. */
const random = (number: string) => `UUIDNumToString(sipHash128(${number}))`
/** The same, of ids that all end alike, as those made of a clock and an address do. */
const clocked = (number: string) =>
  `concat(substring(${random(number)}, 1, 18), '-8000-0123456789ab')`

const bucket = (token: string) => `cityHash64(toUUID(${token})) % 256`

let world: Awaited<ReturnType<typeof openWorld>>
let session: Session

before(async () => {
  world = await openWorld()
  session = world.session
})
after(() => world.close())
beforeEach(async () => {
  for (const table of ['access', 'issuance']) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await session.command(`TRUNCATE TABLE ${table}`)
    // oxlint-disable-next-line no-await-in-loop -- as above
    await session.command(`SYSTEM STOP MERGES ${table}`)
  }
})

/** Twice as many tokens as accesses, both in so many parts. */
async function fill(tokenOf: (number: string) => string, parts: number): Promise<void> {
  for (let part = 0; part < parts; part++) {
    const range = { from: (part * ACCESSES) / parts, rows: ACCESSES / parts }
    // oxlint-disable-next-line no-await-in-loop -- a part each
    await session.command(
      `INSERT INTO issuance (evidence_id, line, record_id, token_id, at, source, category, outcome, principal, tenant, app_id)
       SELECT 1, number, generateUUIDv4(), toUUID(${tokenOf('number')}), toDateTime64('2023-06-01 00:00:00', 3, 'UTC') + number % 3000,
         'entra-signin', 'non-interactive', 'issued', concat('p', toString(number % 7), '@example.org'), 't', 'a'
       FROM numbers({from:UInt64} * 2, {rows:UInt64} * 2)`,
      range,
    )
    // oxlint-disable-next-line no-await-in-loop -- a part each
    await session.command(
      `INSERT INTO access (evidence_id, line, record_id, token_id, at, source, operation, service, outcome, token_state,
         issued_at, principal, tenant, client_app_id)
       SELECT 1, number, generateUUIDv4(), if(number % ${FORGED_EVERY} = 0,
           toUUID(${tokenOf(`intDiv(number, ${FORGED_EVERY * 5}) + 1000000`)}), toUUID(${tokenOf('number')})),
         toDateTime64('2023-06-01 00:00:00', 3, 'UTC') + number % 3000 + 60, 'ual', 'MailItemsAccessed', 'Exchange',
         'succeeded', 'present', toDateTime64('2023-06-01 00:00:00', 3, 'UTC') + number % 3000,
         concat('p', toString(number % 7), '@example.org'), 't', 'a'
       FROM numbers({from:UInt64}, {rows:UInt64})`,
      range,
    )
  }
}

async function issued(): Promise<number> {
  await buildCoverage(session)
  const { verdicts } = await reconcile(session, { force: true })
  return verdicts.issued
}

describe('all that was issued is found, where', () => {
  it('a table has several parts', async () => {
    await fill(random, PARTS)
    assert.equal(await issued(), ACCESSES - FORGED)
  })

  it('ids are ordered by what they all have alike', async () => {
    await fill(clocked, PARTS)
    assert.equal(await issued(), ACCESSES - FORGED)
  })

  it('rows were deleted, so that a row is not where it is counted', async () => {
    await fill(random, 1)
    await session.command('SYSTEM START MERGES access')
    await session.command('DELETE FROM access WHERE line % 3 = 1')
    const [row] = await session.rows(`SELECT countIf(line % ${FORGED_EVERY} != 0) AS n FROM access`)
    assert.ok(Number(row?.['n']) < ACCESSES - FORGED)
    assert.equal(await issued(), Number(row?.['n']))
  })

  it('no access says whose it is', async () => {
    await fill(random, 1)
    await session.command('SYSTEM START MERGES issuance')
    await session.command('DELETE FROM issuance WHERE line != 1')
    await session.command('TRUNCATE TABLE access')
    // A token that was issued, and one of its bucket that was not.
    await session.command(
      `INSERT INTO access (evidence_id, line, record_id, token_id, at, source, operation, service, outcome, token_state, tenant)
       SELECT 1, number, generateUUIDv4(), toUUID(${random('number')}), toDateTime64('2023-06-01 00:10:00', 3, 'UTC'),
         'ual', 'MailItemsAccessed', 'Exchange', 'succeeded', 'present', 't'
       FROM numbers(100000) WHERE number = 1 OR number > 50000 AND ${bucket(random('number'))} = ${bucket(random('toUInt64(1)'))}
       ORDER BY number LIMIT 2`,
    )
    assert.equal(await issued(), 1)
  })

  it('nearly all accesses carry no token id', async () => {
    await fill(random, 1)
    await session.command(
      `INSERT INTO access (evidence_id, line, record_id, at, source, operation, service, outcome, token_state, principal, tenant)
       SELECT 2, number, generateUUIDv4(), toDateTime64('2023-06-01 00:10:00', 3, 'UTC'), 'ual', 'MailItemsAccessed', 'Exchange',
         'succeeded', 'absent', 'p1@example.org', 't' FROM numbers(60000)`,
    )
    assert.equal(await issued(), ACCESSES - FORGED)
  })
})
