/**
 * A small firm: 3 to 40 people, one office, web mail and phones, a few desktops, a European time zone.
 */
import { guid } from '../world/ids.ts'
import { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE } from '../world/times.ts'
import { exposureOf, type World } from '../world/world.ts'
import { attack, type Campaign, forgedToken } from './attacker.ts'
import {
  addressIn,
  type Client,
  DESKTOP,
  FILES,
  MAC_MAIL,
  nameOf,
  type Person,
  PHONE,
  person,
  type Tenant,
  WEB_MAIL,
} from './people.ts'
import { Program } from './program.ts'
import { filesOf, Recorder } from './recorder.ts'

const ZONE_MS = 2 * HOUR
const DAYS = 12
/** Tokens that were made before the logs begin are in use when they do. */
const BEFORE_DAYS = 3

export interface WorldOptions {
  /** People of the tenant. Default: by the seed. */
  readonly people?: number
  /** Whether somebody forges tokens. Default: yes. */
  readonly attacker?: boolean
}

/** The firm of a seed. */
export function firm(seed: number, options: WorldOptions = {}): World {
  const random = new Random(11, seed)
  const people = options.people ?? random.between(3, 41)
  const fromMs = Date.UTC(2024, 8, 2 + random.below(90))
  const toMs = fromMs + DAYS * DAY
  const tenant: Tenant = { id: guid(random), domain: `hansa${seed}.example.de` }
  const recorder = new Recorder(random)
  const office = addressIn(random, '62.153')
  const staff = Array.from({ length: people }, (_, at) =>
    person(random, tenant, nameOf(random, at), addressIn(random, random.pick(HOMES)), 60),
  )
  for (const each of staff)
    for (const client of clientsOf(random))
      live(new Random(seed, random.next()), recorder, each, client, office, [
        fromMs - BEFORE_DAYS * DAY,
        toMs,
      ])
  if (options.attacker !== false)
    attack(random, recorder, campaignOf(random, staff, fromMs + 4 * DAY))
  recorder.between(fromMs, toMs)
  const audit = random.pick(['ual-ndjson', 'ual-array', 'purview-csv'] as const)
  const signIns = random.pick(['diagnostic', 'graph-json', 'log-analytics-csv'] as const)
  return {
    name: 'firm',
    seed,
    people,
    files: filesOf(recorder, {
      owner: tenant.id,
      folder: 'firm',
      audit,
      signIns,
      isDayFirst: random.chance(0.5),
      hasLogons: random.chance(0.5),
    }),
    others: [],
    partner: [],
    truth: recorder.truth,
    unjudged: new Set(),
    exposure: exposureOf(recorder.truth),
    renamed: new Set(),
    faults: [],
    isSilent: false,
  }
}

const HOMES = ['91.12', '84.186', '93.192', '79.214']

function clientsOf(random: Random): Client[] {
  const clients = [WEB_MAIL]
  if (random.chance(0.8)) clients.push(PHONE)
  if (random.chance(0.3)) clients.push(DESKTOP)
  if (random.chance(0.1)) clients.push(MAC_MAIL)
  if (random.chance(0.6)) clients.push(FILES)
  return clients
}

/** One program through all days: in the office by day, at home in the evening, seldom at the weekend. */
function live(
  random: Random,
  recorder: Recorder,
  who: Person,
  client: Client,
  office: string,
  [fromMs, toMs]: readonly [number, number],
): void {
  const holder = {
    person: who,
    client,
    resource: who.tenant,
    logs: [{ tenant: who.tenant, recorder }],
  }
  const program = new Program(random, holder, recorder)
  const isPhone = client.kind === 'phone'
  const mobile = addressIn(random, '109.42')
  for (let day = fromMs; day < toMs; day += DAY) {
    const weekday = new Date(day + ZONE_MS).getUTCDay()
    const isWeekend = weekday === 0 || weekday === 6
    if (!random.chance(isWeekend ? (isPhone ? 0.6 : 0.1) : 0.93)) continue
    const times = Array.from({ length: random.between(2, 7) }, () =>
      isWeekend || random.chance(0.15)
        ? random.between(17 * HOUR, 22 * HOUR)
        : random.between(7 * HOUR + 30 * MINUTE, 17 * HOUR + 30 * MINUTE),
    ).toSorted((a, b) => a - b)
    for (const time of times) {
      const isAtWork = !isWeekend && time < 17.5 * HOUR
      const away = isPhone && random.chance(0.4) ? mobile : who.home
      program.use(day + time - ZONE_MS, isAtWork ? office : away)
    }
  }
}

/** One of several attackers: each kind comes up in some seeds. */
function campaignOf(random: Random, staff: readonly Person[], fromMs: number): Campaign {
  const own: Client = {
    ...WEB_MAIL,
    kind: 'vendor',
    app: { id: guid(random), name: '' },
    text: 'Client=REST;Client=RESTSystem;;',
  }
  const client = random.pick([WEB_MAIL, PHONE, own])
  const isWellFormed = random.chance(0.5)
  const isSlow = random.chance(0.5)
  return {
    name: `${client === own ? 'own-client' : client.kind}-${isWellFormed ? 'well-formed' : 'random'}-${isSlow ? 'slow' : 'burst'}`,
    victims: random.sample(staff, random.between(1, Math.ceil(staff.length / 12) + 1)),
    client,
    addresses: Array.from({ length: random.between(1, 4) }, () => addressIn(random, '185.220')),
    fromMs: fromMs + 6 * HOUR,
    days: isSlow ? 6 : 1,
    tokensPerDay: isSlow ? [1, 1] : [4, 8],
    readsPerToken: [1, 4],
    bulk: 0.1,
    token: (its, atMs, victim) => forgedToken(its, atMs, victim, client.app.id, isWellFormed),
  }
}
