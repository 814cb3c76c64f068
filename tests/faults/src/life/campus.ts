/**
 * A university hospital: up to 2,000 people behind shared addresses, shifts, many programs, guests, services.
 * Things begin while the logs run, and are in the sign-in logs: new devices, travel, a vendor's application, another
 * egress for everybody. Some of what is ordinary is never in them: calls of the provider's own services.
 */
import { guid } from '../world/ids.ts'
import { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE } from '../world/times.ts'
import { exposureOf, type World } from '../world/world.ts'
import { attack } from './attacker.ts'
import { campaigns } from './campaigns.ts'
import type { WorldOptions } from './firm.ts'
import { Networks } from './networks.ts'
import {
  addressIn,
  CALLS,
  type Client,
  DESKTOP,
  FILES,
  IMAP_MAIL,
  MAC_MAIL,
  nameOf,
  type Person,
  PHONE,
  person,
  type Tenant,
  vendorClient,
  WEB_MAIL,
} from './people.ts'
import { Program } from './program.ts'
import { filesOf, Recorder } from './recorder.ts'
import { serviceCalls } from './services.ts'
import type { Holder } from './tokens.ts'

const BEFORE_DAYS = 2
/** No token lives so long: from then on, the sign-in log has begun before every token that is in use. */
const FIRST_FORGERY_MS = 30 * HOUR

interface Place {
  readonly seed: number
  readonly random: Random
  readonly tenant: Tenant
  readonly recorder: Recorder
  readonly networks: Networks
  readonly zoneMs: number
  readonly fromMs: number
  readonly toMs: number
}

/** The campus of a seed: mostly of some dozens, seldom of thousands. */
export function campus(seed: number, options: WorldOptions = {}): World {
  const random = new Random(23, seed)
  const people = options.people ?? sizeOf(random, seed)
  const fromMs = Date.UTC(2025, 0, 6 + random.below(60))
  const days = people > 300 ? 4 : 7
  const place: Place = {
    seed,
    random,
    tenant: { id: guid(random), domain: `clinic${seed}.example.edu` },
    recorder: new Recorder(random),
    networks: new Networks(random, fromMs + (days / 2) * DAY),
    zoneMs: random.pick([-6, 1, 5.5, 9]) * HOUR,
    fromMs,
    toMs: fromMs + days * DAY,
  }
  const staff = Array.from({ length: people }, (_, at) =>
    person(random, place.tenant, nameOf(random, at), addressIn(random, random.pick(HOMES)), 25),
  )
  const vendors = [vendorClient(random, 'Meeting Notes'), vendorClient(random, 'Shift Planner')]
  for (const who of staff) settle(place, who, staff[0], vendors)
  const partner = guests(place, staff)
  serviceCalls(random, place.recorder, place.tenant, fromMs, place.toMs)
  if (options.attacker !== false)
    for (const campaign of campaigns(random, staff, place.recorder, fromMs + FIRST_FORGERY_MS, [
      place.networks.premises(random, fromMs),
    ]))
      attack(random, place.recorder, campaign)
  place.recorder.between(fromMs, place.toMs)
  partner.between(fromMs, place.toMs)
  return worldOf(place, people, partner)
}

const HOMES = ['77.180', '88.77', '92.200', '95.88', '178.202']

function sizeOf(random: Random, seed: number): number {
  if (seed % 20 === 0) return 2000
  return seed % 10 === 0 ? 600 : random.between(40, 140)
}

function worldOf(place: Place, people: number, partner: Recorder): World {
  const { random, seed, tenant, recorder } = place
  const exports = {
    owner: tenant.id,
    folder: 'campus',
    audit: random.pick(['ual-ndjson', 'purview-csv'] as const),
    signIns: random.pick(['diagnostic', 'log-analytics-csv'] as const),
    isDayFirst: false,
    hasLogons: random.chance(0.5),
  }
  return {
    name: 'campus',
    seed,
    people,
    files: filesOf(recorder, exports),
    others: [],
    partner: filesOf(partner, {
      ...exports,
      owner: PARTNER,
      folder: 'partner',
      signIns: 'diagnostic',
    }),
    truth: recorder.truth,
    unjudged: new Set(),
    exposure: exposureOf(recorder.truth),
    renamed: new Set(),
    faults: [],
    isSilent: false,
  }
}

const PARTNER = '6c3a1f0e-52bb-4c9d-9d1a-0f2b7d8e4a10'

type Where = (atMs: number) => string

/** One program of one person's, and how it is used. */
interface Habit extends Holder {
  readonly where: Where
  readonly sinceMs: number
  readonly isShift: boolean
}

/** Gives a person her programs and lives them. */
function settle(
  place: Place,
  who: Person,
  chief: Person | undefined,
  vendors: readonly Client[],
): void {
  const { random, networks, tenant, recorder } = place
  const isShift = random.chance(0.4)
  const isHere: Where = (atMs) =>
    random.chance(isShift ? 0.85 : 0.7) ? networks.premises(random, atMs) : who.home
  const isAbout: Where = (atMs) => (random.chance(0.6) ? networks.mobile(random) : isHere(atMs))
  const tripMs = random.chance(0.12) ? place.fromMs + random.between(1, 5) * DAY : 0
  const abroad = networks.elsewhere(random)
  const orAbroad =
    (where: Where): Where =>
    (atMs) =>
      tripMs > 0 && tripMs <= atMs && atMs < tripMs + 2 * DAY ? abroad : where(atMs)
  const usual = {
    person: who,
    resource: tenant,
    logs: [{ tenant, recorder }],
    sinceMs: place.fromMs - BEFORE_DAYS * DAY,
    isShift,
  }
  for (const client of clientsOf(random))
    live(place, { ...usual, client, where: orAbroad(client.kind === 'phone' ? isAbout : isHere) })
  // An assistant reads the mailbox of somebody else by right.
  if (chief !== undefined && random.chance(0.06))
    live(place, { ...usual, client: WEB_MAIL, where: isHere, manager: chief })
  // A new device: signed in to once, and used from then on.
  const newMs = place.fromMs + random.between(1, 5) * DAY
  if (random.chance(0.1))
    live(place, { ...usual, client: PHONE, where: orAbroad(isAbout), sinceMs: newMs })
  for (const [at, client] of vendors.entries()) {
    // The second vendor is introduced while the logs run.
    if (!random.chance(at === 0 ? 0.2 : 0.35)) continue
    const address = `20.50.${at + 7}.${random.between(10, 14)}`
    const sinceMs = at === 0 ? usual.sinceMs : place.fromMs + 2.4 * DAY
    live(place, { ...usual, client, where: () => address, sinceMs, isShift: true })
  }
}

function clientsOf(random: Random): Client[] {
  const clients: Client[] = []
  if (random.chance(0.7)) clients.push(WEB_MAIL)
  if (random.chance(0.5)) clients.push(PHONE)
  if (random.chance(0.5)) clients.push(DESKTOP)
  if (random.chance(0.15)) clients.push(MAC_MAIL)
  if (random.chance(0.08)) clients.push(IMAP_MAIL)
  if (random.chance(0.4)) clients.push(FILES)
  if (random.chance(0.5)) clients.push(CALLS)
  return clients
}

/** One program from a moment on: a day's use by the clock of the place, or of a shift. */
function live(place: Place, habit: Habit): void {
  const random = new Random(place.seed, place.random.next())
  const { client, isShift, sinceMs, where } = habit
  const program = new Program(random, habit, place.recorder)
  const isBusy = client.kind === 'desktop' || client.kind === 'vendor'
  const fromDay = place.fromMs - BEFORE_DAYS * DAY
  for (let day = fromDay; day < place.toMs; day += DAY) {
    const weekday = new Date(day + place.zoneMs).getUTCDay()
    const isWeekend = weekday === 0 || weekday === 6
    if (!random.chance(isShift ? 0.7 : isWeekend ? 0.15 : 0.9)) continue
    const start = isShift ? random.pick([6, 14, 22]) * HOUR : 8 * HOUR
    const uses = isBusy ? random.between(2, 5) : random.between(1, 4)
    const times = Array.from({ length: uses }, () =>
      Math.floor(start + random.share() * 9 * HOUR + MINUTE),
    ).toSorted((a, b) => a - b)
    for (const time of times) {
      const atMs = day + time - place.zoneMs
      if (sinceMs <= atMs) program.use(atMs, where(atMs))
    }
  }
}

/**
 * People of a partner who open files of this tenant, and people of this tenant who are guests
 * there: their sign-ins are in both tenants' logs. Returns the partner's logs.
 */
function guests(place: Place, staff: readonly Person[]): Recorder {
  const { random } = place
  const tenant: Tenant = { id: PARTNER, domain: 'partner.example.org' }
  const partner = new Recorder(random)
  const ours = { tenant: place.tenant, recorder: place.recorder }
  const theirs = { tenant, recorder: partner }
  const usual = { sinceMs: place.fromMs - BEFORE_DAYS * DAY, isShift: false }
  const office = addressIn(random, '213.95')
  const own = Array.from({ length: Math.max(3, Math.ceil(staff.length / 12)) }, (_, at) =>
    person(random, tenant, nameOf(random, at), addressIn(random, '87.122'), 10),
  )
  for (const who of own) {
    const their = { ...usual, person: who, where: () => office }
    live(
      { ...place, recorder: partner },
      { ...their, client: WEB_MAIL, resource: tenant, logs: [theirs] },
    )
    if (random.chance(0.5))
      live(place, { ...their, client: FILES, resource: place.tenant, logs: [ours, theirs] })
  }
  for (const who of random.sample(staff, Math.ceil(staff.length / 15)))
    live(
      { ...place, recorder: partner },
      {
        ...usual,
        person: who,
        where: () => who.home,
        client: FILES,
        resource: tenant,
        logs: [theirs, ours],
      },
    )
  return partner
}
