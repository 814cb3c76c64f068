/** Nothing is stored: all is computed from the seed, so memory does not grow with the world. */
import { BROWSERS } from './apps.ts'
import type { ReadItem } from './events.ts'
import { guid, namedGuid } from './ids.ts'
import { ORGANISATIONS, type OrganisationPlan, PROVIDER } from './organisations.ts'
import { mix, Random } from './random.ts'

export interface Organisation extends OrganisationPlan {
  readonly index: number
  readonly tenant: string
  readonly salt: number
  readonly headcount: number
  /** Share of the ordinary activity a person at this scale has: below 1 where there are fewer people than the least. */
  readonly thinness: number
}

export interface Person {
  readonly index: number
  readonly upn: string
  readonly displayName: string
  readonly oid: string
  readonly puid: string
  readonly mailboxId: string
  readonly sid: string
  readonly group: string
  readonly deviceId: string
  readonly phoneId: string
  readonly agent: string
  readonly inBrowser: boolean
  readonly hasPhone: boolean
  readonly office: Location
  readonly home: Location
  readonly mobile: Location
}

export interface Location {
  readonly ip: string
  readonly network: number
}

/** Fewest people an organisation has, so that there are victims, colleagues and neighbours at any scale. */
const FEWEST = 12
const FEWEST_STATE = 24
/** Least share of ordinary activity: with less, some days of a log would show nobody, and the log would end early. */
const LEAST_LIFE = 0.5
const CAPPED_FROM = 0.25
const CACHED_PEOPLE = 20_000

const KIND = { organisation: 1, person: 2, message: 3, folder: 4, phone: 5 } as const

const GIVEN = (
  'Avery Bela Casey Dana Emery Farah Glenn Hanna Ines Jules Kamal Lena Marek Nadia Oscar Priya ' +
  'Quinn Rosa Samir Tove Uma Viktor Wanda Xenia Yusuf Zora'
).split(' ')
const FAMILY = (
  'Abbott Berg Carver Dahl Eriksen Fontaine Grant Hale Ivers Jensen Keller Lund Moreau Nolan Okafor ' +
  'Perez Quist Rowan Silva Thorne Ueda Varga Weiss Yates Zeman'
).split(' ')
const TOPICS = (
  'agenda budget briefing calendar contract draft draught-relief export-licence fisheries itinerary ' +
  'meeting minutes negotiation notes port-visit press quarterly readout review schedule statement ' +
  'summit tariff training travel visit'
).split(' ')

/** Folders of a mailbox with the share of its messages; some tenants see them in their own language. */
const FOLDERS: readonly (readonly string[])[] = [
  ['\\Inbox', '\\Sent Items', '\\Archive', '\\Inbox\\Travel'],
  ['\\Boîte de réception', '\\Éléments envoyés', '\\Archive', '\\Brouillons'],
  ['\\受信トレイ', '\\送信済みアイテム', '\\アーカイブ', '\\下書き'],
]

export class World {
  readonly seed: number
  readonly scale: number
  readonly organisations: readonly Organisation[]
  readonly provider: Organisation
  readonly #people = new Map<number, Person>()

  /** @throws {RangeError} if the seed is no unsigned 32-bit number or the scale not in `[0.001, 1000]` */
  constructor(seed: number, scale: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
      throw new RangeError('seed must be a whole number from 0 to 4294967295')
    if (!(scale >= 0.001 && scale <= 1000)) throw new RangeError('scale must be from 0.001 to 1000')
    this.seed = seed
    this.scale = scale
    this.organisations = ORGANISATIONS.map((plan, index) => organisation(seed, scale, plan, index))
    this.provider = organisation(seed, 1, PROVIDER, ORGANISATIONS.length)
  }

  person(of: Organisation, index: number): Person {
    const key = of.index * 2 ** 32 + index
    const known = this.#people.get(key)
    if (known !== undefined) return known
    const person = makePerson(this.seed, of, index)
    if (this.#people.size >= CACHED_PEOPLE) this.#people.clear()
    this.#people.set(key, person)
    return person
  }

  /** The session of a person's phone: signed in once a week, apart from that of the desk. */
  phoneSession(of: Organisation, person: Person, dayMs: number): string {
    const week = Math.floor(dayMs / (7 * 86_400_000))
    return namedGuid(mix(this.seed, KIND.phone, of.index, person.index, week))
  }

  random(...parts: readonly number[]): Random {
    return new Random(mix(this.seed, ...parts))
  }
}

function organisation(
  seed: number,
  scale: number,
  plan: OrganisationPlan,
  index: number,
): Organisation {
  // More people would push the victims out of a capped export; fewer would not fill it.
  const isCapped = plan.habits.includes('row-cap') && scale >= CAPPED_FROM
  const people = plan.people * (isCapped ? 1 : scale)
  const headcount = Math.max(index === 0 ? FEWEST_STATE : FEWEST, Math.round(people))
  return {
    ...plan,
    index,
    tenant: namedGuid(mix(seed, KIND.organisation, index)),
    salt: mix(seed, KIND.organisation, index),
    headcount,
    thinness: Math.min(1, Math.max(people / headcount, LEAST_LIFE)),
  }
}

function makePerson(seed: number, of: Organisation, index: number): Person {
  const random = new Random(mix(seed, KIND.person, of.index, index))
  const given = GIVEN[(index * 7 + of.index) % GIVEN.length] ?? 'Avery'
  const family = FAMILY[(index * 3 + of.index * 5) % FAMILY.length] ?? 'Abbott'
  const round = Math.floor(index / (GIVEN.length * FAMILY.length))
  const local = `${given}.${family}${round === 0 ? '' : round + 1}`.toLowerCase()
  const number = of.index * 512 + (index % 512)
  return {
    index,
    upn: `${local}@${of.domain}`,
    displayName: `${given} ${family}`,
    oid: guid(random),
    puid: random.next().toString(16).padStart(8, '0').padStart(16, '10032001').toUpperCase(),
    mailboxId: guid(random),
    sid: `S-1-5-21-${random.next()}-${random.next()}-${of.index + 1000}-${index + 1000}`,
    group: of.thefts[index]?.group ?? of.groups[index % of.groups.length] ?? '',
    deviceId: guid(random),
    phoneId: guid(random),
    agent: random.pick(BROWSERS),
    inBrowser: random.chance(0.5),
    hasPhone: random.chance(0.4),
    // The ranges for benchmarks (RFC 2544) and for documentation (RFC 3849): nobody's.
    office: { ip: `198.18.${of.index}.${10 + (index % 200)}`, network: 64_496 + (of.index % 14) },
    home: {
      ip: `198.19.${number % 251}.${1 + ((index * 13) % 250)}`,
      network: 65_536 + (number % 14),
    },
    mobile: {
      ip: `2001:db8:${(of.index + 16).toString(16)}:${(index % 65_521).toString(16)}::${(1 + random.below(65_000)).toString(16)}`,
      network: 65_550,
    },
  }
}

export function messageOf(of: Organisation, mailbox: number, index: number): ReadItem {
  const draw = mix(KIND.message, of.salt, mailbox, index)
  const other = mix(draw, index)
  const hex = draw.toString(16).padStart(8, '0') + other.toString(16).padStart(8, '0')
  const topic = TOPICS[draw % TOPICS.length] ?? ''
  return {
    messageId: `<${hex}.${mailbox}.${index}@mail.${of.domain}>`,
    itemId: `AAMkAD${hex}${mailbox.toString(36)}AAAZ${index.toString(36)}AAA=`,
    bytes: 2000 + (other % 90_000),
    subject: draw % 3 === 0 ? `Re: ${topic} ${other % 100}` : `${topic} ${other % 100}`,
  }
}

export function folderOf(
  of: Organisation,
  mailbox: number,
  index: number,
): { readonly id: string; readonly path: string } {
  const names = FOLDERS[of.zone === 9 ? 2 : of.zone === 1 ? 1 : 0] ?? []
  const draw = mix(KIND.folder, of.salt, mailbox, Math.floor(index / 40)) % 10
  const folder = draw < 6 ? 0 : draw < 8 ? 1 : draw < 9 ? 2 : 3
  return { id: folderId(of, mailbox, folder), path: names[folder] ?? '\\Inbox' }
}

/** The id of a mailbox's folder: 0 the inbox, 1 sent items, 2 the archive, 3 another. */
export function folderId(of: Organisation, mailbox: number, folder: number): string {
  const draw = mix(KIND.folder, of.salt, mailbox, 7 + folder)
  return `LgAAAAD${draw.toString(36).padStart(8, '0')}${of.index.toString(36)}AQC${mailbox.toString(36)}AAAAAAEM${folder}AAB`
}
