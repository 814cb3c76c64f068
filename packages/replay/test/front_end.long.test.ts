/** The mail front end of 2023, and what its victims would have kept with one measure more. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { forgedToken, GuardOf2023, issuerOf } from '../src/front_end/forged_tokens.ts'
import { usedKeys } from '../src/front_end/verifier.ts'
import { MEASURES, type WhatIf, whatIf } from '../src/front_end/what_if.ts'
import { replayStorm0558 } from '../src/index.ts'
import { signingKeys } from '../src/signing/signing_keys.ts'
import { EXCHANGE, OWA } from '../src/world/apps.ts'
import { namedGuid } from '../src/world/ids.ts'
import { World } from '../src/world/world.ts'

const SEED = 8
const SCALE = 0.001
const root = mkdtempSync(join(tmpdir(), 'mintmark-front-end-'))
after(() => rmSync(root, { recursive: true, force: true }))

let all: readonly WhatIf[]
before(async () => {
  all = await whatIf({ seed: SEED, scale: SCALE, measures: MEASURES })
})
const of = (name: string) => {
  const found = all.find(({ measure }) => measure === name)
  assert.ok(found !== undefined)
  return found
}

const ask = (seed: number) => whatIf({ seed, scale: SCALE, measures: ['none'] })
const kidsOf = (keys: ReturnType<typeof usedKeys>) => keys.map(({ kid }) => kid)

const rowsOf = (value: unknown) =>
  Array.isArray(value) ? value.filter((row) => isObject(row)) : []

describe('what would have stayed unread', () => {
  it('with nothing changed is nothing: the attacker reads what the truth says', async () => {
    const { truth } = await replayStorm0558({ out: root, seed: SEED, scale: SCALE })
    const said = parseObject(readFileSync(truth, 'utf8'))
    const read =
      rowsOf(said?.['organisations']).reduce((sum, row) => sum + Number(row['messages']), 0) +
      rowsOf(said?.['accounts']).reduce((sum, row) => sum + Number(row['itemsWithoutMessageId']), 0)
    assert.deepEqual(of('none').messages, { read, unread: 0 })
    assert.deepEqual(of('none').reasons, {})
  })

  for (const [measure, reasons] of [
    ['rotation', ['ERR_JWKS_NO_MATCHING_KEY']],
    ['class-check', ['ERR_JWKS_NO_MATCHING_KEY']],
    ['guard', ['mutated', 'unissued']],
  ] as const)
    it(`with ${measure} is all, for the reason of that measure`, () => {
      const { tokens, messages, reasons: found } = of(measure)
      assert.deepEqual(messages, { read: 0, unread: of('none').messages.read })
      assert.equal(tokens.refused, tokens.shown)
      assert.deepEqual(new Set(Object.keys(found)), new Set(reasons))
    })

  it('depends on the age at which keys retire', async () => {
    const ages = [2600, 2620, 2700]
    const results = await Promise.all(
      ages.map((rotationDays) =>
        whatIf({ seed: SEED, scale: SCALE, measures: ['rotation'], rotationDays }),
      ),
    )
    const read = results.map(([result]) => result?.messages.read ?? -1)
    const most = of('none').messages.read
    assert.ok(0 < (read[0] ?? 0) && (read[0] ?? 0) < (read[1] ?? 0) && (read[1] ?? 0) < most)
    assert.equal(read[2], most)
  })

  it('is the same for one seed, and another for another', async () => {
    assert.deepEqual(await ask(SEED), [of('none')])
    assert.notDeepEqual(await ask(SEED + 1), [of('none')])
  })
})

describe('the keys of a front end', () => {
  const { leaked, jwks } = signingKeys(SEED)
  const [state] = new World(SEED, SCALE).organisations
  assert.ok(state !== undefined)
  const issuer = issuerOf(state)

  it('of 2023 are all that the set lists', () =>
    assert.equal(usedKeys(jwks.keys, issuer, { isClassChecked: false }).length, 4))

  it('with a class check are those of enterprises, the leaked one not among them', () => {
    const used = kidsOf(usedKeys(jwks.keys, issuer, { isClassChecked: true }))
    assert.equal(used.length, 2)
    assert.ok(!used.includes(leaked.published.kid))
  })

  it('with rotation still have the key until a day after its certificate ends', () => {
    const lists = (atMs: number) =>
      kidsOf(usedKeys(jwks.keys, issuer, { isClassChecked: false, rotation: { atMs } })).includes(
        leaked.published.kid,
      )
    const endMs = leaked.published.notAfterMs + 86_400_000
    assert.deepEqual([lists(endMs - 1000), lists(endMs)], [true, false])
  })

  it('do not stop a guard that has them all from taking a recorded token', async () => {
    const guard = new GuardOf2023([issuer], EXCHANGE.id, jwks.keys)
    const atMs = Date.UTC(2023, 4, 15)
    const id = { guid: namedGuid(1), uti: 'AAAAAAAAAAAAAAAAAAAAAA' }
    const use = { app: OWA, resource: EXCHANGE, session: '', ip: '', origin: 'none' } as const
    const token = { ...use, id, atMs, holder: namedGuid(2) }
    const shown = forgedToken(state, { token, genuine: undefined }, leaked)
    assert.equal(await guard.refusal(shown, atMs), 'unissued')
    guard.record(state, { ...token, holder: namedGuid(3) }, leaked.published.kid)
    assert.equal(await guard.refusal(shown, atMs), 'mutated')
    guard.record(state, token, leaked.published.kid)
    assert.equal(await guard.refusal(shown, atMs), undefined)
  })
})
