import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import type { Access } from '../../src/model/records.ts'
import { recordTypeOf } from '../../src/ual/record_types.ts'
import { check } from '../identity/identity_rows.ts'
import { accessOf, MAIL_READ_ACCESS, readRecord, record } from './ual_rows.ts'

const oddCases: readonly {
  readonly name: string
  readonly changes: Json
  readonly expected: Partial<Access>
}[] = [
  {
    name: 'a time with Z and seven digits',
    changes: { CreationTime: '2025-06-02T08:15:30.1234567Z' },
    expected: { atMs: MAIL_READ_ACCESS.atMs + 123 },
  },
  {
    name: 'a time with an offset',
    changes: { CreationTime: '2025-06-02T10:15:30+02:00' },
    expected: { atMs: MAIL_READ_ACCESS.atMs },
  },
  {
    name: 'a date that a spreadsheet made',
    changes: { CreationTime: '6/22/2025 8:15:30 AM' },
    expected: { atMs: Date.UTC(2025, 5, 22, 8, 15, 30) },
  },
  {
    name: '.NET’s zero as the time of issue',
    changes: { AppAccessContext: { IssuedAtTime: '0001-01-01T00:00:00' } },
    expected: { issuedAtMs: 0 },
  },
  {
    name: 'an Id that is no GUID, case kept',
    changes: { Id: 'Rec-A' },
    expected: { recordId: 'Rec-A' },
  },
  {
    name: 'a GUID in capitals',
    changes: { Id: MAIL_READ_ACCESS.recordId.toUpperCase() },
    expected: { recordId: MAIL_READ_ACCESS.recordId },
  },
  {
    name: 'a logon type beyond reason',
    changes: { LogonType: 4e9 },
    expected: { logonType: -1 },
  },
  { name: 'a logon type as text', changes: { LogonType: '6' }, expected: { logonType: 6 } },
  {
    name: 'a workload in capitals',
    changes: { Workload: 'EXCHANGE' },
    expected: { service: 'Exchange' },
  },
  { name: 'no workload', changes: { Workload: undefined }, expected: { service: 'Exchange' } },
  {
    name: 'a result PartiallySucceeded',
    changes: { ResultStatus: 'PartiallySucceeded' },
    expected: { outcome: 'succeeded' },
  },
  { name: 'a result False', changes: { ResultStatus: 'False' }, expected: { outcome: 'failed' } },
  {
    name: 'a result TRUE',
    changes: { ResultStatus: 'TRUE' },
    expected: { outcome: 'succeeded' },
  },
  { name: 'no result', changes: { ResultStatus: undefined }, expected: { outcome: '' } },
  {
    name: 'a result of another kind',
    changes: { ResultStatus: { a: 1 } },
    expected: { outcome: '' },
  },
  {
    name: 'an operation with a space at its end',
    changes: { Operation: 'Update ' },
    expected: { operation: 'Update' },
  },
  {
    name: 'a mailbox in capitals',
    changes: { MailboxOwnerUPN: 'MARA@EXAMPLE.ORG' },
    expected: { mailbox: 'mara@example.org' },
  },
]
const oddSizes = [
  [3476, 3476],
  ['3476', 3476],
  ['1156492.00', 1_156_492],
  [1156492.7, 1_156_492],
  [-5, 0],
  ['NaN', 0],
  [1e300, Number.MAX_SAFE_INTEGER],
  [null, 0],
  [{ a: 1 }, 0],
  ['9'.repeat(60), 0],
] as const
const oddTypes = [
  [50, 50],
  ['50', 50],
  ['ExchangeItemAggregated', 50],
  ['exchangeitemaggregated', 50],
  ['OWAAuth', 275],
  ['SharePointFileOperation', 6],
  ['no such type', 0],
  [-1, 0],
  [1e9, 0],
  [{}, 0],
  ['__proto__', 0],
  [undefined, 0],
] as const
const oddRejects = [
  { name: 'no operation', changes: { Operation: undefined }, reason: 'operation-missing' },
  {
    name: 'an operation that is an object',
    changes: { Operation: {} },
    reason: 'operation-missing',
  },
  { name: 'no time', changes: { CreationTime: undefined }, reason: 'time-missing' },
  {
    name: 'a day that is not in the calendar',
    changes: { CreationTime: '2023-02-30T00:00:00' },
    reason: 'time-unreadable',
  },
  {
    name: 'a date in one of two orders',
    changes: { CreationTime: '3/4/2025 8:15:30 AM' },
    reason: 'date-order-unproven',
  },
] as const

describe('odd values', () => {
  for (const { name, changes, expected } of oddCases) {
    it(name, () => check(accessOf(record(changes)), expected))
  }

  for (const [spelled, bytes] of oddSizes) {
    it(`a size of ${JSON.stringify(spelled).slice(0, 20)} is ${bytes} bytes`, () => {
      const item = { InternetMessageId: '<a@example.org>', SizeInBytes: spelled }
      const access = accessOf(record({ Folders: [{ Path: '\\Inbox', FolderItems: [item] }] }))
      assert.equal(access.items[0]?.bytes, bytes)
    })
  }

  for (const [spelled, type] of oddTypes)
    it(`record type ${JSON.stringify(spelled)} is ${type}`, () =>
      assert.equal(recordTypeOf(spelled), type))

  for (const { name, changes, reason } of oddRejects) {
    it(`${name} is rejected as ${reason}`, () => {
      const given = readRecord(record(changes))
      assert.deepEqual(given.accesses, [])
      assert.deepEqual(
        given.rejects.map((reject) => reject.reason),
        [reason],
      )
    })
  }
})
