import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { weigh } from '../../../src/verdicts/weigh/weigh_verdicts.ts'
import { populationOf, type Token } from './weigh_world.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 400)

/** Numbers from 0 to 1 by a seed: fast-check would shrink each single token. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const stated = (token: Token, state: Token['state']): Token => ({ ...token, state })

const APPS = ['outlook', 'phone', 'web'] as const
const SERVICES = ['Exchange', 'SharePoint'] as const

/** People at an office and at home, on weekdays; some travel, and change their clients, in the middle of the log. */
function lifeOf(seed: number, people: number, days: number): Token[] {
  const next = numbers(seed)
  const tokens: Token[] = []
  for (let person = 0; person < people; person++) {
    const who = `person${person}@example.org`
    const travelsFrom = next() < 0.3 ? Math.floor(next() * days) : days
    const changesAt = next() < 0.3 ? Math.floor(next() * days) : days
    const app = APPS[Math.floor(next() * APPS.length)] ?? 'web'
    for (let day = 0; day < days; day++) {
      if (day % 7 > 4 && next() < 0.8) continue
      const isAway = day >= travelsFrom && day < travelsFrom + 4
      for (let use = 0; use < 1 + Math.floor(next() * 4); use++)
        tokens.push({
          who,
          prefix: isAway ? `hotel${person}` : next() < 0.7 ? 'office' : `home${person}`,
          app,
          client: `${app} ${day < changesAt ? 1 : 2}`,
          service: SERVICES[Math.floor(next() * 2)] ?? 'Exchange',
          hour: day * 24 + 7 + Math.floor(next() * 11),
          isForged: false,
          isWellMade: true,
          state: 'joined',
        })
    }
  }
  return tokens
}

/** What a log may lose, or never show: which genuine tokens are then missing. */
type Accident = (token: Token, days: number, next: () => number) => boolean
const accidents: Readonly<Record<string, (seed: number) => Accident>> = {
  'a share of rows': (seed) => {
    const share = numbers(seed)() * 0.12
    return (_token, _days, next) => next() < share
  },
  'some hours': (seed) => {
    const at = numbers(seed)()
    return ({ hour }, days) => hour >= at * days * 24 && hour < at * days * 24 + 6
  },
  'an hour of every day': (seed) => {
    const at = 7 + Math.floor(numbers(seed)() * 11)
    return ({ hour }) => hour % 24 === at
  },
  'the tokens of an application':
    () =>
    ({ app }) =>
      app === 'phone',
  'the tokens of an application from one day on': (seed) => {
    const from = numbers(seed)()
    return ({ app, hour }, days) => app === 'web' && hour >= from * days * 24
  },
  'the tokens of a client after its update':
    () =>
    ({ client }) =>
      client.endsWith('2'),
  'the tokens of one service':
    () =>
    ({ service }) =>
      service === 'SharePoint',
  'one person':
    () =>
    ({ who }) =>
      who === 'person1@example.org',
  // As a page of an export in the order of its users, or a list of users who are to be exported.
  'a few people for some days': (seed) => {
    const next = numbers(seed ^ 0x3c6ef372)
    const few = 1 + Math.floor(next() * 3)
    const [at, length] = [next(), 1 + next() * 4]
    return ({ who, hour }, days) =>
      Number(/\d+/.exec(who)?.[0]) < few &&
      hour >= at * days * 24 &&
      hour < (at * days + length) * 24
  },
  'what travellers use': () => (token) => token.prefix.startsWith('hotel'),
  'every network but the office':
    () =>
    ({ prefix }) =>
      prefix !== 'office',
  'nine rows of ten': () => (_token, _days, next) => next() < 0.9,
}

const world = fc.record({
  seed: fc.nat(),
  people: fc.integer({ min: 2, max: 40 }),
  days: fc.integer({ min: 7, max: 40 }),
  isMixed: fc.boolean(),
})

describe('a log that loses, or never shows', () => {
  for (const [name, accident] of Object.entries(accidents))
    it(`${name} accuses nobody`, () => {
      fc.assert(
        fc.property(world, ({ seed, people, days, isMixed }) => {
          const next = numbers(seed ^ 0x5bd1e995)
          const isHit = accident(seed)
          // Ids are mixed up by columns and applications, never by where their owners are.
          const state = isMixed && !name.includes('travellers') ? 'mismatched' : 'missing'
          const tokens = lifeOf(seed, people, days).map((token) =>
            isHit(token, days, next) ? stated(token, state) : token,
          )
          const accused = weigh(populationOf(tokens)).assigned.filter(
            ({ strength }) => strength === 'established',
          )
          assert.deepEqual(accused, [])
        }),
        {
          // A tenant that used a client after its update from a new network, when its tokens were no longer shown.
          examples: [[{ seed: 22, people: 6, days: 11, isMixed: false }]],
          numRuns: Math.ceil(RUNS / Object.keys(accidents).length),
        },
      )
    })
})

/** What is said of a machine's tokens of twenty days, beside people's whose log is whole. */
function strengthsOf(state: 'missing' | 'mismatched'): Set<string> {
  const service = Array.from({ length: 20 }, (_, day): Token => {
    const [who, app] = [`person${day % 4}@example.org`, 'robot']
    const rest = { client: 'robot', service: 'Exchange', isForged: false, isWellMade: true }
    return { who, prefix: 'machines', app, hour: day * 24 + 9, state, ...rest }
  })
  const { assigned } = weigh(populationOf([...lifeOf(1, 12, 20), ...service]))
  return new Set(assigned.map(({ strength }) => strength))
}

describe('a service that was there from the first day, from a network where nobody signs in,', () => {
  it('has a log that does not show its tokens: nothing is said', () => {
    assert.deepEqual(strengthsOf('missing'), new Set(['']))
  })

  it('brings ids of other people’s tokens: a lead', () => {
    assert.deepEqual(strengthsOf('mismatched'), new Set(['lead']))
  })
})

/** Tokens that nobody issued, for one victim, from networks of the forger's own, over some days. */
function forged(seed: number, people: number, days: number, client: string, app: string): Token[] {
  const next = numbers(seed ^ 0x27d4eb2f)
  const who = `person${Math.floor(next() * people)}@example.org`
  const from = Math.ceil(days * 0.5)
  return Array.from({ length: 24 }, (_, at) => ({
    who,
    prefix: `proxy${at % 2}`,
    app,
    client,
    service: 'Exchange',
    hour: (from + (at % Math.max(1, days - from - 1))) * 24 + 8 + (at % 7),
    isForged: true,
    isWellMade: false,
    state: 'missing',
  }))
}

/** Tokens of one person in each working hour of each day, all explained. */
function steady(who: string, days: number, app: string): Token[] {
  const [template] = lifeOf(1, 1, 8)
  assert.ok(template !== undefined)
  return Array.from({ length: days * 15 }, (_, at) => ({
    ...template,
    who,
    app: app === 'forger' ? template.app : app,
    prefix: 'office',
    hour: Math.floor(at / 15) * 24 + 6 + (at % 15),
  }))
}

describe('a forger', () => {
  const sound = fc.record({
    seed: fc.nat(),
    people: fc.integer({ min: 4, max: 40 }),
    days: fc.integer({ min: 20, max: 40 }),
    app: fc.constantFrom('outlook', 'phone', 'web', 'forger'),
    client: fc.constantFrom('outlook 1', 'web 9', 'rest 1', 'curl 8'),
  })

  it('is a lead at least, whatever client and application he names', () => {
    fc.assert(
      fc.property(sound, ({ seed, people, days, app, client }) => {
        const tokens = [...lifeOf(seed, people, days), ...forged(seed, people, days, client, app)]
        const { assigned } = weigh(populationOf(tokens))
        assert.ok(assigned.length > 0)
        for (const { strength } of assigned) assert.notEqual(strength, '')
      }),
      { numRuns: RUNS },
    )
  })

  it('is established where the log lost nothing and the client is not his victim’s', () => {
    fc.assert(
      fc.property(sound, ({ seed, people, days, app }) => {
        const attack = forged(seed, people, days, 'rest 1', app)
        const [victim = ''] = attack.map(({ who }) => who)
        // The log was there for him all the time.
        const tokens = [...lifeOf(seed, people, days), ...steady(victim, days, app), ...attack]
        for (const { strength } of weigh(populationOf(tokens)).assigned)
          assert.equal(strength, 'established')
      }),
      { numRuns: RUNS },
    )
  })
})

/** Strengths of records without a token that can be looked up, at their owners' own place. */
function strengths(
  { seed, people, days, reason }: { seed: number; people: number; days: number; reason: string },
  isChosen: (token: Token, at: number) => boolean,
): Set<string> {
  const life = Array.from({ length: people }, (_, person) =>
    steady(`person${person}@example.org`, days, APPS[seed % APPS.length] ?? 'web'),
  ).flat()
  const population = populationOf(
    life.map((token, at) => (isChosen(token, at) ? stated(token, 'chosen') : token)),
  )
  const contexts = population.contexts.map((one) => ({ ...one, reason }))
  return new Set(weigh({ ...population, contexts }).assigned.map(({ strength }) => strength))
}

describe('a record without a token that can be looked up, at its owner’s own place', () => {
  const REASONS = ['no-token-id', 'session-known', 'malformed-id', 'other-tenant-issuer']
  const asked = fc.record({
    seed: fc.nat(),
    people: fc.integer({ min: 8, max: 40 }),
    days: fc.integer({ min: 20, max: 40 }),
    reason: fc.constantFrom(...REASONS),
  })

  it('is a lead where all others have one', () => {
    fc.assert(
      fc.property(asked, (given) => {
        const chosen = given.seed % (given.people * given.days * 15)
        assert.deepEqual(
          strengths(given, (_token, at) => at === chosen),
          new Set(['lead']),
        )
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })

  it('says nothing where a client has many of them', () => {
    fc.assert(
      fc.property(asked, (given) => {
        assert.deepEqual(
          strengths(given, (_token, at) => at % 10 === 0),
          new Set(['']),
        )
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })
})

/** How many contexts are accused. */
const accused = (tokens: readonly Token[]): number =>
  weigh(populationOf(tokens)).assigned.filter(({ strength }) => strength === 'established').length

it('taking explained tokens away makes nobody more accused', () => {
  fc.assert(
    fc.property(
      world,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ seed, people, days }, share) => {
        const next = numbers(seed ^ 0x165667b1)
        const life = lifeOf(seed, people, days).map((token) =>
          next() < 0.02 ? stated(token, 'missing') : token,
        )
        const lessLife = life.filter(({ state }) => state !== 'joined' || next() >= share)
        assert.ok(accused(lessLife) <= accused(life))
      },
    ),
    { numRuns: RUNS },
  )
})

describe('a ledger that says it has every token', () => {
  const WHO = 'person0@example.org'
  /** The strength for an id that the ledger has of somebody else, shown for `who`, `count` times. */
  function strengthOf(who: string, count: number): string | undefined {
    const [template] = lifeOf(1, 1, 8)
    assert.ok(template !== undefined)
    const own = Array.from({ length: 12 }, (_, at) => ({ ...template, who: WHO, hour: at }))
    const shown = Array.from({ length: count }, (_, at) =>
      stated({ ...template, who, hour: 20 + at }, 'recorded'),
    )
    const population = populationOf([...own, ...shown])
    const contexts = population.contexts.map((one) => ({ ...one, reason: 'principal-differs' }))
    return weigh({ ...population, contexts }).assigned[0]?.strength
  }

  it('establishes an id of another for a principal whose own tokens it explains', () => {
    assert.equal(strengthOf(WHO, 1), 'established')
  })

  it('gives only a lead for a name without tokens in it, and where many names differ', () => {
    assert.equal(strengthOf('alias@example.org', 1), 'lead')
    assert.equal(strengthOf(WHO, 6), 'lead')
  })
})
