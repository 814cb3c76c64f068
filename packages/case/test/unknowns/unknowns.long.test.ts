import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { withSelected } from '../../src/scope/select.ts'
import { unknownsOfLogs } from '../../src/unknowns/from_logs.ts'
import { unknownsOfScope, unknownsOfTimeline } from '../../src/unknowns/from_scope.ts'
import type { Unknown } from '../../src/unknowns/wording.ts'
import {
  access,
  bind,
  fill,
  guid,
  issuance,
  judgedAs,
  type OpenWorld,
  openWorld,
  type Row,
  undetermined,
  unissued,
  type World,
} from '../world.ts'
import { answers, band, SCOPE, TIMELINE } from './unknowns_answers.ts'
import { unknownsOf } from './unknowns_of.ts'

const ANN = 'ann@example.org'
const BOB = 'bob@example.org'
const T1 = { token_id: guid(1), ip: '192.0.2.1', throttled: 0 }
const forged = (fields: Row = {}) => bind(ANN, 10, ['<1@example.org>'], { ...T1, ...fields })
const NO_ITEMS = {
  item_message_id: [],
  item_id: [],
  item_bytes: [],
  item_folder: [],
  item_subject: [],
}
const stated = (code: string): World => ({
  statement: [{ evidence_id: 1, line: 1, code, text: 'x' }],
  evidence: [{ evidence_id: 1, path: 'export.csv' }],
})
const laterLog = access(500, { tenant: 'tenant-a', token_id: guid(8) })

/** Each code, the smallest world that has it, and a neighbour that has not. */
interface Case {
  readonly code: string
  readonly world: World
  readonly without: World
  readonly says?: RegExp
}

const pointed = (row: Row, more: World = {}): World => ({
  ...more,
  access: [row, ...(more.access ?? [])],
  verdicts: new Map([...unissued(row), ...(more.verdicts ?? [])]),
})
const open = bind(ANN, 11, ['<2@example.org>'], { ip: '192.0.2.1' })

const OFFSET: Row = {
  side: 'issuance',
  tenant: 'tenant-a',
  log: 'entra-signin interactive',
  evidence_id: 1,
  ahead_ms: 7_200_000,
  tokens: 9,
  of: 10,
}
/** Ids of small letters and digits alone, in the order of bytes in which logs spell them. */
const lowered = (at: number): string => {
  const bytes = Buffer.from(`${String(at).padStart(21, 'a7x')}A==`, 'base64').toString('hex')
  const of = (...places: readonly number[]) =>
    places.map((place) => bytes.slice(2 * place, 2 * place + 2)).join('')
  return [of(3, 2, 1, 0), of(5, 4), of(7, 6), of(8, 9), of(10, 11, 12, 13, 14, 15)].join('-')
}
const withTokens = (idOf: (at: number) => string): Row[] =>
  Array.from({ length: 10 }, (_, at) =>
    bind(ANN, 20 + at, [`<${at}@x.example.org>`], { token_id: idOf(at), token_state: 'present' }),
  )

const logs: readonly Case[] = [
  {
    code: 'clock-offset',
    world: pointed(forged(), { clock_offset: [OFFSET] }),
    without: pointed(forged()),
    says: /is 120 minutes ahead in 9 of 10 tokens/,
  },
  {
    code: 'token-ids-in-lower-case',
    world: pointed(forged(), { access: withTokens((at) => lowered(at)) }),
    without: pointed(forged(), { access: withTokens((at) => guid(0xc0ffee00 + at * 7919)) }),
    says: /10 of 11/,
  },
  {
    code: 'throttling-not-reported',
    world: pointed(forged({ throttled: -1 })),
    without: pointed(forged()),
  },
  {
    code: 'item-sizes-missing',
    world: pointed(forged({ item_bytes: [0] })),
    without: pointed(forged()),
  },
  {
    code: 'mailbox-not-named',
    world: pointed(forged({ mailbox: '' })),
    without: pointed(forged()),
  },
  {
    code: 'searches',
    world: pointed(forged({ operation: 'SearchQueryInitiatedExchange', ...NO_ITEMS })),
    without: pointed(forged()),
  },
  {
    code: 'mail-exports',
    world: pointed(access(1, { ...T1, operation: 'New-MailboxExportRequest' })),
    without: pointed(forged()),
  },
  {
    code: 'forwarding',
    world: pointed(
      access(1, { ...T1, operation: 'Set-Mailbox', detail: '{"ForwardingSmtpAddress":"x"}' }),
    ),
    without: pointed(forged()),
  },
  {
    code: 'forwarding',
    world: pointed(access(1, { ...T1, operation: 'New-InboxRule' })),
    without: pointed(access(1, { ...T1, operation: 'Set-Mailbox', detail: '{"Language":"x"}' })),
  },
  {
    code: 'tenant-without-mailbox-auditing',
    world: { access: [access(1)], issuance: [issuance(1, ANN), issuance(1, BOB)] },
    without: {
      access: [access(1, { operation: 'MailItemsAccessed' })],
      issuance: [issuance(1, ANN)],
    },
    says: /mail of 2 users/,
  },
  {
    code: 'no-access-log',
    world: { issuance: [issuance(1, ANN)] },
    without: { access: [access(1)], issuance: [issuance(1, ANN)] },
    says: /beside 1 sign-in:/,
  },
  {
    code: 'no-issuance-log',
    world: { access: [access(1)] },
    without: { access: [access(1)], issuance: [issuance(1, ANN)] },
  },
  {
    code: 'non-interactive-not-supplied',
    world: { issuance: [issuance(1, ANN)] },
    without: { issuance: [issuance(1, ANN), issuance(1, ANN, { category: 'non-interactive' })] },
  },
  {
    code: 'sign-in-category-not-reported',
    world: {
      issuance: [
        issuance(1, ANN, { category: 'interactive-or-not' }),
        issuance(1, ANN, { category: 'non-interactive' }),
      ],
    },
    without: {
      issuance: [
        issuance(1, ANN, { category: 'interactive-or-not' }),
        issuance(1, ANN, { category: 'non-interactive' }),
        issuance(1, ANN),
      ],
    },
    says: /^1 sign-in of users/,
  },
  {
    code: 'undetermined-no-token-id',
    world: { access: [open], verdicts: new Map(undetermined(open)) },
    without: { access: [open] },
    says: /^1 access/,
  },
  {
    code: 'undetermined-first-party-app-only',
    world: {
      access: [open],
      verdicts: new Map(judgedAs('undetermined', 'first-party-app-only', [open])),
    },
    without: { access: [open], verdicts: new Map(undetermined(open)) },
  },
  {
    code: 'session-only',
    world: { access: [open], verdicts: new Map(judgedAs('session-only', 'session-known', [open])) },
    without: { access: [open] },
  },
  {
    code: 'shared-addresses',
    world: pointed(forged(), { issuance: [issuance(1, BOB, { ip: '192.0.2.1' })] }),
    without: pointed(forged(), { issuance: [issuance(1, BOB, { ip: '198.51.100.1' })] }),
  },
  ...[
    'extractor-gap',
    'row-cap',
    'result-count-short',
    'next-link',
    'ends-early',
    'audit-data-truncated',
    'portal-grouped',
    'date-order-unproven',
    'fields-not-carried',
  ].map(
    (code): Case => ({ code, world: stated(code), without: {}, says: /^1 file \(export\.csv\)/ }),
  ),
  {
    code: 'rejected',
    world: { reject: [{ evidence_id: 1, line: 3, kind: 'row', reason: 'x' }] },
    without: {},
  },
  {
    code: 'late-arrival',
    world: pointed(forged()),
    without: pointed(forged(), { access: [laterLog] }),
  },
]

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** Unknowns of the logs, in a case that holds `given`. */
async function logUnknowns(given: World): Promise<Unknown[]> {
  await fill(world.session, given)
  return withSelected(world.session, {}, (selected) => unknownsOfLogs(world.session, selected))
}

describe('unknowns of scope and timeline', () => {
  for (const { code, scope = {}, timeline = {}, says } of answers) {
    it(`${code}, which says ${says.source}`, () => {
      const found = [
        ...unknownsOfTimeline({ ...TIMELINE, ...timeline }),
        ...unknownsOfScope({ ...SCOPE, ...scope }),
      ]
      assert.deepEqual(
        found.map((one) => one.code),
        [code],
      )
      assert.match(found[0]?.text ?? '', says)
      assert.notEqual(found[0]?.settledBy, '')
    })
  }

  it('is nothing where all is known', () => {
    assert.deepEqual([...unknownsOfTimeline(TIMELINE), ...unknownsOfScope(SCOPE)], [])
  })

  it('has no silence of a log that is thin anyhow', () => {
    const thin = { ...TIMELINE, coverage: [{ ...band, hours: 20 }] }
    assert.deepEqual(unknownsOfTimeline(thin), [])
  })

  it('leave out gaps outside of the time of the accesses', () => {
    const early = { ...TIMELINE, first: '2023-06-10T00:00:00.000Z', coverage: [band] }
    assert.deepEqual(unknownsOfTimeline(early), [])
  })
})

describe('unknowns of the logs', () => {
  for (const { code, world: given, without, says = /./ } of logs) {
    it(`${code}, where it applies and nowhere else`, async () => {
      const found = (await logUnknowns(given)).filter((one) => one.code === code)
      assert.equal(found.length, 1)
      assert.match(found[0]?.text ?? '', says)
      assert.notEqual(found[0]?.settledBy, '')
      const other = await logUnknowns(without)
      assert.deepEqual(
        other.filter((one) => one.code === code),
        [],
      )
    })
  }
})

const DOCS = readFileSync(new URL('../../../../docs/unknowns.md', import.meta.url), 'utf8')
/** Codes in their order. */
const headings = [...DOCS.matchAll(/^### `([\w-]+)`/gmu)].map(([, code = '']) => code)

describe('unknowns', () => {
  it('are one in an empty case: there is no record of an access', async () => {
    await fill(world.session, {})
    const codes = (await unknownsOf(world.session)).map(({ code }) => code)
    assert.deepEqual(codes, ['no-access-log'])
  })

  it('come in the order of docs/unknowns.md, each time the same', async () => {
    await fill(world.session, pointed(forged({ throttled: -1 }), stated('row-cap')))
    const once = await unknownsOf(world.session)
    assert.deepEqual(await unknownsOf(world.session), once)
    const ranks = once.map((one) => headings.indexOf(one.code))
    assert.ok(ranks.length > 5)
    assert.deepEqual(
      ranks.toSorted((a, b) => a - b),
      ranks,
    )
  })
})

/** Seen in `dump_keys.long.test.ts`. */
const OF_DUMPS = new Set([
  'dump-not-scanned',
  'dump-scan-cut',
  'key-holders-unknown',
  'key-use-unknown',
])

it('docs/unknowns.md has a heading for each code that a test has seen, and none besides', () => {
  const seen = [...answers, ...logs].map(({ code }) =>
    code.replace(/^undetermined-.*$/u, 'undetermined-'),
  )
  assert.deepEqual(new Set([...seen, ...OF_DUMPS]), new Set(headings))
})
