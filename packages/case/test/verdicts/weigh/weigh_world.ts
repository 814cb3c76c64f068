/**
 * A tenant as a list of tokens, and what `weigh` is given of it: written out again without the engine.
 *
 * @module
 */
import type { Matter } from '../../../src/verdicts/match/assign_verdicts.ts'
import {
  type Context,
  DIMENSIONS,
  type Dimension,
  type Population,
  pairKey,
  type Seen,
  type Tenant,
} from '../../../src/verdicts/weigh/population.ts'

/** One token of one principal, used from one network. */
export interface Token {
  readonly who: string
  readonly prefix: string
  readonly app: string
  readonly client: string
  readonly service: string
  /** Hours since the log began. */
  readonly hour: number
  readonly isForged: boolean
  readonly isWellMade: boolean
  /** What the join made of it; `joined` where an issuance explains it. */
  readonly state: 'joined' | Matter
}

const HOME = 'tenant'
const familyOf = (client: string) => client.split(' ')[0] ?? ''
const dimensionOf = (token: Token, dimension: Dimension): string =>
  dimension === 'family'
    ? familyOf(token.client)
    : dimension === 'source'
      ? 'ual'
      : token[dimension]

/** @param signIns networks at which each principal signs in, beside those of explained tokens: `who NUL prefix` */
export function populationOf(tokens: readonly Token[], signIns: Iterable<string> = []): Population {
  const joined = tokens.filter(({ state }) => state === 'joined')
  const networks = new Set([...signIns, ...joined.map(({ who, prefix }) => pairKey(who, prefix))])
  const hours = tokens.map(({ hour }) => hour)
  const tenant = tenantOf(joined, hours, networks)
  const wrong = tokens.filter(({ state }) => state !== 'joined')
  const people = new Map<string, Set<string>>()
  for (const place of networks) {
    const [who = '', prefix = ''] = place.split('\0')
    people.set(prefix, (people.get(prefix) ?? new Set()).add(who))
  }
  return {
    contexts: contextsOf(wrong),
    tenants: new Map([[HOME, tenant]]),
    networks: {
      own: networks,
      known: new Set(
        [...people].filter(([, some]) => some.size > 1).map(([prefix]) => pairKey(HOME, prefix)),
      ),
      seen: seenBy(tokens, ({ who, prefix }) => pairKey(HOME, who, prefix)),
      seenApps: new Map([
        ...seenBy(tokens, ({ app, prefix }) => pairKey(HOME, app, prefix)),
        ...seenBy(tokens, ({ app }) => pairKey(HOME, app)),
      ]),
      joinedFrom: countBy(joined, ({ prefix }) => prefix),
      served: new Set(),
      renamed: new Set(),
      signIns: countBy(joined, ({ who }) => who),
    },
    byMailService: new Set(),
  }
}

function tenantOf(
  joined: readonly Token[],
  hours: readonly number[],
  networks: ReadonlySet<string>,
): Tenant {
  const dayOf = ({ hour }: Token) => Math.floor(hour / 24)
  const firstHour = Math.min(...hours)
  const lastHour = Math.max(...hours)
  const later = firstHour + Math.min(168, Math.max(24, 0.15 * (lastHour - firstHour)))
  const firstIn = firstBy(joined, ({ who, prefix }) => pairKey(who, prefix))
  const counts = new Map([
    ...countBy(joined, () => 'all'),
    ...DIMENSIONS.flatMap((dimension) =>
      Array.from(countBy(joined, (one) => pairKey(dimension, dimensionOf(one, dimension)))),
    ),
    ...countBy(joined, ({ hour }) => pairKey('hour', hour)),
    ...countBy(joined, (one) => pairKey('app-family', one.app, familyOf(one.client))),
    ...countBy(joined, (one) => pairKey('app-day', one.app, dayOf(one))),
    ...countBy(joined, (one) => pairKey('who-client-app', one.who, one.client, one.app)),
    ...countBy(joined, (one) => pairKey('who-day', one.who, dayOf(one))),
    ...countBy(joined, (one) =>
      pairKey('who-client-app-day', one.who, one.client, one.app, dayOf(one)),
    ),
  ])
  return {
    home: HOME,
    firstHour,
    lastHour,
    tokens: counts,
    records: counts,
    shownHours: hoursBy(joined),
    joinedOverIpv6: 0,
    addressFit:
      joined.filter(({ who, prefix }) => networks.has(pairKey(who, prefix))).length /
      Math.max(1, joined.length),
    wellMade: joined.filter(({ isWellMade }) => isWellMade).length / Math.max(1, joined.length),
    newNetworks: [...firstIn.values()].filter((hour) => hour > later).length,
    networkCount: firstIn.size,
    people: new Set(joined.map(({ who }) => who)).size,
    lostRows: 0,
    rows: joined.length,
    lost: [],
    hasInteractive: true,
  }
}

/** Hours in which tokens of each principal were explained, in order. */
function hoursBy(joined: readonly Token[]): Map<string, number[]> {
  const found = new Map<string, Set<number>>()
  for (const { who, hour } of joined) found.set(who, (found.get(who) ?? new Set()).add(hour))
  return new Map([...found].map(([who, hours]) => [who, [...hours].toSorted((a, b) => a - b)]))
}

function contextsOf(wrong: readonly Token[]): Context[] {
  const byKey = new Map<string, Token[]>()
  for (const token of wrong) {
    const { who, prefix, app, client, service, state, hour } = token
    const key = pairKey(who, prefix, app, client, service, state, Math.floor(hour / 24))
    byKey.set(key, [...(byKey.get(key) ?? []), token])
  }
  return [...byKey.values()].flatMap((tokens): Context[] => {
    const [first] = tokens
    if (first === undefined || first.state === 'joined') return []
    return [
      {
        home: HOME,
        who: first.who,
        prefix: first.prefix,
        app: first.app,
        family: familyOf(first.client),
        client: first.client,
        service: first.service,
        source: 'ual',
        matter: first.state,
        reason: first.state === 'mismatched' ? 'principal-differs' : 'never-issued',
        day: Math.floor(first.hour / 24),
        hours: tokens.map(({ hour }) => hour),
        wellMade: tokens.filter(({ isWellMade }) => isWellMade).length,
      },
    ]
  })
}

function countBy<K>(tokens: readonly Token[], keyOf: (token: Token) => K): Map<K, number> {
  const counts = new Map<K, number>()
  for (const token of tokens) counts.set(keyOf(token), (counts.get(keyOf(token)) ?? 0) + 1)
  return counts
}

function firstBy(tokens: readonly Token[], keyOf: (token: Token) => string): Map<string, number> {
  const first = new Map<string, number>()
  for (const token of tokens)
    first.set(
      keyOf(token),
      Math.min(first.get(keyOf(token)) ?? Number.POSITIVE_INFINITY, token.hour),
    )
  return first
}

function seenBy(tokens: readonly Token[], keyOf: (token: Token) => string): Map<string, Seen> {
  return new Map(
    [...Map.groupBy(tokens, keyOf)].map(([key, some]) => {
      const hours = some.map(({ hour }) => hour)
      const days = new Set(hours.map((hour) => Math.floor(hour / 24))).size
      return [key, { firstHour: Math.min(...hours), days }]
    }),
  )
}
