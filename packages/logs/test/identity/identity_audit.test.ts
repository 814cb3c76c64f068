import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import type { Access } from '../../src/model/records.ts'
import { readRow } from './identity_rows.ts'

const TENANT = 'b1a7c0de-0000-4000-8000-00000000abcd'
const GRANTED = '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a'
const RESOURCE = '00000002-0000-0ff1-ce00-000000000001'

const audit: Json = {
  id: 'Directory_1_ABC_2',
  activityDateTime: '2023-05-15T08:01:02.5Z',
  activityDisplayName: 'Add app role assignment to service principal',
  category: 'ApplicationManagement',
  result: 'success',
  resultReason: '',
  loggedByService: 'Core Directory',
  operationType: 'Assign',
  correlationId: '11111111-2222-4333-8444-555555555555',
  initiatedBy: {
    user: {
      id: '6e1f3c3a-5e0e-4c1b-9f56-3a5a0f8a1c01',
      userPrincipalName: 'Admin@Example.gov',
      ipAddress: '192.0.2.7',
    },
  },
  targetResources: [
    {
      id: RESOURCE,
      displayName: 'Mail',
      type: 'ServicePrincipal',
      modifiedProperties: [
        { displayName: 'AppRole.Value', oldValue: null, newValue: '"Mail.Read"' },
        { displayName: 'ServicePrincipal.AppId', oldValue: null, newValue: `"${GRANTED}"` },
      ],
    },
  ],
  additionalDetails: [{ key: 'User-Agent', value: 'Browser/1.0' }],
}

const expected: Partial<Access> = {
  recordId: 'Directory_1_ABC_2',
  atMs: Date.UTC(2023, 4, 15, 8, 1, 2, 500),
  source: 'entra-audit',
  operation: 'Add app role assignment to service principal',
  service: 'AzureActiveDirectory',
  outcome: 'succeeded',
  tokenIdState: 'absent',
  principal: 'admin@example.gov',
  actorKind: 'user',
  clientAppId: GRANTED,
  ip: '192.0.2.7',
  client: 'Browser/1.0',
  objectName: 'Mail',
  objectPath: '',
}

const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const pascal = (row: Json): Json =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      upperFirst(name),
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  )

describe('a directory change gives one access', () => {
  const outer = {
    time: '2023-05-15T08:09:00Z',
    category: 'AuditLogs',
    tenantId: TENANT,
    operationName: audit['activityDisplayName'],
    properties: audit,
  }
  const cases = [
    { name: 'from Graph', row: audit, shape: 'entra-audit-graph', tenant: '' },
    {
      name: 'from diagnostic settings',
      row: outer,
      shape: 'entra-audit-diagnostic',
      tenant: TENANT,
    },
    {
      name: 'from the table',
      row: { ...pascal(audit), AADTenantId: TENANT, TimeGenerated: '2023-05-15T09:00:00Z' },
      shape: 'entra-audit-table',
      tenant: TENANT,
    },
  ]
  for (const { name, row, shape, tenant } of cases) {
    it(name, () => {
      const [access] = readRow(row, shape).accesses
      assert.ok(access)
      assert.deepEqual({ ...access, ...expected, tenant }, access)
      const detail: unknown = JSON.parse(access.detail)
      assert.ok(isObject(detail) && Array.isArray(detail['targets']))
      assert.deepEqual(detail['targets'][0], {
        type: 'ServicePrincipal',
        id: RESOURCE,
        name: 'Mail',
        upn: '',
        changes: [
          { name: 'AppRole.Value', old: '', new: '"Mail.Read"' },
          { name: 'ServicePrincipal.AppId', old: '', new: `"${GRANTED}"` },
        ],
      })
    })
  }
})

describe('a directory change', () => {
  it('by an application names it', () => {
    const app = { displayName: 'Sync', servicePrincipalId: GRANTED, appId: RESOURCE }
    const [access] = readRow({ ...audit, initiatedBy: { app } }, 'entra-audit-graph').accesses
    assert.equal(access?.actorKind, 'app')
    assert.equal(access.principalId, GRANTED)
    assert.equal(access.appId, RESOURCE)
  })

  it('with a million changes keeps a detail that can be stored', () => {
    const change = { displayName: 'x'.repeat(5000), newValue: 'y'.repeat(5000) }
    const target = { modifiedProperties: Array.from({ length: 5000 }, () => change) }
    const row = { ...audit, targetResources: Array.from({ length: 50 }, () => target) }
    const detail = readRow(row, 'entra-audit-graph').accesses[0]?.detail ?? ''
    assert.ok(detail.length < 100_000)
    assert.doesNotThrow(() => JSON.parse(detail))
  })
})

describe('other records of the identity logs are named, and not read', () => {
  const cases = [
    {
      row: { category: 'UserRiskEvents', operationName: 'x', resourceId: '/', properties: {} },
      detail: 'UserRiskEvents',
    },
    {
      row: { category: 'ProvisioningLogs', operationName: 'x', tenantId: 'x', properties: {} },
      detail: 'ProvisioningLogs',
    },
    {
      row: { category: '\u001b[31m =x', operationName: 'x', tenantId: 'x', properties: {} },
      detail: 'other',
    },
    {
      row: {
        category: 'AdvancedHunting-DeviceEvents',
        operationName: 'Publish',
        tenantId: 'x',
        properties: { DeviceId: 'd', ActionType: 'ProcessCreated' },
      },
      detail: 'AdvancedHunting-DeviceEvents',
    },
    {
      row: { category: 'Vendor.Audit-Log', operationName: 'x', tenantId: 'x', properties: {} },
      detail: 'Vendor.Audit-Log',
    },
    { row: { riskEventType: 'x', riskState: 'x', id: '1' }, detail: 'RiskDetections' },
  ]
  for (const { row, detail } of cases) {
    it(detail, () => {
      const { rejects } = readRow(row, 'entra-other')
      assert.deepEqual(rejects, [{ kind: 'row', reason: 'unsupported-category', detail }])
    })
  }
})
