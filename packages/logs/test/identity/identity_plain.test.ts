import assert from 'node:assert/strict'
import { Hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { ACCESS_SCHEMA, ISSUANCE_SCHEMA, PERIOD_SCHEMA } from '../../src/identity/plain_ndjson.ts'
import { adapterOf, type Given, JSON_FILE, readRow, readWith } from './identity_rows.ts'

const docs = new URL('../../../../docs/schema/', import.meta.url)
const schemaOf = (name: string): Json =>
  parseObject(readFileSync(new URL(name, docs), 'utf8')) ?? {}
const kinds = [
  { schema: ISSUANCE_SCHEMA, shape: 'mintmark-issuance', file: 'mintmark-issuance-1.schema.json' },
  { schema: ACCESS_SCHEMA, shape: 'mintmark-access', file: 'mintmark-access-1.schema.json' },
]
const ajv = new Ajv2020({ strict: true, allErrors: true })
const validators = new Map<unknown, ValidateFunction>(
  kinds.map(({ schema, file }) => [schema, ajv.compile(schemaOf(file))]),
)
const isValid = (row: Json): boolean => validators.get(row['schema'])?.(row) === true
const recordsOf = ({ issuances, accesses }: Given) => issuances.length + accesses.length

function membersOf(file: string): Readonly<Record<string, unknown>> {
  const members = schemaOf(file)['properties']
  return isObject(members) ? members : {}
}

describe('the examples of the plain lines', () => {
  for (const { file, shape } of kinds) {
    it(`of ${file} are valid and are read`, () => {
      const examples = schemaOf(file)['examples']
      assert.ok(Array.isArray(examples) && examples.length > 1)
      for (const example of examples) {
        assert.ok(isObject(example) && isValid(example), ajv.errorsText())
        assert.equal(recordsOf(readRow(example, shape)), 1)
      }
    })
  }

  it('in the documentation are valid and are read', () => {
    const text = readFileSync(new URL('plain-ndjson.md', docs), 'utf8')
    const lines = text.split('\n').filter((line) => line.startsWith('{'))
    const rows = lines.map((line) => parseObject(line) ?? {})
    const records = rows.filter((row) => row['schema'] !== PERIOD_SCHEMA)
    assert.deepEqual([rows.length, records.length], [3, 2])
    for (const row of records) {
      assert.ok(isValid(row))
      assert.equal(recordsOf(readWith(adapterOf(row, JSON_FILE), row, JSON_FILE)), 1)
    }
  })
})

describe('the word of a log that it has everything of a period', () => {
  const word = { schema: PERIOD_SCHEMA, from: '2023-05-15T00:00:00Z', to: '2023-05-15T10:00:00Z' }
  it('is a statement with that period', () => {
    const { statements } = readRow(word, 'mintmark-issuance-period')
    assert.deepEqual(
      statements.map(({ code, fromMs, toMs }) => [code, toMs - fromMs]),
      [['complete-period', 36_000_000]],
    )
  })
  it('names the issuer, since the tenant may have others', () => {
    const texts = ['https://id.example.org', undefined].map(
      (issuer) => readRow({ ...word, issuer }, 'mintmark-issuance-period').statements[0]?.text,
    )
    assert.match(texts[0] ?? '', /every token that https:\/\/id\.example\.org signed/)
    assert.match(texts[1] ?? '', /every token that its issuer signed/)
  })
  for (const name of ['from', 'to'])
    it(`is a reject without ${name}`, () => {
      const { statements, rejects } = readRow(
        { ...word, [name]: undefined },
        'mintmark-issuance-period',
      )
      assert.deepEqual([statements.length, rejects[0]?.reason], [0, 'time-missing'])
    })
})

describe('a plain line', () => {
  const access = { schema: ACCESS_SCHEMA, at: '2023-05-15T08:01:02Z', operation: 'Read' }

  it('keeps every member of an access', () => {
    const row = {
      ...access,
      id: 'R1',
      tokenId: 'any jti',
      sessionId: 'Case Matters',
      issuedAt: '2023-05-15T10:00:00+02:00',
      principal: 'Ada@Example.org',
      mailbox: 'Bo@Example.org',
      throttled: false,
      accessType: 'Sync',
      items: [{ messageId: '<m@example.org>', bytes: 12 }],
      syncedFolders: [{ id: 'f', path: '/Inbox' }],
      ip: '[2001:DB8::1]:443',
      objectHash: 'ABCD',
      bytes: 7,
      detail: { a: [1] },
    }
    assert.ok(isValid(row))
    const [read] = readRow(row, 'mintmark-access').accesses
    assert.ok(read)
    const want = {
      recordId: 'R1',
      atMs: Date.UTC(2023, 4, 15, 8, 1, 2),
      tokenIdState: 'present',
      sessionId: 'Case Matters',
      issuedAtMs: Date.UTC(2023, 4, 15, 8),
      principal: 'ada@example.org',
      mailbox: 'bo@example.org',
      throttled: 0,
      accessType: 'Sync',
      items: [{ messageId: '<m@example.org>', itemId: '', folder: '', bytes: 12, subject: '' }],
      syncedFolders: [{ id: 'f', path: '/Inbox' }],
      ip: '2001:db8::1',
      objectHash: 'abcd',
      bytes: 7,
      detail: '{"a":[1]}',
    }
    assert.deepEqual({ ...read, ...want }, read)
  })
})

it('a plain line costs one hash of its token id, and no list of its members', (t) => {
  const row = {
    schema: ACCESS_SCHEMA,
    at: '2023-05-15T08:01:02Z',
    operation: 'Read',
    tokenId: 'hashed once',
  }
  const adapter = adapterOf(row, JSON_FILE)
  const hashes = t.mock.method(Hash.prototype, 'update')
  const lists = t.mock.method(Object, 'fromEntries')
  const { accesses } = readWith(adapter, row, JSON_FILE)
  const counts = [hashes.mock.callCount(), lists.mock.callCount()]
  t.mock.restoreAll()
  assert.equal(accesses[0]?.tokenIdState, 'present')
  assert.deepEqual(counts, [1, 0])
})

describe('a plain line', () => {
  const issuance = { schema: ISSUANCE_SCHEMA, at: '2023-05-15T08:01:02Z' }
  const access = { schema: ACCESS_SCHEMA, at: '2023-05-15T08:01:02Z', operation: 'Read' }

  it('takes null for absent', () => {
    const row = { ...issuance, tokenId: null, detail: null }
    assert.equal(readRow(row, 'mintmark-issuance').issuances[0]?.tokenId, '')
  })

  const wrong = [
    { row: { ...issuance, at: undefined }, reason: 'time-missing', detail: 'at' },
    { row: { ...issuance, at: '2023-02-30T00:00:00Z' }, reason: 'time-unreadable', detail: 'at' },
    { row: { ...issuance, tokenId: 7 }, reason: 'wrong-type', detail: 'tokenId' },
    { row: { ...issuance, outcome: 'maybe' }, reason: 'wrong-type', detail: 'outcome' },
    { row: { ...issuance, detail: [] }, reason: 'wrong-type', detail: 'detail' },
    { row: { ...access, operation: undefined }, reason: 'wrong-type', detail: 'operation' },
    { row: { ...access, bytes: -1 }, reason: 'wrong-type', detail: 'bytes' },
    { row: { ...access, throttled: 'no' }, reason: 'wrong-type', detail: 'throttled' },
    { row: { ...access, issuedAt: 'soon' }, reason: 'wrong-type', detail: 'issuedAt' },
    { row: { ...access, items: {} }, reason: 'wrong-type', detail: 'items' },
    { row: { ...access, items: [{}, 7] }, reason: 'wrong-type', detail: 'items[1]' },
    { row: { ...access, items: [{ bytes: 1.5 }] }, reason: 'wrong-type', detail: 'items[0].bytes' },
  ]
  for (const { row, reason, detail } of wrong) {
    it(`is a reject for ${reason} of ${detail}, and not valid either`, () => {
      assert.equal(isValid(row), reason === 'time-unreadable')
      const given = readWith(adapterOf(row, JSON_FILE), row, JSON_FILE)
      assert.equal(recordsOf(given), 0)
      assert.deepEqual(given.rejects, [{ kind: 'payload', reason, detail }])
    })
  }
})

it('what is valid is read, and what is read but for unknown members is valid', () => {
  const value = fc.oneof(
    fc.constantFrom('issued', 'failed', 'succeeded', 'user', 'Bind', 'x', '2023-05-15T08:01:02Z'),
    fc.string(),
    fc.integer({ min: -1, max: 70_000 }),
    fc.boolean(),
    fc.constant({}),
    fc.constant([]),
    fc.constant([{ bytes: 1 }]),
  )
  const members = kinds.map(({ schema, file }) => {
    const names = Object.keys(membersOf(file)).filter((name) => name !== 'schema')
    const member = fc.record(Object.fromEntries(names.map((name) => [name, value])), {
      requiredKeys: [],
    })
    return member.map((held) => ({ schema, held }))
  })
  fc.assert(
    fc.property(fc.oneof(...members), ({ schema, held }) => {
      const operation = schema === ACCESS_SCHEMA ? { operation: 'x' } : {}
      const row = { schema, at: '2023-05-15T08:01:02Z', ...operation, ...held }
      const given = readWith(adapterOf(row, JSON_FILE), row, JSON_FILE)
      assert.equal(recordsOf(given) + given.rejects.length, 1)
      // A time without a zone, or a date alone, is read but not valid.
      if (isValid(row)) assert.equal(recordsOf(given), 1)
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
  )
})
