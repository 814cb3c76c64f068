import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openCase } from '../src/case.ts'
import { buildCoverage } from '../src/coverage.ts'
import { REASONS } from '../src/reconcile/reasons.ts'
import { reconcile } from '../src/reconcile/reconcile.ts'
import { idsIssuedTwice, tokenVerdicts, verdictsCsv } from '../src/reconcile/verdict_rows.ts'
import type { Session } from '../src/session.ts'
import { backends } from './backends.ts'
import {
  ALICE,
  BOB,
  bare,
  LOG_HOURS,
  MACHINE_APP,
  made,
  NOON,
  OWN_APP,
  SERVICE_APP,
  session,
  soundLog,
  timeOf,
  token,
  used,
  without,
} from './reconcile_world.ts'
import { access, fill, guid, openWorld, type Row, type World } from './world.ts'

const UNKNOWN_AT = '1970-01-01 00:00:00.000'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const issued = made(NOON - 0.5, 1)

/** The rows of a world, the access that is judged, and what it is judged. */
interface Case {
  readonly name: string
  readonly log?: readonly Row[]
  readonly more?: readonly Row[]
  readonly others?: readonly Row[]
  readonly world?: Partial<World>
  readonly row: Row
  readonly verdict: string
  readonly reason: string
}

const isApp = { actor_kind: 'app', principal: '', session_id: '' }
const statement = (code: string, fields: Row = {}): Row => ({
  evidence_id: 7,
  line: 0,
  code,
  text: '',
  ...fields,
})
const ofEvidence7 = (row: Row) => ({ ...row, evidence_id: 7 })
const owaAuth = (fields: Row = {}) =>
  made(NOON - 0.4, 1, {
    source: 'ual-owa',
    category: 'owa-auth',
    session_id: session(9),
    ...fields,
  })
/** Users' sign-ins of Bob's in the hours before, so that his session is known. */
const bobsSession = made(NOON - 20, 77, { session_id: session(9) })

const cases: readonly Case[] = [
  // issued, and what must not disturb it
  {
    name: 'a token that was issued',
    more: [issued],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a name in other letters, as logs write it',
    more: [made(NOON - 0.5, 1, { principal: BOB.toUpperCase() })],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a new name of the same object',
    more: [made(NOON - 0.5, 1, { principal: 'bobby@a.example.org', principal_id: guid(5) })],
    row: used(NOON, 1, { principal_id: guid(5) }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a guest by the name of his home',
    more: [
      made(NOON - 0.5, 1, {
        principal: 'eve_jo@home.example.net',
        tenant: 'tenant-a',
        home_tenant: 'tenant-h',
      }),
    ],
    row: used(NOON, 1, {
      principal: 'eve_jo_home.example.net#ext#@a.example.org',
      external_tenant: 'tenant-h',
    }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a token under continuous evaluation, 27 hours old',
    more: [made(NOON - 27, 1)],
    row: used(NOON, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'an authentication of days before the token',
    more: [issued],
    row: used(NOON, 1, { issued_at: timeOf(NOON - 72) }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'an id issued to two, used by one of them',
    more: [issued, made(NOON - 0.5, 1, { principal: ALICE })],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'the resource named in the place of the application',
    more: [made(NOON - 0.5, 1, { resource_id: OWN_APP })],
    row: used(NOON, 1, { client_app_id: '', app_id: OWN_APP }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a token of the mail service for a session of the identity provider',
    more: [owaAuth(), bobsSession],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  // mismatched
  {
    name: 'an id issued to somebody else',
    more: [made(NOON - 0.5, 1, { principal: ALICE })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'principal-differs',
  },
  {
    name: 'an id issued to another application',
    more: [made(NOON - 0.5, 1, { app_id: OWN_APP })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'app-differs',
  },
  {
    name: 'an id issued in another tenant',
    more: [made(NOON - 0.5, 1, { tenant: 'tenant-b' })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'tenant-differs',
  },
  {
    name: 'a token that says it was made hours after its issuance',
    more: [made(NOON - 5, 1)],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'issued-at-differs',
  },
  {
    name: 'a session that was issued to somebody else',
    more: [made(NOON - 2, 2, { session_id: session(3), principal: ALICE })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'mismatched',
    reason: 'session-principal-differs',
  },
  // session-only
  {
    name: 'a session that is known, in a record without a token id',
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: "a session that is known by the record's other field",
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: bare(NOON, { other_session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'a session that an issued token is used in, though its issuance did not say so',
    more: [made(NOON - 2, 2, { session_id: session(4) })],
    others: [used(NOON - 1, 2, { session_id: session(3), issued_at: timeOf(NOON - 2) })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'a session that is known, and a token in it that is not',
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: used(NOON, 1, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known-token-missing',
  },
  // unissued
  {
    name: 'a token that nobody issued',
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a token that a failed sign-in names',
    more: [made(NOON - 0.5, 1, { outcome: 'failed' })],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an app-only token of an application that signs in by itself',
    row: used(NOON, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an app-only token of a managed identity',
    row: used(NOON, 1, { ...isApp, client_app_id: MACHINE_APP }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a session that nobody issued, in a record without a token id',
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'unissued',
    reason: 'session-never-issued',
  },
  {
    name: 'a session that nobody issued, where issuances carry sessions and not tokens',
    log: soundLog((row) => ({ ...row, token_id: '00000000-0000-0000-0000-000000000000' })),
    row: used(NOON, 1, { session_id: session(3) }),
    verdict: 'unissued',
    reason: 'session-never-issued',
  },
  {
    name: 'a token of the mail service for a session that nobody issued',
    more: [owaAuth()],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'issuer-not-rooted',
  },
  // undetermined
  { name: 'no id at all', row: bare(NOON), verdict: 'undetermined', reason: 'no-token-id' },
  {
    name: 'a session field that never says what sign-ins say',
    row: bare(NOON, { other_session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'no-token-id',
  },
  {
    name: 'a placeholder for an id',
    row: bare(NOON, { token_state: 'anonymised' }),
    verdict: 'undetermined',
    reason: 'anonymised-id',
  },
  {
    name: 'something that is no id',
    row: bare(NOON, { token_state: 'malformed' }),
    verdict: 'undetermined',
    reason: 'malformed-id',
  },
  {
    name: 'an id that a hundred principals share',
    more: Array.from({ length: 100 }, (_, n) =>
      made(NOON - 0.5, 1, { principal: `u${n}@a.example.org` }),
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'malformed-id',
  },
  {
    name: 'a token from just before the log',
    row: used(20, 1, { issued_at: timeOf(-0.5) }),
    verdict: 'undetermined',
    reason: 'before-issuance-window',
  },
  {
    name: 'a token of unknown age in the first 28 hours',
    row: used(27, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'undetermined',
    reason: 'before-issuance-window',
  },
  {
    name: 'a token of unknown age after that',
    row: used(29, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a hole of ten hours in a log that has records every hour',
    log: soundLog((row, hour) => (hour >= 90 && hour < 100 ? undefined : row)),
    row: used(NOON + 0.5, 1, { issued_at: timeOf(99) }),
    verdict: 'undetermined',
    reason: 'issuance-hour-empty',
  },
  {
    name: 'a token from after that hole',
    log: soundLog((row, hour) => (hour >= 90 && hour < 100 ? undefined : row)),
    row: used(NOON + 3, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a quiet night in a log that has them every night',
    log: soundLog((row, hour) => (hour % 24 < 9 ? undefined : row)),
    row: used(24 * 4 + 5, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a day after the end of the log',
    row: used(LOG_HOURS + 24, 1),
    verdict: 'undetermined',
    reason: 'issuance-hour-empty',
  },
  {
    name: 'an hour before the end of the log',
    row: used(LOG_HOURS - 1.5, 1),
    verdict: 'undetermined',
    reason: 'late-arrival-margin',
  },
  {
    name: 'three hours before the end of the log',
    row: used(LOG_HOURS - 3.5, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'ten hours before the end of the log, app-only',
    row: used(LOG_HOURS - 10, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'undetermined',
    reason: 'late-arrival-margin',
  },
  {
    name: 'no sign-ins without a person',
    log: soundLog(without('non-interactive')),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: "nothing but the audit log's own sign-ins",
    log: soundLog((row) =>
      row['category'] === 'interactive'
        ? { ...row, source: 'ual-sts', category: 'sts-logon' }
        : undefined,
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'no log of that tenant',
    row: used(NOON, 1, { tenant: 'tenant-z' }),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'app-only, and no log of service principals',
    log: soundLog(without('service-principal')),
    row: used(NOON, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'an hour in which issuances carry no token id',
    log: soundLog((row, hour) =>
      hour < NOON
        ? { ...row, token_id: '00000000-0000-0000-0000-000000000000', session_id: '' }
        : row,
    ),
    row: used(NOON - 10, 1),
    verdict: 'undetermined',
    reason: 'field-not-carried',
  },
  {
    name: 'the same token after the field began to appear',
    log: soundLog((row, hour) =>
      hour < NOON
        ? { ...row, token_id: '00000000-0000-0000-0000-000000000000', session_id: '' }
        : row,
    ),
    row: used(NOON + 10, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'sessions that issuances do not carry',
    log: soundLog((row) => ({ ...row, session_id: '' })),
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'field-not-carried',
  },
  {
    name: 'rows of the portal that stand for many',
    log: soundLog((row) => (row['category'] === 'non-interactive' ? { ...row, grouped: 5 } : row)),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'portal-grouped',
  },
  {
    name: "an application of Microsoft's own, without a user",
    row: used(NOON, 1, { ...isApp, client_app_id: '00000003-0000-0ff1-ce00-000000000000' }),
    verdict: 'undetermined',
    reason: 'first-party-app-only',
  },
  {
    name: 'an application that never signed in by itself',
    row: used(NOON, 1, { ...isApp, client_app_id: OWN_APP }),
    verdict: 'undetermined',
    reason: 'first-party-app-only',
  },
  {
    name: "an application of Microsoft's own, for a user",
    row: used(NOON, 1, { client_app_id: '00000003-0000-0ff1-ce00-000000000000' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an hour in which a backup issued tokens',
    more: [made(NOON - 0.2, 3, { issuer: 'AzureADBackupAuth' })],
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'backup-authentication',
  },
  {
    name: 'a record that names the backup as its issuer',
    row: used(NOON, 1, { issuer: 'AzureADBackupAuth' }),
    verdict: 'undetermined',
    reason: 'backup-authentication',
  },
  {
    name: 'a token of the mail service, whose own log is not there',
    row: used(NOON, 1, { issuer: '00000002-0000-0ff1-ce00-000000000000@tenant-a' }),
    verdict: 'undetermined',
    reason: 'owa-issuer-not-supplied',
  },
  {
    name: 'a token of the mail service, made without a session',
    more: [owaAuth({ session_id: '' })],
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'issuer-root-unknown',
  },
  {
    name: 'a token that names another tenant',
    row: used(NOON, 1, { token_tenant: 'tenant-h' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a guest from another tenant',
    row: used(NOON, 1, { external_tenant: 'tenant-h' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a personal account',
    row: used(NOON, 1, { token_tenant: CONSUMERS, tenant: '' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a token that names its own tenant',
    row: used(NOON, 1, { token_tenant: 'tenant-a' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an export that hit its cap',
    log: soundLog(ofEvidence7),
    world: { statement: [statement('row-cap')] },
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'export-capped',
  },
  {
    name: 'the cap of another file',
    world: { statement: [statement('row-cap')] },
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a gap that the extractor tells of',
    world: {
      statement: [
        statement('extractor-gap', { from_at: timeOf(NOON - 1), to_at: timeOf(NOON + 1) }),
      ],
    },
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'export-capped',
  },
  {
    name: 'a gap of the day before',
    world: {
      statement: [
        statement('extractor-gap', { from_at: timeOf(NOON - 30), to_at: timeOf(NOON - 20) }),
      ],
    },
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  // a system with its own identity provider
  {
    name: 'another system, whose log has every token',
    log: soundLog((row) =>
      row['category'] === 'interactive'
        ? { ...row, source: 'keycloak', category: 'token' }
        : undefined,
    ),
    row: used(NOON, 1, { source: 'mintmark', principal: 'carol' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
]

/** A case's rows as those of tenants, tokens, sessions and files of its own, so that all cases fit in one. */
function placed(row: Row, number: number): Row {
  const mark = (0x4000 + number).toString(16)
  const own = Object.entries(row).map(([column, value]) => {
    if (column.endsWith('tenant') && String(value).startsWith('tenant-'))
      return [column, `${String(value)}-${number}`]
    if (column === 'token_id' || column.endsWith('session_id'))
      return [column, String(value).replace('-4000-', `-${mark}-`)]
    if (column === 'evidence_id') return [column, evidenceOf(Number(value), number)]
    return [column, value]
  })
  return Object.fromEntries(own)
}

const evidenceOf = (id: number, number: number) => number * 10 + id

function worldOfAll(): World {
  const access: Row[] = []
  const issuance: Row[] = []
  const statements: Row[] = []
  const evidence: Row[] = []
  for (const [number, one] of cases.entries()) {
    const put = (row: Row) => placed(row, number)
    access.push(...[...(one.others ?? []), one.row].map(put))
    issuance.push(...[...(one.log ?? soundLog()), ...(one.more ?? [])].map(put))
    statements.push(...(one.world?.statement ?? []).map(put))
    for (const id of [1, 7])
      evidence.push({
        evidence_id: evidenceOf(id, number),
        path: `tenant ${number}/log ${id}.json`,
      })
  }
  return { access, issuance, statement: statements, evidence }
}

// One server is two shards without the sharding: its session has tests of its own.
for (const backend of backends.filter(({ name }) => name !== 'one server'))
  describe(`reconcile in ${backend.name}`, { skip: backend.skip }, () => {
    const verdicts = new Map<string, { verdict: string; reason: string }>()
    let stop = () => Promise.resolve()
    before(async () => {
      const started = await backend.start()
      const opened = await openCase(started.location)
      stop = async () => {
        await opened.close()
        await started.stop()
      }
      await fill(opened.session, worldOfAll())
      await buildCoverage(opened.session)
      await reconcile(opened.session)
      for await (const [id = '', verdict = '', reason = ''] of lines(opened.session))
        verdicts.set(id, { verdict, reason })
    })
    after(() => stop())

    for (const one of cases)
      it(`gives ${one.verdict}, ${one.reason}: ${one.name}`, () => {
        assert.deepEqual(verdicts.get(String(one.row['record_id'])), {
          verdict: one.verdict,
          reason: one.reason,
        })
      })
  })

describe('the cases above', () => {
  it('are of every reason', () => {
    const hit = new Set(cases.map((one) => `${one.verdict}/${one.reason}`))
    assert.deepEqual(
      REASONS.map(({ verdict, reason }) => `${verdict}/${reason}`).filter((name) => !hit.has(name)),
      [],
    )
  })
})

async function* lines(from: Session): AsyncIterable<string[]> {
  let rest = ''
  for await (const chunk of verdictsCsv(from)) rest += chunk
  for (const line of rest.split('\r\n')) {
    const cells = line.split(',').map((cell) => cell.replace(/^"(.*)"$/u, '$1'))
    if (line !== '') yield cells
  }
}

describe('a reconciled case', () => {
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
        ...[1, 2, 3].map((n) => used(NOON + n / 10, 1, { issued_at: timeOf(NOON - 1) })),
        used(NOON, 5, { mailbox: '=HYPERLINK("x")', record_ref: 'record,"five"' }),
        used(NOON + 1, 2, { principal: 'mallory@a.example.org', issued_at: timeOf(NOON - 1) }),
        access(NOON, { principal: BOB }),
      ],
    })
    await buildCoverage(world.session)
  })
  after(() => world.close())

  it('counts every access once, and again when it is done again', async () => {
    const first = await reconcile(world.session)
    assert.equal(first.isFresh, true)
    assert.deepEqual(first.verdicts, {
      issued: 3,
      mismatched: 1,
      'session-only': 0,
      unissued: 1,
      undetermined: 1,
    })
    assert.deepEqual(first.reasons, {
      'token-issued': 3,
      'never-issued': 1,
      'no-token-id': 1,
      'principal-differs': 1,
    })
    const again = await reconcile(world.session)
    assert.deepEqual({ ...again, isFresh: true }, first)
    assert.equal(again.isFresh, false)
    assert.deepEqual(await reconcile(world.session, { force: true }), first)
  })

  it('lists the tokens it points at with their base rates', async () => {
    await reconcile(world.session)
    const { rows, total } = await tokenVerdicts(world.session)
    assert.equal(total, 2)
    assert.deepEqual(rows, [
      {
        tokenId: token(5),
        verdict: 'unissued',
        reason: 'never-issued',
        baseRate: 3 / 5,
        accesses: 1,
        principals: [BOB],
        first: '2023-06-05T04:00:00.000Z',
        last: '2023-06-05T04:00:00.000Z',
      },
      {
        tokenId: token(2),
        verdict: 'mismatched',
        reason: 'principal-differs',
        baseRate: 3 / 5,
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
    assert.equal(rows[0], 'access_id,verdict,reason,base_rate,token_id,at,mailbox')
    assert.equal(rows.length, 8)
    const forged = rows.find((row) => row.includes('unissued'))
    assert.equal(
      forged,
      `"record,""five""","unissued","never-issued","0.6000","${token(5)}","2023-06-05T04:00:00.000Z","'=HYPERLINK(""x"")"`,
    )
  })

  it('lists the ids that were issued to two', async () => {
    assert.deepEqual(await idsIssuedTwice(world.session), [
      { tokenId: token(2), principals: [ALICE, BOB], issuances: 2 },
    ])
  })
})
