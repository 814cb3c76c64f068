import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { type Issuance, UNKNOWN_OWNER } from '../../src/model/records.ts'
import {
  APP,
  HOME,
  ID,
  portal,
  RESOURCE,
  SESSION,
  TENANT,
  USER,
  UTI,
} from './identity_portal_row.ts'
import { csvFile, JSON_FILE, readRow } from './identity_rows.ts'

const PATH = `/tenants/${TENANT.toUpperCase()}/providers/Microsoft.aadiam`

/** One sign-in, as Graph writes it. */
const graph: Json = {
  id: ID,
  createdDateTime: '2023-05-15T08:01:02Z',
  userDisplayName: 'Ada',
  userPrincipalName: 'Ada@Example.gov',
  userId: USER,
  appId: APP,
  appDisplayName: 'Mail client',
  ipAddress: '192.0.2.7',
  clientAppUsed: 'Browser',
  userAgent: 'Browser/1.0',
  conditionalAccessStatus: 'notApplied',
  isInteractive: true,
  resourceId: RESOURCE,
  resourceDisplayName: 'Mail',
  resourceTenantId: TENANT,
  homeTenantId: HOME,
  status: { errorCode: 0, failureReason: 'Other.' },
  deviceDetail: { deviceId: '', browser: 'B 1', operatingSystem: 'OS 1' },
  location: { city: 'Town', state: 'State', countryOrRegion: 'US' },
  sessionId: SESSION,
  uniqueTokenIdentifier: UTI,
  originalRequestId: 'ffffffff-1d9b-44b5-b0f2-cb94f06b2d00',
  incomingTokenType: 'none',
  tokenIssuerType: 'AzureAD',
  authenticationProtocol: 'deviceCode',
  authenticationRequirement: 'singleFactorAuthentication',
  authenticationProcessingDetails: [{ key: 'Is CAE Token', value: 'True' }],
  crossTenantAccessType: 'b2bCollaboration',
  autonomousSystemNumber: 64_500,
  userType: 'member',
}

const expected: Issuance = {
  recordId: ID,
  atMs: Date.UTC(2023, 4, 15, 8, 1, 2),
  source: 'entra-signin',
  category: 'interactive',
  outcome: 'issued',
  tokenId: ID,
  sessionId: SESSION,
  principal: 'ada@example.gov',
  principalId: USER,
  tenant: TENANT,
  owner: TENANT,
  homeTenant: HOME,
  appId: APP,
  resourceId: RESOURCE,
  ip: '192.0.2.7',
  network: '64500',
  deviceId: '',
  client: 'Browser/1.0',
  protocol: 'deviceCode',
  issuer: 'AzureAD',
  grouped: 1,
  detail: JSON.stringify({
    crossTenant: 'b2bCollaboration',
    cae: true,
    conditionalAccess: 'notApplied',
    requirement: 'singleFactorAuthentication',
    userType: 'member',
    app: 'Mail client',
    resource: 'Mail',
    clientApp: 'Browser',
    os: 'OS 1',
    country: 'US',
  }),
}

const diagnostic = (properties: Json, outer: Json = {}): Json => ({
  time: '2023-05-15T08:09:00.1234567Z',
  resourceId: PATH,
  operationName: 'Sign-in activity',
  category: 'SignInLogs',
  tenantId: TENANT,
  resultType: '0',
  callerIpAddress: '192.0.2.7',
  properties,
  ...outer,
})

const tableName = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const RENAMED: Readonly<Record<string, string>> = {
  ipAddress: 'IPAddress',
  resourceId: 'ResourceIdentity',
  location: 'LocationDetails',
}

/** The row of the table: other names, and what the table adds. */
function table(fields: Json, more: Json = {}): Json {
  const renamed = Object.entries(fields).map(([name, value]) => [
    RENAMED[name] ?? tableName(name),
    value,
  ])
  return {
    TenantId: '99999999-aaaa-4000-8000-000000000000',
    TimeGenerated: '2023-05-15T09:30:00Z',
    ResourceId: PATH,
    OperationName: 'Sign-in activity',
    Category: 'SignInLogs',
    ResultType: '0',
    Location: 'US',
    Type: 'SigninLogs',
    ...Object.fromEntries(renamed),
    ...more,
  }
}

/** The same row as CSV: everything is text, dates in the analyst's order. */
function tableCsv(row: Json, date: string): Json {
  const cells = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const dates = ['TimeGenerated', 'CreatedDateTime']
  return Object.fromEntries([
    ...dates.map((name) => [`${name} [UTC]`, date]),
    ...cells.filter(([name]) => !dates.includes(name ?? '')),
  ])
}

const graphRead = (row: Json) => readRow(row, 'entra-graph').issuances[0]

describe('a sign-in that is passed on, of a user whom the log does not name', () => {
  const passedOn = { ...graph, crossTenantAccessType: 'passthrough', userPrincipalName: '' }
  it('is of a token of his own tenant', () => {
    const issuance = graphRead(passedOn)
    assert.deepEqual(
      [issuance?.tokenId, issuance?.tenant, issuance?.owner],
      [ID, HOME, UNKNOWN_OWNER],
    )
  })
  it('has no token where that tenant is not named', () =>
    assert.equal(graphRead({ ...passedOn, homeTenantId: '' })?.tokenId, ''))
  it('is as any other where he is named', () =>
    assert.equal(graphRead({ ...graph, crossTenantAccessType: 'passthrough' })?.tenant, TENANT))
})

describe('one sign-in gives one issuance', () => {
  const asTable = table(graph)
  const slash = tableCsv(asTable, '5/15/2023, 8:01:02.000 AM')
  const union = {
    ...asTable,
    DeviceDetail: undefined,
    DeviceDetail_dynamic: graph['deviceDetail'],
    Status: undefined,
    Status_string: JSON.stringify(graph['status']),
  }
  const cases = [
    { name: 'from Graph', row: graph, shape: 'entra-graph', owner: UNKNOWN_OWNER },
    { name: 'from diagnostic settings', row: diagnostic(graph), shape: 'entra-diagnostic' },
    {
      name: 'with properties as text',
      row: diagnostic({}, { properties: JSON.stringify(graph) }),
      shape: 'entra-diagnostic',
    },
    { name: 'from a table', row: asTable, shape: 'entra-log-analytics' },
    { name: 'from a union of tables', row: union, shape: 'entra-log-analytics' },
    {
      name: 'from PowerShell',
      row: Object.fromEntries(Object.entries(graph).map(([key, value]) => [tableName(key), value])),
      shape: 'entra-graph',
      owner: UNKNOWN_OWNER,
    },
  ]
  for (const { name, row, shape, owner = TENANT } of cases) {
    it(name, () => assert.deepEqual(readRow(row, shape).issuances, [{ ...expected, owner }]))
  }

  it('from a table as CSV, with the file proving the order of its dates', () => {
    const { issuances } = readRow(slash, 'entra-log-analytics-csv', csvFile(slash, 'month-first'))
    assert.deepEqual(issuances, [expected])
  })

  it('from the portal, save that its CSV does not say which log it is', () => {
    const { issuances } = readRow(portal, 'entra-portal-csv', csvFile(portal))
    const told = { category: 'interactive-or-not', owner: UNKNOWN_OWNER }
    assert.deepEqual(issuances, [{ ...expected, ...told }])
  })
})

const app = {
  id: ID,
  createdDateTime: '2023-05-15T08:01:02Z',
  appId: APP,
  servicePrincipalId: USER,
  servicePrincipalName: 'Daemon',
  status: { errorCode: 0 },
}
describe('the category of a sign-in', () => {
  const categories = [
    ['NonInteractiveUserSignInLogs', 'non-interactive', 'ada@example.gov'],
    ['ServicePrincipalSignInLogs', 'service-principal', APP],
    ['ManagedIdentitySignInLogs', 'managed-identity', APP],
    ['ADFSSignInLogs', 'adfs', 'ada@example.gov'],
    ['MicrosoftServicePrincipalSignInLogs', 'ms-service-principal', APP],
  ] as const
  for (const [name, category, principal] of categories) {
    it(`is ${category} in ${name}`, () => {
      const [issuance] = readRow(
        diagnostic(graph, { category: name }),
        'entra-diagnostic',
      ).issuances
      assert.equal(issuance?.category, category)
      assert.equal(issuance.principal, principal)
    })
  }

  const tables = [
    ['AADNonInteractiveUserSignInLogs', 'non-interactive'],
    ['AADServicePrincipalSignInLogs', 'service-principal'],
    ['AADManagedIdentitySignInLogs', 'managed-identity'],
    ['ADFSSignInLogs', 'adfs'],
    ['MicrosoftServicePrincipalSignInLogs', 'ms-service-principal'],
  ] as const
  for (const [name, category] of tables) {
    it(`is ${category} in the table ${name}`, () => {
      const row = { ...table(graph), Category: undefined, Type: name }
      assert.equal(readRow(row, 'entra-log-analytics').issuances[0]?.category, category)
    })
  }
})

describe('the category of a sign-in that names none', () => {
  const graphs = [
    {
      name: 'event types',
      row: { ...graph, signInEventTypes: ['nonInteractiveUser'] },
      is: 'non-interactive',
    },
    { name: 'isInteractive', row: { ...graph, isInteractive: false }, is: 'non-interactive' },
    {
      name: 'nothing',
      row: { ...graph, isInteractive: undefined, signInEventTypes: undefined },
      is: 'interactive-or-not',
    },
    { name: 'the issuer', row: { ...graph, tokenIssuerType: 'ADFederationServices' }, is: 'adfs' },
    { name: 'a service principal without a user', row: app, is: 'service-principal' },
    {
      name: 'managedIdentity',
      row: { ...app, signInEventTypes: ['managedIdentity'] },
      is: 'managed-identity',
    },
  ]
  for (const { name, row, is } of graphs) {
    it(`follows from ${name} in Graph`, () => {
      assert.equal(readRow(row, 'entra-graph').issuances[0]?.category, is)
    })
  }

  it('of an application gives its service principal as the principal', () => {
    const [issuance] = readRow(app, 'entra-graph').issuances
    assert.equal(issuance?.principal, 'daemon')
    assert.equal(issuance.principalId, USER)
  })
})

const read = (more: Json) =>
  readRow(diagnostic({ ...graph, ...more }), 'entra-diagnostic').issuances[0]

describe('a sign-in', () => {
  const utis = [
    { name: '2022 spells its id twice encoded', uti: btoa(ID), tokenId: ID },
    { name: 'that is padded', uti: `${UTI}==`, tokenId: ID },
    { name: 'without the field is named by its own id', uti: undefined, tokenId: ID },
    { name: 'with an anonymised id has none', uti: 'AAAAAAAAAAAAAAAAAAAAAA', tokenId: '' },
    { name: 'with junk for an id has none', uti: 'junk', tokenId: '' },
    {
      name: 'whose id a spreadsheet took for a formula is named by its own',
      uti: '#NAME?',
      tokenId: ID,
    },
  ]
  for (const { name, uti, tokenId } of utis) {
    it(name, () => assert.equal(read({ uniqueTokenIdentifier: uti })?.tokenId, tokenId))
  }

  it('that failed or was interrupted issued nothing', () => {
    for (const errorCode of [50_126, 50_140, '50058']) {
      assert.equal(read({ status: { errorCode } })?.outcome, 'failed')
    }
    const row = diagnostic({ ...graph, status: undefined }, { resultType: '50074' })
    assert.equal(readRow(row, 'entra-diagnostic').issuances[0]?.outcome, 'failed')
  })

  it('by backup authentication says so', () => {
    assert.equal(read({ tokenIssuerType: 'AzureADBackupAuth' })?.issuer, 'AzureADBackupAuth')
  })

  it('has the time of the sign-in, not of ingestion', () => {
    assert.equal(read({})?.atMs, expected.atMs)
  })

  it('takes the tenant of the path where no field names it, never the workspace', () => {
    const row = table({ ...graph, resourceTenantId: undefined })
    assert.equal(readRow(row, 'entra-log-analytics').issuances[0]?.tenant, TENANT)
  })

  it('of a guest is named by the home address', () => {
    const userPrincipalName = 'bo_example.org#EXT#@agency.example.gov'
    assert.equal(read({ userPrincipalName })?.principal, 'bo@example.org')
  })
})

describe('a sign-in', () => {
  const times = [
    { name: 'missing', row: { ...graph, createdDateTime: null }, reason: 'time-missing' },
    {
      name: 'unreadable',
      row: { ...graph, createdDateTime: '2023-02-30T00:00:00Z' },
      reason: 'time-unreadable',
    },
    {
      name: 'in either order',
      row: { ...graph, createdDateTime: '5/4/2023 1:00:00 AM' },
      reason: 'date-order-unproven',
    },
  ]
  for (const { name, row, reason } of times) {
    it(`whose time is ${name} is a reject`, () => {
      const { issuances, rejects } = readRow(row, 'entra-graph')
      assert.deepEqual(issuances, [])
      assert.deepEqual(rejects, [{ kind: 'payload', reason, detail: 'createdDateTime' }])
    })
  }
})

it('a sign-in that names nothing but its category and time is still an issuance', () => {
  const row = { time: '2007-01-09T09:41:00', category: 'SignInLogs' }
  const [issuance] = readRow(row, 'entra-diagnostic', JSON_FILE).issuances
  assert.equal(issuance?.atMs, Date.UTC(2007, 0, 9, 9, 41))
  assert.equal(issuance.tokenId, '')
})
