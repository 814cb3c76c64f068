import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { withSelected } from '../../src/scope/select.ts'
import type { Selection } from '../../src/scope/selection.ts'
import { type Timeline, timeline } from '../../src/scope/timeline.ts'
import {
  access,
  bind,
  fill,
  guid,
  issuance,
  type OpenWorld,
  openWorld,
  type Row,
  unissued,
  type World,
} from '../world.ts'

const ANN = 'ann@example.org'
const forged = (at: number, fields: Row = {}) =>
  bind(ANN, at, ['<1@example.org>'], {
    token_id: guid(1),
    ip: '192.0.2.1',
    client: 'Odd',
    ...fields,
  })
const pointedAt = (rows: readonly Row[], more: World = {}): World => ({
  ...more,
  access: [...rows, ...(more.access ?? [])],
  verdicts: new Map(unissued(...rows)),
})
const hourOfLog = (at: number, fields: Row = {}): Row => ({
  side: 'access',
  source: 'ual',
  category: 'Exchange',
  tenant: 'tenant-a',
  hour: new Date(Date.UTC(2023, 5, 1, at)).toISOString().slice(0, 19).replace('T', ' '),
  records: 1,
  ...fields,
})

interface Case {
  readonly name: string
  readonly world: World
  readonly selection?: Selection
  readonly gives: (found: Timeline) => unknown
  readonly is: unknown
}

const when: readonly Case[] = [
  {
    name: 'first and last access of the attacker, and of nobody else',
    world: pointedAt([forged(5), forged(2)], { access: [bind(ANN, 0, ['<2@example.org>'])] }),
    gives: (found) => [found.first, found.last],
    is: ['2023-06-01T02:00:00.000Z', '2023-06-01T05:00:00.000Z'],
  },
  {
    name: 'nothing when nothing is selected',
    world: { access: [forged(1)] },
    gives: (found) => [
      found.first,
      found.last,
      found.activeDays,
      found.phases,
      found.cannotExcludeBefore,
    ],
    is: [null, null, [], [], null],
  },
  {
    name: 'days, hours and weekdays in UTC',
    world: pointedAt([forged(0), forged(23), forged(24 * 4 + 8)]),
    gives: (found) => [
      found.activeDays,
      found.hours.flatMap((count, at) => (count > 0 ? [[at, count]] : [])),
      found.weekdays,
    ],
    is: [
      [
        { day: '2023-06-01', accesses: 2 },
        { day: '2023-06-05', accesses: 1 },
      ],
      [
        [0, 1],
        [8, 1],
        [23, 1],
      ],
      // The first of June 2023 was a Thursday.
      [1, 0, 0, 2, 0, 0, 0],
    ],
  },
]

const phases: readonly Case[] = [
  {
    name: 'one over a weekend',
    world: pointedAt([forged(24 + 8), forged(24 * 4)]),
    gives: (found) => found.phases.map((phase) => phase.startsWith),
    is: ['first'],
  },
  {
    name: 'two around a pause of more than three days',
    world: pointedAt([forged(0), forged(73)]),
    gives: (found) => found.phases.map((phase) => [phase.startsWith, phase.from]),
    is: [
      ['first', '2023-06-01T00:00:00.000Z'],
      ['pause', '2023-06-04T01:00:00.000Z'],
    ],
  },
  {
    name: 'two where nothing that they came with stays the same',
    world: pointedAt([forged(0), forged(25, { client: 'New', ip: '192.0.2.9' })]),
    gives: (found) => found.phases.map((phase) => [phase.startsWith, phase.label]),
    is: [
      ['first', '1 active day, 1 mailbox, 1 address, 1 client, mostly Odd'],
      ['new-context', '1 active day, 1 mailbox, 1 address, 1 client, mostly New'],
    ],
  },
  {
    name: 'one where only the address changes',
    world: pointedAt([forged(0), forged(25, { ip: '192.0.2.9' })]),
    gives: (found) => found.phases.map((phase) => [phase.accesses, phase.label]),
    is: [[2, '2 active days, 1 mailbox, 2 addresses, 1 client, mostly Odd']],
  },
]

const horizons: readonly Case[] = [
  {
    name: 'the begin of the mail log',
    world: pointedAt([forged(50)], {
      access: [bind(ANN, 7, ['<2@example.org>'])],
      issuance: [issuance(0, ANN)],
    }),
    gives: (found) => found.cannotExcludeBefore,
    is: {
      at: '2023-06-01T07:00:00.000Z',
      because: 'the log of mail accesses begins then (tenant example.org)',
    },
  },
  {
    name: 'the begin of the issuance log, where that is later',
    world: pointedAt([forged(50)], {
      access: [bind(ANN, 7, ['<2@example.org>'])],
      issuance: [issuance(30, ANN)],
    }),
    gives: (found) => found.cannotExcludeBefore?.at,
    is: '2023-06-02T06:00:00.000Z',
  },
  {
    name: 'the begin of the mail log alone, where no verdict decides',
    world: pointedAt([forged(50)], { issuance: [issuance(60, ANN)] }),
    selection: { ips: ['192.0.2.1'] },
    gives: (found) => found.cannotExcludeBefore?.at,
    is: '2023-06-03T02:00:00.000Z',
  },
  {
    name: 'never, without an issuance log',
    world: pointedAt([forged(50)]),
    gives: (found) => found.cannotExcludeBefore?.at,
    is: null,
  },
  {
    name: 'never, without a log of reading',
    world: pointedAt([forged(50, { operation: 'Send' })], { issuance: [issuance(0, ANN)] }),
    gives: (found) => found.cannotExcludeBefore,
    is: {
      at: null,
      because: 'there is no MailItemsAccessed record: reading left no trace (tenant example.org)',
    },
  },
  {
    name: 'the tenant of which least is known',
    world: pointedAt([forged(50), forged(51, { tenant: 'tenant-b' })], {
      issuance: [issuance(0, ANN), issuance(0, ANN, { tenant: 'tenant-b' })],
      access: [bind(ANN, 7, ['<2@example.org>'])],
    }),
    gives: (found) => found.horizons.map((one) => [one.tenant, one.at]),
    is: [
      ['tenant-a', '2023-06-01T07:00:00.000Z'],
      ['tenant-b', '2023-06-03T03:00:00.000Z'],
    ],
  },
]

const coverage: readonly Case[] = [
  {
    name: 'bands with their long silences',
    world: pointedAt([forged(0)], {
      coverage: [0, 1, 60, 200].map((at) => hourOfLog(at)),
    }),
    gives: (found) => found.coverage,
    is: [
      {
        side: 'access',
        source: 'ual',
        category: 'Exchange',
        tenant: 'tenant-a',
        from: '2023-06-01T00:00:00.000Z',
        to: '2023-06-09T09:00:00.000Z',
        hours: 4,
        gaps: [{ from: '2023-06-03T13:00:00.000Z', to: '2023-06-09T08:00:00.000Z' }],
      },
    ],
  },
  {
    name: 'only tenants with selected accesses',
    world: pointedAt([forged(0)], {
      coverage: [hourOfLog(0), hourOfLog(0, { tenant: 'tenant-z' })],
    }),
    gives: (found) => found.coverage.map((band) => band.tenant),
    is: ['tenant-a'],
  },
  {
    name: 'all tenants where none has one',
    world: { access: [access(0)], coverage: [hourOfLog(0, { tenant: 'tenant-z' })] },
    gives: (found) => found.coverage.map((band) => band.tenant),
    is: ['tenant-z'],
  },
]

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

for (const [title, cases] of [
  ['a timeline gives', when],
  ['phases are', phases],
  ['nothing can be excluded before', horizons],
  ['coverage has', coverage],
] as const) {
  describe(title, () => {
    for (const { name, world: given, selection = {}, gives, is } of cases) {
      it(name, async () => {
        await fill(world.session, given)
        const found = await withSelected(world.session, selection, (selected) =>
          timeline(world.session, selected),
        )
        assert.deepEqual(gives(found), is)
      })
    }
  })
}
