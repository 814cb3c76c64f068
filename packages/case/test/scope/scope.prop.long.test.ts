import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import * as fc from 'fast-check'
import { scope } from '../../src/scope/scope.ts'
import {
  bind,
  fill,
  guid,
  issuance,
  judgedAs,
  type OpenWorld,
  openWorld,
  type Row,
} from '../world.ts'

/**
 * One mailbox with its owner and, perhaps, another party. Some accesses lose their token, session or
 * address on the way into the log; the truth is who made them.
 *
 * What the rule asks of the world, as docs/scope.md says: a mailbox has an access of the attacker with a
 * verdict, and so has every address of the owner from which the attacker works.
 */
interface Use {
  readonly isTheirs: boolean
  readonly hour: number
  readonly messages: readonly number[]
  readonly place: number
  readonly session: number
  readonly hasToken: boolean
  readonly hasSession: boolean
  readonly hasAddress: boolean
  readonly operation: 'MailItemsAccessed' | 'HardDelete'
  readonly isKnownSession: boolean
}

const use: fc.Arbitrary<Use> = fc.record({
  isTheirs: fc.boolean(),
  hour: fc.integer({ min: 0, max: 24 }),
  messages: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  place: fc.nat(2),
  session: fc.nat(1),
  hasToken: fc.boolean(),
  hasSession: fc.boolean(),
  hasAddress: fc.boolean(),
  operation: fc.constantFrom('MailItemsAccessed', 'MailItemsAccessed', 'HardDelete'),
  isKnownSession: fc.boolean(),
})
const world = fc.record({ uses: fc.array(use, { maxLength: 8 }), sharesEgress: fc.boolean() })
type Small = Readonly<{ uses: readonly Use[]; sharesEgress: boolean }>

interface Rows {
  readonly mailbox: string
  readonly access: Row[]
  readonly issuance: Row[]
  readonly verdicts: [Row, readonly [string, string]][]
  /** Messages that they read, and all that they read or changed. */
  readonly truth: number
}

const READS = 'MailItemsAccessed'

function addressOf(number: number, one: Use, sharesEgress: boolean): string {
  const home = `198.51.${number}.1`
  if (!one.isTheirs) return one.place === 0 ? home : `198.51.${number}.${one.place + 1}`
  return one.place === 0 && sharesEgress ? home : `192.0.${number}.${one.place + 1}`
}

/** What the logs record of a small world. */
function rowsOf(small: Small, number: number): Rows {
  const mailbox = `user${number}@example.org`
  const base = {
    hour: 12,
    messages: [0],
    session: 0,
    hasToken: true,
    hasSession: true,
    hasAddress: true,
    isKnownSession: false,
    operation: READS,
  } as const
  // At least one access has a verdict, and one from each place of the attacker that the owner has too.
  const uses: readonly Use[] = [...small.uses, { ...base, isTheirs: true, place: 0 }]
  const out: Rows = { mailbox, access: [], issuance: [], verdicts: [], truth: 0 }
  const read = new Set<number>()
  for (const [i, one] of uses.entries()) {
    const session = guid(
      number * 1000 + (one.isTheirs && !one.isKnownSession ? 500 : 0) + one.session,
    )
    const address = addressOf(number, one, small.sharesEgress)
    const row = bind(
      mailbox,
      one.hour,
      one.messages.map((message) => `<${message}@t${number}>`),
      {
        operation: one.operation,
        ip: one.hasAddress ? address : '',
        session_id: one.hasSession ? session : '',
        client: 'Same for all',
        ...(one.hasToken ? { token_id: guid(number * 1000 + 900 + i) } : {}),
      },
    )
    out.access.push(row)
    out.verdicts.push(...judgedAs(...verdictOf(one), [row]))
    if (one.isTheirs && one.operation === READS)
      for (const message of one.messages) read.add(message)
    if (!one.isTheirs) out.issuance.push(issuance(0, mailbox, { ip: address, session_id: session }))
  }
  return { ...out, truth: read.size }
}

/** As reconcile would decide it. */
function verdictOf(one: Use): readonly [string, string] {
  if (one.hasToken) return one.isTheirs ? ['unissued', 'never-issued'] : ['', '']
  if (one.hasSession && (!one.isTheirs || one.isKnownSession))
    return ['session-only', 'session-known']
  return ['undetermined', 'no-token-id']
}

const WORLDS_AT_ONCE = 40
let open: OpenWorld
before(async () => {
  open = await openWorld()
})
after(() => open.close())

it('the bounds contain the truth, whatever the log lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(world, { minLength: WORLDS_AT_ONCE, maxLength: WORLDS_AT_ONCE }),
      async (worlds) => {
        const all = worlds.map((small, i) => rowsOf(small, i + 1))
        await fill(open.session, {
          access: all.flatMap((one) => one.access),
          issuance: all.flatMap((one) => one.issuance),
          verdicts: new Map(all.flatMap((one) => one.verdicts)),
        })
        const found = await scope(open.session, {})
        const bounds = new Map(found.accounts.map((one) => [one.mailbox, one.messages]))
        for (const { mailbox, truth } of all) {
          const { lower, upper } = bounds.get(mailbox) ?? { lower: 0, upper: 0 }
          assert.ok(lower <= truth, `${mailbox}: at least ${lower}, in truth ${truth}`)
          assert.ok(
            upper === null || truth <= upper,
            `${mailbox}: at most ${upper}, in truth ${truth}`,
          )
        }
        const truth = all.reduce((sum, one) => sum + one.truth, 0)
        assert.ok(found.messages.lower <= truth)
        assert.ok(found.messages.upper === null || found.messages.upper >= truth)
      },
    ),
    {
      numRuns: Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 200) / WORLDS_AT_ONCE),
      endOnFailure: true,
    },
  )
})

it('lower and upper bound are equal where every access has a verdict', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(world, { minLength: WORLDS_AT_ONCE, maxLength: WORLDS_AT_ONCE }),
      async (worlds) => {
        const all = worlds.map((small, i) => {
          const uses = small.uses.map((one) =>
            Object.assign({}, one, { hasToken: true, operation: READS } as const),
          )
          return rowsOf({ sharesEgress: small.sharesEgress, uses }, i + 1)
        })
        await fill(open.session, {
          access: all.flatMap((one) => one.access),
          issuance: all.flatMap((one) => one.issuance),
          verdicts: new Map(all.flatMap((one) => one.verdicts)),
        })
        const found = await scope(open.session, {})
        const truth = all.reduce((sum, one) => sum + one.truth, 0)
        assert.deepEqual(found.messages, { lower: truth, upper: truth })
      },
    ),
    { numRuns: 1 },
  )
})
