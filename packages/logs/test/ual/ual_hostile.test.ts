import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import * as fc from 'fast-check'
import { ualAdapters } from '../../src/adapters.ts'
import { assertTypes, csvFile, type Given, JSON_FILE, readWith } from '../identity/identity_rows.ts'
import { accessOf, MAIL_READ, readRecord, readShape, record } from './ual_rows.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

const FIELDS = Object.keys(MAIL_READ).concat(
  'AuditData auditData RawEventData ActionType _raw result o365audit o365 _source fields event'.split(
    ' ',
  ),
  'OfficeWorkload TimeGenerated Item AffectedItems Messages Parameters ModifiedProperties'.split(
    ' ',
  ),
  'ExtendedProperties DeviceProperties Actor Target o365.audit.Id ObjectId ErrorNumber'.split(' '),
  '__proto__ constructor toString'.split(' '),
)

/** Values that exporters and attackers put where others are expected. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    '',
    '{',
    '[{',
    '{"Operation":"x","CreationTime":"2025-06-02T08:15:30","RecordType":50}',
    '"\\"{}\\""',
    '@{Name=MailAccessType; Value=Bind}',
    'System.Object[]',
    '9'.repeat(400),
    '\u0000\u001b[31m=cmd|x',
    '\ud800',
    -0,
    2 ** 70,
    [null, [], {}, 'x'],
    [{ Name: '__proto__', Value: { Name: 1 } }],
    { Name: 'MailAccessType', Value: 'Sync' },
    [{ Path: 1, FolderItems: [{ InternetMessageId: 5, SizeInBytes: 'x' }, null] }],
  ),
  fc.integer({ min: -5, max: 400 }),
)
const oddRow: fc.Arbitrary<Json> = fc
  .tuple(fc.dictionary(fc.constantFrom(...FIELDS), oddValue, { maxKeys: 12 }), fc.boolean())
  .map(([row, isAudit]) => (isAudit ? record(row) : row))

function check(given: Given): void {
  for (const row of given.issuances) assertTypes(row)
  for (const row of given.accesses) {
    assertTypes(row)
    assert.equal(row.tokenId !== '', row.tokenIdState === 'present')
    assert.ok(row.recordType >= 0 && row.recordType <= 65_535)
    assert.ok(row.logonType >= -1 && row.logonType <= 127)
    for (const item of row.items) {
      assert.ok(Number.isSafeInteger(item.bytes) && item.bytes >= 0)
      for (const text of [item.messageId, item.itemId, item.folder, item.subject])
        assert.equal(typeof text, 'string')
      assert.ok(item.messageId !== '' || item.itemId !== '' || item.subject !== '')
    }
    for (const folder of row.syncedFolders) {
      assert.equal(typeof folder.id, 'string')
      assert.equal(typeof folder.path, 'string')
    }
  }
  for (const { text } of given.statements) assert.ok(text.length <= 200)
}

describe('whatever a row holds', () => {
  it('every adapter that accepts it gives whole records or rejects, and never throws', () => {
    fc.assert(
      fc.property(oddRow, (row) => {
        for (const context of [JSON_FILE, csvFile(row)])
          for (const adapter of ualAdapters)
            if (adapter.accepts(row, context)) check(readWith(adapter, row, context))
      }),
      { numRuns },
    )
  })

  it('every adapter gives exactly one record or reject a row, accepted or not', () => {
    fc.assert(
      fc.property(oddRow, (row) => {
        for (const adapter of ualAdapters) {
          const { accesses, issuances, rejects } = readWith(adapter, row, JSON_FILE)
          assert.equal(accesses.length + issuances.length + rejects.length, 1)
        }
      }),
      { numRuns },
    )
  })

  it('any text as AuditData is a record or a payload reject', () => {
    const cell = JSON.stringify(MAIL_READ)
    const cut = fc.nat(cell.length).map((end) => cell.slice(0, end))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), cut), (AuditData) => {
        const row = { AuditData, RecordId: 'x' }
        const { accesses, rejects } = readShape('ual-purview-csv', row, csvFile(row))
        assert.equal(accesses.length + rejects.length, 1)
        const isCut = accesses.some(({ detail }) => detail.startsWith('{"truncated":true'))
        if (AuditData === cell) assert.deepEqual([accesses.length, isCut], [1, false])
        else assert.ok(accesses.length === 0 || isCut)
        assert.ok(rejects.every(({ kind }) => kind === 'payload'))
      }),
      { numRuns },
    )
  })

  it('a cell that was cut anywhere is named as truncated', () => {
    const cell = JSON.stringify(MAIL_READ)
    for (let end = 1; end < cell.length; end++) {
      const row = { AuditData: cell.slice(0, end), RecordId: 'x' }
      const { accesses, rejects, statements } = readShape('ual-purview-csv', row, csvFile(row))
      const said = [...rejects.map(({ reason }) => reason), ...accesses.map(({ detail }) => detail)]
      assert.equal(said.length, 1)
      assert.match(said[0] ?? '', /^audit-data-truncated$|^{"truncated":true/)
      assert.deepEqual(
        statements.map(({ code }) => code),
        ['audit-data-truncated'],
      )
    }
  })
})

describe('hostile records', () => {
  it('100,000 levels of nesting are read without recursion into them', () => {
    const nested: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    for (const field of [
      'Folders',
      'Item',
      'Parameters',
      'ExtendedProperties',
      'AppAccessContext',
    ]) {
      for (const RecordType of [50, 8, 15])
        check(readRecord(record({ RecordType, [field]: nested })))
    }
    const parameters = { RecordType: 8, Parameters: [{ Name: 'a', Value: nested }] }
    check(readRecord(record(parameters)))
  })

  it('200,000 items, folders, parameters or dotted fields take no more than linear time', () => {
    const count = 200_000
    const many = <T>(make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
    const OperationProperties = [{ Name: 'MailAccessType', Value: 'Sync' }]
    const Folders = many((i) => ({ Id: `F${i}`, Path: 'p' }))
    assert.equal(accessOf(record({ OperationProperties, Folders })).syncedFolders.length, count)
    const FolderItems = many((i) => ({ InternetMessageId: `<${i}@example.org>` }))
    assert.equal(accessOf(record({ Folders: [{ FolderItems }] })).items.length, count)
    const Parameters = many((i) => ({ Name: `p${i}`, Value: 'x' }))
    check(readRecord(record({ RecordType: 1, Parameters, ModifiedProperties: Parameters })))
    const dotted = many((i) => [`o365.audit.A.${i}`, 'x'] as const)
    check(readShape('ual-elastic', Object.fromEntries([...dotted, ['event.action', 'x']])))
  })

  it('a path of a million slashes takes linear time', () => {
    const SiteUrl = `${'/'.repeat(1_000_000)}x`
    const access = accessOf(record({ RecordType: 6, Workload: 'SharePoint', SiteUrl }))
    assert.equal(access.objectPath, SiteUrl)
  })

  it('keys that name parts of every object stay fields, and change nothing', () => {
    const polluted: unknown = JSON.parse(
      '{"__proto__":{"Operation":"x"},"constructor":{"prototype":{"a":1}},"CreationTime":"2025-06-02T08:15:30"}',
    )
    assert.ok(isObject(polluted))
    assert.deepEqual(
      readRecord(polluted).rejects.map(({ reason }) => reason),
      ['operation-missing'],
    )
    assert.equal('Operation' in {}, false)
  })

  it('two records with one id and different content are both given', () => {
    const one = accessOf(MAIL_READ)
    const other = accessOf(record({ ClientIPAddress: '198.51.100.1' }))
    assert.equal(one.recordId, other.recordId)
    assert.notDeepEqual(one, other)
  })
})
