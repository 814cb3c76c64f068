import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { Access } from '../../src/model/records.ts'
import { plain } from '../../src/ual/fields.ts'
import { csvFile, JSON_FILE } from '../identity/identity_rows.ts'
import { MAIL_READ, MAIL_READ_ACCESS, readShape, record, shapesOf, TENANT } from './ual_rows.ts'

const AUDIT_DATA = JSON.stringify(MAIL_READ)
const ID = MAIL_READ_ACCESS.recordId

interface Spelling {
  readonly name: string
  readonly shape: string
  readonly row: Json
  readonly isCsv?: boolean
  /** Fields that the shape does not carry. */
  readonly lost?: Partial<Access>
}

const CMDLET: Json = {
  RecordType: 'ExchangeItemAggregated',
  CreationDate: '6/2/2025 8:15:30 AM',
  UserIds: 'Mara.Quill@Example.org',
  Operations: 'MailItemsAccessed',
  AuditData: AUDIT_DATA,
  ResultIndex: '1',
  ResultCount: '1',
  Identity: ID,
  IsValid: 'True',
  ObjectState: 'Unchanged',
}

/** Elastic's document: fields moved out of the record, numbers as text, folders renamed. */
const {
  Id,
  Operation,
  OrganizationId,
  Workload,
  ClientIPAddress: _ip,
  Folders,
  ...kept
} = MAIL_READ
const ECS: Json = {
  '@timestamp': '2025-06-02T08:15:30.000Z',
  client: { address: '203.0.113.9', ip: '203.0.113.9', port: 51_544 },
  event: { action: Operation, code: 'ExchangeItemAggregated', id: Id, provider: Workload },
  organization: { id: OrganizationId },
  o365: {
    audit: {
      ...kept,
      RecordType: '50',
      UserType: '0',
      LogonType: '0',
      ExchangeAggregatedFolders: Folders,
    },
  },
  user: { id: 'Mara.Quill@Example.org', email: 'mara.quill@example.org' },
}

const OFFICE_ACTIVITY: Json = {
  TenantId: '99999999-0000-4000-8000-00000000000f',
  OfficeId: ID,
  RecordType: '50',
  Operation: 'MailItemsAccessed',
  OrganizationId: TENANT,
  UserType: 'Regular',
  UserKey: '1003200012345678',
  OfficeWorkload: 'Exchange',
  ResultStatus: 'Succeeded',
  OfficeObjectId: '',
  UserId: 'Mara.Quill@Example.org',
  Client_IPAddress: '203.0.113.9:51544',
  ClientInfoString: 'Client=OWA;Action=ViaProxy',
  Logon_Type: 'Owner',
  MailboxGuid: '44444444-aaaa-4bbb-8ccc-000000000004',
  MailboxOwnerUPN: 'Mara.Quill@Example.org',
  OperationProperties: JSON.stringify(MAIL_READ['OperationProperties'], null, 2),
  Folders: JSON.stringify(Folders),
  AppId: '00000002-0000-0ff1-ce00-000000000000',
  ClientAppId: '22222222-aaaa-4bbb-8ccc-000000000002',
  Type: 'OfficeActivity',
}

/** What the table of 2021 does not have. */
const OFFICE_ACTIVITY_LOST: Partial<Access> = {
  tokenId: '',
  tokenIdState: 'absent',
  sessionId: '',
  otherSessionId: '',
  issuedAtMs: 0,
  principalId: '',
  tokenTenant: '',
}

function dotted(): Json {
  const row: Record<string, unknown> = {
    '@timestamp': '2025-06-02T08:15:30.000Z',
    'event.id': ID,
    'event.action': 'MailItemsAccessed',
    'event.provider': 'Exchange',
    'organization.id': TENANT,
    'client.ip': '203.0.113.9',
  }
  for (const [key, value] of Object.entries(kept)) {
    if (key === 'AppAccessContext') continue
    row[`o365.audit.${key}`] = typeof value === 'object' ? JSON.stringify(value) : plain(value)
  }
  row['o365.audit.ExchangeAggregatedFolders'] = JSON.stringify(Folders)
  for (const [key, value] of Object.entries(MAIL_READ['AppAccessContext'] ?? {})) {
    row[`o365.audit.AppAccessContext.${key}`] = value
  }
  return row
}

const fieldsOf = (row: Json) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, [value]]))

const SPELLINGS: readonly Spelling[] = [
  { name: 'a bare record', shape: 'ual-api', row: MAIL_READ },
  {
    name: 'a bare record with numbers and booleans as text and the type by name',
    shape: 'ual-api',
    row: record({
      RecordType: 'ExchangeItemAggregated',
      UserType: 'Regular',
      LogonType: 'Owner',
      ExternalAccess: 'False',
      OperationCount: '2',
      AppAccessContext: [MAIL_READ['AppAccessContext']],
    }),
  },
  {
    name: 'the portal',
    shape: 'ual-purview-csv',
    isCsv: true,
    row: {
      RecordId: ID,
      CreationDate: '2025-06-02T08:15:30.0000000Z',
      RecordType: '50',
      Operation: 'MailItemsAccessed',
      UserId: 'mara.quill@example.org',
      AuditData: AUDIT_DATA,
      AssociatedAdminUnits: '',
      AssociatedAdminUnitsNames: '',
    },
  },
  {
    name: 'the portal, with the other spelling of its last column and a local date',
    shape: 'ual-purview-csv',
    isCsv: true,
    row: {
      RecordId: ID,
      CreationDate: '6/2/2025 8:15:30 AM',
      RecordType: '50',
      Operation: 'MailItemsAccessed',
      UserId: 'mara.quill@example.org',
      AuditData: AUDIT_DATA,
      AssociatedAdminUnits: '',
      AssociatedAdminUnitNames: '',
    },
  },
  {
    name: 'the old portal',
    shape: 'ual-purview-csv',
    isCsv: true,
    row: {
      CreationDate: '2025-06-02T08:15:30.0000000Z',
      UserIds: 'Mara.Quill@Example.org',
      Operations: 'MailItemsAccessed',
      AuditData: AUDIT_DATA,
    },
  },
  { name: 'the cmdlet', shape: 'ual-cmdlet-csv', isCsv: true, row: CMDLET },
  {
    name: 'the cmdlet, with the columns of a remote session',
    shape: 'ual-cmdlet-csv',
    isCsv: true,
    row: {
      PSComputerName: 'outlook.example.com',
      RunspaceId: ID,
      PSShowComputerName: 'False',
      ...CMDLET,
    },
  },
  {
    name: 'AuditData alone, as CSV',
    shape: 'ual-cmdlet-csv',
    isCsv: true,
    row: { AuditData: AUDIT_DATA },
  },
  { name: 'the cmdlet as JSON', shape: 'ual-cmdlet-json', row: CMDLET },
  {
    name: 'the cmdlet as JSON of PowerShell 5, its record an object',
    shape: 'ual-cmdlet-json',
    row: {
      ...CMDLET,
      CreationDate: '/Date(1748852130000)/',
      RecordType: 50,
      AuditData: record({ CreationTime: { value: '/Date(1748852130000)/', DateTime: 'Monday' } }),
    },
  },
  { name: 'AuditData alone, as JSON', shape: 'ual-cmdlet-json', row: { AuditData: AUDIT_DATA } },
  {
    name: 'AuditData that was made JSON twice',
    shape: 'ual-cmdlet-json',
    row: { AuditData: JSON.stringify(AUDIT_DATA) },
  },
  {
    name: "Splunk's copy of the cmdlet's file",
    shape: 'ual-splunk-csv',
    isCsv: true,
    row: { ...CMDLET, _raw: '"a","b"', _time: '1748852130', _indextime: '1748852131', host: 'h' },
  },
  {
    name: 'a Graph audit query',
    shape: 'ual-graph-query',
    row: {
      id: ID,
      createdDateTime: '2025-06-02T08:15:30Z',
      auditLogRecordType: 'exchangeItemAggregated',
      operation: 'MailItemsAccessed',
      organizationId: TENANT,
      userType: 'regular',
      userId: '1003200012345678',
      service: 'Exchange',
      objectId: '',
      userPrincipalName: 'Mara.Quill@Example.org',
      clientIp: '203.0.113.9',
      auditData: { '@odata.type': '#microsoft.graph.security.defaultAuditData', ...MAIL_READ },
    },
  },
  {
    name: 'a Graph audit query whose record is in an open type (2026)',
    shape: 'ual-graph-query',
    row: {
      id: ID,
      createdDateTime: '2025-06-02T08:15:30Z',
      operation: 'MailItemsAccessed',
      auditData: {
        '@odata.type': '#microsoft.graph.security.exchangeMailboxAuditRecord',
        dynamicProperties: { '@odata.type': '#x', ...MAIL_READ },
      },
    },
  },
  {
    name: 'a Graph audit query as the PowerShell module writes its objects',
    shape: 'ual-graph-query',
    row: {
      Id: ID,
      CreatedDateTime: '/Date(1748852130000)/',
      AuditLogRecordType: 'exchangeItemAggregated',
      Operation: 'MailItemsAccessed',
      AuditData: { AdditionalProperties: MAIL_READ },
    },
  },
  {
    name: 'a Graph audit query as CSV',
    shape: 'ual-graph-query',
    isCsv: true,
    row: {
      id: ID,
      createdDateTime: '2025-06-02T08:15:30Z',
      auditData: JSON.stringify(MAIL_READ, null, 4),
    },
  },
  {
    name: 'OfficeActivity as CSV',
    shape: 'ual-office-activity-csv',
    isCsv: true,
    row: { ...OFFICE_ACTIVITY, 'TimeGenerated [UTC]': '6/2/2025, 8:15:30.000 AM' },
    lost: OFFICE_ACTIVITY_LOST,
  },
  {
    name: 'OfficeActivity as CSV, with the record type by name and text within text',
    shape: 'ual-office-activity-csv',
    isCsv: true,
    row: {
      ...OFFICE_ACTIVITY,
      RecordType: 'ExchangeItemAggregated',
      'TimeGenerated [UTC]': '2025-06-02T08:15:30.000Z',
      Folders: JSON.stringify(JSON.stringify(Folders)),
    },
    lost: OFFICE_ACTIVITY_LOST,
  },
  {
    name: 'OfficeActivity as JSON, with the columns that newer tables may have',
    shape: 'ual-office-activity-json',
    row: {
      ...OFFICE_ACTIVITY,
      TimeGenerated: '2025-06-02T08:15:30Z',
      AppAccessContext: JSON.stringify(MAIL_READ['AppAccessContext']),
      SessionId: MAIL_READ['SessionId'],
      TokenObjectId: MAIL_READ['TokenObjectId'],
      TokenTenantId: TENANT,
    },
  },
  {
    name: 'CloudAppEvents as JSON',
    shape: 'ual-cloudappevents',
    row: {
      Timestamp: '2025-06-02T08:15:30Z',
      ActionType: 'MailItemsAccessed',
      Application: 'Microsoft Exchange Online',
      AccountObjectId: MAIL_READ['TokenObjectId'],
      IPAddress: '203.0.113.9',
      RawEventData: MAIL_READ,
    },
  },
  {
    name: 'CloudAppEvents as CSV',
    shape: 'ual-cloudappevents',
    isCsv: true,
    row: {
      Timestamp: '2025-06-02T08:15:30Z',
      ActionType: 'MailItemsAccessed',
      RawEventData: AUDIT_DATA,
    },
  },
  {
    name: "CloudAppEvents as Defender's streaming writes it",
    shape: 'ual-cloudappevents',
    row: {
      time: '2025-06-02T08:20:00Z',
      category: 'AdvancedHunting-CloudAppEvents',
      properties: { ActionType: 'MailItemsAccessed', RawEventData: MAIL_READ },
    },
  },
  { name: 'Filebeat', shape: 'ual-elastic', row: { o365audit: MAIL_READ } },
  {
    name: 'Filebeat in an index dump',
    shape: 'ual-elastic',
    row: { _index: 'i', _source: { o365audit: MAIL_READ } },
  },
  { name: 'an ECS document', shape: 'ual-elastic', row: ECS },
  {
    name: 'an ECS document that kept the original',
    shape: 'ual-elastic',
    row: { event: { original: AUDIT_DATA }, o365: { audit: {} } },
  },
  { name: "Discover's CSV with dotted columns", shape: 'ual-elastic', isCsv: true, row: dotted() },
  {
    name: 'search fields, each in a list',
    shape: 'ual-elastic',
    row: { _id: 'x', fields: fieldsOf(dotted()) },
  },
  {
    name: "Splunk's search results",
    shape: 'ual-splunk-json',
    row: { preview: false, offset: 0, result: { _raw: AUDIT_DATA, host: 'h', source: 's' } },
  },
  {
    name: "Splunk's raw export",
    shape: 'ual-splunk-json',
    row: { _raw: AUDIT_DATA, _time: '1748852130' },
  },
  {
    name: "Splunk's event collector",
    shape: 'ual-splunk-json',
    row: { time: 1_748_852_130, event: MAIL_READ },
  },
]

describe('one record gives the same access', () => {
  for (const { name, shape, row, isCsv, lost } of SPELLINGS) {
    it(`as ${name} (${shape})`, () => {
      const context = isCsv === true ? csvFile(row, 'month-first') : JSON_FILE
      const given = readShape(shape, row, context)
      assert.deepEqual(given.rejects, [])
      assert.deepEqual(given.statements, [])
      assert.deepEqual(given.accesses, [{ ...MAIL_READ_ACCESS, ...lost }])
    })
  }
})

describe('rows of other logs', () => {
  const cases: readonly { readonly name: string; readonly row: Json }[] = [
    {
      name: 'a sign-in',
      row: { category: 'SignInLogs', time: '2025-06-02T08:15:30Z', properties: { id: 'x' } },
    },
    { name: 'an Azure activity', row: { operationName: 'Write', category: 'Administrative' } },
    {
      name: 'a Keycloak event',
      row: { type: 'CODE_TO_TOKEN', time: 1, details: { token_id: 'x' } },
    },
    {
      name: 'an Elastic document of another module',
      row: { event: { original: '{"a":1}' }, azure: {} },
    },
    { name: 'a Splunk row of another source', row: { _raw: '{"a":1}', _time: '1' } },
    { name: 'an empty object', row: {} },
  ]
  for (const { name, row } of cases) {
    it(`are left alone: ${name}`, () => {
      assert.deepEqual(shapesOf(row), [])
      assert.deepEqual(shapesOf(row, csvFile(row)), [])
    })
  }
})
