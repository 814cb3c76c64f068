/**
 * Tokens of one program of one person's: sign-ins, sessions, renewals, as an identity provider logs them.
 */
import { genuineTokenId, guid, type TokenId } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { MINUTE, seconds, ticks } from '../world/times.ts'
import type { Category, Json } from '../world/world.ts'
import { type Client, oidIn, type Person, type Tenant } from './people.ts'
import type { Recorder } from './recorder.ts'

type UserCategory = Extract<Category, 'interactive' | 'non-interactive'>

/** A token in use. */
export interface Token {
  readonly id: TokenId
  readonly issuedMs: number
  readonly expiresMs: number
  readonly session: string
  readonly ip: string
}

/** A tenant's logs: it knows a guest by another object id than his own tenant does. */
export interface LogOf {
  readonly tenant: Tenant
  readonly recorder: Recorder
}

/** Whose tokens, of which program, for which tenant's resource, in whose logs. */
export interface Holder {
  readonly person: Person
  readonly client: Client
  /** Whose mailbox this person reads, too, as a delegate. */
  readonly manager?: Person
  /** The tenant whose resource is used: another one where the person is a guest. */
  readonly resource: Tenant
  /** The logs in which the sign-ins are: the resource tenant's, and the home tenant's. */
  readonly logs: readonly LogOf[]
}

/** The tokens of one program, one after the other. */
export class TokenSource {
  readonly #random: Random
  readonly #holder: Holder
  #session = ''
  #token: Token | undefined

  constructor(random: Random, holder: Holder) {
    this.#random = random
    this.#holder = holder
  }

  /** The token that is used now: the last one where it is still good, else a new one. */
  at(ms: number, ip: string): Token {
    const { client } = this.#holder
    const random = this.#random
    if (this.#token !== undefined && ms < this.#token.expiresMs) return this.#token
    const isNew = this.#session === '' || random.chance(client.newSessions)
    if (isNew) this.#session = guid(random)
    const issuedMs = ms - random.between(1000, 9000)
    this.#token = {
      id: genuineTokenId(random),
      issuedMs,
      expiresMs: issuedMs + random.between(client.life[0], client.life[1]) * MINUTE,
      session: this.#session,
      ip,
    }
    const isFailedFirst = isNew && random.chance(0.06)
    if (isFailedFirst)
      this.#log(
        'interactive',
        { ...this.#token, id: genuineTokenId(random), issuedMs: issuedMs - 8000 },
        50126,
      )
    this.#log(isNew ? 'interactive' : 'non-interactive', this.#token, 0)
    this.#holder.logs[0]?.recorder.issued.push({
      uti: this.#token.id.uti,
      principal: this.#holder.person.upn,
      issuedMs,
      expiresMs: this.#token.expiresMs,
    })
    return this.#token
  }

  #log(category: UserCategory, token: Token, errorCode: number): void {
    const data = signIn(this.#holder, category, token, guid(this.#random), errorCode)
    for (const { tenant, recorder } of this.#holder.logs) {
      recorder.signIns[category].push({ ...data, userId: oidIn(this.#holder.person, tenant) })
      if (category === 'interactive') recorder.logons.push(logon(this.#holder, token, errorCode))
    }
  }
}

/** A sign-in as Graph describes one. */
function signIn(
  { person, client, resource }: Holder,
  category: Category,
  token: Token,
  correlationId: string,
  errorCode: number,
): Json {
  const isGuest = person.tenant.id !== resource.id
  return {
    id: token.id.guid,
    createdDateTime: ticks(token.issuedMs),
    userDisplayName: person.name,
    userPrincipalName: person.upn,
    userId: person.oid,
    appId: client.app.id,
    appDisplayName: client.app.name,
    ipAddress: token.ip,
    clientAppUsed: category === 'interactive' ? 'Browser' : 'Mobile Apps and Desktop clients',
    userAgent: client.agent,
    correlationId,
    isInteractive: category === 'interactive',
    tokenIssuerType: 'AzureAD',
    incomingTokenType: category === 'interactive' ? 'none' : 'refreshToken',
    resourceDisplayName: client.resource.name,
    resourceId: client.resource.id,
    resourceTenantId: resource.id,
    homeTenantId: person.tenant.id,
    crossTenantAccessType: isGuest ? 'b2bCollaboration' : 'none',
    userType: isGuest ? 'guest' : 'member',
    uniqueTokenIdentifier: token.id.uti,
    sessionId: token.session,
    deviceDetail: {
      deviceId: client.kind === 'desktop' ? person.deviceId : '',
      operatingSystem: '',
    },
    status: {
      errorCode,
      failureReason: errorCode === 0 ? 'Other.' : 'Invalid username or password.',
    },
  }
}

/** A sign-in as the audit log has it: its `Id` is the request's, which is the token's. */
function logon({ person, client, resource }: Holder, token: Token, errorCode: number): Json {
  return {
    CreationTime: seconds(token.issuedMs),
    Id: token.id.guid,
    Operation: errorCode === 0 ? 'UserLoggedIn' : 'UserLoginFailed',
    OrganizationId: resource.id,
    RecordType: 15,
    ResultStatus: 'Success',
    UserKey: oidIn(person, resource),
    UserType: person.tenant.id === resource.id ? 0 : 10,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: token.ip,
    ObjectId: client.resource.id,
    UserId: person.upn,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: 'ResultStatusDetail', Value: errorCode === 0 ? 'Success' : 'UserError' },
      { Name: 'UserAgent', Value: client.agent },
      { Name: 'RequestType', Value: 'OAuth2:Authorize' },
    ],
    ModifiedProperties: [],
    Actor: [
      { ID: oidIn(person, resource), Type: 0 },
      { ID: person.upn, Type: 5 },
    ],
    ActorContextId: person.tenant.id,
    ActorIpAddress: token.ip,
    InterSystemsId: token.session,
    IntraSystemId: token.id.guid,
    Target: [{ ID: client.resource.id, Type: 0 }],
    TargetContextId: resource.id,
    ApplicationId: client.app.id,
    DeviceProperties: [{ Name: 'SessionId', Value: token.session }],
    ErrorNumber: String(errorCode),
  }
}

/** A sign-in of an application that acts for itself. */
export function appSignIn(
  app: { readonly id: string; readonly name: string; readonly principalId: string },
  tenant: Tenant,
  resource: { readonly id: string; readonly name: string },
  token: Token,
): Json {
  return {
    id: token.id.guid,
    createdDateTime: ticks(token.issuedMs),
    servicePrincipalId: app.principalId,
    servicePrincipalName: app.name,
    userPrincipalName: '',
    userId: '',
    appId: app.id,
    appDisplayName: app.name,
    ipAddress: token.ip,
    correlationId: token.session,
    isInteractive: false,
    tokenIssuerType: 'AzureAD',
    incomingTokenType: 'none',
    resourceDisplayName: resource.name,
    resourceId: resource.id,
    resourceTenantId: tenant.id,
    homeTenantId: tenant.id,
    crossTenantAccessType: 'none',
    uniqueTokenIdentifier: token.id.uti,
    status: { errorCode: 0, failureReason: 'Other.' },
  }
}
