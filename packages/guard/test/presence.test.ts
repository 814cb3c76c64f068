import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LedgerAnswer } from '@mintmark/ledger/http'
import { type Followed, presenceOf } from '../src/verify/presence.ts'

const asked = {
  issuer: 'https://id.example.org',
  id: new Uint8Array(16),
  inputHash: new Uint8Array(32),
}

/** A follower that does not know the token: what the ledger says each time, and whether it can be read then. */
function followerOf(looks: readonly (readonly [LedgerAnswer, 'read' | 'not read'])[]): Followed {
  let look = -1
  let freshAtMs = Number.NEGATIVE_INFINITY
  const now = () => looks[Math.min(look, looks.length - 1)]
  return {
    find: () => 'unknown',
    ask: () => {
      look++
      return Promise.resolve(now()?.[0] ?? 'failed')
    },
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
    ['is absent from plain files that were read twice', [['no-answer', 'read']], 'absent'],
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
