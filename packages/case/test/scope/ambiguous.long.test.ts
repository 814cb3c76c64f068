import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Session } from '../../src/engine/session.ts'
import { select } from '../../src/scope/select.ts'
import type { Selection } from '../../src/scope/selection.ts'
import {
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

const NO_ITEMS = {
  item_message_id: [],
  item_id: [],
  item_bytes: [],
  item_folder: [],
  item_subject: [],
}

/** A tenant of its own: names, addresses and ids that no other has, one forged access, two sign-ins. */
class Tenant {
  readonly ann: string
  readonly bob: string
  readonly home: string
  readonly proxy: string
  readonly elsewhere: string
  readonly forged: Row
  readonly #number: number

  constructor(number: number) {
    this.#number = number
    this.ann = `ann@t${number}.example.org`
    this.bob = `bob@t${number}.example.org`
    this.home = `198.51.100.${number}`
    this.proxy = `192.0.2.${number}`
    this.elsewhere = `203.0.113.${number}`
    this.forged = bind(this.ann, 10, ['<f@example.org>'], {
      ip: this.proxy,
      token_id: this.id(1),
      client: this.odd,
    })
  }

  id(number: number): string {
    return guid(this.#number * 1000 + number)
  }

  get odd(): string {
    return `Odd ${this.#number}`
  }

  /** An access of which nothing says whose it is, unless `fields` does. */
  owner(fields: Row = {}, at = 11, mailbox: string = this.ann): Row {
    return bind(mailbox, at, ['<o@example.org>'], { ip: this.home, client: 'Usual', ...fields })
  }

  /** What the identity provider knows. */
  signIns(): Row[] {
    return [
      issuance(0, this.ann, { ip: this.home, session_id: this.id(70) }),
      issuance(0, this.bob, { ip: `198.51.100.${100 + this.#number}` }),
    ]
  }
}

interface Case {
  readonly name: string
  readonly isEither: boolean
  readonly row: (tenant: Tenant) => Row
  /** The row's verdict: undetermined for lack of a token id, unless it is another. */
  readonly verdict?: readonly [string, string]
  readonly more?: (tenant: Tenant) => World
}

const cases: readonly Case[] = [
  { name: 'from an address of the attacker', isEither: true, row: (t) => t.owner({ ip: t.proxy }) },
  {
    name: 'from an address of the attacker, to another mailbox',
    isEither: true,
    row: (t) => t.owner({ ip: t.proxy }, 11, t.bob),
  },
  {
    name: 'with a token of the attacker, from no address',
    isEither: true,
    row: (t) => t.owner({ ip: '', token_id: t.id(1) }),
  },
  {
    name: 'with no address and no client',
    isEither: true,
    row: (t) => t.owner({ ip: '', client: '' }),
  },
  {
    name: 'from a new address, to a mailbox that the attacker read',
    isEither: true,
    row: (t) => t.owner({ ip: t.elsewhere }),
  },
  {
    name: 'with a client that only they have, to another mailbox',
    isEither: true,
    row: (t) => t.owner({ ip: t.elsewhere, client: t.odd }, 11, t.bob),
    more: (t) => ({ access: [t.owner({ token_id: t.id(9) })] }),
  },
  {
    name: 'that synchronised a folder',
    isEither: true,
    row: (t) => t.owner({ ip: '', access_type: 'Sync', ...NO_ITEMS }),
  },
  {
    name: 'from an egress that they share with the owner',
    isEither: true,
    row: (t) => t.owner({ ip: t.proxy }),
    more: (t) => ({ issuance: [issuance(1, t.ann, { ip: t.proxy })] }),
  },
  {
    name: "in the owner's own session, from an address of the attacker",
    isEither: true,
    row: (t) => t.owner({ ip: t.proxy, session_id: t.id(70) }),
    verdict: ['session-only', 'session-known'],
  },
  {
    name: 'in a known session with an unknown token, from a new address',
    isEither: true,
    row: (t) => t.owner({ ip: t.elsewhere, session_id: t.id(70), token_id: t.id(5) }),
    verdict: ['session-only', 'session-known-token-missing'],
  },
  {
    name: 'by an address that only the mail service itself vouches for',
    isEither: true,
    row: (t) => t.owner({ ip: t.elsewhere }),
    more: (t) => ({ issuance: [issuance(1, t.ann, { ip: t.elsewhere, category: 'owa-auth' })] }),
  },
  { name: "from the owner's own address", isEither: false, row: (t) => t.owner() },
  {
    name: "in the owner's own session, which a forged token can copy, from a new address",
    isEither: true,
    row: (t) => t.owner({ ip: t.elsewhere, session_id: t.id(70) }),
  },
  {
    name: 'more than 28 hours after them, and like them in nothing',
    isEither: false,
    row: (t) => t.owner({ ip: '' }, 11 + 29),
  },
  {
    name: 'to a mailbox that nothing points at',
    isEither: false,
    row: (t) => t.owner({ ip: t.elsewhere }, 11, t.bob),
  },
  {
    name: 'that failed',
    isEither: false,
    row: (t) => t.owner({ ip: t.proxy, outcome: 'failed' }),
  },
  {
    name: 'that accessed no mail',
    isEither: false,
    row: (t) => t.owner({ ip: t.proxy, operation: 'MailboxLogin', access_type: '', ...NO_ITEMS }),
  },
  {
    name: 'of an application without a user',
    isEither: false,
    row: (t) => t.owner({ ip: t.elsewhere, actor_kind: 'app', principal: t.id(500) }),
  },
  {
    name: 'with a client that owners have too, to another mailbox',
    isEither: false,
    row: (t) => t.owner({ ip: t.elsewhere, client: t.odd }, 11, t.bob),
    more: (t) => ({ access: [t.owner({ client: t.odd, token_id: t.id(9) })] }),
  },
  {
    name: "from an egress that is another mailbox's own",
    isEither: false,
    row: (t) => t.owner({ ip: t.proxy }, 11, t.bob),
    more: (t) => ({ issuance: [issuance(1, t.bob, { ip: t.proxy })] }),
  },
  {
    name: 'with an issued token, from an address of the attacker where its owner never signed in',
    isEither: true,
    row: (t) => t.owner({ ip: t.proxy, token_id: t.id(9) }),
    verdict: ['', ''],
  },
  {
    name: 'with an issued token, from an egress that they share with its owner',
    isEither: false,
    row: (t) => t.owner({ ip: t.proxy, token_id: t.id(9) }),
    verdict: ['', ''],
    more: (t) => ({ issuance: [issuance(1, t.ann, { ip: t.proxy })] }),
  },
  {
    name: 'with an issued token in a session that they forged, from an egress that they share with its owner',
    isEither: false,
    row: (t) => t.owner({ ip: t.proxy, token_id: t.id(9), session_id: t.id(70) }),
    verdict: ['', ''],
    more: (t) => {
      const forged = t.owner({ ip: t.proxy, token_id: t.id(8), session_id: t.id(70) })
      return {
        access: [forged],
        issuance: [issuance(1, t.ann, { ip: t.proxy, session_id: t.id(70) })],
        verdicts: new Map(unissued(forged)),
      }
    },
  },
  {
    name: 'with an issued token, although they forged with its id',
    isEither: false,
    row: (t) => t.owner({ token_id: t.id(1) }),
    verdict: ['', ''],
  },
]

/** Records of the party `either`. */
async function eithers(session: Session, selection: Selection): Promise<Set<string>> {
  const selected = await select(session, selection)
  try {
    const rows = await session.rows(
      `SELECT record_id FROM ${selected.table} WHERE party = 'ambiguous'`,
    )
    return new Set(rows.map((row) => String(row['record_id'])))
  } finally {
    await selected.close()
  }
}

/** Whether `row` is ambiguous beside a tenant's forged access. */
async function isEither(
  session: Session,
  tenant: Tenant,
  row: Row,
  selection: Selection,
): Promise<boolean> {
  await fill(session, {
    access: [tenant.forged, row],
    issuance: tenant.signIns(),
    verdicts: new Map([...unissued(tenant.forged), ...undetermined(row)]),
  })
  return (await eithers(session, selection)).has(String(row['record_id']))
}

/** All cases in one investigation, each in a tenant of its own. */
async function fillCases(session: Session): Promise<readonly string[]> {
  const tenants = cases.map((_, i) => new Tenant(i + 1))
  const rows = cases.map((one, i) => one.row(new Tenant(i + 1)))
  const more = cases.map((one, i) => one.more?.(new Tenant(i + 1)) ?? {})
  const forged = tenants.map((tenant) => tenant.forged)
  await fill(session, {
    access: [...forged, ...rows, ...more.flatMap((one) => one.access ?? [])],
    issuance: [
      ...tenants.flatMap((tenant) => tenant.signIns()),
      ...more.flatMap((one) => one.issuance ?? []),
    ],
    verdicts: new Map([
      ...unissued(...forged),
      ...more.flatMap((one) => Array.from(one.verdicts ?? [])),
      ...cases.flatMap((one, i) => {
        const [verdict, reason] = one.verdict ?? ['undetermined', 'no-token-id']
        return judgedAs(verdict, reason, rows.slice(i, i + 1))
      }),
    ]),
  })
  return rows.map((row) => String(row['record_id']))
}

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

describe('in a case of many tenants an access', () => {
  let found: ReadonlySet<string>
  let ids: readonly string[]
  before(async () => {
    ids = await fillCases(world.session)
    found = await eithers(world.session, {})
  })
  for (const [i, one] of cases.entries()) {
    it(`${one.isEither ? 'is ambiguous' : 'is legitimate'}: ${one.name}`, () => {
      assert.equal(found.has(ids[i] ?? ''), one.isEither)
    })
  }
})

describe('an access that is not in the selection', () => {
  it('is ambiguous by its address, however much earlier it is', async () => {
    const tenant = new Tenant(50)
    assert.equal(
      await isEither(world.session, tenant, tenant.owner({ ip: tenant.proxy }, -1000), {}),
      true,
    )
  })

  it('that is ambiguous extends the time in which others are ambiguous', async () => {
    const tenant = new Tenant(51)
    const [early, open] = [tenant.owner({ ip: tenant.proxy }, -100), tenant.owner({ ip: '' }, -80)]
    await fill(world.session, {
      access: [tenant.forged, early, open],
      verdicts: new Map([...unissued(tenant.forged), ...undetermined(early, open)]),
    })
    assert.equal((await eithers(world.session, {})).size, 2)
  })

  it('is ambiguous although it was issued, where the selected accesses were issued too', async () => {
    const tenant = new Tenant(52)
    const stolen = { ...tenant.forged, session_id: tenant.id(80) }
    const row = tenant.owner({ ip: tenant.elsewhere, session_id: tenant.id(80) })
    await fill(world.session, { access: [stolen, row], issuance: tenant.signIns() })
    const found = await eithers(world.session, { ips: [tenant.proxy] })
    assert.deepEqual([...found], [row['record_id']])
  })

  it('is ambiguous with a forged token, where the selection names an address alone', async () => {
    const tenant = new Tenant(53)
    const other = tenant.owner({ ip: tenant.elsewhere })
    const elsewhere = tenant.owner({ ip: tenant.elsewhere }, 11, tenant.bob)
    await fill(world.session, {
      access: [tenant.forged, other, elsewhere],
      issuance: tenant.signIns(),
      verdicts: new Map(unissued(tenant.forged, other, elsewhere)),
    })
    const found = await eithers(world.session, { ips: [tenant.proxy] })
    assert.deepEqual([...found], [other['record_id']])
  })

  it('is legitimate when a fuller copy of its record has an issued token', async () => {
    const tenant = new Tenant(53)
    const row = tenant.owner({ ip: tenant.proxy })
    await fill(world.session, { access: [tenant.forged, row, { ...row, token_id: tenant.id(33) }] })
    // The verdict table names rows by record and content: only the copy with fewer fields is open.
    await world.session.command(
      `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason)
       SELECT bucket, token_id, record_id, content,
         if(token_id = {forged:UUID}, 'unissued', 'undetermined'), 'x'
       FROM access WHERE token_id != {genuine:UUID}`,
      { forged: tenant.id(1), genuine: tenant.id(33) },
    )
    assert.deepEqual([...(await eithers(world.session, {}))], [])
  })
})

describe('an access from an address of its owner that a lead used', () => {
  const mail: Row = {}
  const login: Row = { operation: 'MailboxLogin', access_type: '', ...NO_ITEMS }
  for (const [verdict, fields, isAmbiguous] of [
    ['unissued', mail, true],
    ['unissued', login, true],
    ['session-only', mail, false],
  ] as const)
    it(`is ${isAmbiguous ? 'ambiguous' : 'legitimate'} where the lead is ${verdict} and ${fields === mail ? '' : 'no '}access to mail`, async () => {
      const tenant = new Tenant(57)
      const [row, lead] = [tenant.owner(), tenant.owner(fields, 12, tenant.bob)]
      await fill(world.session, {
        access: [tenant.forged, row, lead],
        issuance: tenant.signIns(),
        verdicts: new Map<Row, readonly [string, string, 'lead'?]>([
          ...unissued(tenant.forged),
          ...undetermined(row),
          [lead, [verdict, 'x', 'lead']],
        ]),
      })
      const found = await eithers(world.session, {})
      assert.deepEqual(
        [found.has(String(row['record_id'])), found.has(String(lead['record_id']))],
        [isAmbiguous, fields === mail],
      )
    })
})

describe('an ambiguous access', () => {
  it('is always in a selected mailbox', async () => {
    const tenant = new Tenant(54)
    const row = tenant.owner({ ip: tenant.proxy }, 11, tenant.bob)
    const selection = { ips: [tenant.proxy], mailboxes: [tenant.ann] }
    assert.equal(await isEither(world.session, tenant, row, selection), false)
  })

  it('is always within the selected time', async () => {
    const tenant = new Tenant(55)
    const row = tenant.owner({ ip: '' }, 20)
    const selection = { tokens: [tenant.id(1)], toMs: Date.UTC(2023, 5, 1, 15) }
    assert.equal(await isEither(world.session, tenant, row, selection), false)
    assert.equal(await isEither(world.session, tenant, row, { tokens: [tenant.id(1)] }), true)
  })

  for (const selection of [{ all: true }, { mailboxes: ['ann@t56.example.org'] }]) {
    it(`is not outside of the selection ${JSON.stringify(selection)}, which names no address`, async () => {
      const tenant = new Tenant(56)
      assert.equal(
        await isEither(world.session, tenant, tenant.owner({ ip: tenant.proxy }), selection),
        false,
      )
    })
  }
})
