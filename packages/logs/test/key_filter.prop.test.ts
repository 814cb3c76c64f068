import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { adapters } from '../src/index.ts'
import { mayBeKnown } from '../src/key_filter.ts'
import { keyed } from './collected.ts'

const context = { columns: undefined, dateOrder: 'unproven' } as const
const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) }

/** Keys that one adapter or another asks for, and others. */
const KEYS =
  'AuditData Operation CreationTime RecordType Workload o365.audit.Id _source schema event fields message RequestUri AadTenantId TimeGenerated AppId realmId type principal group ItemsInFolder Identity createdDateTime k'
const key = fc.constantFrom(...KEYS.split(' '))
const value = fc.constantFrom<unknown>('', 'x', 1, null, {}, [], { audit: {} }, '{"Operation":"x"}')
const row = fc.dictionary(key, value, { maxKeys: 8 })

it('a row that cannot be known is one that no adapter accepts', () => {
  fc.assert(
    fc.property(row, (candidate) => {
      const isAccepted = adapters.some((adapter) => adapter.accepts(candidate, context))
      if (isAccepted) assert.ok(mayBeKnown(adapters, candidate))
    }),
    runs,
  )
})

it('rows without any key that an adapter asks for are told at once', () => {
  for (const junk of [{}, { k: 'v' }, { a: 1, b: { Operation: 'x' } }])
    assert.equal(mayBeKnown(adapters, junk), false)
  assert.equal(mayBeKnown(adapters, { 'o365.audit.Anything': 1 }), true)
})

it('an adapter that accepts an empty row, or lists keys, turns the filter off', () => {
  const any = { ...keyed, accepts: () => true }
  const lister = { ...keyed, accepts: (listed: object) => Object.keys(listed).length > 2 }
  for (const adapter of [any, lister]) assert.equal(mayBeKnown([keyed, adapter], { x: 1 }), true)
  assert.equal(mayBeKnown([keyed], { x: 1 }), false)
})
