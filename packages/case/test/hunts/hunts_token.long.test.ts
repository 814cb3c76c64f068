/**
 * Hunts for replayed tokens: rows that they must hit, and neighbours from ordinary life that they must not.
 */
import { describe } from 'node:test'
import { bind, issuance, type Row } from '../world.ts'
import {
  ANNA,
  BORIS,
  desk,
  HOTEL,
  issued,
  LINUX,
  type Life,
  REST,
  testHunts,
  used,
  world,
} from './hunt_lives.ts'

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

const otherNetwork: Life[] = [
  world('a token used at once from a strange network, by a client that does not name its system', {
    hit: [used(2.5, 2, { ip: HOTEL, client: REST })],
    miss: [desk.access, used(2.4, 2)],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('a token that travelled for hours is no use at once', {
    miss: [desk.access, used(4, 2, { ip: HOTEL, client: REST })],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('a network where somebody of the tenant gets tokens is the tenant’s', {
    miss: [desk.access, used(2.5, 2, { ip: HOTEL, client: REST })],
    issuance: [desk.issuance, issued(2, 2), issuance(1, BORIS, { ip: '203.0.113.5' })],
  }),
  world('IPv6 beside IPv4 is one line', {
    miss: [desk.access, used(2.5, 2, { ip: '2001:db8:7::1', client: REST })],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('an application that works on its own server is never at home', {
    miss: [desk.access, used(2.5, 2, { ip: HOTEL, client_app_id: 'app-s' })],
    issuance: [desk.issuance, issued(2, 2)],
  }),
  world('an id that was issued to another is reconcile’s', {
    miss: [desk.access, used(2.5, 2, { ip: HOTEL, client: REST })],
    issuance: [desk.issuance, issued(2, 2, { principal: BORIS })],
  }),
]

const minutes = (at: number, more: number) => at + more / 60
const strayUse = used(minutes(3, 5), 2, { ip: HOTEL })
const twoPlaces: Life[] = [
  world('uses from two networks interleave', {
    hit: [used(minutes(3, 5), 2, { ip: HOTEL })],
    miss: [used(3, 2), used(minutes(3, 10), 2)],
    issuance: [issued(2, 2)],
  }),
  world('a token that nobody issued is not replayed', {
    miss: [used(3, 2), strayUse, used(minutes(3, 10), 2)],
    verdicts: new Map([[strayUse, ['unissued', 'never-issued']]]),
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
      used(3, 2),
      used(minutes(3, 5), 2, { ip: HOTEL }),
      used(minutes(3, 10), 2),
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
  world('a second device of the same person gets tokens in other sessions too', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: HOTEL, client: LINUX })],
    issuance: [
      issued(2, 2, { session_id: 's1' }),
      issued(3, 3, { session_id: 's1', ip: HOTEL, category: 'non-interactive' }),
      issued(30, 4, { session_id: 's2', ip: HOTEL, category: 'non-interactive' }),
    ],
  }),
  world('a second device of the same person is used in other sessions too', {
    miss: [
      seen(3, 's1'),
      seen(3.1, 's1', { ip: HOTEL, client: LINUX }),
      seen(30, 's2', { ip: HOTEL, client: LINUX }),
    ],
    issuance: [issued(2, 2, { session_id: 's1' })],
  }),
  world('IPv6 beside IPv4 is one line', {
    miss: [seen(3, 's1'), seen(3.1, 's1', { ip: '2001:db8:7::1', client: LINUX })],
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
/** The sign-in broker, which the first hunt is about; Outlook on a phone, which may leave the office; a tool. */
const BROKER = '29d9ed98-a469-4536-ade2-f981bc1d605e'
const PHONE = '27922004-5251-4030-b22d-91ecd9a37ea4'
const TOOL = '5e1f0000-0000-4000-8000-00000000a009'
const deviceCode = (app: string, other: string): Life[] => [
  world('mail is read elsewhere than where the code was entered', {
    hit: [
      used(3, 2, { client_app_id: app, ip: HOTEL }),
      used(9, 7, { client_app_id: app, ip: HOTEL, session_id: 'd1' }),
    ],
    miss: [
      used(3, 3, { client_app_id: app, ip: HOTEL }),
      used(3, 2, { client_app_id: other, ip: HOTEL }),
    ],
    issuance: [code(2, 2), issued(2, 3)],
  }),
  world('a code for the machine beside is ordinary', {
    miss: [used(3, 2, { client_app_id: app })],
    issuance: [code(2, 2)],
  }),
  world('a meeting room in a network where people sign in is ordinary', {
    miss: [used(3, 2, { client_app_id: app, ip: HOTEL })],
    issuance: [code(2, 2), issuance(1, BORIS, { ip: HOTEL })],
  }),
  world('a tool that reads no mail and no files is not looked at', {
    miss: [
      used(3, 2, {
        client_app_id: app,
        ip: HOTEL,
        mailbox: '',
        service: 'AzureActiveDirectory',
        operation: 'GET',
      }),
    ],
    issuance: [code(2, 2)],
  }),
  world('a code that was refused issued nothing', {
    miss: [used(3, 2, { client_app_id: app, ip: HOTEL })],
    issuance: [code(2, 2, { outcome: 'failed' })],
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

describe('hunts for tokens', () => {
  testHunts({
    consumer_token_on_mailbox: consumers,
    device_code_apart: [...deviceCode(BROKER, TOOL), ...deviceCode(BROKER, PHONE)],
    device_code_elsewhere: [...deviceCode(TOOL, BROKER), ...deviceCode(PHONE, BROKER)],
    id_structure: structures,
    id_used_by_two_principals: twoOwners,
    replayed_token_network: tokenElsewhere,
    session_known_token_missing: missingTokens,
    session_two_places: sessions,
    token_other_network: otherNetwork,
    token_two_places: twoPlaces,
  })
})
