/** What runs without anybody at a desk: phones at night, service principals, managed identities. */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, isWeekend, MINUTE } from '../world/calendar.ts'
import {
  type AuditRecord,
  auditRecord,
  type GraphCall,
  graphCall,
  type SignIn,
  signInRow,
  type Token,
} from '../world/events.ts'
import { genuineTokenId, guid, namedGuid } from '../world/ids.ts'
import { mix, type Random } from '../world/random.ts'
import type { Organisation, Person, World } from '../world/world.ts'
import { makeToken, signInOf, someMessages } from './life.ts'
import { bindRecord } from './mail.ts'
import { type DrawnDay, drawn, someone, type TenantDay } from './tenant_day.ts'

const STREAM = 0x73657276

interface ServicePrincipal {
  readonly app: apps.App
  readonly oid: string
  readonly ip: string
  readonly network: number
}

export function servicePrincipal(world: World, of: Organisation, name: string): ServicePrincipal {
  let draw = of.index
  for (let at = 0; at < name.length; at++) draw = mix(draw, name.charCodeAt(at))
  return {
    app: { id: namedGuid(mix(world.seed, STREAM, draw, 1)), name },
    oid: namedGuid(mix(world.seed, STREAM, draw, 2)),
    ip: `198.18.${200 + (of.index % 50)}.${1 + (draw % 250)}`,
    network: 64_510,
  }
}

export function liveServices(tenantDay: TenantDay): void {
  const day = drawn(tenantDay, STREAM)
  const { world, of, dayMs, random, into } = day
  phonesByNight(day)
  const archive = servicePrincipal(world, of, 'Archive Service')
  const tickets = servicePrincipal(world, of, 'Ticket Sync')
  for (let hour = 1; hour < 24; hour += 6) {
    const atMs = dayMs + hour * HOUR + random.below(50 * MINUTE)
    const token = serviceToken(archive, atMs, apps.EXCHANGE, random, 'service-principal')
    into.signIns.push(serviceSignIn(of, archive, token))
    if (hour === 7 && !isWeekend(dayMs) && !of.habits.includes('no-mailbox-audit'))
      into.audits.push(appOnlyRead(day, someone(day), token, token.atMs + 5 * MINUTE))
    const other = serviceToken(tickets, atMs + MINUTE, apps.GRAPH, random, 'managed-identity')
    into.signIns.push(serviceSignIn(of, tickets, other))
    if (of.graph !== '') into.calls.push(ticketCall(of, tickets, other, random))
  }
}

/** Devices that fetch a token every hour, so that an hour without any is a gap in the log. */
function phonesByNight({ world, of, dayMs, random, into }: DrawnDay): void {
  // Of the first tenant every hour must have a sign-in, at any scale.
  const step = of.index === 0 || world.scale >= 0.5 ? 1 : 2
  const first = of.thefts.length
  for (let hour = 0; hour < 24; hour += step) {
    const index = first + ((hour * 7 + dayMs / DAY) % (of.headcount - first))
    const person = world.person(of, index)
    const atMs = dayMs + hour * HOUR + random.below(55 * MINUTE)
    const session = world.phoneSession(of, person, dayMs)
    const actor = { of, person, random, session }
    const token = makeToken(actor, atMs, apps.PHONE, apps.EXCHANGE, person.mobile.ip)
    into.signIns.push(signInOf(actor, token, person.mobile))
  }
}

export function serviceToken(
  principal: ServicePrincipal,
  atMs: number,
  resource: apps.App,
  random: Random,
  origin: 'service-principal' | 'managed-identity',
): Token {
  const { app, ip, oid } = principal
  return { id: genuineTokenId(random), atMs, session: '', app, resource, ip, holder: oid, origin }
}

export const serviceSignIn = (
  of: Organisation,
  principal: ServicePrincipal,
  token: Token,
): SignIn =>
  signInRow(of.tenant, {
    category: token.origin === 'managed-identity' ? 'managed-identity' : 'service-principal',
    token,
    name: principal.app.name,
    displayName: principal.app.name,
    network: principal.network,
  })

export function appOnlyRead(
  { of, random }: Pick<DrawnDay, 'of' | 'random'>,
  owner: Person,
  token: Token,
  atMs: number,
): AuditRecord {
  const use = { of, owner, token, atMs, client: apps.REST_CLIENT, random }
  const record = bindRecord(use, someMessages(random))
  // Exchange writes user type 5 and the application in the user's place.
  return { ...record, userId: token.app.id, userKey: token.app.id, userType: 5 }
}

const ticketCall = (
  of: Organisation,
  tickets: ServicePrincipal,
  token: Token,
  random: Random,
): GraphCall =>
  graphCall(of.tenant, token, {
    atMs: token.atMs + 2 * MINUTE,
    id: guid(random),
    servicePrincipalId: tickets.oid,
    agent: 'ticket-sync/2.1',
    uri: 'https://graph.microsoft.com/v1.0/users?$select=id,displayName',
    bytes: 9000 + random.below(2000),
  })

interface DirectoryChange {
  readonly operation: string
  readonly target: ServicePrincipal
  readonly properties: readonly { readonly Name: string; readonly NewValue: string }[]
}

export function directoryChange(
  { of, random }: Pick<DrawnDay, 'of' | 'random'>,
  by: Person,
  atMs: number,
  { operation, target, properties }: DirectoryChange,
): AuditRecord {
  const targets = [
    { ID: `ServicePrincipal_${target.oid}`, Type: 2 },
    { ID: target.oid, Type: 2 },
    { ID: 'ServicePrincipal', Type: 2 },
    { ID: target.app.name, Type: 1 },
    { ID: target.app.id, Type: 2 },
  ]
  const actors = [
    { ID: by.upn, Type: 5 },
    { ID: `User_${by.oid}`, Type: 2 },
  ]
  const changed = properties.map((property) => ({ ...property, OldValue: '' }))
  return auditRecord({
    atMs,
    id: guid(random),
    recordType: 8,
    operation,
    workload: 'AzureActiveDirectory',
    result: 'Success',
    userId: by.upn,
    userKey: `${by.puid}@${of.domain}`,
    extra:
      `,"ObjectId":"${target.app.id}","AzureActiveDirectoryEventType":1` +
      `,"ModifiedProperties":${JSON.stringify(changed)},"Actor":${JSON.stringify(actors)}` +
      `,"ActorContextId":"${of.tenant}","Target":${JSON.stringify(targets)},"TargetContextId":"${of.tenant}"`,
  })
}
