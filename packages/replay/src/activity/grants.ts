/** Two invented misuses of genuine tokens, as Storm-2372's and Midnight Blizzard's. */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, MINUTE } from '../world/calendar.ts'
import { ATTACKERS, type AuditRecord, type Token } from '../world/events.ts'
import { guid } from '../world/ids.ts'
import { certain } from '../world/truth.ts'
import type { Location, Person } from '../world/world.ts'
import { makeToken, signInOf, someMessages } from './life.ts'
import { bindRecord } from './mail.ts'
import {
  appOnlyRead,
  directoryChange,
  servicePrincipal,
  serviceSignIn,
  serviceToken,
} from './services.ts'
import { type DrawnDay, drawn, type TenantDay } from './tenant_day.ts'

const STREAM = 0x6772616e
const DEVICE_CODE_DAY: number = Date.UTC(2023, 5, 13)
const GRANT_DAY: number = Date.UTC(2023, 5, 8)
/** TEST-NET-3 (RFC 5737): in use nowhere. */
const INTRUDER_IP = '203.0.113.77'

export function misuseGrants(tenantDay: TenantDay): void {
  const day = drawn(tenantDay, STREAM)
  const { of, dayMs } = day
  const since = (dayMs - GRANT_DAY) / DAY
  if (of.habits.includes('device-code') && dayMs === DEVICE_CODE_DAY) deviceCode(day)
  if (of.habits.includes('new-grant') && dayMs === GRANT_DAY) newGrant(day)
  if (of.habits.includes('new-grant') && since >= 0 && since < 4) grantedReads(day)
}

function deviceCode(day: DrawnDay): void {
  const { world, of, dayMs, random, into } = day
  const owner = world.person(of, of.thefts.length + 2)
  const session = guid(random)
  const actor = { of, person: owner, random, session }
  const tokenAt = (atMs: number, origin: 'interactive' | 'non-interactive') =>
    makeToken(actor, atMs, apps.BROKER, apps.EXCHANGE, INTRUDER_IP, origin)
  const signedIn = (made: ReturnType<typeof tokenAt>, location: Location, protocol: string) => ({
    ...signInOf(actor, { ...made, ip: location.ip }, location),
    deviceId: '',
    protocol,
  })
  const root = tokenAt(dayMs + 11 * HOUR, 'interactive')
  into.signIns.push(signedIn(root, owner.office, 'deviceCode'))
  let token = root
  for (let use = 0; use < 24; use++) {
    const atMs = root.atMs + 6 * MINUTE + use * 9 * MINUTE
    if (use % 8 === 0 && use > 0) {
      token = tokenAt(atMs - 2 * MINUTE, 'non-interactive')
      const elsewhere = { ip: INTRUDER_IP, network: 64_511 }
      into.signIns.push(signedIn(token, elsewhere, 'none'))
    }
    const mailUse = { of, owner, token, atMs, client: apps.REST_CLIENT, random }
    misGranted(day, owner, bindRecord(mailUse, someMessages(random)), token)
  }
}

function newGrant(day: DrawnDay): void {
  const { world, of, dayMs, into } = day
  const admin = world.person(of, of.thefts.length + 1)
  const app = servicePrincipal(world, of, 'Mail Insights')
  const names = { Name: 'TargetId.ServicePrincipalNames', NewValue: app.app.id }
  const steps = [
    { operation: 'Add service principal.', properties: [names] },
    {
      operation: 'Consent to application.',
      properties: [
        { Name: 'ConsentContext.IsAdminConsent', NewValue: 'True' },
        { Name: 'ConsentContext.IsAppOnly', NewValue: 'True' },
        names,
      ],
    },
    {
      operation: 'Add app role assignment to service principal.',
      properties: [{ Name: 'AppRole.Value', NewValue: 'full_access_as_app' }, names],
    },
  ]
  for (const [at, step] of steps.entries()) {
    const atMs = dayMs + 10 * HOUR + at * MINUTE
    const record = directoryChange(day, admin, atMs, { ...step, target: app })
    into.audits.push({ ...record, falsePositive: directoryFalsePositive })
  }
}

/** Directory audit records carry no token: their verdict is undetermined. */
const directoryFalsePositive = {
  name: 'directory-audit-without-token',
  verdicts: ['undetermined', 'session-only'],
  reasons: ['no-token-id'],
} as const

function grantedReads(day: DrawnDay): void {
  const { world, of, dayMs, random, into } = day
  const app = servicePrincipal(world, of, 'Mail Insights')
  const token = serviceToken(app, dayMs + 13 * HOUR, apps.EXCHANGE, random, 'service-principal')
  into.signIns.push(serviceSignIn(of, app, token))
  for (let use = 0; use < 12; use++) {
    const owner = world.person(of, of.thefts.length + (use % 6))
    const atMs = token.atMs + (3 + use * 4) * MINUTE
    const record = appOnlyRead(day, owner, token, atMs)
    misGranted(day, owner, record, token)
  }
}

function misGranted(
  { of, into, truth }: TenantDay,
  owner: Person,
  record: AuditRecord,
  token: Token,
): void {
  into.audits.push({ ...record, falsePositive: ATTACKERS })
  truth.readMisGranted(of, owner.upn, record)
  truth.attackers(of, record, 'mis-granted', certain('issued'), {
    mailbox: owner.upn,
    messages: record.mail?.folders.reduce((sum, { items }) => sum + items.length, 0) ?? 0,
    tokenId: token.id.guid,
  })
}
