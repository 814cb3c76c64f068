/** What the access log lost while the attacker was active, and what that does to the bounds. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Scope, scope } from '../../src/scope/scope.ts'
import { withSelected } from '../../src/scope/select.ts'
import type { Selection } from '../../src/scope/selection.ts'
import { timeline } from '../../src/scope/timeline.ts'
import { NO_ID } from '../../src/store/sql.ts'
import { buildLosses } from '../../src/verdicts/losses/losses.ts'
import { MONDAY_MS, officeTimes } from '../office.ts'
import {
  bind,
  fill,
  guid,
  hour,
  issuance,
  judgedAs,
  type OpenWorld,
  openWorld,
  type Row,
  type World,
} from '../world.ts'
import { ANN, accounts, BOB, counted, EVE, entry, messages, T1, theirs } from './scope_world.ts'

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

async function scopeOf(given: World, selection: Selection = {}): Promise<Scope> {
  await fill(world.session, given)
  return scope(world.session, selection)
}

const forged = (at: number, mailbox = ANN, fields: Row = {}) =>
  bind(mailbox, at, [`<${mailbox} ${at}>`], { ...T1, ...fields })
const loss = (from: number, to: number, fields: Row = {}): Row => ({
  side: 'access',
  source: 'ual',
  category: 'Exchange',
  tenant: 'tenant-a',
  code: 'hole',
  from_at: hour(from),
  to_at: hour(to),
  ...fields,
})
const reasons = ({ unbounded }: Scope) => unbounded.map((one) => `${one.mailbox} ${one.because}`)

const both = [forged(0), forged(100)]
const inWords = (found: Scope) => [...messages(found), found.messages.because]

describe('a loss of the access log', () => {
  for (const [name, lost, because] of [
    ['a hole', loss(50, 51), '1 silence in the access log'],
    [
      'a file that could not be read',
      loss(0, 0, {
        source: '',
        category: '',
        tenant: '',
        code: 'unread-file',
        to_at: hour(9000),
      }),
      '1 unread file that may hold accesses',
    ],
    [
      'a stated gap',
      loss(50, 50.1, { code: 'extractor-gap', category: '' }),
      '1 silence in the access log',
    ],
    [
      'a rejected row',
      loss(50, 51, { code: 'rejected-rows', records: 1 }),
      'records of the access log lost at 1 time',
    ],
    ['a cap', loss(50, 51, { code: 'row-cap' }), '1 export of the access log cut off'],
    ['a day after the last access', loss(127, 128), '1 silence in the access log'],
    [
      'a loss of nobody knows whom',
      loss(50, 51, { tenant: '', source: '', category: '' }),
      '1 silence in the access log',
    ],
  ] as const)
    it(`opens the upper bound: ${name}`, async () => {
      const found = await scopeOf(theirs(both, { loss: [lost] }))
      assert.deepEqual(inWords(found), [2, null, because])
      assert.equal(found.unbounded.length, 1)
    })

  for (const [name, lost] of [
    ['before they could be active', loss(-30, -28)],
    ['after that', loss(128, 130)],
    ['of another tenant', loss(50, 51, { tenant: 'tenant-b' })],
    ['of files', loss(50, 51, { category: 'SharePoint' })],
    ['of the directory', loss(50, 51, { source: 'entra-audit', category: '' })],
    ['of issuances', loss(50, 51, { side: 'issuance' })],
  ] as const)
    it(`opens nothing: ${name}`, async () => {
      assert.deepEqual(messages(await scopeOf(theirs(both, { loss: [lost] }))), [2, 2])
    })
})

describe('a loss of the access log where nothing points at anybody', () => {
  it('is named, of any log and time', async () => {
    const files = loss(50, 51, { category: 'SharePoint' })
    const found = await scopeOf({ access: [forged(0)], loss: [files] })
    assert.equal(found.access_log_losses.length, 1)
    assert.equal(found.messages.upper, null)
    const named = await scopeOf({ access: [forged(0)], loss: [files] }, { mailboxes: [EVE] })
    assert.deepEqual(named.access_log_losses, [])
  })
})

describe('a loss of the access log, as to mailboxes,', () => {
  it('names a mailbox once for a reason, however many times were lost', async () => {
    const found = await scopeOf(theirs(both, { loss: [loss(50, 51), loss(60, 61)] }))
    assert.deepEqual(inWords(found), [2, null, '2 silences in the access log'])
    assert.deepEqual(reasons(found), [`${ANN} access-log-hole`])
  })

  it('opens nothing outside of the time that was asked about', async () => {
    const selection = { fromMs: Date.UTC(2023, 5, 1), toMs: Date.UTC(2023, 5, 2) }
    const given = theirs(both, { loss: [loss(50, 51)] })
    assert.deepEqual(messages(await scopeOf(given, selection)), [1, 1])
  })

  it('opens the mailboxes of its own tenant, as far as that was active', async () => {
    const other = forged(300, BOB, { tenant: 'tenant-b' })
    const losses = [loss(300, 301), loss(100, 101, { tenant: 'tenant-b' })]
    assert.deepEqual(messages(await scopeOf(theirs([...both, other], { loss: losses }))), [3, 3])
    const found = await scopeOf(theirs([...both, other], { loss: [loss(90, 91)] }))
    assert.deepEqual(reasons(found), [`${ANN} access-log-hole`])
  })

  it('leaves a counted mailbox bounded, and its group, its organisation and the whole open', async () => {
    const given = theirs(both, {
      loss: [loss(50, 51)],
      inventory: [counted(ANN, 'F', '\\Inbox', 40)],
      directory: [entry(ANN, 'Office', ['Policy'])],
    })
    const found = await scopeOf(given)
    assert.deepEqual(found.accounts[0]?.messages, { lower: 2, upper: 42 })
    assert.deepEqual(found.unbounded, [])
    const open = [found.messages, found.groups[0]?.messages, found.organisation_list[0]?.messages]
    assert.deepEqual(
      open.map((one) => one?.upper),
      [null, null, null],
    )
    assert.equal(found.access_log_losses.length, 1)
  })

  it('leaves the total bounded where all selected mailboxes are counted', async () => {
    const given = theirs(both, {
      loss: [loss(50, 51)],
      inventory: [counted(ANN, 'F', '\\Inbox', 40)],
    })
    assert.deepEqual(messages(await scopeOf(given, { mailboxes: [ANN] })), [2, 42])
  })
})

const CUT = { detail: '{"truncated":true,"operationCount":"900"}' }
const STATED = {
  statement: [{ evidence_id: 1, line: 1, code: 'audit-data-truncated', text: 'x' }],
}
/** A record that has no verdict, beside one of the attacker. */
const beside = (record: Row) =>
  theirs([forged(0)], {
    ...STATED,
    access: [record],
    verdicts: new Map(judgedAs('undetermined', 'no-token-id', [record])),
  })

describe('a record that was cut', () => {
  it('of the attacker counts the items before the cut, and leaves the upper bound open', async () => {
    const found = await scopeOf(theirs([forged(0), forged(1, ANN, CUT)], STATED))
    assert.deepEqual(found.messages, { lower: 2, upper: null, because: '1 record cut short' })
    assert.deepEqual(reasons(found), [`${ANN} record-cut`])
    assert.deepEqual(found.cut_records, { records: 1, items: 900 })
  })

  it('without a verdict leaves its own mailbox unbounded while the attacker is active', async () => {
    const mine = bind(BOB, 5, [], { ...CUT, token_id: NO_ID, ip: '' })
    assert.deepEqual(reasons(await scopeOf(beside(mine))), [`${BOB} record-cut`])
    assert.deepEqual(reasons(await scopeOf(beside({ ...mine, at: hour(40) }))), [])
  })
})

const lead = forged(5, BOB)
const asLead = async (given: World, selection: Selection = {}) => {
  await fill(world.session, given)
  await world.session.command(
    `ALTER TABLE verdict UPDATE strength = 'lead' WHERE record_id = '${String(lead['record_id'])}' SETTINGS mutations_sync = 2`,
  )
  return scope(world.session, selection)
}

describe('leads', () => {
  it('are in the upper bound, and never in the lower', async () => {
    const found = await asLead(theirs([forged(0), lead]))
    assert.deepEqual(messages(found), [1, 2])
    assert.equal(found.accesses, 1)
    assert.equal(found.ambiguous.mailboxes, 1)
  })

  it('of hunts are in the upper bound too, though their tokens were issued', async () => {
    const copied = bind(BOB, 5, ['<copied@example.org>'], { ip: '198.51.100.9' })
    await fill(world.session, { access: [copied], hits: new Map([[copied, 'replayed']]) })
    await world.session.command(
      "ALTER TABLE hunt_hit UPDATE strength = 'lead' WHERE 1 SETTINGS mutations_sync = 2",
    )
    const found = await scope(world.session, {})
    assert.deepEqual(messages(found), [0, 1])
    assert.deepEqual([found.accesses, found.ambiguous.accesses], [0, 1])
  })

  it('that are selected count as selected accesses', async () => {
    const found = await asLead(theirs([forged(0), lead]), { mailboxes: [BOB] })
    assert.deepEqual(messages(found), [1, 1])
    assert.equal(found.classes[0]?.name, 'named')
  })
})

it('to a mailbox in scope counts whenever it was, where no log could show its token', async () => {
  const later = forged(300, BOB, { token_id: guid(9), ip: '198.51.100.9' })
  for (const [reason, most] of [
    ['portal-grouped', 2],
    ['no-token-id', 1],
  ] as const) {
    const verdicts = new Map(judgedAs('undetermined', reason, [later]))
    const found = await scopeOf(theirs([forged(5, BOB)], { access: [later], verdicts }))
    assert.deepEqual(messages(found), [1, most])
  }
})

describe('leads alone', () => {
  it('bound their mailboxes from above', async () => {
    const found = await asLead(theirs([lead]))
    assert.deepEqual(messages(found), [0, 1])
    assert.deepEqual([found.accesses, found.ambiguous.accesses], [0, 1])
    const lost = await asLead(theirs([lead], { loss: [loss(6, 7)] }))
    assert.deepEqual(lost.messages, {
      lower: 0,
      upper: null,
      because: '1 silence in the access log',
    })
  })

  it('do not say when somebody was active: what no log could show counts, whenever', async () => {
    const later = forged(300, EVE)
    const given = theirs([lead], {
      access: [later],
      verdicts: new Map(judgedAs('undetermined', 'category-not-supplied', [later])),
    })
    assert.deepEqual(messages(await asLead(given)), [0, 2])
    const lost = await asLead(theirs([lead], { loss: [loss(400, 401)] }))
    assert.equal(lost.messages.upper, null)
  })

  it('bring in mailboxes whose log is not whole, and there all that is open counts', async () => {
    const other = { token_id: guid(9), ip: '198.51.100.9' }
    const early = forged(7, EVE, other)
    const [missing, known] = [forged(6, EVE, other), forged(8, ANN, other)]
    const given = {
      access: [missing, early, known],
      verdicts: new Map([
        ...judgedAs('undetermined', 'category-not-supplied', [missing]),
        ...judgedAs('undetermined', 'before-issuance-window', [early, known]),
      ]),
    }
    const found = await asLead(theirs([lead], given))
    assert.deepEqual(accounts(found), [`${BOB} 0 1`, `${EVE} 0 2`])
    // The one to Ann is in no number, and nobody is known.
    assert.deepEqual([found.not_judged, ...messages(found)], [1, 0, null])
    const established = await scopeOf(theirs([forged(5, BOB)], given))
    assert.deepEqual(accounts(established), [`${BOB} 1 1`, `${EVE} 0 2`])
    assert.deepEqual([established.not_judged, ...messages(established)], [1, 1, 3])
  })

  it('name no address of the attacker: the owner’s own clears nothing', async () => {
    const home = { ip: '198.51.100.9' }
    const later = forged(20, BOB, { ...home, token_id: guid(9) })
    const given = {
      access: [later],
      issuance: [issuance(0, BOB, home)],
      verdicts: new Map(judgedAs('undetermined', 'category-not-supplied', [later])),
    }
    assert.deepEqual(messages(await asLead(theirs([lead], given))), [0, 2])
    // An attacker who is known does: then it is the owner's.
    assert.deepEqual(messages(await scopeOf(theirs([forged(19, BOB)], given))), [1, 1])
  })

  it('have no first and last access, and a time before which nothing is excluded', async () => {
    await asLead(theirs([lead], { issuance: [issuance(0, BOB)] }))
    const { first, last, cannotExcludeBefore } = await withSelected(world.session, {}, (selected) =>
      timeline(world.session, selected),
    )
    assert.deepEqual([first, last], [null, null])
    assert.equal(cannotExcludeBefore?.at, '2023-06-01T05:00:00.000Z')
  })
})

/** An office of sixty for four weeks, in whose log somebody reads a message of Eve's each half hour of two weeks. */
const OFFICE = officeTimes({ seed: 5, people: 60, weeks: 4, weekend: 0.05 }).map((ms, i) =>
  bind(`user${i % 60}@example.org`, (ms - Date.UTC(2023, 5, 1)) / 3_600_000, [], {
    evidence_id: 1,
    ip: '198.51.100.1',
    item_message_id: [`<own ${i}>`],
    item_id: [''],
  }),
)
const READS = Array.from({ length: 336 }, (_, n) => {
  const at = (MONDAY_MS - Date.UTC(2023, 5, 1)) / 3_600_000 + 168 + n
  return forged(at, EVE, { evidence_id: 1 })
})
const timeOf = (row: Row) => Date.parse(`${String(row['at']).replace(' ', 'T')}Z`)
const LOG = [...OFFICE, ...READS]
  .toSorted((a, b) => timeOf(a) - timeOf(b))
  .map((row, i): Row => Object.assign({}, row, { line: i + 1 }))
const timeAt = (ms: number) => hour((ms - Date.UTC(2023, 5, 1)) / 3_600_000)
const isRead = (row: Row) => row['mailbox'] === EVE
const FILE: Row = {
  evidence_id: 1,
  path: '/logs/ual.csv',
  shape: 'ual-purview-csv',
  first: LOG[0]?.['at'] ?? '',
  last: LOG.at(-1)?.['at'] ?? '',
}

/** The bounds of what is left of the log. */
async function boundsWithout(
  isLost: (row: Row) => boolean,
  more: World = {},
): Promise<readonly [lower: number, upper: number | null]> {
  const present = LOG.filter((row) => !isLost(row))
  const reads = present.filter(isRead)
  const verdicts = new Map(judgedAs('unissued', 'never-issued', reads))
  await fill(world.session, { access: present, evidence: [FILE], verdicts, ...more })
  await buildLosses(world.session)
  const { lower, upper } = (await scope(world.session, {})).messages
  return [lower, upper]
}

/** Each run makes a case of some 15,000 records. */
const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 200) / 100)

describe('an access log that lost something', () => {
  it('has exact bounds while it has lost nothing', async () => {
    assert.deepEqual(await boundsWithout(() => false), [READS.length, READS.length])
  })

  it('bounds nothing without three of its working hours', async () => {
    const from = MONDAY_MS + 9 * 86_400_000 + 9 * 3_600_000
    const isLost = (row: Row) => timeOf(row) >= from && timeOf(row) < from + 3 * 3_600_000
    const [lower, upper] = await boundsWithout(isLost)
    assert.deepEqual([lower < READS.length, upper], [true, null])
  })

  it('bounds nothing where the extractor says that it lost six minutes', async () => {
    const from = MONDAY_MS + 9 * 86_400_000 + 9 * 3_600_000
    const isLost = (row: Row) => timeOf(row) >= from && timeOf(row) < from + 360_000
    const statement = [
      {
        evidence_id: 2,
        line: 1,
        code: 'extractor-gap',
        text: 'x',
        from_at: timeAt(from),
        to_at: timeAt(from + 360_000),
      },
    ]
    const evidence = [FILE, { evidence_id: 2, path: '/logs/LogFile.txt', shape: 'extractor-log' }]
    const [, upper] = await boundsWithout(isLost, { statement, evidence })
    assert.equal(upper, null)
  })
})

describe('an access log that lost anything', () => {
  it('never has an upper bound below the truth, whichever working hours are missing', async () => {
    const hours = fc.tuple(
      fc.integer({ min: 7, max: 20 }),
      fc.integer({ min: 9, max: 14 }),
      fc.integer({ min: 1, max: 4 }),
    )
    const workdays = hours.filter(([day]) => day % 7 < 5)
    await fc.assert(
      fc.asyncProperty(workdays, async ([day, begin, length]) => {
        const from = MONDAY_MS + day * 86_400_000 + begin * 3_600_000
        const to = from + length * 3_600_000
        const [, upper] = await boundsWithout((row) => timeOf(row) >= from && timeOf(row) < to)
        assert.ok(upper === null || upper >= READS.length, `${upper}`)
      }),
      { numRuns },
    )
  })

  it('never has an upper bound below the truth, whichever rows could not be read', async () => {
    const lines = fc.uniqueArray(fc.integer({ min: 1, max: LOG.length }), {
      minLength: 1,
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(lines, async (lost) => {
        const set = new Set(lost)
        const reject = lost.map((line) => ({
          evidence_id: 1,
          line,
          kind: 'row',
          reason: 'not-json',
        }))
        const [, upper] = await boundsWithout((row) => set.has(Number(row['line'])), { reject })
        assert.ok(upper === null || upper >= READS.length, `${upper}`)
      }),
      { numRuns },
    )
  })
})
