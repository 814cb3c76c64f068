import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Access, Issuance } from '@mintmark/logs'
import * as fc from 'fast-check'
import type { Session } from '../../src/engine/session.ts'
import {
  ArrayColumn,
  GuidColumn,
  IntColumn,
  LongColumn,
  type NamedColumn,
  nativeBlock,
} from '../../src/ingest/native_columns.ts'
import { RepeatedTextColumn, TextColumn } from '../../src/ingest/native_texts.ts'
import { AccessBlock, IssuanceBlock, RecordSource } from '../../src/ingest/record_block.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { ACCESS_COLUMNS, ISSUANCE_COLUMNS } from '../../src/store/schema.ts'
import { embedded } from '../backends.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 40)

interface Row {
  readonly text: string
  readonly again: string
  readonly guid: string
  readonly int8: number
  readonly uint16: number
  readonly uint32: number
  readonly long: number
  readonly time: number
  readonly list: readonly string[]
  readonly again_list: readonly string[]
  readonly longs: readonly number[]
}

/** The columns of a test table, and what fills them. */
class Columns {
  readonly text = new TextColumn()
  readonly again = new RepeatedTextColumn()
  readonly guid = new GuidColumn()
  readonly int8 = new IntColumn('Int8')
  readonly uint16 = new IntColumn('UInt16')
  readonly uint32 = new IntColumn('UInt32')
  readonly long = new LongColumn('UInt64')
  readonly time = new LongColumn("DateTime64(3, 'UTC')")
  readonly list = new ArrayColumn(new TextColumn())
  readonly again_list = new ArrayColumn(new RepeatedTextColumn())
  readonly longs = new ArrayColumn(new LongColumn('UInt64'))
  readonly named: readonly NamedColumn[] = Object.entries(this)

  push(row: Row): void {
    for (const name of ['text', 'again'] as const) this[name].push(row[name])
    this.guid.push(row.guid)
    for (const name of ['int8', 'uint16', 'uint32', 'long', 'time'] as const)
      this[name].push(row[name])
    for (const name of ['list', 'again_list'] as const) {
      for (const value of row[name]) this[name].values.push(value)
      this[name].endRow(row[name].length)
    }
    for (const value of row.longs) this.longs.values.push(value)
    this.longs.endRow(row.longs.length)
  }

  block(rows: readonly Row[]): Uint8Array {
    for (const row of rows) this.push(row)
    const bytes = nativeBlock(this.named, rows.length)
    for (const [, column] of this.named) column.clear()
    return bytes
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    'a',
    'é',
    '\0',
    "'",
    '\\',
    '\n',
    'x'.repeat(127),
    'y'.repeat(128),
    'ü'.repeat(64),
    'z'.repeat(20_000),
  ),
)
const whole = (max: number, min = 0) => fc.integer({ min, max })
const row: fc.Arbitrary<Row> = fc.record({
  text,
  again: text,
  guid: fc.uuid(),
  int8: whole(127, -128),
  uint16: whole(65_535),
  uint32: whole(2 ** 32 - 1),
  long: fc.maxSafeNat(),
  time: fc.oneof(fc.constant(0), whole(10_413_791_999_999, 1)),
  list: fc.array(text, { maxLength: 3 }),
  again_list: fc.array(text, { maxLength: 3 }),
  longs: fc.array(fc.maxSafeNat(), { maxLength: 3 }),
})

const shared = {
  recordId: text,
  atMs: fc.double(),
  tokenId: fc.oneof(fc.constant(''), fc.uuid()),
  sessionId: text,
  principal: text,
  principalId: text,
  tenant: text,
  appId: text,
  ip: text,
  deviceId: text,
  client: text,
  issuer: text,
  detail: text,
}
const item = fc.record({
  messageId: text,
  itemId: text,
  folder: text,
  bytes: fc.double(),
  subject: text,
})
const access: fc.Arbitrary<Access> = fc.record({
  ...shared,
  source: fc.constantFrom('ual', 'mintmark'),
  operation: text,
  service: text,
  recordType: fc.double(),
  outcome: fc.constantFrom('succeeded', 'failed', ''),
  tokenIdState: fc.constantFrom('present', 'absent', 'anonymised', 'malformed'),
  otherSessionId: text,
  issuedAtMs: fc.double(),
  actorKind: fc.constantFrom('user', 'app', 'system', ''),
  logonType: fc.double(),
  mailbox: text,
  mailboxId: text,
  tokenTenant: text,
  externalTenant: text,
  clientAppId: text,
  accessType: text,
  throttled: fc.constantFrom(-1, 0, 1),
  items: fc.array(item, { maxLength: 3 }),
  syncedFolders: fc.array(fc.record({ id: text, path: text }), { maxLength: 2 }),
  objectPath: text,
  objectName: text,
  objectHash: text,
  bytes: fc.double(),
})
const issuance: fc.Arbitrary<Issuance> = fc.record({
  ...shared,
  source: fc.constantFrom('keycloak', 'ual-sts'),
  category: fc.constantFrom('token', 'interactive'),
  outcome: fc.constantFrom('issued', 'failed'),
  owner: text,
  homeTenant: text,
  resourceId: text,
  network: text,
  protocol: text,
  grouped: fc.double(),
})
const record = fc.record({ access, issuance })

describe('native columns', () => {
  let place: Awaited<ReturnType<typeof embedded.start>>
  let opened: Case

  before(async () => {
    place = await embedded.start()
    opened = await openCase(place.location)
    await opened.session.command(`CREATE TABLE t (n UInt32, text String, again LowCardinality(String),
      guid UUID, int8 Int8, uint16 UInt16, uint32 UInt32, long UInt64, time Nullable(DateTime64(3, 'UTC')),
      list Array(String), again_list Array(String), longs Array(UInt64)) ENGINE = Memory`)
  })
  after(async () => {
    await opened.close()
    await place.stop()
  })

  it('come out of the engine as they went in, block after block', async () => {
    const columns = new Columns()
    const names = columns.named.map(([name]) => name)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 3 }),
        async (blocks) => {
          await opened.session.command('TRUNCATE TABLE t')
          const bytes = blocks.map((rows) => columns.block(rows))
          if (bytes.length > 0) await opened.session.insert('t', names, 'Native', bytes)
          const found = await opened.session.rows(
            `SELECT ${names.filter((name) => name !== 'time').join(', ')},
          ifNull(toUnixTimestamp64Milli(time), 0) AS time FROM t`,
          )
          const wanted = blocks.flat().map(asFound)
          assert.deepEqual(sorted(found), sorted(wanted))
        },
      ),
      { numRuns },
    )
  })

  it('hold more different values than a dictionary of one or two bytes has', async () => {
    const columns = new Columns()
    const names = ['again', 'uint32']
    const named = columns.named.filter(([name]) => names.includes(name))
    for (const count of [256, 257, 65_536, 65_537, 70_000]) {
      await opened.session.command('TRUNCATE TABLE t')
      for (let n = 0; n < count; n++) {
        columns.again.push(`value ${n}`)
        columns.uint32.push(n)
      }
      const bytes = nativeBlock(named, count)
      columns.again.clear()
      columns.uint32.clear()
      await opened.session.insert('t', names, 'Native', bytes)
      const [found] = await opened.session.rows(
        "SELECT count() AS rows, countIf(again = concat('value ', toString(uint32))) AS right FROM t",
      )
      assert.deepEqual(found, { rows: String(count), right: String(count) })
    }
  })

  describe('numbers', () => makesWholeNumbers(() => opened.session))
})

function makesWholeNumbers(session: () => Session): void {
  const odd = [
    { name: 'NaN', value: Number.NaN, long: 0, int8: 0 },
    { name: 'a negative', value: -5, long: 0, int8: -5 },
    { name: 'a fraction', value: 1156492.75, long: 1_156_492, int8: 127 },
    { name: 'infinity', value: Number.POSITIVE_INFINITY, long: Number.MAX_SAFE_INTEGER, int8: 127 },
    { name: 'minus infinity', value: Number.NEGATIVE_INFINITY, long: 0, int8: -128 },
  ]
  for (const { name, value, long, int8 } of odd) {
    it(`make the nearest whole number of ${name}`, async () => {
      const columns = new Columns()
      columns.long.push(value)
      columns.int8.push(value)
      const named = columns.named.filter(([column]) => column === 'long' || column === 'int8')
      await session().command('TRUNCATE TABLE t')
      await session().insert('t', ['int8', 'long'], 'Native', nativeBlock(named, 1))
      const [found] = await session().rows('SELECT int8, long FROM t')
      assert.deepEqual(found, { int8, long: String(long) })
    })
  }
}

describe('record blocks', () => {
  it('have the columns of the tables, in their order', () => {
    assert.deepEqual(
      new AccessBlock().named.map(([name]) => name),
      ACCESS_COLUMNS,
    )
    assert.deepEqual(
      new IssuanceBlock().named.map(([name]) => name),
      ISSUANCE_COLUMNS,
    )
  })

  it('give records without an id one each, even on one line, and the same in the same file', () => {
    assert.equal(new Set([...lineIds('one'), ...lineIds('two')]).size, 8)
    assert.deepEqual(lineIds('one'), lineIds('one'))
    // Marks, notes and reports of earlier builds name records by these ids.
    assert.equal(lineIds('file')[0], '030ee46a-beec-8177-5ae2-38b73cdee293')
  })

  it('take any record that the types allow', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const accesses = new AccessBlock()
        const issuances = new IssuanceBlock()
        const at = new RecordSource(1, 'file')
        for (const made of records) {
          accesses.push(made.access, 1, at)
          issuances.push(made.issuance, 1, at)
        }
        assert.equal(accesses.take().rows, records.length)
        assert.equal(issuances.take().rows, records.length)
      }),
      { numRuns },
    )
  })
})

/** As UTF-8 has it: half of a surrogate pair is U+FFFD. */
function wellFormed(value: string): string {
  return Buffer.from(value).toString()
}

function sorted(rows: readonly object[]): string[] {
  return rows
    .map((one) => JSON.stringify(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .toSorted()
}

function lineIds(identity: string): string[] {
  const at = new RecordSource(1, identity)
  return [at.idAt(1), at.idAt(1), at.idAt(2), at.idAt(2)]
}

/** The row as the engine gives it back. */
function asFound(one: Row): object {
  return {
    ...one,
    text: wellFormed(one.text),
    again: wellFormed(one.again),
    list: one.list.map((value) => wellFormed(value)),
    again_list: one.again_list.map((value) => wellFormed(value)),
    long: String(one.long),
    longs: one.longs.map(String),
    time: String(one.time),
  }
}
