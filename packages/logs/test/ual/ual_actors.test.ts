import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { Access } from '../../src/model/records.ts'
import { check } from '../identity/identity_rows.ts'
import { accessOf, detailOf, MAIL_READ_ACCESS, record, TENANT } from './ual_rows.ts'

const sessionCases = [
  {
    name: 'both, differing',
    aad: 'AAAA',
    own: 'bbbb',
    sessionId: 'aaaa',
    otherSessionId: 'bbbb',
  },
  { name: 'both, the same', aad: 'AAAA', own: 'aaaa', sessionId: 'aaaa', otherSessionId: '' },
  {
    name: 'only Exchange’s own',
    aad: undefined,
    own: 'BBBB',
    sessionId: 'bbbb',
    otherSessionId: '',
  },
  {
    name: 'only AADSessionId',
    aad: 'aaaa',
    own: undefined,
    sessionId: 'aaaa',
    otherSessionId: '',
  },
  {
    name: 'all zero',
    aad: '00000000-0000-0000-0000-000000000000',
    own: 'ANONYMIZED',
    sessionId: '',
    otherSessionId: '',
  },
] as const

describe('sessions', () => {
  for (const { name, aad, own, sessionId, otherSessionId } of sessionCases) {
    it(name, () => {
      const access = accessOf(record({ AppAccessContext: { AADSessionId: aad }, SessionId: own }))
      assert.deepEqual(
        { sessionId: access.sessionId, otherSessionId: access.otherSessionId },
        { sessionId, otherSessionId },
      )
    })
  }
})

const tokenCases = [
  { name: 'absent with its context', context: undefined, state: 'absent' },
  { name: 'absent in its context', context: {}, state: 'absent' },
  { name: 'all zero', context: { UniqueTokenId: '0000000000000000000000' }, state: 'anonymised' },
  { name: 'replaced', context: { UniqueTokenId: 'ANONYMIZED' }, state: 'anonymised' },
  { name: 'no id', context: { UniqueTokenId: 'not a token id' }, state: 'malformed' },
  {
    name: 'a GUID',
    context: { UniqueTokenId: MAIL_READ_ACCESS.tokenId.toUpperCase() },
    state: 'present',
  },
  {
    name: 'in a list of one',
    context: [{ UniqueTokenId: 'JYpgIpsdtUSw8suU8GstAA' }],
    state: 'present',
  },
  { name: 'in text', context: '{"UniqueTokenId":"JYpgIpsdtUSw8suU8GstAA"}', state: 'present' },
] as const

describe('token ids', () => {
  for (const { name, context, state } of tokenCases) {
    it(`${name}: ${state}`, () => {
      const access = accessOf(record({ AppAccessContext: context }))
      assert.equal(access.tokenIdState, state)
      assert.equal(access.tokenId, state === 'present' ? MAIL_READ_ACCESS.tokenId : '')
    })
  }
})

const APP = '22222222-aaaa-4bbb-8ccc-000000000002'
const SERVICE_PRINCIPAL = '77777777-aaaa-4bbb-8ccc-000000000007'
const NO_TOKEN = { TokenObjectId: undefined, AppAccessContext: undefined }
const actorCases: readonly {
  readonly name: string
  readonly changes: Json
  readonly expected: Partial<Access>
}[] = [
  { name: 'is a user', changes: {}, expected: { actorKind: 'user' } },
  {
    name: 'is an app by UserType 5, whose UserKey is its own id and nobody’s object id',
    changes: { ...NO_TOKEN, UserType: 5, UserKey: APP },
    expected: { actorKind: 'app', principalId: '' },
  },
  {
    name: 'is an app by UserType as text',
    changes: { ...NO_TOKEN, UserType: '6', UserKey: SERVICE_PRINCIPAL },
    expected: { actorKind: 'app', principalId: SERVICE_PRINCIPAL },
  },
  {
    name: 'is an app by UserType’s name',
    changes: { UserType: 'ServicePrincipal' },
    expected: { actorKind: 'app' },
  },
  {
    name: 'is an app where a mailbox record names an app and no user',
    changes: { ...NO_TOKEN, UserType: 0, UserId: SERVICE_PRINCIPAL },
    expected: { actorKind: 'app', principal: SERVICE_PRINCIPAL },
  },
  { name: 'is the system', changes: { UserType: 4 }, expected: { actorKind: 'system' } },
  {
    name: 'is the system by its name',
    changes: { UserType: 2, UserId: 'NT AUTHORITY\\SYSTEM (Some.Host)' },
    expected: { actorKind: 'system' },
  },
  ...[
    'S-1-5-18',
    'S-1-5-20',
    'S-1-5-80-1234567890-1234567890',
    'NT SERVICE\\MSExchangeADTopology',
    'SHAREPOINT\\system',
    'Microsoft\\ServiceOperator',
    'Microsoft.Exchange.ServiceHost',
    'Microsoft Teams Sync',
    'NOT-FOUND',
    'Certificate',
  ].map((UserId) => ({
    name: `is the system as ${UserId}`,
    changes: { UserType: 2, UserId },
    expected: { actorKind: 'system' as const, principal: UserId.toLowerCase() },
  })),
  ...[
    'S-1-5-21-1004336348-1177238915-682003330-500',
    'S-1-12-1-1943430372-1249052806-2496021943-3034400218',
    'CONTOSO\\system',
    'system@example.org',
    'user17',
    'microsofty',
  ].map((UserId) => ({
    name: `is a user as ${UserId}`,
    changes: { UserType: 0, UserId },
    expected: { actorKind: 'user' as const },
  })),
  {
    name: 'is unknown where the name is not available, whatever the default of UserType',
    changes: { ...NO_TOKEN, UserType: 0, UserId: 'Not Available', AppId: '', ClientAppId: '' },
    expected: { actorKind: '', principal: '' },
  },
  {
    name: 'is a user by the object id where the name is not available',
    changes: { UserType: 0, UserId: 'Not Available' },
    expected: { actorKind: 'user' },
  },
  {
    name: 'is unknown',
    changes: {
      UserType: undefined,
      UserId: 'ANONYMIZED',
      UserKey: undefined,
      AppId: '',
      ClientAppId: '',
      ...NO_TOKEN,
    },
    expected: { actorKind: '', principal: '', principalId: '' },
  },
  {
    name: 'is a guest, under the address of home, with the name that was logged',
    changes: {
      UserId: 'ada_b_partner.example.com#EXT#@tenant.example.org',
      TokenObjectId: undefined,
    },
    expected: {
      principal: 'ada_b@partner.example.com',
      detail: '{"userId":"ada_b_partner.example.com#ext#@tenant.example.org"}',
    },
  },
  {
    name: 'is a guest as SharePoint writes one',
    changes: { UserId: 'urn:spo:guest#Ada@Partner.example.com' },
    expected: { principal: 'ada@partner.example.com' },
  },
  {
    name: 'is a claim as SharePoint writes one',
    changes: { UserId: 'i:0#.f|membership|Ada@example.org' },
    expected: { principal: 'ada@example.org' },
  },
]

describe('the actor', () => {
  for (const { name, changes, expected } of actorCases) {
    it(name, () => check(accessOf(record(changes)), expected))
  }

  it('is outside where the record names another home tenant', () => {
    const MSA = '9188040d-6c67-4c5b-b112-36a304b66dad'
    const access = accessOf(record({ TokenTenantId: MSA.toUpperCase(), ExternalUserTenantId: MSA }))
    assert.equal(access.tokenTenant, MSA)
    assert.equal(access.externalTenant, MSA)
    assert.equal(access.tenant, TENANT)
  })
})

const addressCases = [
  { name: 'v4:port', changes: { ClientIPAddress: '198.51.100.7:52378' }, ip: '198.51.100.7' },
  { name: '[v6]:port', changes: { ClientIPAddress: '[2001:DB8::1]:443' }, ip: '2001:db8::1' },
  { name: 'mapped v4', changes: { ClientIPAddress: '::ffff:198.51.100.7' }, ip: '198.51.100.7' },
  { name: '<null>', changes: { ClientIPAddress: '<null>' }, ip: '' },
  { name: 'empty', changes: { ClientIPAddress: '' }, ip: '' },
  {
    name: 'ClientIP alone',
    changes: { ClientIPAddress: undefined, ClientIP: '198.51.100.7' },
    ip: '198.51.100.7',
  },
  {
    name: 'ActorIP alone',
    changes: { ClientIPAddress: undefined, ActorIP: '198.51.100.7' },
    ip: '198.51.100.7',
  },
  {
    name: 'ActorIpAddress behind an empty ClientIP',
    changes: { ClientIPAddress: undefined, ClientIP: '', ActorIpAddress: '198.51.100.7' },
    ip: '198.51.100.7',
  },
] as const

describe('addresses', () => {
  for (const { name, changes, ip } of addressCases)
    it(name, () => assert.equal(accessOf(record(changes)).ip, ip))

  it('the one that is not taken is kept where two differ', () => {
    const access = accessOf(record({ ClientIPAddress: '2001:db8::1', ClientIP: '198.51.100.7' }))
    assert.equal(access.ip, '2001:db8::1')
    assert.equal(detailOf(access)['clientIp'], '198.51.100.7')
  })
})
