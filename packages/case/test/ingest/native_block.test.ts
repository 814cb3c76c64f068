import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Access, Issuance } from '@mintmark/logs'
import * as fc from 'fast-check'
import type { Session } from '../../src/engine/session.ts'
import { BlockSink } from '../../src/ingest/block_sink.ts'
import { type Cell, NativeRows } from '../../src/ingest/native_block.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { INGESTED, type Ingested } from '../../src/store/schema.ts'
import { nameOf } from '../../src/store/sql.ts'
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

const COLUMNS = [
  'text String',
  'again LowCardinality(String)',
  'guid UUID',
  'int8 Int8',
  'uint16 UInt16',
  'uint32 UInt32',
  'long UInt64',
  "time DateTime64(3, 'UTC') DEFAULT 0",
  'list Array(String)',
  'again_list Array(LowCardinality(String))',
  'longs Array(UInt64)',
]
const NAMES = COLUMNS.map(nameOf)

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
    const block = new NativeRows(COLUMNS)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 3 }),
        async (blocks) => {
          await opened.session.command('TRUNCATE TABLE t')
          const bytes = blocks.map((rows) => {
            for (const one of rows) block.push(NAMES.map((name) => cellsOf(one)[name] ?? ''))
            return block.take()
          })
          if (bytes.length > 0) await opened.session.insert('t', NAMES, 'Native', bytes)
          const found = await opened.session.rows(
            `SELECT ${NAMES.filter((name) => name !== 'time').join(', ')},
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
    const block = new NativeRows(['again_list Array(LowCardinality(String))'])
    for (const count of [256, 257, 65_536, 65_537, 70_000]) {
      await opened.session.command('TRUNCATE TABLE t')
      block.push([Array.from({ length: count }, (_, n) => `value ${n}`)])
      await opened.session.insert('t', ['again_list'], 'Native', block.take())
      const [found] = await opened.session.rows(
        "SELECT length(again_list) AS values, arrayAll((v, i) -> v = concat('value ', toString(i - 1)), again_list, arrayEnumerate(again_list)) AS right FROM t",
      )
      assert.deepEqual(found, { values: String(count), right: 1 })
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
      const block = new NativeRows(['int8 Int8', 'long UInt64'])
      block.push([value, value])
      await session().command('TRUNCATE TABLE t')
      await session().insert('t', ['int8', 'long'], 'Native', block.take())
      const [found] = await session().rows('SELECT int8, long FROM t')
      assert.deepEqual(found, { int8, long: String(long) })
    })
  }
}

const cellsOf = (one: object): Readonly<Record<string, Cell>> => ({ ...one })

/** Columns whose member has another name, or that are of parts of a list. */
const SPELLED: Readonly<Record<string, string>> = {
  at: 'atMs',
  issued_at: 'issuedAtMs',
  token_state: 'tokenIdState',
}
const PARTS: Readonly<Record<string, Cell>> = {
  item_message_id: ['messageId'],
  item_id: ['itemId'],
  item_folder: ['folder'],
  item_bytes: ['77'],
  item_subject: ['subject'],
  synced_folder_id: ['id'],
  synced_folder_path: ['path'],
}
const ITEM = {
  messageId: 'messageId',
  itemId: 'itemId',
  folder: 'folder',
  bytes: 77,
  subject: 'subject',
}
const NUMBERS = ['atMs', 'issuedAtMs', 'recordType', 'logonType', 'throttled', 'bytes', 'grouped']

/** A record whose members have their names as values, and numbers their place in `NUMBERS`. */
function named(made: object): Readonly<Record<string, unknown>> {
  const members = Object.keys(made).map((name) => {
    const number = NUMBERS.indexOf(name)
    return [name, number === -1 ? name : number + 1]
  })
  const lists = { items: [ITEM], syncedFolders: [{ id: 'id', path: 'path' }] }
  return { ...Object.fromEntries(members), ...lists, tokenId: '' }
}

/** The rows of a table after what a sink took. */
async function rowsOf(session: Session, sink: BlockSink, table: Ingested) {
  await session.command(`TRUNCATE TABLE ${table}`)
  for (const block of sink.take())
    if (block.table === table) {
      const names = INGESTED[table].map(nameOf)
      await session.insert(table, names, 'Native', block.bytes)
    }
  const times = `toUnixTimestamp64Milli(at) AS at_ms${table === 'access' ? ', toUnixTimestamp64Milli(issued_at) AS issued_ms' : ''}`
  return await session.rows(`SELECT *, ${times} FROM ${table} ORDER BY line, record_id`)
}

describe('record blocks', () => {
  let place: Awaited<ReturnType<typeof embedded.start>>
  let opened: Case

  before(async () => {
    place = await embedded.start()
    opened = await openCase(place.location)
  })
  after(async () => {
    await opened.close()
    await place.stop()
  })

  for (const table of ['access', 'issuance'] as const)
    it(`have each member of an ${table} in its column`, async () => {
      const [made = assert.fail()] = fc.sample(record, 1)
      const sink = new BlockSink()
      sink.begin(3, 'file')
      const one = named(made[table])
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names in place of values
      sink[table](one as never, 5)
      const [stored = assert.fail()] = await rowsOf(opened.session, sink, table)
      assert.deepEqual(
        [stored['evidence_id'], stored['line'], stored['record_ref']],
        [3, '5', 'recordId'],
      )
      for (const name of INGESTED[table].map(nameOf).slice(5)) {
        const member =
          SPELLED[name] ?? name.replaceAll(/_[a-z]/g, (part) => part.slice(1).toUpperCase())
        const found =
          name === 'at'
            ? stored['at_ms']
            : name === 'issued_at'
              ? stored['issued_ms']
              : stored[name]
        const wanted = PARTS[name] ?? String(one[member])
        assert.deepEqual(Array.isArray(found) ? found : String(found), wanted, name)
      }
    })

  it('give records without an id one each, even on one line, and the same in the same file', async () => {
    const [made = assert.fail()] = fc.sample(access, 1)
    const idsIn = async (identity: string) => {
      const sink = new BlockSink()
      sink.begin(1, identity)
      for (const line of [1, 1, 2, 2]) sink.access({ ...made, recordId: '' }, line)
      return (await rowsOf(opened.session, sink, 'access')).map((one) => String(one['record_id']))
    }
    const ids = [...(await idsIn('one')), ...(await idsIn('two'))]
    assert.equal(new Set(ids).size, 8)
    assert.deepEqual(await idsIn('one'), ids.slice(0, 4))
    // Marks, notes and reports of earlier builds name records by these ids.
    assert.ok((await idsIn('file')).includes('030ee46a-beec-8177-5ae2-38b73cdee293'))
  })
})

it('record blocks take any record that the types allow', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), (records) => {
      const sink = new BlockSink()
      sink.begin(1, 'file')
      for (const made of records) {
        sink.access(made.access, 1)
        sink.issuance(made.issuance, 1)
      }
      for (const block of sink.take()) assert.equal(block.rows, records.length)
    }),
    { numRuns },
  )
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
