import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import * as fc from 'fast-check'
import { graphTarget } from '../../src/identity/graph_uri.ts'
import type { Access } from '../../src/model/records.ts'
import { check, csvFile, readRow } from './identity_rows.ts'

const TENANT = 'b1a7c0de-0000-4000-8000-00000000abcd'
const USER = '6e1f3c3a-5e0e-4c1b-9f56-3a5a0f8a1c01'
const APP = '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a'
const REQUEST = '11111111-2222-4333-8444-555555555555'
const SESSION = '004d8baa-891d-439e-833f-6c194e566b78'
const ID = 'a7968c99-94ff-46ac-b867-fa5933b16500'
const URI = `https://graph.example.com/v1.0/users/ada@example.gov/messages/AAMkADk0Zg%3D%3D/$value?$select=subject`
const PATH = `/TENANTS/${TENANT.toUpperCase()}/PROVIDERS/MICROSOFT.AADIAM`
const ISSUER = `https://sts.windows.net/${TENANT}/`

const expected: Partial<Access> = {
  recordId: REQUEST,
  atMs: Date.UTC(2024, 2, 7, 11, 47, 0, 644),
  source: 'graph-activity',
  operation: 'GET /users/{id}/messages/{id}/$value',
  service: 'MicrosoftGraph',
  outcome: 'succeeded',
  tokenId: ID,
  tokenIdState: 'present',
  sessionId: SESSION,
  issuedAtMs: Date.UTC(2024, 2, 7, 11, 42),
  principalId: USER,
  actorKind: 'user',
  mailbox: 'ada@example.gov',
  tenant: TENANT,
  externalTenant: '',
  appId: APP,
  ip: '192.0.2.7',
  client: 'client/1.0',
  issuer: ISSUER,
  items: [{ messageId: '', itemId: 'AAMkADk0Zg==', folder: '', bytes: 0, subject: '' }],
  objectPath: URI,
  bytes: 364,
}

const raw: Json = {
  time: '2024-03-07T11:47:00.6442361Z',
  resourceId: PATH,
  category: 'MicrosoftGraphActivityLogs',
  tenantId: TENANT,
  callerIpAddress: '192.0.2.7',
  properties: {
    timeGenerated: '2024-03-07T11:47:00.6442361Z',
    requestId: REQUEST,
    requestMethod: 'GET',
    requestUri: URI,
    responseStatusCode: 200,
    responseSizeBytes: 364,
    signInActivityId: 'mYyWp_-UrEa4Z_pZM7FlAA',
    C_Iat: '1709811720',
    C_Idtyp: 'user',
    c_Sid: SESSION,
    appId: APP,
    UserPrincipalObjectID: USER,
    servicePrincipalId: null,
    identityProvider: ISSUER,
    userAgent: 'client/1.0',
  },
}

const table: Json = {
  TenantId: '99999999-aaaa-4000-8000-000000000000',
  TimeGenerated: '2024-03-07T11:47:00.6442361Z',
  AadTenantId: TENANT,
  AppId: APP,
  IPAddress: '192.0.2.7',
  IdentityProvider: ISSUER,
  RequestId: REQUEST,
  RequestMethod: 'GET',
  RequestUri: URI,
  ResponseSizeBytes: 364,
  ResponseStatusCode: 200,
  ServicePrincipalId: '',
  SessionId: SESSION,
  SignInActivityId: 'mYyWp/+UrEa4Z/pZM7FlAA==',
  TokenIssuedAt: '2024-03-07T11:42:00Z',
  UserAgent: 'client/1.0',
  UserId: USER,
  Type: 'MicrosoftGraphActivityLogs',
}

describe('a request to Graph gives one access', () => {
  it('from the raw record', () => {
    check(readRow(raw, 'graph-activity-raw').accesses[0], expected)
  })

  it('from the table', () => {
    check(readRow(table, 'graph-activity-table').accesses[0], expected)
  })

  it('from the table as CSV', () => {
    const row: Json = {
      'TimeGenerated [UTC]': '3/7/2024, 11:47:00.644 AM',
      'TokenIssuedAt [UTC]': '3/7/2024, 11:42:00.000 AM',
      ...table,
      TimeGenerated: '',
      TokenIssuedAt: '',
      ResponseSizeBytes: '364',
      ResponseStatusCode: '200',
    }
    const given = readRow(row, 'graph-activity-table-csv', csvFile(row, 'month-first'))
    check(given.accesses[0], { ...expected, issuedAtMs: Date.UTC(2024, 2, 7, 11, 42) })
  })

  it("from Defender's events, which have no session", () => {
    const { AppId, UserId, SignInActivityId, SessionId: _, TimeGenerated, ...rest } = table
    const row: Json = {
      ...rest,
      Type: 'GraphApiAuditEvents',
      Timestamp: TimeGenerated,
      ApplicationId: AppId,
      AccountObjectId: UserId,
      UniqueTokenIdentifier: SignInActivityId,
      ResponseSizeBytes: undefined,
      ResponseSize: '364',
      ResponseStatusCode: '200',
    }
    const want = { ...expected, sessionId: '' }
    check(readRow(row, 'graph-api-audit-events').accesses[0], want)
  })
})

describe('a request to Graph', () => {
  it('for nobody is app-only', () => {
    const row = { ...table, UserId: '', ServicePrincipalId: USER }
    check(readRow(row, 'graph-activity-table').accesses[0], { actorKind: 'app', principalId: USER })
  })

  it('for nobody, with roles and no scope, is app-only, too', () => {
    const nobody = { ...table, UserId: '', ServicePrincipalId: '' }
    const kindOf = (more: Json) =>
      readRow({ ...nobody, ...more }, 'graph-activity-table').accesses[0]?.actorKind
    assert.equal(kindOf({ Roles: 'Mail.Read', Scopes: '' }), 'app')
    assert.equal(kindOf({ Roles: 'Mail.Read', Scopes: 'User.Read' }), '')
    assert.equal(kindOf({ Roles: '', Scopes: '' }), '')
  })

  it('that was refused read no message', () => {
    const row = { ...table, ResponseStatusCode: 403 }
    check(readRow(row, 'graph-activity-table').accesses[0], { outcome: 'failed', items: [] })
  })

  it("for one's own mail is about the caller's mailbox", () => {
    const row = { ...table, RequestUri: 'https://graph.example.com/v1.0/me/messages/AAMk01' }
    check(readRow(row, 'graph-activity-table').accesses[0], { mailbox: '', mailboxId: USER })
  })

  it('by a guest names the tenant that authenticated the guest', () => {
    const home = 'b1a7c0de-0000-4000-8000-00000000dcba'
    const row = { ...table, IdentityProvider: `https://sts.windows.net/${home}/` }
    check(readRow(row, 'graph-activity-table').accesses[0], { externalTenant: home })
  })

  const placeholders = [
    { uti: 'sign-in_ActivityId', state: 'anonymised' },
    { uti: '', state: 'absent' },
    { uti: 'activityId', state: 'malformed' },
  ] as const
  for (const { uti, state } of placeholders) {
    it(`with '${uti}' for a token id is ${state}`, () => {
      const row = { ...table, SignInActivityId: uti }
      check(readRow(row, 'graph-activity-table').accesses[0], { tokenId: '', tokenIdState: state })
    })
  }
})

describe('a request to Azure AD Graph', () => {
  const properties: Json = {
    actorType: 'User',
    appId: APP,
    callerIpAddress: '192.0.2.8',
    httpMethod: 'GET',
    httpStatusCode: 403,
    identityProvider: '',
    issuedAt: '5/8/2026 4:11:19 PM',
    requestId: REQUEST,
    requestUri: `/v2/${TENANT}/tenantDetails`,
    responseSizeBytes: -1,
    sessionId: SESSION,
    signInActivityId: 'mYyWp_-UrEa4Z_pZM7FlAA==',
    timeGenerated: '2026-05-08T16:37:21.2823997Z',
    userId: USER,
  }
  const old: Json = { category: 'AzureADGraphActivityLogs', tenantId: TENANT, properties }

  it('is an access of its own source, with the one time of issue that fits', () => {
    check(readRow(old, 'aad-graph-activity').accesses[0], {
      source: 'aad-graph-activity',
      service: 'AzureADGraph',
      operation: 'GET /{id}/tenantDetails',
      outcome: 'failed',
      tokenId: ID,
      issuedAtMs: Date.UTC(2026, 4, 8, 16, 11, 19),
      bytes: 0,
      ip: '192.0.2.8',
    })
  })

  it('whose time of issue fits in neither order has none', () => {
    const row = { ...old, properties: { ...properties, issuedAt: '1/2/2026 1:00:00 AM' } }
    check(readRow(row, 'aad-graph-activity').accesses[0], { issuedAtMs: 0 })
  })
})

describe('graphTarget', () => {
  const cases = [
    { uri: '/v1.0/me/messages', template: '/me/messages' },
    {
      uri: '/beta//users/x/mailFolders/inbox/messages/AA1',
      template: '/users/{id}/mailFolders/{id}/messages/{id}',
      folder: 'inbox',
      messageId: 'AA1',
    },
    {
      uri: "/v1.0/users('ada')/messages('AA=')/attachments",
      template: '/users/{id}/messages/{id}/attachments',
      messageId: 'AA=',
    },
    { uri: '/v1.0/me/messages/delta?x=1', template: '/me/messages/delta' },
    { uri: '/v1.0/me/messages/$count', template: '/me/messages/$count' },
    { uri: '/v1.0/chats/19:x@thread.v2/messages/17', template: '/chats/{id}/messages/{id}' },
    { uri: '/v1.0/sites/root/drives', template: '/sites/root/drives' },
    { uri: '/v1.0/$batch', template: '/$batch' },
    { uri: '', template: '/' },
    { uri: 'https://graph.example.com', template: '/' },
    { uri: '/v1.0/me/messages/%E0%A4%A', template: '/me/messages/{id}', messageId: '%E0%A4%A' },
  ]
  for (const { uri, template, folder = '', messageId = '' } of cases) {
    it(uri === '' ? 'nothing' : uri, () => {
      const target = graphTarget(uri)
      assert.equal(target.template, template)
      assert.equal(target.folder, folder)
      assert.equal(target.messageId, messageId)
    })
  }

  it('reads any address, to a short template without ids', () => {
    const like = fc.stringMatching(/^[a-z/()'$%?=.\d]{0,200}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), like), (uri) => {
        const { template } = graphTarget(uri)
        assert.match(template, /^\/[A-Za-z$./{}]*$/)
        assert.ok(template.length < 1200)
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })
})
