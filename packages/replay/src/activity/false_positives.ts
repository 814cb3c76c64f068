/** Ordinary records that look like a forged token to a simple join: planted, and labelled. */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, isWeekend, isWithin, MINUTE, WINDOW } from '../world/calendar.ts'
import {
  type AuditRecord,
  type FalsePositive,
  graphCall,
  type Happenings,
  issuedFalsePositive,
  type SignIn,
  type Token,
  unseenFalsePositive,
  useOf,
} from '../world/events.ts'
import { genuineTokenId, guid, namedGuid, paddedSpelling } from '../world/ids.ts'
import type { Habit } from '../world/organisations.ts'
import { mix, type Random } from '../world/random.ts'
import { OUTAGE } from '../world/truth.ts'
import type { Organisation, Person } from '../world/world.ts'
import { type Actor, fileRecord, makeToken, signInOf, someMessages } from './life.ts'
import { bindRecord } from './mail.ts'
import { appOnlyRead } from './services.ts'
import { type DrawnDay, drawn, someone, type TenantDay } from './tenant_day.ts'

const STREAM = 0x74726170
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const ELSEWHERE = '5b1f9c1e-70f4-4a53-9d0c-3b0f3a7d2c11'

const ONCE: readonly {
  readonly habit: Habit
  readonly onMs: number
  readonly times: number
  readonly plant: (day: DrawnDay, use: number) => void
}[] = [
  { habit: 'before-window', onMs: WINDOW.fromMs, times: 12, plant: earlier },
  { habit: 'late-arrival', onMs: WINDOW.toMs - DAY, times: 8, plant: undelivered },
  {
    habit: 'backup-authentication',
    onMs: OUTAGE.fromMs - (OUTAGE.fromMs % DAY),
    times: 6,
    plant: backedUp,
  },
]

export function plantFalsePositives(tenantDay: TenantDay): void {
  const day = drawn(tenantDay, STREAM)
  const { of, dayMs, random, into } = day
  const has = (habit: Habit) => of.habits.includes(habit)
  for (const { habit, onMs, times, plant } of ONCE) {
    if (!has(habit) || dayMs !== onMs) continue
    for (let use = 0; use < times; use++) plant(day, use)
  }
  if (isWeekend(dayMs)) return
  if (has('guest')) guestDay(day)
  if (has('other-tenant') && random.chance(0.3)) into.audits.push(stranger(day))
  if (has('first-party-app-only')) firstPartyDay(day)
}

const unseen = (person: Person, atMs: number, random: Random): Token => ({
  id: genuineTokenId(random),
  atMs,
  session: guid(random),
  app: apps.PHONE,
  resource: apps.EXCHANGE,
  ip: person.mobile.ip,
  holder: person.oid,
  origin: 'none',
})

function phoneRead({ of, random }: DrawnDay, person: Person, token: Token, atMs: number) {
  const use = { of, owner: person, token, atMs, client: apps.PHONE_CLIENT, random }
  return bindRecord(use, someMessages(random))
}

function earlier(day: DrawnDay, use: number): void {
  const { of, random, into } = day
  const person = someone(day)
  const token = unseen(person, WINDOW.fromMs - HOUR - random.below(3 * HOUR), random)
  const record = phoneRead(day, person, token, WINDOW.fromMs + use * 40 * MINUTE)
  const written = useOf(token, of.tenant)
  into.audits.push({
    ...record,
    token: use % 2 === 0 ? written : { ...written, issuedAtMs: 0 },
    falsePositive: unseenFalsePositive('before-window', 'before-issuance-window'),
  })
}

function undelivered(day: DrawnDay, use: number): void {
  const person = someone(day)
  const token = unseen(person, WINDOW.toMs - 70 * MINUTE + use * MINUTE, day.random)
  const record = phoneRead(day, person, token, WINDOW.toMs - 40 * MINUTE + use * MINUTE)
  day.into.audits.push({
    ...record,
    falsePositive: unseenFalsePositive('late-arrival', 'late-arrival-margin'),
  })
}

/** Signed in through the backup service, which leaves a row; the tokens that it gave later leave none. */
function backedUp(day: DrawnDay, use: number): void {
  const { of, random, into } = day
  const person = someone(day)
  const atMs = OUTAGE.fromMs + (20 + use) * MINUTE
  const token = unseen(person, atMs + 30 * MINUTE, random)
  const root = { ...token, id: genuineTokenId(random), atMs, origin: 'interactive' as const }
  into.signIns.push(signInOf({ of, person }, root, person.mobile))
  const record = phoneRead(day, person, token, token.atMs + 5 * MINUTE)
  const falsePositive = unseenFalsePositive('backup-authentication', 'backup-authentication')
  into.audits.push({ ...record, falsePositive })
}

/** Three guests from a partner work on files: their tokens are issued here, their home is elsewhere. */
function guestDay({ of, dayMs, random, into }: DrawnDay): void {
  for (const name of ['ines.berg', 'kamal.lund', 'rosa.weiss']) {
    const location = { ip: `198.19.252.${10 + name.length}`, network: 65_551 }
    const session = guid(random)
    const startMs = dayMs + 9 * HOUR + random.below(3 * HOUR)
    const day = { person: guestOf(of, name), random, session, of, location }
    const app = apps.SHAREPOINT
    const token = makeToken(day, startMs, app, app, location.ip, 'interactive')
    const signIn = {
      ...signInOf(day, token, location),
      name: `${name}@partner.example.net`,
      crossTenant: name === 'rosa.weiss' ? 'b2bDirectConnect' : 'b2bCollaboration',
      homeTenant: ELSEWHERE,
    }
    into.signIns.push(signIn)
    const file = { operation: 'FileAccessed', site: 'joint', name: 'joint-statement.docx' }
    const record = fileRecord(day, token, token.atMs + 4 * MINUTE, { ...file, bytes: 31_000 })
    into.audits.push({ ...record, userType: 10, falsePositive: issuedFalsePositive('b2b-guest') })
    // A token without any authorisation passes through on its way to another tenant.
    if (random.chance(0.2)) {
      const passing = { ...token, id: genuineTokenId(random) }
      into.signIns.push({ ...signIn, token: passing, crossTenant: 'passthrough' })
    }
  }
}

const guestOf = (of: Organisation, name: string): Actor => ({
  upn: `${name}_partner.example.net#EXT#@${of.domain}`,
  displayName: name,
  oid: namedGuid(mix(STREAM, of.index, name.length)),
  deviceId: '',
  phoneId: '',
  agent: apps.BROWSERS[0] ?? '',
})

/** A delegate from another tenant, or with a personal account: his token was issued where no log is from. */
function stranger(day: DrawnDay): AuditRecord {
  const { of, dayMs, random } = day
  const owner = someone(day)
  const isPersonal = random.chance(0.5)
  const home = isPersonal ? CONSUMERS : ELSEWHERE
  const token: Token = {
    ...unseen(owner, dayMs + 12 * HOUR, random),
    app: apps.OWA,
    ip: '198.19.253.9',
    holder: namedGuid(mix(STREAM, of.index, isPersonal ? 3 : 4)),
  }
  const client = `Client=OWA;${apps.BROWSERS[0]};`
  const atMs = token.atMs + MINUTE
  const use = { of, owner, token, atMs, client, clientAppId: '', random }
  const record = bindRecord(use, someMessages(random))
  return {
    ...record,
    userId: isPersonal ? 'jules.moreau@mail.example.com' : 'lena.quist@partner.example.net',
    userKey: '',
    userType: 10,
    token: useOf(token, home),
    mail: record.mail === undefined ? undefined : { ...record.mail, logonType: 2 },
    extra: `,"ExternalUserTenantId":"${home}"`,
    falsePositive: unseenFalsePositive(
      isPersonal ? 'personal-account' : 'other-tenant',
      'other-tenant-issuer',
    ),
  }
}

function firstPartyDay(day: DrawnDay): void {
  const { world, of, dayMs, random, into } = day
  const person = someone(day)
  const oid = namedGuid(mix(world.seed, STREAM, of.index, 5))
  const token: Token = {
    ...unseen(person, dayMs + 3 * HOUR, random),
    session: '',
    app: apps.SEARCH_SERVICE,
    resource: apps.GRAPH,
    ip: '198.18.250.4',
    holder: oid,
  }
  const falsePositive = unseenFalsePositive('first-party-app-only', 'first-party-app-only')
  for (let use = 0; use < 2; use++)
    into.calls.push(
      graphCall(of.tenant, token, {
        atMs: token.atMs + (2 + use) * MINUTE,
        id: guid(random),
        servicePrincipalId: oid,
        uri: 'https://graph.microsoft.com/v1.0/search/query',
        bytes: 1500,
        falsePositive,
      }),
    )
  const mail = { ...token, id: genuineTokenId(random), resource: apps.EXCHANGE }
  into.audits.push({ ...appOnlyRead(day, person, mail, mail.atMs + 9 * MINUTE), falsePositive })
  directoryCall(day, person)
}

function directoryCall({ of, dayMs, random, into }: DrawnDay, person: Person): void {
  const day = { person, random, session: guid(random), of }
  const atMs = dayMs + 14 * HOUR
  const token = makeToken(day, atMs, apps.OUTLOOK, apps.DIRECTORY_GRAPH, person.office.ip)
  into.signIns.push(signInOf(day, token, person.office))
  into.calls.push(
    graphCall(of.tenant, token, {
      atMs: atMs + 7 * MINUTE,
      id: guid(random),
      token: { ...useOf(token, of.tenant), spelled: paddedSpelling(token.id.uti) },
      userOid: person.oid,
      uri: `https://graph.windows.net/${of.tenant}/users/${person.oid}?api-version=1.61-internal`,
      bytes: 1500,
      directory: true,
      falsePositive: issuedFalsePositive('padded-token-id'),
    }),
  )
}

/** Rows name the backup service, and some are not there: their tokens' ids go to `lost`. */
export function loseSignIns(
  of: Organisation,
  from: Happenings,
  lost: Map<string, FalsePositive>,
): SignIn[] {
  if (!of.habits.includes('backup-authentication')) return from.signIns
  const backup = unseenFalsePositive('backup-authentication', 'backup-authentication')
  return from.signIns.flatMap((signIn, at) => {
    if (!isWithin(OUTAGE, signIn.token.atMs)) return [signIn]
    const isLost = signIn.category === 'non-interactive' && at % 3 === 0
    if (isLost) lost.set(signIn.token.id.uti, backup)
    return isLost ? [] : [{ ...signIn, issuer: 'AzureADBackupAuth' }]
  })
}
