import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { Access, SyncedFolder } from '../../src/model/records.ts'
import { accessOf, detailMap, detailOf, readRecord, record } from './ual_rows.ts'

const SYNC = [
  { Name: 'MailAccessType', Value: 'Sync' },
  { Name: 'IsThrottled', Value: 'False' },
]
const MAIL = { Folders: undefined, OperationCount: undefined, AppAccessContext: undefined }
const messageIds = (access: Access) => access.items.map(({ messageId }) => messageId)

const syncFolder = { Id: 'LgAAF1', Name: 'Drafts', Path: 'Not Available' }
const syncCases: readonly {
  readonly name: string
  readonly changes: Json
  readonly folders: SyncedFolder[]
}[] = [
  {
    name: 'is read from type 2 with Item.ParentFolder, by its name where there is no path',
    changes: {
      RecordType: 2,
      OperationProperties: SYNC,
      Item: { Id: 'LgAAF1', ParentFolder: syncFolder },
    },
    folders: [{ id: 'LgAAF1', path: 'Drafts' }],
  },
  {
    name: 'is read from type 2 as text within a cell',
    changes: {
      RecordType: '2',
      OperationProperties: JSON.stringify(SYNC),
      Item: JSON.stringify({ Id: 'LgAAF1', ParentFolder: { ...syncFolder, Path: '\\Drafts' } }),
    },
    folders: [{ id: 'LgAAF1', path: '\\Drafts' }],
  },
  {
    name: 'is read from type 2 that does not say Sync, by ids that are the folder’s own',
    changes: {
      RecordType: 2,
      OperationProperties: [],
      Item: { Id: 'LgAAF1', ParentFolder: syncFolder },
    },
    folders: [{ id: 'LgAAF1', path: 'Drafts' }],
  },
  {
    name: 'is read from type 50 with Folders',
    changes: {
      OperationProperties: SYNC,
      Folders: [
        { Id: 'LgAAF1', Path: '\\Drafts' },
        { Id: 'LgAAF2', Path: '\\Inbox' },
      ],
    },
    folders: [
      { id: 'LgAAF1', path: '\\Drafts' },
      { id: 'LgAAF2', path: '\\Inbox' },
    ],
  },
]

describe('a synchronised folder', () => {
  for (const { name, changes, folders } of syncCases) {
    it(name, () => {
      const access = accessOf(record({ ...MAIL, ...changes }))
      assert.equal(access.accessType, 'Sync')
      assert.deepEqual(access.syncedFolders, folders)
      assert.deepEqual(access.items, [])
    })
  }

  it('keeps the messages that its record names', () => {
    const access = accessOf(record({ OperationProperties: SYNC, OperationCount: undefined }))
    assert.equal(access.syncedFolders.length, 1)
    assert.equal(access.items.length, 2)
  })
})

const throttleBind = { Name: 'MailAccessType', Value: 'Bind' }
const throttleCases = [
  { name: 'absent', properties: [throttleBind], throttled: -1 },
  {
    name: 'True',
    properties: [throttleBind, { Name: 'IsThrottled', Value: 'True' }],
    throttled: 1,
  },
  {
    name: 'False',
    properties: [{ Name: 'IsThrottled', Value: 'False' }, throttleBind],
    throttled: 0,
  },
  { name: 'true', properties: [throttleBind, { Name: 'IsThrottled', Value: true }], throttled: 1 },
  { name: 'of no value', properties: [throttleBind, { Name: 'IsThrottled' }], throttled: -1 },
  { name: 'in a map', properties: { MailAccessType: 'bind', IsThrottled: 'TRUE' }, throttled: 1 },
  {
    name: 'flattened by ConvertTo-Json',
    properties: ['@{Name=MailAccessType; Value=Bind}', '@{Name=IsThrottled; Value=False}'],
    throttled: 0,
  },
] as const

describe('IsThrottled', () => {
  for (const { name, properties, throttled } of throttleCases) {
    it(`${name} is ${throttled}`, () => {
      const access = accessOf(record({ OperationProperties: properties }))
      assert.equal(access.throttled, throttled)
      assert.equal(access.accessType, 'Bind')
    })
  }
})

it('AttachmentAccess names items by the store’s id, with float sizes, and no messages', () => {
  const access = accessOf(
    record({
      ...MAIL,
      Operation: 'AttachmentAccess',
      OperationProperties: [{ Name: 'AttachmentAccessType', Value: 'Bind' }],
      Messages: [
        { Id: 'M1', Path: 'Messages', MessageItems: [{ Id: 'M1A1', SizeInBytes: '1156492.00' }] },
        { Id: 'M2', Path: 'Messages', MessageItems: [{ Id: 'M2A1', SizeInBytes: 7356.9 }] },
      ],
      OperationCount: 2,
    }),
  )
  assert.equal(access.accessType, '')
  assert.deepEqual(access.items, [
    { messageId: '', itemId: 'M1A1', folder: '', bytes: 1_156_492, subject: '' },
    { messageId: '', itemId: 'M2A1', folder: '', bytes: 7356, subject: '' },
  ])
})

it('Send names its message, and its attachments in detail; "Unknown" is no id', () => {
  const access = accessOf(
    record({
      ...MAIL,
      RecordType: 2,
      Operation: 'Send',
      OperationProperties: undefined,
      SendAsUserSmtp: 'desk@example.org',
      Item: {
        Id: 'Unknown',
        InternetMessageId: '<s@example.org>',
        Subject: 'Figures',
        SizeInBytes: 3360,
        Attachments: 'w3wp.dmp (1234b)',
        ParentFolder: { Id: 'F', Path: '\\Drafts' },
      },
    }),
  )
  const item = { messageId: '<s@example.org>', itemId: '', folder: '\\Drafts', bytes: 3360 }
  assert.deepEqual(access.items, [{ ...item, subject: 'Figures' }])
  assert.equal(detailOf(access)['attachments'], 'w3wp.dmp (1234b)')
  assert.equal(detailOf(access)['sendAsUserSmtp'], 'desk@example.org')
})

const moved = (operation: string, cross: Json) =>
  accessOf(
    record({
      ...MAIL,
      RecordType: 3,
      Operation: operation,
      OperationProperties: undefined,
      AffectedItems: [
        { Id: 'I1', InternetMessageId: '<a@example.org>', ParentFolder: { Path: '\\Inbox' } },
        { Id: 'I2', InternetMessageId: '<b@example.org>', ParentFolder: { Path: '\\Sent' } },
      ],
      Folder: { Id: 'F', Path: '\\Inbox' },
      DestFolder: { Id: 'D', Path: '\\Deleted Items' },
      ...cross,
    }),
  )

for (const operation of ['SoftDelete', 'HardDelete', 'Move', 'MoveToDeletedItems']) {
  it(`${operation} names its items; CrossMailboxOperation has two spellings`, () => {
    const access = moved(operation, { CrossMailboxOperation: false })
    assert.deepEqual(messageIds(access), ['<a@example.org>', '<b@example.org>'])
    assert.deepEqual(
      access.items.map(({ folder }) => folder),
      ['\\Inbox', '\\Sent'],
    )
    assert.deepEqual(detailOf(access), { destFolder: '\\Deleted Items' })
    for (const cross of [{ CrossMailboxOperation: true }, { CrossMailboxOperations: 'True' }])
      assert.equal(detailOf(moved(operation, cross))['crossMailbox'], 'true')
  })
}

it('UpdateInboxRules accesses a folder and no message, and keeps its rule', () => {
  const access = accessOf(
    record({
      ...MAIL,
      RecordType: 2,
      Operation: 'UpdateInboxRules',
      OperationProperties: [
        { Name: 'RuleOperation', Value: 'AddMailboxRule' },
        { Name: 'RuleName' },
        { Name: 'RuleActions', Value: '[{"ActionType":"Forward"}]' },
      ],
      Item: { Id: 'X', ParentFolder: { Id: 'F', Path: '\\Inbox' } },
    }),
  )
  assert.deepEqual(access.items, [])
  assert.equal(detailMap(access, 'operationProperties', 'RuleOperation'), 'AddMailboxRule')
  assert.equal(
    detailMap(access, 'operationProperties', 'RuleActions'),
    '[{"ActionType":"Forward"}]',
  )
})

it('an OperationCount that is not the number of items is kept', () => {
  assert.equal(detailOf(accessOf(record({ OperationCount: 9 })))['operationCount'], '9')
  assert.equal(accessOf(record({ OperationCount: '2.0' })).detail, '')
})

it('items that an exporter flattened are a statement, not an empty record', () => {
  const { accesses, statements } = readRecord(
    record({ Folders: ['@{FolderItems=System.Object[]; Id=F}'] }),
  )
  assert.equal(accesses.length, 1)
  assert.deepEqual(
    statements.map(({ code }) => code),
    ['fields-not-carried'],
  )
})

it('the owner is the user of an owner’s logon where no owner is named, and nobody else’s', () => {
  const owner = { MailboxOwnerUPN: undefined }
  assert.equal(accessOf(record(owner)).mailbox, 'mara.quill@example.org')
  assert.equal(accessOf(record({ ...owner, LogonType: 2 })).mailbox, '')
  assert.equal(accessOf(record({ ...owner, LogonType: 'Delegated' })).mailbox, '')
})
