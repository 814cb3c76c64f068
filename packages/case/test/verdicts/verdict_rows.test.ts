import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { buildCoverage } from '../../src/verdicts/losses/coverage.ts'
import { reconcile } from '../../src/verdicts/reconcile.ts'
import { tokenVerdicts, verdictsCsv } from '../../src/verdicts/verdict_rows.ts'
import {
  ALICE,
  BOB,
  everyday,
  MAIL_APP,
  made,
  NOON,
  soundLog,
  timeOf,
  token,
  used,
} from '../reconcile_world.ts'
import { access, fill, openWorld } from '../world.ts'

const EVERYDAY = everyday().length

let world: Awaited<ReturnType<typeof openWorld>>
before(async () => {
  world = await openWorld()
  await fill(world.session, {
    issuance: [
      ...soundLog(),
      made(NOON - 1, 1),
      made(NOON - 1, 2),
      made(NOON - 1, 2, { principal: ALICE }),
    ],
    access: [
      // Of another service: they show that the log can speak, and are not comparable.
      ...everyday({ service: 'Teams' }),
      ...[1, 2].map((n) => used(NOON + n / 10, 1, { issued_at: timeOf(NOON - 1) })),
      // The same application, named as a record without a client names it: comparable all the same.
      used(NOON + 0.3, 1, { issued_at: timeOf(NOON - 1), client_app_id: '', app_id: MAIL_APP }),
      // Another day, another service: neither is comparable.
      used(NOON + 24, 1, { issued_at: timeOf(NOON - 1) }),
      used(NOON, 1, { issued_at: timeOf(NOON - 1), service: 'SharePoint' }),
      used(NOON, 5, { mailbox: '=HYPERLINK("x")', record_ref: 'record,"five"' }),
      used(NOON + 1, 2, { principal: 'mallory@a.example.org', issued_at: timeOf(NOON - 1) }),
      access(NOON, { principal: BOB }),
    ],
  })
  await buildCoverage(world.session)
})
after(() => world.close())

describe('reconcile', () => {
  it('counts every access once, and again when it is done again', async () => {
    const first = await reconcile(world.session)
    assert.equal(first.isFresh, true)
    assert.deepEqual(first.verdicts, {
      issued: 5 + EVERYDAY,
      mismatched: 1,
      'session-only': 0,
      unissued: 1,
      undetermined: 1,
    })
    assert.deepEqual(first.reasons, {
      'token-issued': 5 + EVERYDAY,
      'never-issued': 1,
      'no-token-id': 1,
      'principal-differs': 1,
    })
    const again = await reconcile(world.session)
    assert.deepEqual({ ...again, isFresh: true }, first)
    assert.equal(again.isFresh, false)
    assert.deepEqual(await reconcile(world.session, { force: true }), first)
  })
})

describe('a reconciled case', () => {
  it('lists the tokens it points at with their base rates', async () => {
    await reconcile(world.session)
    const { rows, total } = await tokenVerdicts(world.session)
    assert.equal(total, 2)
    assert.deepEqual(rows, [
      {
        tokenId: token(5),
        verdict: 'unissued',
        reason: 'never-issued',
        strength: 'lead',
        baseRate: { issued: 3, of: 3, basis: 'same-context' },
        accesses: 1,
        principals: [BOB],
        first: '2023-06-05T04:00:00.000Z',
        last: '2023-06-05T04:00:00.000Z',
      },
      {
        tokenId: token(2),
        verdict: 'mismatched',
        reason: 'principal-differs',
        strength: 'lead',
        baseRate: { issued: 3, of: 3, basis: 'same-context' },
        accesses: 1,
        principals: ['mallory@a.example.org'],
        first: '2023-06-05T05:00:00.000Z',
        last: '2023-06-05T05:00:00.000Z',
      },
    ])
  })

  it('writes a line an access, with cells that no spreadsheet runs', async () => {
    await reconcile(world.session)
    let csv = ''
    for await (const chunk of verdictsCsv(world.session)) csv += chunk
    const rows = csv.split('\r\n')
    assert.equal(rows[0], 'access_id,verdict,reason,strength,base_rate,token_id,at,mailbox')
    assert.equal(rows.length, 10 + EVERYDAY)
    const forged = rows.find((row) => row.includes('unissued'))
    assert.equal(
      forged,
      `"record,""five""","unissued","never-issued","lead","1.0000","${token(5)}","2023-06-05T04:00:00.000Z","'=HYPERLINK(""x"")"`,
    )
  })
})
