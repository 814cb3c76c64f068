import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Json } from '@mintmark/core'
import { detailOf, issuanceOf, MAIL_READ_ACCESS, record, TENANT } from './ual_rows.ts'

const STS: Json = {
  CreationTime: '2025-06-02T07:55:01',
  Id: '22608A25-1d9b-44b5-b0f2-cb94f06b2d00',
  IntraSystemId: '22608a25-1d9b-44b5-b0f2-cb94f06b2d00',
  Operation: 'UserLoggedIn',
  OrganizationId: TENANT,
  RecordType: 15,
  ResultStatus: 'Success',
  UserKey: '1003200012345678',
  UserType: 0,
  Workload: 'AzureActiveDirectory',
  ClientIP: '203.0.113.9',
  ObjectId: '00000002-0000-0ff1-ce00-000000000000',
  UserId: 'Mara.Quill@Example.org',
  ExtendedProperties: [
    { Name: 'ResultStatusDetail', Value: 'Success' },
    { Name: 'UserAgent', Value: 'Agent/1' },
    { Name: 'RequestType', Value: 'OAuth2:Token' },
    { Name: 'UserAuthenticationMethod', Value: '1' },
  ],
  Actor: [
    { ID: '66666666-AAAA-4bbb-8ccc-000000000006', Type: 0 },
    { ID: 'mara.quill@example.org', Type: 5 },
  ],
  ActorContextId: TENANT,
  ActorIpAddress: '203.0.113.9',
  ApplicationId: '22222222-aaaa-4bbb-8ccc-000000000002',
  DeviceProperties: [
    { Name: 'Id', Value: '88888888-aaaa-4bbb-8ccc-000000000008' },
    { Name: 'OS', Value: 'Windows 10' },
    { Name: 'SessionId', Value: 'ABCDEF00-1111-4222-8333-444455556666' },
  ],
  ErrorNumber: '0',
}
const stsOutcomes = [
  { name: 'an error number as text', changes: { ErrorNumber: '50126' }, outcome: 'failed' },
  { name: 'an interrupt', changes: { ErrorNumber: 50_140 }, outcome: 'failed' },
  {
    name: 'the operation',
    changes: { Operation: 'UserLoginFailed', ErrorNumber: undefined },
    outcome: 'failed',
  },
  { name: 'LogonError', changes: { LogonError: 'InvalidUserNameOrPassword' }, outcome: 'failed' },
  { name: 'no error number', changes: { ErrorNumber: undefined }, outcome: 'issued' },
  {
    name: 'ResultStatus, which is not asked',
    changes: { ResultStatus: 'Failed' },
    outcome: 'issued',
  },
] as const

it('is an issuance whose id joins with the token of the access', () => {
  assert.deepEqual(issuanceOf(STS), {
    recordId: '22608a25-1d9b-44b5-b0f2-cb94f06b2d00',
    atMs: Date.UTC(2025, 5, 2, 7, 55, 1),
    source: 'ual-sts',
    category: 'sts-logon',
    outcome: 'issued',
    tokenId: MAIL_READ_ACCESS.tokenId,
    sessionId: MAIL_READ_ACCESS.sessionId,
    principal: MAIL_READ_ACCESS.principal,
    principalId: MAIL_READ_ACCESS.principalId,
    tenant: TENANT,
    owner: TENANT,
    homeTenant: TENANT,
    appId: MAIL_READ_ACCESS.clientAppId,
    resourceId: '00000002-0000-0ff1-ce00-000000000000',
    ip: '203.0.113.9',
    network: '',
    deviceId: '88888888-aaaa-4bbb-8ccc-000000000008',
    client: 'Agent/1',
    protocol: 'OAuth2:Token',
    issuer: '',
    grouped: 1,
    detail: '{"resultStatusDetail":"Success","authenticationMethod":"1","os":"Windows 10"}',
  })
})

for (const { name, changes, outcome } of stsOutcomes)
  it(`is ${outcome} by ${name}`, () =>
    assert.equal(issuanceOf(record(changes, STS)).outcome, outcome))

it('without a session field has no session: the logs of early 2021 lack it', () => {
  assert.equal(issuanceOf(record({ DeviceProperties: [] }, STS)).sessionId, '')
})

it('is read from the maps that Elastic makes of lists', () => {
  const mapped = record(
    {
      ExtendedProperties: { UserAgent: 'Agent/1', RequestType: 'OAuth2:Token' },
      DeviceProperties: { SessionId: 'ABCDEF00-1111-4222-8333-444455556666' },
      RecordType: 'AzureActiveDirectoryStsLogon',
    },
    STS,
  )
  assert.equal(issuanceOf(mapped).client, 'Agent/1')
  assert.equal(issuanceOf(mapped).sessionId, MAIL_READ_ACCESS.sessionId)
})

it('a token that OWA made (type 275) is an issuance, and names the token that asked for it', () => {
  const issuance = issuanceOf(
    record({
      Folders: undefined,
      OperationProperties: undefined,
      RecordType: 'OWAAuth',
      Operation: 'OWAAuthTokenIssued',
      UniqueTokenIdentifier: 'mYyWp_-UrEa4Z_pZM7FlAA',
      ResourceURL: 'https://Outlook.example.com/',
    }),
  )
  assert.equal(issuance.source, 'ual-owa')
  assert.equal(issuance.category, 'owa-auth')
  assert.equal(issuance.outcome, 'issued')
  assert.equal(issuance.tokenId, 'a7968c99-94ff-46ac-b867-fa5933b16500')
  assert.equal(issuance.resourceId, 'https://outlook.example.com/')
  assert.equal(issuance.sessionId, MAIL_READ_ACCESS.sessionId)
  assert.equal(issuance.principalId, MAIL_READ_ACCESS.principalId)
  assert.equal(issuance.appId, MAIL_READ_ACCESS.clientAppId)
  assert.equal(detailOf(issuance)['usedTokenId'], MAIL_READ_ACCESS.tokenId)
})
