/** Rows of the standards: met, not met, or the evidence that is missing. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { audited, type Given } from './audited.ts'
import { ecKey, ecPair, jwks } from './made_keys.ts'

const [a, b] = [ecKey('a'), ecKey('b')]

const state = async (
  given: readonly Given[],
  row: string,
  more: Parameters<typeof audited>[1] = {},
) => {
  const { rows } = await audited(given, more)
  const found = rows.find(({ text }) => text.includes(row))
  assert.ok(found !== undefined, row)
  return found
}

const listed = (...days: readonly (readonly [number, Buffer])[]) =>
  days.map(([daysAgo, body]) => ({ daysAgo, body }))

describe('a row of the standards', () => {
  const profile = 'ir8587-multi-tenant'

  it('on the age of keys is met where observations bound it, not met above, and cannot tell without', async () => {
    const text = 'no longer than the profile'
    const young = listed([10, jwks(b)], [9, jwks(a, b)], [0, jwks(a)], [15, jwks()])
    const states = await Promise.all([
      state(young, text, { profile: 'ir8587-tenant' }),
      state(listed([20, jwks(a)], [0, jwks(a)]), text, { profile }),
      state(listed([1, jwks(a)], [0, jwks(a)]), text, { profile }),
      state(young, text),
    ])
    assert.deepEqual(
      states.map((each) => each.state),
      ['met', 'not met', 'cannot tell', 'cannot tell'],
    )
    assert.match(states[1].because, /key-age \(1\)/)
    assert.match(states[2].because, /missing: observations before and after 1 of 1 keys/)
    assert.match(states[3].because, /missing: --profile/)
  })

  it('on separate keys is met only where each key says its use', async () => {
    const text = 'no encryption key'
    const bodies = [jwks(a), jwks({ ...a, use: 'enc' }), jwks({ ...a, use: undefined })]
    const states = await Promise.all(bodies.map((body) => state([{ body }], text)))
    assert.deepEqual(
      states.map((each) => each.state),
      ['met', 'not met', 'cannot tell'],
    )
  })
})

describe('a row on tokens and protection', () => {
  it('on the life of tokens is by the ledger alone', async () => {
    const text = 'at most an hour'
    const lifetimes = {
      tokens: 3,
      p50: 600,
      p99: 3600,
      longest: 3600,
      keys: new Map(),
      isPruned: false,
      shown: undefined,
    }
    const given = [{ body: jwks(a) }]
    const states = await Promise.all([
      state(given, text, { lifetimes }),
      state(given, text, { lifetimes: { ...lifetimes, longest: 7200 } }),
      state(given, text, { lifetimes: { ...lifetimes, isPruned: true } }),
      state(given, text),
    ])
    assert.deepEqual(
      states.map((each) => each.state),
      ['met', 'not met', 'cannot tell', 'cannot tell'],
    )
  })

  it('on protected keys is not met by published ones, and never met by public ones', async () => {
    const text = 'keys are protected'
    const leaked = await state([{ body: jwks(ecPair('p').privateJwk) }], text)
    assert.deepEqual([leaked.state, leaked.because], ['not met', 'private-published (1)'])
    assert.equal((await state([{ body: jwks(a) }], text)).state, 'cannot tell')
  })
})

const share = {
  tokens: 10,
  bound: 10,
  missing: new Map<string, number>(),
  refusedRevoked: 0,
  admittedRevoked: 0,
  unrecorded: 0,
  silentReceipts: 0,
}

/** A row, where the ledger records so many tokens of which ten were shown. */
const rowOf = async (text: string, more: Partial<typeof share>, tokens = 10) => {
  const times = { tokens, p50: 600, p99: 600, longest: 600, keys: new Map(), isPruned: false }
  const lifetimes = { ...times, shown: { ...share, ...more } }
  const { state: found, because } = await state([{ body: jwks(a) }], text, { lifetimes })
  return [found, because]
}

describe('a row on what tokens are', () => {
  it('on their elements is met where all tokens were shown, and none lacks one', async () => {
    const text = 'elements that the draft lists'
    assert.deepEqual(await rowOf(text, {}), ['met', 'all 10 tokens, by receipts'])
    assert.deepEqual(await rowOf(text, { missing: new Map([['acr', 3]]) }), [
      'not met',
      'of 10 tokens, without: acr (3)',
    ])
    assert.deepEqual(await rowOf(text, {}, 14), [
      'cannot tell',
      'missing: receipts of 4 issued tokens; the 10 that were shown have them',
    ])
  })

  it('on bound tokens is met by all, not met by none, and gives the share', async () => {
    const text = 'bound to a key'
    assert.deepEqual(await rowOf(text, {}), ['met', '10 of 10 tokens (100 %) have cnf'])
    assert.deepEqual(await rowOf(text, { bound: 0 }), ['not met', '0 of 10 tokens (0 %) have cnf'])
    assert.deepEqual(await rowOf(text, { bound: 9 }), [
      'cannot tell',
      'missing: whether all could be; 9 of 10 tokens (90 %) have cnf',
    ])
    assert.equal((await rowOf(text, {}, 11))[0], 'cannot tell')
  })

  it('on revocation is by revoked tokens that were shown', async () => {
    const text = 'can be revoked'
    assert.equal((await rowOf(text, {}))[0], 'cannot tell')
    assert.equal((await rowOf(text, { refusedRevoked: 2 }))[0], 'met')
    assert.equal((await rowOf(text, { refusedRevoked: 2, admittedRevoked: 1 }))[0], 'not met')
  })

  it('on bounds in audience is not met by a token without one, and names what is missing', async () => {
    const text = 'bound in time and audience'
    const [found] = await rowOf(text, { missing: new Map([['aud', 1]]) })
    assert.equal(found, 'not met')
    assert.deepEqual(await rowOf(text, { refusedRevoked: 1 }), [
      'cannot tell',
      'missing: how tokens are refreshed',
    ])
  })

  it('names the missing evidence where receipts describe no token', async () => {
    const text = 'elements that the draft lists'
    assert.match((await state([{ body: jwks(a) }], text)).because, /missing: --receipts/)
    assert.match(
      String((await rowOf(text, { tokens: 0, silentReceipts: 3 }))[1]),
      /earlier version/,
    )
    assert.match(String((await rowOf(text, { tokens: 0 }))[1]), /a receipt of a token/)
  })
})
