import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_TIME, HOUR_MS, type Loss } from '../../../src/verdicts/losses/loss.ts'
import { unexplainedBy } from '../../../src/verdicts/weigh/known_losses.ts'
import type { Context, Tenant } from '../../../src/verdicts/weigh/population.ts'
import { populationOf, type Token } from './weigh_world.ts'

/** Missing tokens of one person from one network, one an hour. */
const tokens = (count: number, prefix: string, first = 100): Token[] =>
  Array.from({ length: count }, (_, n) => ({
    who: 'leon@a.example.org',
    prefix,
    app: 'mail',
    client: 'owa edge',
    service: 'Exchange',
    hour: first + n,
    isForged: false,
    isWellMade: true,
    state: 'missing',
  }))

const loss = (records: number, fields: Partial<Loss> = {}): Loss => ({
  side: 'issuance',
  source: 'entra',
  category: 'non-interactive',
  tenant: 'tenant',
  evidenceId: 1,
  code: 'rejected-rows',
  ...ALL_TIME,
  records,
  ...fields,
})

/** How many of the missing tokens of each network no loss explains. */
function unexplained(
  missing: readonly Token[],
  lost: readonly Loss[],
  facts: Partial<Tenant> = {},
): Record<string, number> {
  const population = populationOf(missing)
  const tenants = new Map(
    [...population.tenants].map(([home, one]) => [home, { ...one, ...facts, lost }]),
  )
  const found = unexplainedBy(population.contexts, { ...population, tenants })
  const left = (context: Context) => (found.get(context) ?? context.hours).length
  const networks = Map.groupBy(population.contexts, ({ prefix }) => prefix)
  return Object.fromEntries(
    [...networks].map(([prefix, own]) => [
      prefix,
      own.reduce((sum, context) => sum + left(context), 0),
    ]),
  )
}

describe('a known loss', () => {
  const five = tokens(5, 'new')
  it('explains as many missing tokens of a network as it has rows, and no more', () => {
    assert.deepEqual(unexplained(five, [loss(5)]), { new: 0 })
    assert.deepEqual(unexplained(five, [loss(4)]), { new: 5 })
  })
  it('explains those of each network: of an innocent beside an attack', () => {
    const both = [...five, ...tokens(40, 'attack')]
    assert.deepEqual(unexplained(both, [loss(5)]), { new: 0, attack: 40 })
  })
  it('of nobody knows how many rows explains all', () => {
    const lost = loss(0, { code: 'unread-file', source: '', category: '', tenant: '' })
    assert.deepEqual(unexplained(tokens(400, 'new'), [lost]), { new: 0 })
  })
  it('adds up with another that could have held the same tokens', () => {
    assert.deepEqual(unexplained(five, [loss(3), loss(2, { evidenceId: 2 })]), { new: 0 })
    assert.deepEqual(unexplained(five, [loss(3), loss(1, { evidenceId: 2 })]), { new: 5 })
  })
  it('of several logs of one file counts once', () => {
    assert.deepEqual(unexplained(five, [loss(3), loss(3, { category: 'interactive' })]), { new: 5 })
  })
})

const at = (hour: number) => ({ fromMs: hour * HOUR_MS, toMs: (hour + 1) * HOUR_MS })

describe('a known loss explains nothing', () => {
  const five = tokens(5, 'new')
  it('outside of the time in which the tokens can have been issued', () => {
    assert.deepEqual(unexplained(five, [loss(9, at(60))]), { new: 5 })
    assert.deepEqual(unexplained(five, [loss(9, at(80))]), { new: 0 })
    assert.deepEqual(unexplained(five, [loss(9, at(110))]), { new: 5 })
  })
  it('of a log in which tokens of this kind are not, or not alone', () => {
    const audit = [loss(9, { source: 'ual-sts', category: 'sts-logon' })]
    assert.deepEqual(unexplained(five, audit), { new: 5 })
    assert.deepEqual(unexplained(five, audit, { hasInteractive: false }), { new: 0 })
    for (const category of ['managed-identity', 'owa-auth'])
      assert.deepEqual(unexplained(five, [loss(9, { category })]), { new: 5 })
  })
})
