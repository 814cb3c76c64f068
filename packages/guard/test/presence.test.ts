import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LedgerAnswer } from '@mintmark/ledger/http'
import { type Followed, presenceOf } from '../src/verify/presence.ts'

const asked = {
  issuer: 'https://id.example.org',
  id: new Uint8Array(16),
  inputHash: new Uint8Array(32),
  issuedAtMs: 1,
  isOver: false,
}

type Look = readonly [LedgerAnswer['state'], 'read' | 'not read', 'later token'?]

/** A follower that does not know the token: what the ledger says each time, and what can be read then. */
function followerOf(looks: readonly Look[]): Followed {
  let look = -1
  let freshAtMs = Number.NEGATIVE_INFINITY
  const now = () => looks[Math.min(look, looks.length - 1)]
  return {
    find: () => 'unknown',
    ask: () => {
      look++
      return Promise.resolve({ state: now()?.[0] ?? 'failed' })
    },
    hasRead: () => true,
    covers: () => now()?.[2] !== undefined,
    refresh: () => {
      if (now()?.[1] === 'read') freshAtMs = performance.now()
      return Promise.resolve()
    },
    get ageMs() {
      return performance.now() - freshAtMs
    },
  }
}

describe('a token that is not in the set', () => {
  const cases: readonly (readonly [string, Parameters<typeof followerOf>[0], string])[] = [
    ['is absent where the ledger says so and was read', [['unknown', 'read']], 'absent'],
    ['may be unpublished where plain files lack it', [['no-answer', 'read']], 'unpublished'],
    [
      'is absent where plain files lack it and have a later token',
      [
        ['no-answer', 'read'],
        ['no-answer', 'read', 'later token'],
      ],
      'absent',
    ],
    ['is absent by a later token, whoever is away', [['failed', 'read', 'later token']], 'absent'],
    [
      'is undecided by a later token of another time',
      [['no-answer', 'not read', 'later token']],
      'cannot-tell',
    ],
    [
      'is not absent where the ledger has acknowledged it',
      [
        ['recorded', 'read', 'later token'],
        ['failed', 'read'],
      ],
      'cannot-tell',
    ],
    // Whoever answers may want to hide a forgery.
    [
      'is absent by a later token, whatever is answered',
      [['recorded', 'read', 'later token']],
      'absent',
    ],
    [
      'is undecided where the files could be read once only',
      [
        ['no-answer', 'read'],
        ['no-answer', 'not read'],
      ],
      'cannot-tell',
    ],
    // Its files may be old: what it acknowledged last is published when it is back.
    ['is undecided by files alone while the ledger is away', [['failed', 'read']], 'cannot-tell'],
    ['is undecided by a ledger that cannot be read', [['unknown', 'not read']], 'cannot-tell'],
    [
      'is absent once the ledger is back and says so',
      [
        ['failed', 'not read'],
        ['unknown', 'read'],
      ],
      'absent',
    ],
  ]
  for (const [name, looks, state] of cases)
    it(name, async () => {
      assert.equal((await presenceOf(followerOf(looks), asked, 10)).state, state)
    })
})

describe('a token that the ledger may have forgotten', () => {
  const recorded = { shard: 'main/2026-12-01', size: 7 }
  /** A follower that has read that much of the shard when it is asked for the nth time. */
  function reading(sizes: readonly number[]): Followed {
    let read = 0
    let size = 0
    return {
      find: () => 'unknown',
      ask: () => Promise.resolve({ state: 'unknown', recorded: { ...recorded, size: 7 + read } }),
      hasRead: (_issuer, upTo) => size >= upTo.size,
      refresh: () => {
        size = sizes[Math.min(read++, sizes.length - 1)] ?? 0
        return Promise.resolve()
      },
      covers: () => false,
      ageMs: -1,
    }
  }
  const over = { ...asked, isOver: true }

  it('is not absent while what was recorded with it is unpublished', async () => {
    assert.equal((await presenceOf(reading([6]), over, 1)).state, 'cannot-tell')
  })

  it('is absent once all of it was read, however fast the ledger grows', async () => {
    assert.equal((await presenceOf(reading([6, 6, 8]), over, 1)).state, 'absent')
  })

  it('is absent at once where it may still live: the ledger knows those', async () => {
    assert.equal((await presenceOf(reading([6]), asked, 1)).state, 'absent')
  })
})
