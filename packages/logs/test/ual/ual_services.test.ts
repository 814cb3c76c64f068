import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Json } from '@mintmark/core'
import { accessOf, detailMap, detailOf, TENANT } from './ual_rows.ts'

const BASE = {
  CreationTime: '2025-06-02T08:15:30',
  Id: '33333333-aaaa-4bbb-8ccc-000000000009',
  OrganizationId: TENANT,
  UserType: 0,
  UserId: 'Mara.Quill@Example.org',
}

for (const operation of ['FileAccessed', 'FileDownloaded', 'FileSyncDownloadedFull']) {
  it(`${operation} names its file`, () => {
    const access = accessOf({
      ...BASE,
      Operation: operation,
      RecordType: 6,
      Workload: 'OneDrive',
      UserKey: '66666666-aaaa-4bbb-8ccc-000000000006',
      AppAccessContext: { AADSessionId: 'abcdef00-1111-4222-8333-444455556666' },
      ObjectId: 'https://example-my.example.com/personal/mara/Documents/w3wp (1).dmp',
      SiteUrl: 'https://example-my.example.com/personal/mara/',
      SourceRelativeUrl: 'Documents',
      SourceFileName: 'w3wp (1).dmp',
      FileSizeBytes: '906087',
      SHA256Hash: 'A'.repeat(64),
      UserAgent: 'Agent/1',
      ApplicationId: '22222222-aaaa-4bbb-8ccc-000000000002',
    })
    assert.equal(access.service, 'OneDrive')
    assert.equal(
      access.objectPath,
      'https://example-my.example.com/personal/mara/Documents/w3wp (1).dmp',
    )
    assert.equal(access.objectName, 'w3wp (1).dmp')
    assert.equal(access.objectHash, 'a'.repeat(64))
    assert.equal(access.bytes, 906_087)
    assert.equal(access.sessionId, 'abcdef00-1111-4222-8333-444455556666')
    assert.equal(access.principalId, '66666666-aaaa-4bbb-8ccc-000000000006')
    assert.equal(access.appId, '22222222-aaaa-4bbb-8ccc-000000000002')
    assert.equal(access.client, 'Agent/1')
  })
}

it('a file without ObjectId has the path that its parts give', () => {
  const access = accessOf({
    ...BASE,
    Operation: 'FileDownloaded',
    RecordType: 6,
    SiteUrl: 'https://example.example.com/sites/a/',
    SourceRelativeUrl: 'Shared/Dumps',
    SourceFileName: 'lsass.dmp',
  })
  assert.equal(access.service, 'SharePoint')
  assert.equal(access.objectPath, 'https://example.example.com/sites/a/Shared/Dumps/lsass.dmp')
})

it('a file on an endpoint has its path and hash', () => {
  const access = accessOf({
    ...BASE,
    Operation: 'FileCopiedToRemovableMedia',
    RecordType: 63,
    Workload: 'Endpoint',
    ObjectId: 'C:\\Dumps\\core.dmp',
    Sha256: 'b'.repeat(64),
    FileSize: 10,
  })
  assert.equal(access.objectPath, 'C:\\Dumps\\core.dmp')
  assert.equal(access.objectName, 'core.dmp')
  assert.equal(access.objectHash, 'b'.repeat(64))
})

it('a search keeps its words', () => {
  for (const [operation, type] of [
    ['SearchQueryInitiatedExchange', 101],
    ['SearchQueryInitiatedSharePoint', 102],
  ] as const) {
    const search = { QueryText: 'password', ScenarioName: 'OWA.React' }
    const access = accessOf({ ...BASE, Operation: operation, RecordType: type, ...search })
    assert.deepEqual(detailOf(access), { queryText: 'password', scenarioName: 'OWA.React' })
  }
})

it('an inbox rule keeps its parameters, and is the mailbox’s that it names', () => {
  for (const operation of ['New-InboxRule', 'Set-InboxRule', 'Enable-InboxRule']) {
    const rule = (parameters: readonly Json[]) =>
      accessOf({
        ...BASE,
        Operation: operation,
        RecordType: 1,
        Workload: 'Exchange',
        ObjectId: 'mara\\rule',
        Parameters: parameters,
      })
    const forward = { Name: 'ForwardTo', Value: 'drop@example.net' }
    assert.equal(detailMap(rule([forward]), 'parameters', 'ForwardTo'), 'drop@example.net')
    assert.equal(rule([forward]).mailbox, 'mara.quill@example.org')
    assert.equal(
      rule([forward, { Name: 'Mailbox', Value: 'Desk@example.org' }]).mailbox,
      'desk@example.org',
    )
    assert.equal(rule([{ Name: 'Mailbox', Value: 'desk' }]).mailbox, '')
    assert.equal(rule([forward]).objectName, 'mara\\rule')
  }
})

it('a change of the directory keeps its properties and targets, and its actor’s object id', () => {
  const access = accessOf({
    ...BASE,
    Operation: 'Consent to application.',
    RecordType: 8,
    Workload: 'AzureActiveDirectory',
    ResultStatus: 'Success',
    ObjectId: '22222222-aaaa-4bbb-8ccc-000000000002',
    ExtendedProperties: [{ Name: 'additionalDetails', Value: '{"User-Agent":"Agent/1"}' }],
    ModifiedProperties: [
      { Name: 'ConsentContext.IsAdminConsent', NewValue: 'True', OldValue: '' },
      { Name: '__proto__', NewValue: 'polluted', OldValue: '' },
    ],
    Actor: [
      { ID: 'mara.quill@example.org', Type: 5 },
      { ID: 'User_66666666-aaaa-4bbb-8ccc-000000000006', Type: 2 },
    ],
    Target: [{ ID: 'ServicePrincipal_77777777-aaaa-4bbb-8ccc-000000000007', Type: 2 }],
  })
  assert.equal(access.principalId, '66666666-aaaa-4bbb-8ccc-000000000006')
  assert.equal(access.client, 'Agent/1')
  assert.equal(access.objectName, '22222222-aaaa-4bbb-8ccc-000000000002')
  assert.equal(access.objectPath, '')
  const change = detailMap(access, 'modifiedProperties', 'ConsentContext.IsAdminConsent')
  assert.deepEqual(change, { new: 'True', old: '' })
  assert.match(access.detail, /"__proto__":\{"new":"polluted"/)
  assert.match(access.detail, /ServicePrincipal_77777777/)
  assert.equal(Object.hasOwn(Object.prototype, 'new'), false)
})

it('an operation that nobody has heard of is kept', () => {
  const access = accessOf({
    ...BASE,
    Operation: 'ChatCreated',
    RecordType: 25,
    Workload: 'MicrosoftTeams',
  })
  assert.equal(access.operation, 'ChatCreated')
  assert.equal(access.service, 'MicrosoftTeams')
  assert.equal(access.recordType, 25)
})

it('a detail is bounded, and says that it was cut', () => {
  const value = 'x'.repeat(1_000_000)
  const Parameters = Array.from({ length: 5000 }, (_, i) => ({ Name: `P${i}`, Value: value }))
  const access = accessOf({ ...BASE, Operation: 'New-InboxRule', RecordType: 1, Parameters })
  assert.ok(access.detail.length < 70_000)
  assert.equal(detailOf(access)['cut'], true)
})
