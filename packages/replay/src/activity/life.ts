/** Ordinary life. Tokens live up to 28 h, so records may be of the next day: callers sort. */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, isWeekend, MINUTE, SECOND } from '../world/calendar.ts'
import {
  type AuditRecord,
  auditRecord,
  graphCall,
  type Happenings,
  issuedFalsePositive,
  type SignIn,
  type SignInCategory,
  signInRow,
  type Token,
  useOf,
} from '../world/events.ts'
import { genuineTokenId, guid } from '../world/ids.ts'
import { mix, Random } from '../world/random.ts'
import type { Location, Organisation, Person, World } from '../world/world.ts'
import { owaTokenRecord } from './issuance_records.ts'
import {
  attachmentRecord,
  bindRecord,
  bulkRecord,
  itemRecord,
  type MailUse,
  searchRecord,
  syncRecord,
} from './mail.ts'

const STREAM = 0x6c696665
const MAILBOX = 9000
const MIGRATION_MS: number = Date.UTC(2023, 5, 5)

export type Actor = Pick<Person, 'upn' | 'displayName' | 'oid' | 'deviceId' | 'phoneId' | 'agent'>

export interface Working {
  readonly world: World
  readonly of: Organisation
  readonly person: Person
  readonly dayMs: number
  readonly random: Random
  readonly location: Location
  readonly session: string
  readonly startMs: number
}

export function livePersonDay(
  world: World,
  of: Organisation,
  person: Person,
  dayMs: number,
  into: Happenings,
): void {
  const day = workingDay(world, of, person, dayMs)
  if (day === undefined) return
  const { random } = day
  const first = firstSignIn(day)
  if (random.chance(0.08)) into.signIns.push(failedSignIn(day, first))
  into.signIns.push(first)
  useMailToken(day, first.token, into)
  const fetches = 3 + random.below(3)
  const step = (8.5 * HOUR) / fetches
  for (let fetch = 0; fetch < fetches; fetch++) {
    const atMs = Math.floor(day.startMs + step * fetch + random.below(step / 2) + 2 * MINUTE)
    liveFetch(day, atMs, into)
  }
  if (person.hasPhone) livePhone(day, into)
}

export function workingDay(
  world: World,
  of: Organisation,
  person: Person,
  dayMs: number,
): Working | undefined {
  const random = new Random(mix(world.seed, STREAM, of.index, person.index, dayMs / DAY))
  if (!random.chance((isWeekend(dayMs) ? 0.1 : 0.85) * of.thinness)) return undefined
  return {
    world,
    of,
    person,
    dayMs,
    random,
    location: random.chance(0.72) ? person.office : person.home,
    session: guid(random),
    startMs: dayMs + (8 - of.zone) * HOUR + random.below(100 * MINUTE),
  }
}

export function firstSignIn(day: Working): SignIn {
  const { startMs, location } = day
  const token = makeToken(day, startMs, mailApp(day), apps.EXCHANGE, location.ip, 'interactive')
  return signInOf(day, token, location)
}

function mailApp({ of, person, dayMs }: Working): apps.App {
  if (!person.inBrowser) return apps.OUTLOOK
  return of.habits.includes('app-migration') && dayMs >= MIGRATION_MS ? apps.NEW_OWA : apps.OWA
}

type UserToken = Token & { readonly origin: SignInCategory }

export function makeToken(
  { person, random, session }: Pick<Working, 'random' | 'session'> & { readonly person: Actor },
  atMs: number,
  app: apps.App,
  resource: apps.App,
  ip: string,
  origin: 'interactive' | 'non-interactive' = 'non-interactive',
): UserToken {
  const id = genuineTokenId(random)
  return { id, atMs, session, app, resource, ip, holder: person.oid, origin }
}

export const signInOf = (
  { of, person }: { readonly of: Organisation; readonly person: Actor },
  token: UserToken,
  location: Location,
): SignIn =>
  signInRow(of.tenant, {
    category: token.origin,
    token,
    name: person.upn,
    displayName: person.displayName,
    network: location.network,
    deviceId: token.app === apps.PHONE ? person.phoneId : person.deviceId,
    agent: agentOf(token.app, person),
  })

function agentOf(app: apps.App, person: Actor): string {
  if (app === apps.OUTLOOK) return apps.DESKTOP_AGENT
  if (app === apps.PHONE) return apps.PHONE_AGENT
  return person.agent
}

function failedSignIn(day: Working, first: SignIn): SignIn {
  const atMs = first.token.atMs - 20 * SECOND
  return {
    ...first,
    token: { ...first.token, id: genuineTokenId(day.random), atMs },
    errorCode: 50_126,
  }
}

function liveFetch(day: Working, atMs: number, into: Happenings): void {
  const { random, of, location } = day
  const draw = random.below(100)
  const [app, resource] =
    draw < 55
      ? [mailApp(day), apps.EXCHANGE]
      : draw < 70
        ? [random.chance(0.5) ? apps.SHAREPOINT : apps.ONEDRIVE, apps.SHAREPOINT]
        : draw < 85
          ? [apps.TEAMS, apps.TEAMS]
          : [apps.TEAMS, apps.GRAPH]
  const continuous = of.habits.includes('cae-27h') && random.chance(0.04)
  const token = makeToken(day, atMs, app, resource, location.ip)
  into.signIns.push({ ...signInOf(day, token, location), continuous })
  if (continuous && resource === apps.EXCHANGE) useLate(day, token, into)
  if (resource === apps.EXCHANGE) useMailToken(day, token, into)
  else if (resource === apps.SHAREPOINT) useFileToken(day, token, into)
  else if (resource === apps.TEAMS && random.chance(0.3)) into.audits.push(teamsRecord(day, token))
  else if (resource === apps.GRAPH && of.graph !== '') useGraphToken(day, token, into)
}

function useMailToken(day: Working, token: Token, into: Happenings): void {
  const { random, of } = day
  // The mail service hands its own token to its own pages; the log of that is rare before 2026.
  const owa = of.owaAuth && day.person.inBrowser && random.chance(0.12)
  let used = token
  if (owa) {
    const id = genuineTokenId(random)
    used = { ...token, id, atMs: token.atMs + 90 * SECOND, origin: 'owa' }
    into.audits.push(owaTokenRecord(of, day.person, used, token, random))
  }
  for (let left = random.chance(0.45) ? 1 + random.below(2) : 0; left > 0; left--) {
    const atMs = used.atMs + MINUTE + random.below(60 * MINUTE)
    into.audits.push(mailRecord(mailUse(day, used, atMs)))
  }
}

function useLate(day: Working, token: Token, into: Happenings): void {
  const atMs = token.atMs + 26 * HOUR + day.random.below(110 * MINUTE)
  const record = bindRecord(mailUse(day, token, atMs), someMessages(day.random))
  into.audits.push({ ...record, falsePositive: issuedFalsePositive('cae-27h') })
}

function mailUse(day: Working, token: Token, atMs: number): MailUse {
  const { of, person, random } = day
  const browser = token.app !== apps.OUTLOOK && token.app !== apps.PHONE
  const client = browser
    ? `Client=OWA;${person.agent};`
    : token.app === apps.PHONE
      ? apps.PHONE_CLIENT
      : apps.RPC_CLIENT
  return { of, owner: person, token, atMs, client, ...(browser && { clientAppId: '' }), random }
}

function mailRecord(use: MailUse): AuditRecord {
  const { random, of } = use
  const draw = random.below(100)
  // Without mailbox auditing the log has what administrators do, not what was read.
  if (of.habits.includes('no-mailbox-audit')) return searchRecord(use, 'invoice')
  if (draw < 62) return bindRecord(use, someMessages(random))
  if (draw < 70)
    return use.token.app === apps.OUTLOOK && of.index > 0
      ? ordinarySync(use)
      : bindRecord(use, someMessages(random))
  if (draw < 78) return itemRecord(use, 'Send', MAILBOX + random.below(MAILBOX))
  if (draw < 82) return itemRecord(use, 'Create', MAILBOX + random.below(MAILBOX))
  if (draw < 96)
    return bulkRecord(
      use,
      random.pick(['SoftDelete', 'HardDelete', 'MoveToDeletedItems', 'Move']),
      someMessages(random),
    )
  if (draw < 98 && of.habits.includes('attachment-access'))
    return {
      ...attachmentRecord(use, someMessages(random)),
      falsePositive: issuedFalsePositive('attachment-access'),
    }
  return searchRecord(use, random.pick(['budget', 'from:travel', 'itinerary', 'subject:notes']))
}

function ordinarySync(use: MailUse): AuditRecord {
  const isNewer = use.of.habits.includes('sync') && use.random.chance(0.5)
  const record = syncRecord(use, use.random.below(4), isNewer ? 50 : 2)
  return { ...record, falsePositive: issuedFalsePositive('sync') }
}

export function someMessages(random: Random): number[] {
  const first = random.below(MAILBOX)
  const count = random.chance(0.6) ? 1 : 2 + random.below(10)
  return Array.from({ length: count }, (_, offset) => first + offset)
}

function useFileToken(day: Working, token: Token, into: Happenings): void {
  for (let left = day.random.below(2); left > 0; left--) {
    const atMs = token.atMs + MINUTE + day.random.below(55 * MINUTE)
    const operation = day.random.pick(
      'FileAccessed FileAccessed FileDownloaded FileSyncDownloadedFull'.split(' '),
    )
    const name = `${day.random.pick(['notes', 'plan', 'report', 'minutes'])}-${day.random.below(400)}.docx`
    into.audits.push(
      fileRecord(day, token, atMs, { operation, site: 'teamwork', name, bytes: 40_000 }),
    )
  }
}

export interface FileUse {
  readonly operation: string
  readonly site: string
  readonly name: string
  readonly bytes?: number
}

export function fileRecord(
  { of, person, random }: Pick<Working, 'of' | 'random'> & { readonly person: Actor },
  token: Token,
  atMs: number,
  file: FileUse,
): AuditRecord {
  const site = `https://files.${of.domain}/sites/${file.site}/`
  const url = `${site}Shared Documents/${file.name}`
  const extension = file.name.slice(file.name.lastIndexOf('.') + 1)
  return auditRecord({
    atMs,
    id: guid(random),
    recordType: 6,
    operation: file.operation,
    workload: 'SharePoint',
    userId: person.upn,
    // SharePoint and Teams write the directory id where others write the PUID.
    userKey: person.oid,
    ip: token.ip,
    token: useOf(token, of.tenant),
    extra:
      `,"ObjectId":${JSON.stringify(url)},"ApplicationId":"${token.app.id}"` +
      `,"ApplicationDisplayName":"${token.app.name}","CorrelationId":"${guid(random)}"` +
      `,"EventSource":"SharePoint","ItemType":"File","ListItemUniqueId":"${guid(random)}"` +
      `,"SiteUrl":${JSON.stringify(site)},"SourceRelativeUrl":"Shared Documents"` +
      `,"SourceFileName":${JSON.stringify(file.name)},"SourceFileExtension":"${extension}"` +
      `,"UserAgent":${JSON.stringify(person.agent)}` +
      (file.bytes === undefined ? '' : `,"FileSizeBytes":${file.bytes}`),
  })
}

const teamsRecord = ({ of, person, random }: Working, token: Token): AuditRecord =>
  auditRecord({
    atMs: token.atMs + 3 * MINUTE + random.below(40 * MINUTE),
    id: guid(random),
    recordType: 25,
    operation: random.pick(['MessageRead', 'MessageSent', 'MessagesListed']),
    workload: 'MicrosoftTeams',
    userId: person.upn,
    userKey: person.oid,
    ip: token.ip,
    token: useOf(token, of.tenant),
    extra: `,"CommunicationType":"GroupChat","MessageId":"${1_684_000_000_000 + random.below(10 ** 9)}"`,
  })

function useGraphToken(day: Working, token: Token, into: Happenings): void {
  const { of, person, random } = day
  for (let left = random.below(2); left > 0; left--)
    into.calls.push(
      graphCall(of.tenant, token, {
        atMs: token.atMs + MINUTE + random.below(50 * MINUTE),
        id: guid(random),
        userOid: person.oid,
        agent: person.agent,
        uri: `https://graph.microsoft.com/v1.0/me/${random.pick(['calendarview', 'joinedTeams', 'drive/recent'])}`,
        bytes: 500 + random.below(20_000),
      }),
    )
}

function livePhone(day: Working, into: Happenings): void {
  const { random, person } = day
  const session = day.world.phoneSession(day.of, person, day.dayMs)
  for (let fetch = 0; fetch < 2; fetch++) {
    const atMs = day.dayMs + random.below(24 * HOUR)
    const actor = { person, random, session }
    const token = makeToken(actor, atMs, apps.PHONE, apps.EXCHANGE, person.mobile.ip)
    into.signIns.push(signInOf(day, token, person.mobile))
    if (random.chance(0.25) && !day.of.habits.includes('no-mailbox-audit'))
      into.audits.push(bindRecord(mailUse(day, token, atMs + 30 * SECOND), someMessages(random)))
  }
}
