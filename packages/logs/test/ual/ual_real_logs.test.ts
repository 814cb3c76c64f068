import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { parse } from 'csv-parse/sync'
import { ualAdapters } from '../../src/adapters.ts'
import type { Adapter } from '../../src/model/adapter.ts'
import type { Access } from '../../src/model/records.ts'
import { ResultCounts } from '../../src/ual/cmdlet_shapes.ts'
import { readWith } from '../identity/identity_rows.ts'
import { readShape, shapesOf } from './ual_rows.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..')
const data = path.join(root, '../shared/data')
const skip = existsSync(data)
  ? false
  : `${data} is absent: the real logs are not in this repository`

function csvRows(): Json[] {
  const file = gunzipSync(readFileSync(path.join(data, 'invictus/auditrecords.csv.gz')))
  const options = { columns: true, bom: true, relax_quotes: true }
  const rows: unknown = parse(file.toString('utf8'), options)
  assert.ok(Array.isArray(rows))
  return rows.filter(isObject)
}

function itemsOf(from: readonly Access[]) {
  return from.flatMap(({ items, mailboxId }) => items.map((item) => ({ ...item, mailboxId })))
}

/** The raw record of a sample; the rest of it is another parser's reading. */
function rowOf(folder: string, file: string): Json {
  const text = readFileSync(path.join(data, 'sekoia', folder, file), 'utf8')
  const input = parseObject(text)?.['input']
  const message = isObject(input) ? input['message'] : undefined
  return (typeof message === 'string' ? parseObject(message) : undefined) ?? assert.fail(file)
}

function files(folder: string): string[] {
  return skip === false ? readdirSync(path.join(data, 'sekoia', folder)) : []
}

/** An adapter that reads these rows, whatever row it is given, and says how the file ends. */
function wholeFile(rows: readonly Json[], counts: ResultCounts): Adapter {
  const splunk = ualAdapters.find(({ shape }) => shape === 'ual-splunk-csv')
  return {
    shape: 'file',
    accepts: () => true,
    read: (_row, context, sink) => {
      for (const row of rows) {
        counts.row(row)
        if (splunk?.accepts(row, context) === true) splunk.read(row, context, sink)
      }
      counts.end(sink)
    },
  }
}

describe('the audit log of a real tenant (invictus)', { skip }, () => {
  const counts = new ResultCounts()
  const rows = skip === false ? csvRows() : []
  const context = { columns: Object.keys(rows[0] ?? {}), dateOrder: 'unproven' as const }
  const given = readWith(wholeFile(rows, counts), {}, context)
  const read = given.accesses.filter(({ operation }) => operation === 'MailItemsAccessed')
  const distinct = [...new Map(read.map((access) => [access.recordId, access])).values()]

  it('is 9,611 rows of one shape, three of them without AuditData', () => {
    assert.equal(rows.length, 9611)
    assert.equal(given.accesses.length + given.issuances.length, 9608)
    const reasons = given.rejects.map(({ reason }) => reason)
    assert.deepEqual(reasons, ['audit-data-empty', 'audit-data-empty', 'audit-data-empty'])
    const { statements, directory, inventory } = given
    assert.deepEqual([statements, directory, inventory], [[], [], []])
  })

  it('has 556 mail accesses, which are 318 records', () => {
    assert.equal(read.length, 556)
    assert.equal(distinct.length, 318)
  })

  it('names 1,803 items, 1,026 without copies of records: 320 copies of 291 messages', () => {
    assert.equal(itemsOf(read).length, 1803)
    const own = itemsOf(distinct)
    assert.equal(own.length, 1026)
    assert.equal(
      new Set(own.map(({ mailboxId, messageId }) => `${mailboxId} ${messageId}`)).size,
      320,
    )
    assert.equal(new Set(own.map(({ messageId }) => messageId)).size, 291)
  })

  it('has 30 synchronisations of 26 folders, all of type 2', () => {
    const syncs = distinct.filter(({ accessType }) => accessType === 'Sync')
    assert.equal(syncs.length, 30)
    assert.deepEqual([...new Set(syncs.map(({ recordType }) => recordType))], [2])
    const folders = syncs.flatMap(({ syncedFolders }) => syncedFolders.map(({ id }) => id))
    assert.equal(new Set(folders).size, 26)
    assert.ok(read.every(({ throttled }) => throttled === 0))
  })

  it('has 569 sign-ins, each with the id of its request', () => {
    const signIns = new Map(given.issuances.map((issuance) => [issuance.recordId, issuance]))
    assert.equal(signIns.size, 569)
    for (const { tokenId, recordId } of signIns.values()) assert.equal(tokenId, recordId)
  })

  it('has 20 mail sessions, 7 of them without a sign-in', () => {
    const known = new Set(given.issuances.map(({ sessionId }) => sessionId))
    const used = new Set(read.map(({ sessionId }) => sessionId).filter((id) => id !== ''))
    assert.equal(used.size, 20)
    assert.equal([...used].filter((id) => !known.has(id)).length, 7)
  })
})

describe('modern records (sekoia)', { skip }, () => {
  it('of the audit log are each one record', () => {
    assert.equal(files('o365').length, 36)
    for (const file of files('o365')) {
      const { accesses, issuances, rejects } = readShape('ual-api', rowOf('o365', file))
      assert.deepEqual(rejects, [], file)
      assert.equal(accesses.length + issuances.length, 1, file)
    }
  })

  it('of other logs are left to their own adapters', () => {
    for (const folder of ['azure-ad', 'microsoft-entraid-graphapi'])
      for (const file of files(folder)) assert.deepEqual(shapesOf(rowOf(folder, file)), [], file)
  })
})
