/** What a case comes to: the outcome, its counts, and its words. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { percentUp } from '@mintmark/core'
import * as fc from 'fast-check'
import { type Conclusion, statusOf } from '../../src/answer/conclusion.ts'
import {
  baseRateText,
  comparisonText,
  conclusionText,
  dumpsText,
  ignoranceText,
  rateText,
} from '../../src/answer/conclusion_text.ts'
import type { PointedCounts } from '../../src/scope/pointed_counts.ts'

const NONE: PointedCounts = {
  accesses: 0,
  unissued: 0,
  mismatched: 0,
  tokens: 0,
  sessions: 0,
  hunts: 0,
  huntHits: 0,
  mailboxes: 0,
  first: null,
  last: null,
  firstAccess: null,
  lastAccess: null,
}
const ONE: PointedCounts = { ...NONE, accesses: 3, unissued: 3, tokens: 1 }
const HIT: PointedCounts = { ...NONE, hunts: 1, huntHits: 2 }
const JUDGED = {
  accesses: 10,
  of: 10,
  issued: 10,
  sessionOnly: 0,
  undetermined: 0,
  leads: 0,
  first: null,
  last: null,
}

const BY = { ...NONE, by: [] }
const MARKED: Conclusion['marked'] = {
  established: BY,
  leads: BY,
  attackers: { accesses: 0, by: [] },
}
const OURS: Conclusion['marked'] = { ...MARKED, established: { ...ONE, by: ['ann'] } }
const OUR_LEADS: Conclusion['marked'] = { ...MARKED, leads: { ...HIT, by: ['ann', 'bob', 'cy'] } }
const THEIRS: Conclusion['marked'] = { ...MARKED, attackers: { accesses: 1, by: ['ann'] } }

interface Given {
  readonly established?: PointedCounts
  readonly keys?: number | null
  readonly leads?: PointedCounts
  readonly marked?: Conclusion['marked']
  readonly judged?: Partial<Conclusion['judged']>
  readonly losses?: number
}

const LONGEST = { from: '2025-03-14T08:10:00.000Z', to: '2025-03-14T17:58:00.000Z' }

const of = ({
  established = NONE,
  keys = null,
  leads = NONE,
  marked = MARKED,
  judged = {},
  losses = 0,
}: Given) => ({
  established: { ...established, keys },
  leads,
  marked,
  judged: { ...JUDGED, ...judged },
  unread: { files: 0, records: 0, losses, longest: losses === 0 ? null : LONGEST },
})

const whole = (given: Given): Conclusion => {
  const grounds = of(given)
  return {
    ...grounds,
    status: statusOf(grounds),
    comparable: { issued: 0, of: 0, basis: 'none', unit: 'accesses' },
    dumps: { state: 'no-dump', files: 0, searched: 0, keys: null },
    unanswered: [],
    wouldSettle: [
      { code: 'no-issuance-log', text: 'No sign-in log', settledBy: 'The sign-in log' },
    ],
  }
}

describe('the outcome of a case', () => {
  const cases: readonly (readonly [string, Given, Conclusion['status']])[] = [
    ['a token that is established', { established: ONE }, 'found'],
    ['a hit of an established hunt', { established: HIT }, 'found'],
    ['a private key', { keys: 1 }, 'found'],
    ['something established beside leads', { established: ONE, leads: HIT }, 'found'],
    ['a token that is a lead', { leads: ONE }, 'lead'],
    ['a hit of a lead', { leads: HIT }, 'lead'],
    ['an established token that is marked as legitimate', { marked: OURS }, 'lead'],
    ["accesses that are marked as the attacker's", { marked: THEIRS }, 'lead'],
    ['leads that are marked as legitimate', { marked: OUR_LEADS }, 'nothing-found'],
    ['everything issued', {}, 'nothing-found'],
    ['everything issued, and no key where it was searched', { keys: 0 }, 'nothing-found'],
    ['all but one decided', { judged: { accesses: 9, issued: 9, undetermined: 1 } }, 'cannot-tell'],

    ['everything issued in a log that lacks some hours', { losses: 1 }, 'cannot-tell'],
    ['something established in such a log', { established: ONE, losses: 1 }, 'found'],
    ['sessions alone', { judged: { accesses: 0, issued: 0, sessionOnly: 10 } }, 'cannot-tell'],
    ['nothing decided', { judged: { accesses: 0, issued: 0, undetermined: 10 } }, 'cannot-tell'],
    ['no access at all', { judged: { accesses: 0, of: 0, issued: 0 } }, 'cannot-tell'],
  ]
  for (const [name, given, status] of cases)
    it(`with ${name} is ${status}`, () => assert.equal(statusOf(of(given)), status))
})

const HEADLINES: readonly (readonly [string, Given, RegExp])[] = [
  [
    'of tokens',
    { established: ONE },
    /^FORGED TOKENS USED\. 1 token that no identity provider issued to their user\. 3 accesses used one that nobody issued\.$/,
  ],
  [
    'of a log that lacks some hours',
    { losses: 2 },
    /^CANNOT TELL\. All 10 accesses that the logs have used an issued token, but accesses of 2025-03-14 08:10 UTC to 2025-03-14 17:58 UTC may be missing \(2 losses in all\)\.$/,
  ],
  ['of a key', { keys: 2 }, /^PRIVATE KEY FOUND\. 2 private keys in memory dumps\.$/],
  [
    'of leads',
    { leads: ONE },
    /^LEADS ONLY\. 3 accesses \(1 token\) that no record explains\. Ordinary causes remain; this accuses nobody\.$/,
  ],
  [
    'of an established token that is marked as legitimate',
    { marked: OURS, judged: { issued: 7 } },
    /^LEADS ONLY\. 3 accesses with tokens that nobody issued are marked legitimate by ann\.$/,
  ],
  [
    'of an established token beside another that is marked',
    { established: ONE, marked: OURS },
    /^FORGED TOKENS USED\. .* 3 accesses with tokens that nobody issued are marked legitimate by ann\.$/,
  ],
  [
    'of leads that are marked as legitimate',
    { marked: OUR_LEADS, judged: { issued: 8 } },
    /^NOTHING FOUND\. 2 accesses that 1 hunt points at are marked legitimate by ann, bob and 1 more\. The other 8 accesses used an issued token, and no other hunt hit\.$/,
  ],
  [
    "of accesses that are marked as the attacker's",
    { marked: THEIRS },
    /^LEADS ONLY\. 1 access of no established verdict is marked as the attacker's by ann\.$/,
  ],
  ['of nothing', {}, /^NOTHING FOUND\. All 10 accesses used an issued token, and no hunt hit\.$/],
  [
    'of a part that has verdicts',
    { judged: { accesses: 8, issued: 8, undetermined: 2 } },
    /^CANNOT TELL\. Only 8 of 10 accesses could be judged, and nothing points at those\.$/,
  ],
  [
    'of accesses without a verdict',
    { judged: { accesses: 0, issued: 0, undetermined: 10 } },
    /^CANNOT TELL\. None of 10 accesses could be judged\.$/,
  ],
  [
    'of no access',
    { judged: { accesses: 0, of: 0, issued: 0 } },
    /^CANNOT TELL\. No record of an access was read/,
  ],
]

describe('the headline', () => {
  for (const [name, given, wanted] of HEADLINES)
    it(`${name} begins with its outcome and says how much`, () =>
      assert.match(conclusionText(whole(given)).headline, wanted))

  it('names the missing log that would settle it first', () => {
    assert.equal(
      conclusionText(whole({ leads: ONE })).settles,
      'No sign-in log. Settled first by: The sign-in log.',
    )
  })
})

describe('the share of accesses with a verdict', () => {
  for (const [judged, brief, text] of [
    [{}, 'all 10 accesses judged', 'Judged: 100 % (10 of 10) of all accesses.'],
    [
      { accesses: 4, leads: 6 },
      'judged: 4 of 10 accesses (40.0 %); leads: 6',
      'Judged: 40.0 % (4 of 10) of all accesses. Leads: 6.',
    ],
    [
      { accesses: 4, leads: 3, undetermined: 1, sessionOnly: 2 },
      'not judged: 1 of 10 accesses (10.0 %); by session alone: 2',
      'Judged: 40.0 % (4 of 10) of all accesses. Cannot be determined: 10.0 % (1 of 10). Known by their session alone: 2. Leads: 3.',
    ],
    [
      { accesses: 8, sessionOnly: 2 },
      'judged: 8 of 10 accesses (80.0 %); by session alone: 2',
      'Judged: 80.0 % (8 of 10) of all accesses. Known by their session alone: 2.',
    ],
  ] as const)
    it(`counts neither leads nor known sessions: ${text}`, () => {
      const said = conclusionText(whole({ judged }))
      assert.deepEqual([said.brief.judged, said.judged], [brief, text])
    })
})

/** The share that a text begins with. */
const shown = (text: string) => Number(text.split(' ')[0])

describe('a rate', () => {
  it('is printed with its numbers, and never divides by zero', () => {
    assert.equal(rateText({ issued: 22_561, of: 22_593 }), '99.8 % (22,561 of 22,593)')
    assert.equal(rateText({ issued: 0, of: 0 }), 'nothing to compare with')
    assert.equal(baseRateText(null), 'nothing to compare with')
    assert.match(baseRateText({ issued: 9, of: 9, basis: 'same-principals' }), /same principals$/)
  })

  it('of a context that only the attacker uses names what it is compared with', () => {
    const text = comparisonText({ issued: 9, of: 10, basis: 'same-principals', unit: 'accesses' })
    assert.match(text, /^Nobody else uses this context\. Of the same principals' other accesses/)
  })

  it('rounds the share of unknowns up, and the share of issued accesses down', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 100_000 }), (some, more) => {
        const all = some + more
        assert.ok(shown(rateText({ issued: some, of: all })) <= (100 * some) / all + 1e-9)
        assert.ok(shown(ignoranceText(some, all)) >= (100 * some) / all - 1e-9)
        assert.ok(some === 0 || percentUp(some / all) !== '0.0 %')
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
    )
  })
})

describe('private keys in dumps', () => {
  it('have no count where no dump was searched', () => {
    const no = dumpsText({ state: 'no-dump', files: 0, searched: 0, keys: null })
    const none = dumpsText({ state: 'not-searched', files: 2, searched: 0, keys: null })
    assert.deepEqual(
      [no, none],
      ['not searched: no memory dump in the evidence', 'not searched: 2 memory dumps'],
    )
  })

  it('are counted with the number of searched dumps', () => {
    assert.equal(
      dumpsText({ state: 'searched', files: 2, searched: 2, keys: 0 }),
      '0 private keys in 2 memory dumps',
    )
    assert.match(
      dumpsText({ state: 'partly-searched', files: 2, searched: 1, keys: 0 }),
      /in 1 of 2 memory dumps; the others were not searched/,
    )
  })
})
