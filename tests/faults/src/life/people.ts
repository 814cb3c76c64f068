/** Who lives in a world: tenants, their people, and what these use. */
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'

export interface Tenant {
  readonly id: string
  readonly domain: string
}

export interface App {
  readonly id: string
  readonly name: string
}

/** A program on a device, as the logs see it. */
export interface Client {
  readonly kind: 'browser' | 'phone' | 'desktop' | 'mac' | 'imap' | 'files' | 'calls' | 'vendor'
  readonly app: App
  readonly resource: App
  /** `ClientInfoString` of mailbox records; user agent of the others. */
  readonly text: string
  readonly agent: string
  /** Shortest and longest life of a token of this client's, in minutes. */
  readonly life: readonly [number, number]
  /** Share of days on which a person has to sign in anew. */
  readonly newSessions: number
}

export interface Person {
  readonly name: string
  readonly upn: string
  readonly oid: string
  /** Object id in another tenant, where this person is a guest. */
  readonly guestOid: string
  /** `UserKey` of mailbox records. */
  readonly puid: string
  readonly sid: string
  readonly tenant: Tenant
  readonly mailbox: string
  readonly home: string
  readonly deviceId: string
  /** Ids of messages in the mailbox, by folder. */
  readonly folders: readonly Folder[]
}

export interface Folder {
  readonly id: string
  readonly path: string
  readonly messages: readonly string[]
}

export const EXCHANGE: App = {
  id: '00000002-0000-0ff1-ce00-000000000000',
  name: 'Office 365 Exchange Online',
}
export const SHAREPOINT: App = {
  id: '00000003-0000-0ff1-ce00-000000000000',
  name: 'Office 365 SharePoint Online',
}
export const GRAPH: App = { id: '00000003-0000-0000-c000-000000000000', name: 'Microsoft Graph' }

const CHROMIUM = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
const BROWSER = `${CHROMIUM} Chrome/129.0.0.0 Safari/537.36`

export const WEB_MAIL: Client = {
  kind: 'browser',
  app: { id: '9199bf20-a13f-4107-85dc-02114787ef48', name: 'One Outlook Web' },
  resource: EXCHANGE,
  text: `Client=OWA;Action=ViaProxy;${BROWSER};`,
  agent: BROWSER,
  life: [60, 90],
  newSessions: 0.5,
}
export const PHONE: Client = {
  kind: 'phone',
  app: { id: '27922004-5251-4030-b22d-91ecd9a37ea4', name: 'Outlook Mobile' },
  resource: EXCHANGE,
  text: 'Client=OutlookService;Outlook-Android/2.0;',
  agent: 'Outlook-Android/2.0',
  life: [1200, 1680],
  newSessions: 0.01,
}
export const DESKTOP: Client = {
  kind: 'desktop',
  app: { id: 'd3590ed6-52b3-4102-aeff-aad2292ab01c', name: 'Microsoft Office' },
  resource: EXCHANGE,
  text: 'Client=MSExchangeRPC',
  agent: 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)',
  life: [60, 90],
  newSessions: 0.03,
}
export const MAC_MAIL: Client = {
  kind: 'mac',
  app: { id: 'f8d98a96-0999-43f5-8af3-69971c7bb423', name: 'Apple Internet Accounts' },
  resource: EXCHANGE,
  text: 'Client=WebServices;Mac OS X/14.6.1 (23G93); exchangesync/140.0;',
  agent: 'macOS/14.6.1 (23G93) dataaccessd/1.0',
  life: [60, 90],
  newSessions: 0.01,
}
export const IMAP_MAIL: Client = {
  kind: 'imap',
  app: { id: '9e5f94bc-e8a4-4e73-b8be-63364c29d753', name: 'Mozilla Thunderbird' },
  resource: EXCHANGE,
  text: 'Client=POP3/IMAP4;Protocol=IMAP4',
  agent: 'Thunderbird/115.15.0',
  life: [60, 90],
  newSessions: 0.02,
}
export const FILES: Client = {
  kind: 'files',
  app: { id: '08e18876-6177-487e-b8b5-cf950c1e598c', name: 'SharePoint Online Web Client' },
  resource: SHAREPOINT,
  text: BROWSER,
  agent: BROWSER,
  life: [60, 90],
  newSessions: 0.3,
}
export const CALLS: Client = {
  kind: 'calls',
  app: { id: '1fec8e78-bce4-4aaf-ab1b-5451cc387264', name: 'Microsoft Teams' },
  resource: GRAPH,
  text: 'Teams/24.9',
  agent: `${CHROMIUM} Teams/24243.1309.3132.617`,
  life: [60, 90],
  newSessions: 0.03,
}

/** An application of somebody else's, which reads mail for people who agreed to it, from its own addresses. */
export function vendorClient(random: Random, name: string): Client {
  return {
    kind: 'vendor',
    app: { id: guid(random), name },
    resource: EXCHANGE,
    text: 'Client=REST;Client=RESTSystem;;',
    agent: `${name}/4.2`,
    life: [60, 90],
    newSessions: 0.002,
  }
}

const FOLDERS = ['\\Inbox', '\\Sent Items', '\\Archive', '\\Projects']

/** The object id that a tenant knows a person by. */
export function oidIn(who: Person, tenant: Tenant): string {
  return who.tenant.id === tenant.id ? who.oid : who.guestOid
}

/** A person of a tenant's with a mailbox of her own. */
export function person(
  random: Random,
  tenant: Tenant,
  name: string,
  home: string,
  messages: number,
): Person {
  const oid = guid(random)
  return {
    name,
    upn: `${name}@${tenant.domain}`,
    oid,
    guestOid: guid(random),
    puid: `10032${oid.replaceAll('-', '').slice(0, 11).toUpperCase()}`,
    sid: `S-1-5-21-${random.below(2 ** 31)}-${random.below(2 ** 31)}-${random.between(1000, 99_999)}`,
    tenant,
    mailbox: guid(random),
    home,
    deviceId: guid(random),
    folders: FOLDERS.map((path, at) => ({
      id: `LgAAAAB${guid(random).replaceAll('-', '')}AQ`,
      path,
      messages: Array.from(
        { length: Math.ceil(messages / (at + 1)) },
        () => `<${guid(random)}@${random.chance(0.5) ? tenant.domain : 'mail.example.org'}>`,
      ),
    })),
  }
}

const GIVEN =
  'ada ben cleo dirk edda finn gesa hugo ines jonas kaja leon mara nils olga paul rosa sven tilda udo vera wim xenia yara zoe'.split(
    ' ',
  )
const FAMILY =
  'abel brandt conrad dreyer eriksen falk graf holm iversen jansen krog lund moritz nagel oster petri quist roth storm thiel urban voss winter zander'.split(
    ' ',
  )

/** A name that is one person's: the number distinguishes namesakes. */
export function nameOf(random: Random, index: number): string {
  return `${random.pick(GIVEN)}.${random.pick(FAMILY)}${index + 1}`
}

/** An address within a network that is written as its first octets. */
export function addressIn(random: Random, prefix: string): string {
  const octets = prefix.split('.')
  while (octets.length < 4) octets.push(String(random.between(1, 254)))
  return octets.join('.')
}
