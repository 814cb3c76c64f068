import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { DirectoryEntry } from '../../src/model/records.ts'
import { adapterOf, csvFile, JSON_FILE, readRow } from './identity_rows.ts'

const OID = '6e1f3c3a-5e0e-4c1b-9f56-3a5a0f8a1c01'

const entry = {
  principal: 'ada@example.gov',
  principalId: OID,
  tenant: '',
  organisation: 'Department of Examples',
  groups: ['East Asia'],
  displayName: 'Ada',
}
const cases: readonly { name: string; row: Json; isCsv?: boolean; entry?: DirectoryEntry }[] = [
  {
    name: 'as Graph lists users',
    row: {
      id: OID.toUpperCase(),
      userPrincipalName: 'Ada@Example.gov',
      displayName: 'Ada',
      companyName: 'Department of Examples',
      department: 'East Asia',
      officeLocation: 'Room 1',
      createdDateTime: '2020-01-01T00:00:00Z',
    },
  },
  {
    name: 'as the admin centre downloads it',
    isCsv: true,
    row: {
      userPrincipalName: 'ada@example.gov',
      displayName: 'Ada',
      objectId: OID,
      companyName: 'Department of Examples',
      department: 'East Asia',
    },
  },
  {
    name: 'as the admin centre writes headers for people',
    isCsv: true,
    row: {
      'User principal name': 'ada@example.gov',
      'Display name': 'Ada',
      'Object Id': OID,
      'Company name': 'Department of Examples',
      Office: 'East Asia',
    },
  },
  {
    name: 'as PowerShell writes it',
    row: {
      UserPrincipalName: 'ada@example.gov',
      DisplayName: 'Ada',
      Id: OID,
      CompanyName: 'Department of Examples',
      Department: 'East Asia',
    },
  },
  {
    name: 'of three columns',
    isCsv: true,
    row: {
      principal: 'Ada@example.gov',
      organisation: 'Examples',
      group: 'East Asia; Desk |East Asia',
    },
    entry: {
      ...entry,
      principalId: '',
      displayName: '',
      organisation: 'Examples',
      groups: ['East Asia', 'Desk'],
    },
  },
  ...['mailbox', 'Account', 'User', 'E-mail'].map((header) => ({
    name: `of a list whose people stand under ${header}`,
    isCsv: true,
    row: {
      [header]: 'Ada@example.gov',
      organisation: 'Department of Examples',
      group: 'East Asia',
    },
    entry: { ...entry, principalId: '', displayName: '' },
  })),
  {
    name: 'of a list as JSON',
    row: { mailbox: 'Ada@example.gov', organisation: 'Department of Examples', group: 'East Asia' },
    entry: { ...entry, principalId: '', displayName: '' },
  },
  {
    name: 'of object ids alone',
    isCsv: true,
    row: { 'Object ID': OID, Org: 'Department of Examples', Team: 'East Asia' },
    entry: { ...entry, principal: '', displayName: '' },
  },
  ...['Bureau', 'Business unit', 'Region', 'desk'].map((header) => ({
    name: `whose groups stand under ${header}`,
    isCsv: true,
    row: { UPN: 'Ada@example.gov', Agency: 'Department of Examples', [header]: 'East Asia' },
    entry: { ...entry, principalId: '', displayName: '' },
  })),
  {
    name: 'with an empty column of groups has no group, whatever the department',
    isCsv: true,
    row: {
      userPrincipalName: 'ada@example.gov',
      id: OID,
      displayName: 'Ada',
      groups: '',
      department: 'x',
      company: 'Department of Examples',
    },
    entry: { ...entry, groups: [] },
  },
]

describe('a directory', () => {
  for (const { name, row, isCsv = false, entry: want = entry } of cases) {
    it(name, () => {
      const given = readRow(row, 'directory', isCsv ? csvFile(row) : JSON_FILE)
      assert.deepEqual(given.directory, [want])
    })
  }
})

describe('a directory', () => {
  it('row without a principal is a reject', () => {
    const row = { principal: '', organisation: 'x', group: 'y' }
    const { directory, rejects } = readRow(row, 'directory', csvFile(row))
    assert.deepEqual(directory, [])
    assert.equal(rejects[0]?.reason, 'principal-missing')
  })

  it('is not seen in a log that names principals', () => {
    const rows: readonly Json[] = [
      { userPrincipalName: 'a@example.org', displayName: 'x', department: 'x', appId: 'y' },
      { UserPrincipalName: 'a@example.org', Department: 'x', Operation: 'FileAccessed' },
      { principal: 'a@example.org', organisation: 'x', schema: 'other/1' },
      { mailbox: 'a@example.org', organisation: 'x', group: 'y', messages_lower: '1' },
      { user: 'a@example.org', group: 'y', timestamp: '2023-06-01T00:00:00Z', action: 'x' },
    ]
    for (const row of rows) assert.equal(adapterOf(row, JSON_FILE), undefined)
    const things = { id: '7', name: 'x', group: 'y' }
    assert.equal(adapterOf(things, csvFile(things)), undefined)
  })
})

describe('a folder inventory', () => {
  it('row gives the number of items in one folder', () => {
    const row = {
      Name: 'Inbox',
      Identity: 'Ada@example.gov\\Inbox\\Cables',
      FolderPath: '/Inbox/Cables',
      FolderId: 'LgAAAAA=',
      ItemsInFolder: '1,234',
      ItemsInFolderAndSubfolders: '9999',
    }
    assert.deepEqual(readRow(row, 'folder-inventory', csvFile(row)).inventory, [
      {
        mailbox: 'ada@example.gov',
        folderId: 'LgAAAAA=',
        folderPath: '/Inbox/Cables',
        items: 1234,
      },
    ])
  })

  it('takes the mailbox from its own column first, and the path from the identity last', () => {
    const row = {
      Mailbox: 'bo@example.gov',
      Identity: 'Bo\\Inbox',
      FolderId: 'x',
      ItemsInFolder: 7,
    }
    assert.deepEqual(readRow(row, 'folder-inventory').inventory, [
      { mailbox: 'bo@example.gov', folderId: 'x', folderPath: '/Inbox', items: 7 },
    ])
  })

  it('row without an owner or a count is a reject', () => {
    for (const row of [
      { Identity: 'Inbox', FolderPath: '/Inbox', ItemsInFolder: 7 },
      { Identity: 'a@example.org\\Inbox', FolderPath: '/Inbox', ItemsInFolder: '-7' },
    ]) {
      assert.equal(readRow(row, 'folder-inventory').rejects[0]?.reason, 'folder-unreadable')
    }
  })
})
