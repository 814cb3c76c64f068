import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { csvFile } from '../identity/identity_rows.ts'
import { MAIL_READ, MAIL_READ_ACCESS, readShape, record } from './ual_rows.ts'

const AUDIT_DATA = JSON.stringify(MAIL_READ)
const ID = MAIL_READ_ACCESS.recordId

const CMDLET: Json = {
  RecordType: 'ExchangeItemAggregated',
  CreationDate: '6/2/2025 8:15:30 AM',
  UserIds: 'mara.quill@example.org',
  Operations: 'MailItemsAccessed',
  AuditData: AUDIT_DATA,
  ResultIndex: '1',
  ResultCount: '1',
  Identity: ID,
}

const CUT = AUDIT_DATA.slice(0, 700)
const payloads = [
  { name: 'empty', payload: '', reason: 'audit-data-empty' },
  { name: 'blank', payload: ' \r\n', reason: 'audit-data-empty' },
  { name: 'null', payload: null, reason: 'audit-data-empty' },
  { name: 'cut before its operation', payload: CUT.slice(0, 20), reason: 'audit-data-truncated' },
  {
    name: 'a sign-in that was cut',
    payload:
      '{"CreationTime":"2025-06-02T08:15:30","Operation":"UserLoggedIn","RecordType":15,"Actor":[',
    reason: 'audit-data-truncated',
  },
  {
    name: 'cut by a spreadsheet',
    payload: `{"a":"${'x'.repeat(32_761)}`,
    reason: 'audit-data-truncated',
  },
  { name: 'the name of a type', payload: 'System.Object', reason: 'audit-data-not-json' },
  { name: 'balanced, but no JSON', payload: '{"a":,}', reason: 'audit-data-not-json' },
  { name: 'a number', payload: '12', reason: 'audit-data-not-json' },
  { name: 'a list of two', payload: '[{},{}]', reason: 'audit-data-not-json' },
  { name: 'nothing of a record', payload: '{"a":1}', reason: 'audit-data-not-a-record' },
  {
    name: 'a bag with nothing of a record',
    payload: '{"dynamicProperties":{"creationTime":"2025-06-02T08:15:30"}}',
    reason: 'audit-data-not-a-record',
  },
  {
    name: 'an object without an operation',
    payload: '{"CreationTime":"2025-06-02T08:15:30"}',
    reason: 'operation-missing',
  },
] as const

describe('a payload that is no record', () => {
  for (const { name, payload, reason } of payloads) {
    it(`is rejected as ${reason}: ${name}`, () => {
      const row = { RecordId: ID, Operation: undefined, AuditData: payload }
      const { accesses, rejects, statements } = readShape('ual-purview-csv', row, csvFile(row))
      assert.deepEqual(accesses, [])
      assert.deepEqual(
        rejects.map((reject) => [reject.kind, reject.reason]),
        [['payload', reason]],
      )
      const codes = statements.map(({ code }) => code)
      assert.deepEqual(codes, reason === 'audit-data-truncated' ? ['audit-data-truncated'] : [])
    })
  }

  const CUTTABLE = JSON.stringify({ OperationCount: 2, ...MAIL_READ })
  const cutAt = (text: string) => {
    const end = CUTTABLE.indexOf(text)
    assert.notEqual(end, -1)
    const row = { ...CMDLET, AuditData: CUTTABLE.slice(0, end + text.length) }
    return readShape('ual-cmdlet-csv', row, csvFile(row))
  }

  it('gives an access of what was complete before a cut, and says so', () => {
    const { accesses, rejects, statements } = cutAt('"Folders":[')
    const [only] = accesses
    assert.deepEqual(
      [accesses.length, rejects.length, statements.map(({ code }) => code)],
      [1, 0, ['audit-data-truncated']],
    )
    assert.ok(only)
    assert.equal(only.mailbox, MAIL_READ_ACCESS.mailbox)
    assert.equal(only.tokenId, MAIL_READ_ACCESS.tokenId)
    assert.equal(only.atMs, MAIL_READ_ACCESS.atMs)
    assert.deepEqual(only.items, [])
    assert.match(only.detail, /^{"truncated":true,"operationCount":"2"/)
  })

  it('names the items that are complete before a cut, and no half one', () => {
    const whole = MAIL_READ_ACCESS.items
    assert.ok(whole.length > 1)
    const { accesses } = cutAt(`"${whole[1]?.messageId}"`)
    // The folder's path comes behind its items.
    assert.deepEqual(accesses[0]?.items, [{ ...whole[0], folder: '' }])
  })

  it('takes the user from the columns where the cut took him', () => {
    const { accesses } = cutAt('"Operation":"MailItemsAccessed",')
    assert.equal(accesses[0]?.principal, CMDLET['UserIds'])
  })

  it('makes nothing of a cut record without an id', () => {
    const row = {
      AuditData:
        '{"CreationTime":"2025-06-02T08:15:30","Operation":"MailItemsAccessed","RecordType":50,"F',
      Operation: 'MailItemsAccessed',
      RecordId: '',
    }
    const { accesses, rejects } = readShape('ual-purview-csv', row, csvFile(row))
    assert.deepEqual([accesses.length, rejects[0]?.reason], [0, 'audit-data-truncated'])
  })

  it('never gives an access from the columns beside a lost one', () => {
    const row = { ...CMDLET, AuditData: '' }
    assert.equal(readShape('ual-cmdlet-csv', row, csvFile(row)).accesses.length, 0)
  })
})

describe('times that only the export has', () => {
  const timeless = JSON.stringify(record({ CreationTime: undefined }))
  const ambiguous = { ...CMDLET, AuditData: timeless, CreationDate: '3/4/2025 8:15:30 AM' }

  it('are read in the order that the file has proven', () => {
    const { accesses } = readShape('ual-cmdlet-csv', ambiguous, csvFile(ambiguous, 'day-first'))
    assert.equal(accesses[0]?.atMs, Date.UTC(2025, 3, 3, 8, 15, 30))
  })

  it('are rejected where nothing proves the order', () => {
    const { accesses, rejects } = readShape('ual-cmdlet-csv', ambiguous, csvFile(ambiguous))
    assert.deepEqual(accesses, [])
    assert.equal(rejects[0]?.reason, 'date-order-unproven')
  })

  it('do not displace the record’s own time', () => {
    const row = { ...CMDLET, CreationDate: '1/1/1999 1:00:00 AM' }
    const { accesses } = readShape('ual-cmdlet-csv', row, csvFile(row))
    assert.equal(accesses[0]?.atMs, MAIL_READ_ACCESS.atMs)
  })

  it('make OfficeActivity rows rejects where the order is unproven', () => {
    const row = {
      'TimeGenerated [UTC]': '3/4/2025, 8:15:30.000 AM',
      Operation: 'MailItemsAccessed',
      OfficeWorkload: 'Exchange',
    }
    const { accesses, rejects } = readShape('ual-office-activity-csv', row, csvFile(row))
    assert.deepEqual(accesses, [])
    assert.equal(rejects[0]?.reason, 'date-order-unproven')
  })
})

describe('a row of another table of Defender beside CloudAppEvents', () => {
  const EMPTY = { ActionType: 'ProcessCreated', RawEventData: '', ReportId: '1' }
  const cases = [
    { row: { ...EMPTY, DeviceId: 'd', DeviceName: 'pc' }, detail: 'device events' },
    { row: { ...EMPTY, RawEventData: null, DeviceId: 'd' }, detail: 'device events' },
    { row: { ...EMPTY, Type: 'DeviceEvents', DeviceId: 'd' }, detail: 'DeviceEvents' },
    { row: { ...EMPTY, NetworkMessageId: 'n' }, detail: 'email events' },
    { row: { ...EMPTY, Type: 'EmailEvents' }, detail: 'EmailEvents' },
    {
      row: { category: 'AdvancedHunting-DeviceLogonEvents', properties: EMPTY },
      detail: 'DeviceLogonEvents',
    },
  ]
  for (const { row, detail } of cases)
    it(`is named: ${detail}`, () => {
      const { rejects } = readShape('ual-cloudappevents', row)
      assert.deepEqual(rejects, [{ kind: 'row', reason: 'unsupported-category', detail }])
    })

  it('is none where the table is CloudAppEvents itself, whose raw event is missing', () => {
    const row = { ...EMPTY, Type: 'CloudAppEvents', DeviceType: 'Desktop' }
    const { rejects } = readShape('ual-cloudappevents', row)
    assert.deepEqual(
      rejects.map(({ reason }) => reason),
      ['audit-data-empty'],
    )
  })
})

it('an event of another cloud in CloudAppEvents is named as unsupported', () => {
  const row = {
    ActionType: 'GetObject',
    Timestamp: '2025-06-02T08:15:30Z',
    RawEventData: { eventName: 'GetObject' },
  }
  const { rejects } = readShape('ual-cloudappevents', row)
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['unsupported-cloud-app-event'],
  )
})
