/**
 * Every built-in hunt: rows that it must hit, and neighbours from ordinary life that it must not.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { huntList } from '../src/hunts/hunt_list.ts'
import { runHunts } from '../src/hunts/run_hunts.ts'
import type { Session } from '../src/session.ts'
import { access, bind, fill, guid, issuance, openWorld, type Row, type World } from './world.ts'

const DAY = 24
const ANNA = 'anna@a.example.org'
const BORIS = 'boris@a.example.org'
const OFFICE = '198.51.100.20'
const HOTEL = '203.0.113.77'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/113.0.0.0'
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/113.0.0.0'
const REST = 'Client=REST;Client=RESTSystem;;'
const OWA = '00000002-0000-0ff1-ce00-000000000000'

interface Life extends World {
  readonly name: string
  /** The accesses that must be hits, and no other. */
  readonly hit?: readonly Row[]
}

const used = (at: number, token: number, fields: Row = {}): Row =>
  bind(ANNA, at, [`<${at}.${token}@example.org>`], {
    token_id: guid(token),
    token_state: 'present',
    ip: OFFICE,
    client: WINDOWS,
    app_id: OWA,
    ...fields,
  })
const issued = (at: number, token: number, fields: Row = {}): Row =>
  issuance(at, ANNA, { token_id: guid(token), ip: OFFICE, client: WINDOWS, ...fields })
/** Anna at her desk: shows that the application's tokens are used where they are issued. */
const desk = { issuance: issued(0, 1), access: used(1, 1) }

function world(name: string, parts: { hit?: readonly Row[]; miss?: readonly Row[] } & World): Life {
  const { hit = [], miss = [], ...rest } = parts
  return { ...rest, name, hit, access: [...hit, ...miss, ...(rest.access ?? [])] }
}

const tokenElsewhere: Life[] = [
  world('a token used on another system in a strange network', {
    hit: [used(3, 2, { ip: HOTEL, client: LINUX })],
    miss: [desk.access, used(4, 2)],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('the same device on a journey is ordinary', {
    miss: [desk.access, used(3, 2, { ip: HOTEL })],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('a network where somebody of the tenant gets tokens is the tenant’s', {
    miss: [desk.access, used(3, 2, { ip: HOTEL, client: LINUX })],
    issuance: [desk.issuance, issued(2, 2), issuance(1, BORIS, { ip: '203.0.113.5' })],
  }),
  world('a network with the number of the issuance’s is the same', {
    miss: [desk.access, used(3, 2, { ip: HOTEL, client: LINUX })],
    issuance: [
      desk.issuance,
      issued(2, 2, { network: '64500' }),
      issuance(1, 'c@b.example.org', { tenant: 'tenant-b', ip: '203.0.113.9', network: 'AS64500' }),
    ],
  }),
  world('IPv6 beside IPv4 is one line', {
    miss: [desk.access, used(3, 2, { ip: '2001:db8:7::1', client: LINUX })],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('an application that works on its own server is never at home', {
    miss: [
      desk.access,
      used(3, 2, { ip: HOTEL, client: 'python-requests/2.31', client_app_id: 'app-s' }),
    ],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('an id that was issued to another is reconcile’s', {
    miss: [desk.access, used(3, 2, { ip: HOTEL, client: LINUX })],
    issuance: [desk.issuance, issued(2, 2, { principal: BORIS })],
  }),
  world('a token that nobody issued is not replayed', {
    miss: [desk.access, used(3, 2, { ip: HOTEL, client: LINUX })],
    issuance: [desk.issuance],
  }),
  world('a service without a system of its own says nothing', {
    miss: [
      desk.access,
      used(3, 2, { ip: HOTEL, client: REST }),
      used(3, 2, { ip: '10.1.2.3', client: LINUX }),
    ],
    issuance: [desk.issuance, issued(2, 2)],
  }),
]

const minutes = (at: number, more: number) => at + more / 60
const twoPlaces: Life[] = [
  world('uses from two networks interleave', {
    hit: [used(minutes(3, 5), 2, { ip: HOTEL })],
    miss: [used(3, 2), used(minutes(3, 10), 2)],
    issuance: [issued(2, 2)],
  }),
  world('a move from one network to another does not', {
    miss: [
      used(3, 2),
      used(minutes(3, 5), 2, { ip: HOTEL }),
      used(minutes(3, 10), 2, { ip: HOTEL }),
    ],
    issuance: [issued(2, 2)],
  }),
  world('hours between are no hand-over of minutes', {
    miss: [used(3, 2), used(5, 2, { ip: HOTEL }), used(7, 2)],
  }),
  world('a network where the owner gets tokens is the owner’s', {
    miss: [used(3, 2), used(minutes(3, 5), 2, { ip: HOTEL }), used(minutes(3, 10), 2)],
    issuance: [issued(2, 2), issued(1, 9, { ip: '203.0.113.1' })],
  }),
  world('a proxy that three people work through is the tenant’s', {
    miss: [
      ...[used(3, 2), used(minutes(3, 5), 2, { ip: HOTEL }), used(minutes(3, 10), 2)],
      ...[BORIS, 'c@a.example.org'].map((who) => bind(who, 1, [], { ip: HOTEL })),
    ],
  }),
]

const seen = (at: number, session: string, fields: Row = {}): Row =>
  used(at, 2, { session_id: session, ...fields })
const sessions: Life[] = [
  world('a session on a second system while the first is at work', {
    hit: [seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
    miss: [seen(3, 's1'), seen(4, 's1'), seen(3.1, 's2')],
    issuance: [issued(2, 2, { session_id: 's1' }), issued(2, 3, { session_id: 's2' })],
  }),
  world('tokens that the thief had refreshed do not make the network known', {
    hit: [seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
    miss: [seen(3, 's1')],
    issuance: [
      issued(2, 2, { session_id: 's1' }),
      issued(3, 3, { session_id: 's1', ip: HOTEL, client: LINUX, category: 'non-interactive' }),
    ],
  }),
  world('one device that moves is ordinary', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: HOTEL })],
    issuance: [issued(2, 2, { session_id: 's1' })],
  }),
  world('a network where people sign in is the tenant’s', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
    issuance: [issued(2, 2, { session_id: 's1' }), issuance(1, BORIS, { ip: HOTEL })],
  }),
  world('a session whose first device went silent long before', {
    miss: [seen(3, 's1'), seen(40, 's1', { ip: HOTEL, client: LINUX })],
    issuance: [issued(2, 2, { session_id: 's1' })],
  }),
  world('a session that no log saw begin has no home', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
  }),
  world('the mail service’s own token call is no sign-in', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
    issuance: [issued(2, 2, { session_id: 's1', category: 'owa-auth' })],
  }),
]

const code = (at: number, token: number, fields: Row = {}): Row =>
  issued(at, token, { protocol: 'deviceCode', session_id: 'd1', ...fields })
const deviceCode: Life[] = [
  world('mail is read elsewhere than where the code was entered', {
    hit: [used(3, 2, { ip: HOTEL }), used(9, 7, { ip: HOTEL, session_id: 'd1' })],
    miss: [used(3, 3, { ip: HOTEL })],
    issuance: [code(2, 2), issued(2, 3)],
  }),
  world('a code for the machine beside is ordinary', {
    miss: [used(3, 2)],
    issuance: [code(2, 2)],
  }),
  world('a meeting room in a network where people sign in is ordinary', {
    miss: [used(3, 2, { ip: HOTEL })],
    issuance: [code(2, 2), issuance(1, BORIS, { ip: HOTEL })],
  }),
  world('a tool that reads no mail and no files is not looked at', {
    miss: [
      used(3, 2, { ip: HOTEL, mailbox: '', service: 'AzureActiveDirectory', operation: 'GET' }),
    ],
    issuance: [code(2, 2)],
  }),
  world('a code that was refused issued nothing', {
    miss: [used(3, 2, { ip: HOTEL })],
    issuance: [code(2, 2, { outcome: 'failed' })],
  }),
]

const APP = 'aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb'
const appReads = (at: number, fields: Row = {}): Row =>
  bind(ANNA, at, [`<${at}@example.org>`], {
    actor_kind: 'app',
    principal: '',
    client_app_id: APP,
    ip: HOTEL,
    ...fields,
  })
const grant = (at: number, fields: Row = {}): Row =>
  access(at, {
    operation: 'Consent to application.',
    service: 'AzureActiveDirectory',
    principal: BORIS,
    detail: `{"target":[{"id":"${APP.toUpperCase()}"}]}`,
    ...fields,
  })
const grants: Life[] = [
  world('an application reads mail after a grant', {
    hit: [appReads(30), appReads(31)],
    miss: [grant(20), bind(ANNA, 30, [], { client_app_id: APP, ip: HOTEL })],
  }),
  world('a new credential and a new network for an old application', {
    hit: [appReads(30)],
    miss: [
      appReads(3, { ip: OFFICE }),
      grant(20, { operation: 'Add service principal credentials.' }),
      appReads(40, { ip: OFFICE }),
    ],
  }),
  world('an application that read from there before', {
    miss: [appReads(3), grant(20), appReads(30)],
  }),
  world('a grant to another application', {
    miss: [grant(20, { detail: guid(99) }), appReads(30)],
  }),
  world('a grant that failed', { miss: [grant(20, { outcome: 'failed' }), appReads(30)] }),
  world('a grant in another tenant', { miss: [grant(20, { tenant: 'tenant-b' }), appReads(30)] }),
  world('a grant long ago', { miss: [grant(0), appReads(60 * DAY)] }),
]

const forgedGrant = grant(20)
const cleanGrant = grant(20)
const unissuedGrants: Life[] = [
  world('a grant made with a token nobody issued', {
    hit: [appReads(30)],
    miss: [forgedGrant],
    verdicts: new Map([[forgedGrant, ['unissued', 'never-issued']]]),
  }),
  world('a grant made with an issued token', { miss: [cleanGrant, appReads(30)] }),
]

/** Three mailboxes at work for three weeks, each from the office with the same client. */
const crowd = [ANNA, BORIS, 'clara@a.example.org', 'dora@a.example.org']
const weeks = (fields: Row = {}): Row[] =>
  crowd.flatMap((who, index) =>
    Array.from({ length: 21 }, (_, day) =>
      bind(who, day * DAY + 9 + index, [], {
        ip: `198.51.100.${index}`,
        client: WINDOWS,
        app_id: OWA,
        ...fields,
      }),
    ),
  )
const late = (who: string, fields: Row = {}): Row =>
  bind(who, 15 * DAY, ['<late@example.org>'], {
    ip: HOTEL,
    client: WINDOWS,
    app_id: OWA,
    ...fields,
  })
const contexts: Life[] = [
  world('the mail service’s own application id does not excuse a new client and network', {
    hit: [late(ANNA, { client: REST })],
    miss: weeks(),
  }),
  world('an application that no mailbox of the group has, from a new network', {
    hit: [late(ANNA, { client_app_id: APP })],
    miss: weeks(),
  }),
  world('a network new to the tenant that reads several mailboxes', {
    hit: [late(ANNA), late(BORIS)],
    miss: weeks(),
  }),
  world('a journey of one person is ordinary', { miss: [...weeks(), late(ANNA)] }),
  world('a journey of two who sign in there is ordinary', {
    miss: [...weeks(), late(ANNA), late(BORIS)],
    issuance: [issuance(15 * DAY - 1, ANNA, { ip: HOTEL })],
  }),
  world('a new mail program at the desk is ordinary, also on a later journey', {
    miss: [
      ...weeks(),
      late(ANNA, { client: 'Client=POP3', ip: '198.51.100.1' }),
      bind(ANNA, 16 * DAY, [], { client: 'Client=POP3', ip: HOTEL, app_id: OWA }),
    ],
  }),
  world('an update of the browser is no new client', {
    miss: [...weeks(), late(ANNA, { client: WINDOWS.replace('113.0.0.0', '114.0.5735.90') })],
  }),
  world('a migration to a new application id is ordinary, also for who is on a journey', {
    miss: [
      ...weeks(),
      ...crowd
        .slice(1)
        .map((who) =>
          late(who, { app_id: '9199bf20-a13f-4107-85dc-02114787ef48', ip: '198.51.100.3' }),
        ),
      late(ANNA, { app_id: '9199bf20-a13f-4107-85dc-02114787ef48' }),
    ],
  }),
  world('another group’s client does not excuse it', {
    hit: [late(ANNA, { client: REST })],
    miss: [
      ...weeks(),
      bind('it@a.example.org', 5, [], { ip: '192.0.2.1', client: REST, app_id: OWA }),
    ],
    directory: [
      ...crowd.map((who, line) => ({
        evidence_id: 1,
        line,
        principal: who,
        principal_id: '',
        tenant: 'tenant-a',
        organisation: 'A',
        groups: ['Policy'],
        display_name: '',
      })),
      {
        evidence_id: 1,
        line: 9,
        principal: 'it@a.example.org',
        principal_id: '',
        tenant: 'tenant-a',
        organisation: 'A',
        groups: ['IT'],
        display_name: '',
      },
    ],
  }),
  world('what was there in the first days is known', {
    miss: [
      ...weeks(),
      bind(ANNA, 10, [], { client: REST, app_id: OWA, ip: HOTEL }),
      late(ANNA, { client: REST }),
    ],
  }),
  world('a stray old record does not begin the log', {
    hit: [late(ANNA, { client: REST })],
    miss: [...weeks(), bind(ANNA, -900 * DAY, [], { ip: OFFICE, client: WINDOWS, app_id: OWA })],
  }),
]

const twoOwners: Life[] = [
  world('an id in two hands, issued to one', {
    hit: [used(3, 5, { principal: BORIS, principal_id: 'oid-b' })],
    miss: [used(3, 5, { principal_id: 'oid-a' })],
    issuance: [issued(2, 5, { principal_id: 'oid-a' })],
  }),
  world('an id in two hands, issued to nobody that is known', {
    hit: [
      used(3, 5, { principal: BORIS, principal_id: 'oid-b' }),
      used(3, 5, { principal_id: 'oid-a' }),
    ],
  }),
  world('one person under two names', {
    miss: [
      used(3, 5, { principal: BORIS, principal_id: 'oid-a' }),
      used(3, 5, { principal_id: 'oid-a' }),
    ],
  }),
  world('an application acting in two mailboxes', {
    miss: [
      used(3, 5, { actor_kind: 'app', principal: BORIS, principal_id: 'oid-b' }),
      used(3, 5, { actor_kind: 'app', principal_id: 'oid-a' }),
    ],
  }),
]

const usual = (number: number) =>
  `${number.toString(16).padStart(8, '0')}-1d9b-44b5-b0f2-cb94f06b2d0${number % 3}`
const idWorld = (count: number, good: (index: number) => boolean): Row[] =>
  Array.from({ length: count }, (_, index) =>
    issuance(1, ANNA, {
      token_id: good(index)
        ? usual(index + 1)
        : `${index.toString(16).padStart(8, '0')}-1d9b-14b5-b0f2-cb94f06b2dff`,
    }),
  )
const structures: Life[] = [
  world('an id of another make', {
    hit: [
      used(3, 0, { token_id: '12345678-1d9b-14b5-b0f2-cb94f06b2d00' }),
      used(3, 0, { token_id: '12345678-1d9b-44b5-b0f2-cb94f06b2d07' }),
    ],
    miss: [used(3, 0, { token_id: usual(7) })],
    issuance: idWorld(60, () => true),
  }),
  world('a tenant whose own ids are of no one make', {
    miss: [used(3, 0, { token_id: '12345678-1d9b-14b5-b0f2-cb94f06b2d00' })],
    issuance: idWorld(60, (index) => index % 10 !== 0),
  }),
  world('too few ids to know the make', {
    miss: [used(3, 0, { token_id: '12345678-1d9b-14b5-b0f2-cb94f06b2d00' })],
    issuance: idWorld(20, () => true),
  }),
  world('another provider makes ids as it likes', {
    miss: [used(3, 0, { token_id: '12345678-1d9b-14b5-b0f2-cb94f06b2d00', source: 'mintmark' })],
    issuance: idWorld(60, () => true),
  }),
]

const orphan = used(3, 2, { session_id: 's1' })
const sessionOnly = used(3, 3, { session_id: 's1' })
const missingTokens: Life[] = [
  world('a known session with a token that is not in the log', {
    hit: [orphan],
    miss: [sessionOnly],
    verdicts: new Map([
      [orphan, ['session-only', 'session-known-token-missing']],
      [sessionOnly, ['session-only', 'session-known']],
    ]),
  }),
]

const CONSUMER = '9188040d-6c67-4c5b-b112-36a304b66dad'
const consumers: Life[] = [
  world('a consumer token on an organisation’s mailbox', {
    hit: [
      used(3, 2, { token_tenant: CONSUMER }),
      used(4, 2, { issuer: `https://login.example.com/${CONSUMER}/v2.0` }),
    ],
    miss: [used(3, 2, { token_tenant: 'tenant-a' }), used(3, 2)],
  }),
  world('a guest with a consumer account', {
    miss: [
      used(3, 2, { token_tenant: CONSUMER, mailbox: '', principal: 'x@example.com' }),
      used(3, 2, { token_tenant: CONSUMER, principal: 'x@example.com' }),
    ],
  }),
]

const rule = (detail: string, fields: Row = {}): Row =>
  access(5, { operation: 'New-InboxRule', service: 'Exchange', principal: ANNA, detail, ...fields })
const rules: Life[] = [
  world('rules that forward outside, delete or hide', {
    hit: [
      rule('[{"Name":"ForwardTo","Value":"smtp:box@elsewhere.example.com"}]'),
      rule('[{"Name":"DeleteMessage","Value":"True"}]'),
      rule('[{"Name":"MoveToFolder","Value":"RSS Feeds"}]', { operation: 'Set-InboxRule' }),
      rule('{"ForwardingSmtpAddress":"smtp:box@elsewhere.example.com"}', {
        operation: 'Set-Mailbox',
      }),
    ],
    miss: [
      rule('[{"Name":"ForwardTo","Value":"boris@a.example.org"}]'),
      rule(
        '[{"Name":"MoveToFolder","Value":"Newsletters"},{"Name":"From","Value":"news@elsewhere.example.com"}]',
      ),
      rule('[{"Name":"DeleteMessage","Value":"False"}]'),
      rule('[{"Name":"DeleteMessage","Value":"True"}]', { outcome: 'failed' }),
      rule('[{"Name":"ForwardTo","Value":"box@elsewhere.example.com"}]', {
        operation: 'Remove-InboxRule',
      }),
    ],
    access: [bind(ANNA, 1, [])],
  }),
]

const boxes = (at: number, count: number, fields: Row = {}): Row[] =>
  Array.from({ length: count }, (_, index) =>
    appReads(at + index / 60, { mailbox: `m${index}@a.example.org`, ...fields }),
  )
const many: Life[] = [
  world('an application reads five mailboxes for the first time', {
    hit: boxes(15 * DAY, 5),
    miss: weeks(),
  }),
  world('four are not many', { miss: [...weeks(), ...boxes(15 * DAY, 4)] }),
  world('mailboxes that it knows', { miss: [...weeks(), ...boxes(5, 5), ...boxes(15 * DAY, 5)] }),
  world('five over a day', {
    miss: [
      ...weeks(),
      ...boxes(15 * DAY, 5).map((row, index) => ({
        ...row,
        at: `2023-06-16 0${index * 2}:00:00.000`,
      })),
    ],
  }),
  world('people who read their own', {
    miss: [
      ...weeks(),
      ...boxes(15 * DAY, 5).map((row) => ({
        ...row,
        actor_kind: 'user',
        principal: row['mailbox'] ?? '',
      })),
    ],
  }),
]

const CASES: Readonly<Record<string, readonly Life[]>> = {
  app_reads_many_mailboxes: many,
  consumer_token_on_mailbox: consumers,
  context_never_seen: contexts,
  device_code_apart: deviceCode,
  grant_by_unissued_token: unissuedGrants,
  id_structure: structures,
  id_used_by_two_principals: twoOwners,
  inbox_rule_hide_or_forward: rules,
  new_grant_app_only_mail: grants,
  replayed_token_network: tokenElsewhere,
  session_known_token_missing: missingTokens,
  session_two_places: sessions,
  token_two_places: twoPlaces,
}

describe('built-in hunts', () => {
  let session: Session
  let close: () => Promise<void>
  before(async () => {
    ;({ session, close } = await openWorld())
  })
  after(() => close())

  it('are all tested here', () => {
    assert.deepEqual(
      huntList().map(({ id }) => id),
      Object.keys(CASES).toSorted(),
    )
  })

  for (const [id, lives] of Object.entries(CASES)) {
    describe(id, () => {
      for (const life of lives) {
        it(life.name, async () => {
          await fill(session, life)
          const [result] = await runHunts(session, { only: [id], limit: 1000 })
          const found = result?.rows.map((row) => row.recordId).toSorted()
          assert.deepEqual(found, (life.hit ?? []).map((row) => row['record_id']).toSorted())
          assert.equal(result?.hits, life.hit?.length)
        })
      }
    })
  }
})
