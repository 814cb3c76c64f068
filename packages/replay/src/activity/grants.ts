/**
 * Two misuses of genuine tokens beside the main one, so that "forged" is not the only answer: a device-code
 * sign-in that a user completed for somebody else (as Storm-2372's), and a new application grant that reads
 * mailboxes by itself (as Midnight Blizzard's). Invented events in two of the tenants.
 *
 * @module
 */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, MINUTE } from '../world/calendar.ts'
import {
  ATTACKERS,
  type AuditRecord,
  type Happenings,
  type SignIn,
  type Token,
} from '../world/events.ts'
import { genuineTokenId, guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import type { Expectation, Truth } from '../world/truth.ts'
import type { Organisation, Person, World } from '../world/world.ts'
import { someMessages } from './life.ts'
import { bindRecord } from './mail.ts'
import {
  appOnlyRead,
  directoryChange,
  servicePrincipal,
  serviceSignIn,
  serviceToken,
} from './services.ts'

const STREAM = 0x6772616e
const DEVICE_CODE_DAY: number = Date.UTC(2023, 5, 13)
const GRANT_DAY: number = Date.UTC(2023, 5, 8)
/** TEST-NET-3 (RFC 5737): nobody's. */
const INTRUDER_IP = '203.0.113.77'
const ISSUED: Expectation = { determinable: true, verdicts: ['issued'], reasons: [] }

/** Adds the mis-granted accesses that fall on a day. */
export function misuseGrants(
  world: World,
  of: Organisation,
  dayMs: number,
  into: Happenings,
  truth: Truth,
): void {
  const random = world.random(STREAM, of.index, dayMs / DAY)
  const since = (dayMs - GRANT_DAY) / DAY
  if (of.habits.includes('device-code') && dayMs === DEVICE_CODE_DAY)
    deviceCode(world, of, dayMs, random, into, truth)
  if (of.habits.includes('new-grant') && dayMs === GRANT_DAY)
    newGrant(world, of, dayMs, random, into)
  if (of.habits.includes('new-grant') && since >= 0 && since < 4)
    grantedReads(world, of, dayMs, random, into, truth)
}

/** The user types the code where he always works; the tokens are used elsewhere. */
function deviceCode(
  world: World,
  of: Organisation,
  dayMs: number,
  random: Random,
  into: Happenings,
  truth: Truth,
): void {
  const owner = world.person(of, of.thefts.length + 2)
  const session = guid(random)
  const root = tokenFor(owner, dayMs + 11 * HOUR, apps.BROKER, session, 'interactive', random)
  into.signIns.push(signIn(of, owner, root, 'deviceCode', owner.office.ip, owner.office.network))
  let token = root
  for (let use = 0; use < 24; use++) {
    const atMs = root.atMs + 6 * MINUTE + use * 9 * MINUTE
    if (use % 8 === 0 && use > 0) {
      token = tokenFor(owner, atMs - 2 * MINUTE, apps.BROKER, session, 'non-interactive', random)
      into.signIns.push(signIn(of, owner, token, 'none', INTRUDER_IP, 64_511))
    }
    const record = bindRecord(
      {
        of,
        owner,
        token,
        atMs,
        ip: INTRUDER_IP,
        client: apps.REST_CLIENT,
        clientAppId: apps.BROKER.id,
        random,
      },
      someMessages(random),
      'False',
    )
    misGranted(of, owner, record, token, into, truth)
  }
}

function tokenFor(
  owner: Person,
  atMs: number,
  app: apps.App,
  session: string,
  origin: 'interactive' | 'non-interactive',
  random: Random,
): Token {
  const id = genuineTokenId(random)
  const ip = INTRUDER_IP
  return { id, atMs, session, app, resource: apps.EXCHANGE, ip, holder: owner.oid, origin }
}

function signIn(
  of: Organisation,
  owner: Person,
  token: Token,
  protocol: string,
  ip: string,
  network: number,
): SignIn {
  return {
    category: token.origin === 'interactive' ? 'interactive' : 'non-interactive',
    token: { ...token, ip },
    name: owner.upn,
    displayName: owner.displayName,
    network,
    deviceId: '',
    agent: owner.agent,
    errorCode: 0,
    protocol,
    issuer: 'AzureAD',
    crossTenant: 'none',
    homeTenant: of.tenant,
    continuous: false,
  }
}

/** An administrator's account consents to a new application and gives it every mailbox. */
function newGrant(
  world: World,
  of: Organisation,
  dayMs: number,
  random: Random,
  into: Happenings,
): void {
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
  for (const [at, { operation, properties }] of steps.entries()) {
    const atMs = dayMs + 10 * HOUR + at * MINUTE
    const record = directoryChange(of, admin, atMs, operation, app, properties, random)
    into.audits.push({ ...record, trap: directoryTrap })
  }
}

/** Directory audit records carry no token: nothing can be said of it. */
const directoryTrap = {
  name: 'directory-audit-without-token',
  verdicts: ['undetermined', 'session-only'],
  reasons: ['no-token-id'],
} as const

function grantedReads(
  world: World,
  of: Organisation,
  dayMs: number,
  random: Random,
  into: Happenings,
  truth: Truth,
): void {
  const app = servicePrincipal(world, of, 'Mail Insights')
  const token = serviceToken(app, dayMs + 13 * HOUR, apps.EXCHANGE, random, 'service-principal')
  into.signIns.push(serviceSignIn(of, app, token))
  for (let use = 0; use < 12; use++) {
    const owner = world.person(of, of.thefts.length + (use % 6))
    const atMs = token.atMs + (3 + use * 4) * MINUTE
    const record = appOnlyRead(of, owner, token, atMs, someMessages(random), random)
    misGranted(of, owner, record, token, into, truth)
  }
}

function misGranted(
  of: Organisation,
  owner: Person,
  record: AuditRecord,
  token: Token,
  into: Happenings,
  truth: Truth,
): void {
  into.audits.push({ ...record, trap: ATTACKERS })
  truth.readMisGranted(of, owner.upn, record)
  truth.attackers(of, record, 'mis-granted', ISSUED, {
    mailbox: owner.upn,
    messages: record.mail?.folders.reduce((sum, { items }) => sum + items.length, 0) ?? 0,
    tokenId: token.id.guid,
  })
}
