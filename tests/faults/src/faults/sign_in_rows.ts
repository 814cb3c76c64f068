/** Faults that lose rows of the sign-in logs. */
import type { Fault } from '../world/fault.ts'
import { addressOf, appOf, timeOf, userOf, withAddress } from '../world/fields.ts'
import { groupsBy } from '../world/groups.ts'
import type { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE } from '../world/times.ts'
import { type Json, textOf, type World, withFiles } from '../world/world.ts'
import { altering, SEEN } from './alter.ts'
import {
  commonest,
  dataOf,
  type Kind,
  keeping,
  momentIn,
  networkOf,
  period,
  SIGN_INS,
  share,
  timesOf,
} from './rows.ts'

const someMissing = 'Tokens made then have no issuance.'

export const SIGN_IN_ROWS: readonly Fault[] = [
  {
    name: 'sign-in-hour-lost',
    accident: 'One hour of the sign-in logs was never delivered.',
    does: someMissing,
    apply: period(SIGN_INS, HOUR),
  },
  {
    name: 'sign-in-hour-lost-for-some',
    accident: 'One partition of a collector was down for an hour.',
    does: 'Tokens that most of the users were given in that hour have no issuance.',
    apply: hourForSome,
  },
  {
    name: 'sign-in-page-lost',
    accident: 'A page of 40 minutes failed while sign-ins were downloaded.',
    does: someMissing,
    apply: period(SIGN_INS, 40 * MINUTE),
  },
  {
    name: 'sign-in-day-lost',
    accident: 'The export job did not run on one day.',
    does: someMissing,
    apply: period(SIGN_INS, DAY),
  },
  {
    name: 'sign-in-hour-lost-every-day',
    accident: 'A nightly job of an hour reads nothing while the log is rotated.',
    does: 'Tokens made in one hour of each day have no issuance.',
    apply: hourOfEachDay,
  },
  {
    name: 'sign-in-half-percent-lost',
    accident: 'A collector drops half a percent of the sign-in rows.',
    does: 'Some tokens of everybody have no issuance.',
    apply: share(SIGN_INS, 0.005),
  },
  {
    name: 'sign-in-one-percent-lost',
    accident: 'A collector drops one percent of the sign-in rows.',
    does: 'Some tokens of everybody have no issuance.',
    apply: share(SIGN_INS, 0.01),
  },
  {
    name: 'sign-in-tenth-lost',
    accident: 'An overloaded collector drops a tenth of the sign-in rows.',
    does: 'A tenth of the tokens has no issuance.',
    apply: share(SIGN_INS, 0.1),
  },
  {
    name: 'sign-in-sampled',
    accident: 'To save cost, one sign-in row in ten is kept.',
    does: 'Nine of ten tokens have no issuance.',
    apply: share(SIGN_INS, 0.9),
  },
  {
    name: 'sign-in-user-lost',
    accident: 'The sign-ins of one user are left out: a filter, or a request to have them erased.',
    does: 'No token of that user has an issuance.',
    apply: (world, random) => withoutOne(world, random, userOf),
  },
  {
    name: 'sign-in-group-lost',
    accident: 'A filter leaves out the sign-ins of an administrative unit: a third of the users.',
    does: 'No token of these users has an issuance.',
    apply: groupLost,
  },
  {
    name: 'sign-in-people-lost-for-days',
    accident:
      'Pages of an export in the order of its users failed: up to three users, for some days.',
    does: 'No token of these users has an issuance on these days.',
    apply: peopleLostForDays,
  },
  {
    name: 'sign-in-traveller-lost',
    accident:
      'Risky sign-ins are routed elsewhere: those of one user from all but his usual network.',
    does: 'Tokens that he got elsewhere have no issuance.',
    apply: travellerLost,
  },
  {
    name: 'sign-in-app-lost-from-a-network',
    accident: 'The query leaves out a way out of the house as trusted, since it was opened.',
    does: 'Tokens of one application have no issuance where they were got from one network.',
    apply: appLostFromNetwork,
  },
  {
    name: 'sign-in-ipv6-lost',
    accident: 'A network gets IPv6 one day, and a parser drops sign-ins with such addresses.',
    does: 'Tokens made there since have no issuance, and their accesses have other addresses.',
    apply: ipv6Lost,
  },
  {
    name: 'sign-in-app-lost',
    accident: 'The query for sign-ins excludes one application as too noisy.',
    does: 'No token of that application has an issuance.',
    apply: (world, random) => withoutOne(world, random, appOf),
  },
  {
    name: 'sign-in-large-rows-lost',
    accident: 'A forwarder drops messages above a size: the longest rows.',
    does: 'Tokens whose row is long, so of certain users and clients, have no issuance.',
    apply: largeLost,
  },
  {
    name: 'sign-in-other-networks-lost',
    accident: 'The query for sign-ins keeps the addresses of the office alone.',
    does: 'Tokens made elsewhere have no issuance.',
    apply: officeOnly,
  },
  {
    name: 'sign-in-repeats-lost',
    accident:
      'A deduplicating store keeps one row for a user, an application and an address a day.',
    does: 'All but the first token of a day in each place have no issuance.',
    apply: repeatsLost,
  },
  {
    name: 'sign-in-hours-capped',
    accident:
      'The export gives a fixed number of sign-ins for each hour, and busy hours have more.',
    does: 'Late tokens of busy hours have no issuance.',
    apply: hoursCapped,
  },
  {
    name: 'sign-in-partition-lost-for-a-day',
    accident: 'One of four partitions of an event hub was not read for a day.',
    does: 'A quarter of the tokens of that day have no issuance.',
    apply: partitionLost,
  },
  {
    name: 'sign-ins-end-two-hours-early',
    accident: 'Sign-ins arrive later than accesses: those of the last two hours are not there yet.',
    does: 'Tokens made last have no issuance.',
    apply: (world) => {
      const to = (timesOf(world, SIGN_INS).at(-1) ?? 0) - 2 * HOUR
      return keeping(world, SIGN_INS, (data, { kind }) => timeOf(kind, data) <= to)
    },
  },
  {
    name: 'sign-in-pages-missing',
    accident:
      'Graph’s answer names a next page, which nobody asked for; it gives the newest first.',
    does: 'The older tokens have no issuance, and the answer says that it is not whole.',
    apply: pagesMissing,
  },
  {
    name: 'sign-ins-begin-late',
    accident: 'The sign-in log was switched on days after the audit log.',
    does: 'Tokens made before have no issuance.',
    apply: (world) => cutTime(world, 0.4, 1),
  },
  {
    name: 'sign-ins-end-early',
    accident: 'The last days of the sign-ins had not arrived when the export was made.',
    does: 'Tokens made since have no issuance.',
    apply: (world) => cutTime(world, 0, 0.7),
  },
]

function hourForSome(world: World, random: Random): World | undefined {
  const times = timesOf(world, SIGN_INS)
  if (times.length === 0) return undefined
  const fromMs = momentIn(random, times)
  const users = [...new Set(dataOf(world, SIGN_INS).map(({ kind, data }) => userOf(kind, data)))]
  const lost = new Set(random.sample(users, Math.ceil(users.length * 0.6)))
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const at = timeOf(kind, data)
    return at < fromMs || fromMs + HOUR <= at || !lost.has(userOf(kind, data))
  })
}

function hourOfEachDay(world: World, random: Random): World | undefined {
  const times = timesOf(world, SIGN_INS)
  if (times.length === 0) return undefined
  const hour = Math.floor((momentIn(random, times) % DAY) / HOUR)
  return keeping(
    world,
    SIGN_INS,
    (data, { kind }) => Math.floor((timeOf(kind, data) % DAY) / HOUR) !== hour,
  )
}

/** Loses the sign-ins that share one value with a sign-in drawn at random. */
function withoutOne(world: World, random: Random, nameIn: typeof userOf): World | undefined {
  const values = dataOf(world, SIGN_INS)
    .map(({ kind, data }) => nameIn(kind, data))
    .filter((value) => value !== '')
  if (new Set(values).size < 2) return undefined
  const lost = random.pick(values)
  return keeping(world, SIGN_INS, (data, { kind }) => nameIn(kind, data) !== lost)
}

function groupLost(world: World, random: Random): World | undefined {
  const users = [...new Set(dataOf(world, SIGN_INS).map(({ kind, data }) => userOf(kind, data)))]
  const lost = new Set(
    random.sample(
      users.filter((user) => user !== ''),
      Math.ceil(users.length / 3),
    ),
  )
  return keeping(world, SIGN_INS, (data, { kind }) => !lost.has(userOf(kind, data)))
}

function peopleLostForDays(world: World, random: Random): World | undefined {
  const times = timesOf(world, SIGN_INS)
  const users = new Set(dataOf(world, SIGN_INS).map(({ kind, data }) => userOf(kind, data)))
  if (users.size < 4) return undefined
  const lost = new Set(random.sample([...users], random.between(1, 4)))
  const fromMs = momentIn(random, times)
  const toMs = fromMs + random.between(1, 5) * DAY
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const at = timeOf(kind, data)
    return at < fromMs || toMs <= at || !lost.has(userOf(kind, data))
  })
}

function travellerLost(world: World, random: Random): World | undefined {
  const all = dataOf(world, SIGN_INS)
  if (all.length === 0) return undefined
  const { kind: drawn, data: of } = random.pick(all)
  const user = userOf(drawn, of)
  const networks = all
    .filter(({ kind, data }) => userOf(kind, data) === user)
    .map(({ kind, data }) => networkOf(addressOf(kind, data)))
  const usual = commonest(networks)
  return keeping(
    world,
    SIGN_INS,
    (data, { kind }) => userOf(kind, data) !== user || networkOf(addressOf(kind, data)) === usual,
  )
}

function appLostFromNetwork(world: World, random: Random): World | undefined {
  const all = dataOf(world, SIGN_INS)
  if (all.length === 0) return undefined
  const { kind: drawn, data: of } = random.pick(all)
  const [app, network] = [appOf(drawn, of), networkOf(addressOf(drawn, of))]
  return keeping(
    world,
    SIGN_INS,
    (data, { kind }) => appOf(kind, data) !== app || networkOf(addressOf(kind, data)) !== network,
  )
}

function largeLost(world: World): World | undefined {
  const sizes = dataOf(world, SIGN_INS)
    .map(({ data }) => JSON.stringify(data).length)
    .toSorted((a, b) => a - b)
  const limit = sizes[Math.floor(sizes.length * 0.96)] ?? 0
  return keeping(world, SIGN_INS, (data) => JSON.stringify(data).length <= limit)
}

function ipv6Lost(world: World, random: Random): World | undefined {
  const all = dataOf(world, SIGN_INS)
  if (all.length === 0) return undefined
  const { kind: drawn, data: of } = random.pick(all)
  const network = networkOf(addressOf(drawn, of))
  const from = momentIn(random, timesOf(world, SIGN_INS))
  const isMoved = (kind: Kind, data: Json) =>
    timeOf(kind, data) >= from && networkOf(addressOf(kind, data)) === network
  const kept = keeping(world, SIGN_INS, (data, { kind }) => !isMoved(kind, data))
  const moved = (kind: Kind, data: Json) =>
    isMoved(kind, data) ? withAddress(kind, data, ipv6Of(addressOf(kind, data))) : data
  return kept && (altering(kept, SEEN, moved) ?? kept)
}

/** An address of IPv6 with the same four numbers: each network stays one. */
const ipv6Of = (ip: string): string => {
  const [a, b, c, d] = ip.split('.').map((part) => Number(part).toString(16))
  return `2001:db8:${a}${(b ?? '').padStart(2, '0')}:${c}::${d}`
}

function officeOnly(world: World): World | undefined {
  const networks = dataOf(world, SIGN_INS).map(({ kind, data }) => networkOf(addressOf(kind, data)))
  const office = commonest(networks)
  return keeping(world, SIGN_INS, (data, { kind }) => networkOf(addressOf(kind, data)) === office)
}

function repeatsLost(world: World): World | undefined {
  const seen = new Set<string>()
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const day = textOf(data, 'createdDateTime').slice(0, 10)
    const key = [userOf(kind, data), appOf(kind, data), addressOf(kind, data), day].join(' ')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const hourOf = (ms: number) => Math.floor(ms / HOUR)

/** Each hour keeps as many rows as the hour has that is busier than seven of ten. */
function hoursCapped(world: World): World | undefined {
  const counts = [...groupsBy(timesOf(world, SIGN_INS), hourOf).values()]
    .map(({ length }) => length)
    .toSorted((a, b) => a - b)
  const cap = counts[Math.floor(counts.length * 0.7)] ?? 0
  const kept = new Map<number, number>()
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const hour = hourOf(timeOf(kind, data))
    const count = (kept.get(hour) ?? 0) + 1
    kept.set(hour, count)
    return count <= cap
  })
}

function partitionLost(world: World, random: Random): World | undefined {
  const times = timesOf(world, SIGN_INS)
  if (times.length === 0) return undefined
  const fromMs = momentIn(random, times)
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const at = timeOf(kind, data)
    return at < fromMs || fromMs + DAY <= at || !/^[0-3]/.test(textOf(data, 'correlationId'))
  })
}

function pagesMissing(world: World): World | undefined {
  let pages = 0
  const changed = withFiles(world, (file) => {
    if (file.kind !== 'sign-in' || file.rows.length < 50) return file
    pages++
    const rows = file.rows.slice(Math.floor(file.rows.length * 0.45)).toReversed()
    const path = file.path.replace(/\.[a-z]+$/, '.json')
    return { ...file, path, format: 'graph-json', isPartial: true, rows }
  })
  return pages === 0 ? undefined : changed
}

/** The sign-ins between two shares of the time that they span. */
function cutTime(world: World, from: number, to: number): World | undefined {
  const times = timesOf(world, SIGN_INS)
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  return keeping(world, SIGN_INS, (data, { kind }) => {
    const at = (timeOf(kind, data) - first) / (last - first)
    return from <= at && at <= to
  })
}
