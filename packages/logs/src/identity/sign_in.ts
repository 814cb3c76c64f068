/**
 * What a sign-in says, whatever export spells it, and the issuance that it makes.
 *
 * A failed or interrupted sign-in (error code other than 0) issued nothing. Where an export carries no
 * `uniqueTokenIdentifier`, the record's own `id` is the token id: in every sample that has both, the one decodes
 * to the other. `originalRequestId` is not used: it names the first request of a flow, not this token's.
 *
 * Source: entra-docs, reference-azure-monitor-sign-ins-log-schema.md; Graph beta, resource type signIn; read
 * 2026.
 *
 * @module
 */
import { readAddress, readTokenId } from '@mintmark/core'
import { type Issuance, type IssuanceCategory, UNKNOWN_OWNER } from '../model/records.ts'
import { principalOf } from '../ual/actor.ts'
import { cached, logged, named } from '../ual/fields.ts'
import { recordIdOf, sessionOf } from './cells.ts'

/** Values of one sign-in, as the export spells them. */
export interface SignIn {
  readonly id: unknown
  readonly atMs: number
  readonly token: unknown
  readonly session: unknown
  readonly userName: unknown
  readonly userId: unknown
  readonly servicePrincipalId: unknown
  readonly servicePrincipalName: unknown
  readonly tenant: string
  /** The tenant that the export says it is of; `''` if it does not say. */
  readonly exporter: string
  readonly homeTenant: unknown
  readonly appId: unknown
  readonly appName: unknown
  readonly resourceId: unknown
  readonly resourceName: unknown
  readonly ip: unknown
  /** Address that the resource saw, where it is another one. */
  readonly ipSeen: unknown
  readonly network: unknown
  readonly deviceId: unknown
  readonly browser: unknown
  readonly os: unknown
  readonly userAgent: unknown
  readonly clientApp: unknown
  readonly protocol: unknown
  readonly issuer: unknown
  readonly issuerName: unknown
  readonly errorCode: unknown
  /** `Success`, `Failure` or `Interrupted`, where the export has words instead of a code. */
  readonly status: unknown
  readonly incomingToken: unknown
  readonly crossTenant: unknown
  readonly isCae: boolean
  readonly conditionalAccess: unknown
  readonly requirement: unknown
  readonly userType: unknown
  readonly country: unknown
  readonly transfer: unknown
  readonly credentialKey: unknown
  readonly federatedCredential: unknown
  readonly tokenProtection: unknown
}

/** Names of the protocol, token, access, issuer, authentication requirement and conditional access. */
const NAMES: readonly string[] = [
  'none oAuth2 ropc wsFederation saml20 deviceCode authenticationTransfer nativeAuth',
  'primaryRefreshToken saml11 remoteDesktopToken refreshToken',
  'b2bCollaboration b2bDirectConnect microsoftSupport serviceProvider passthrough',
  'AzureAD AzureADBackupAuth ADFederationServices ADFederationServicesMFAAdapter NPSExtension',
  'singleFactorAuthentication multiFactorAuthentication notApplied success failure notEnabled',
  'unknownFutureValue',
].flatMap((names) => names.split(' '))
const SPELLED = new Map(NAMES.map((name) => [name.toLowerCase(), name]))

/** A name of an enumeration as Graph spells it: the portal writes `Device code` for `deviceCode`. */
const enumerated = cached(
  (value) => SPELLED.get(value.toLowerCase().replaceAll(/[\s_-]/g, '')) ?? value,
)
const known = (value: unknown) => enumerated(logged(value))
const unlessNone = (value: string) => (value === 'none' ? '' : value)

const ipOf = cached((value) => readAddress(value).ip)

/** The issuance that a sign-in is. `grouped` rows count several sign-ins and name none of their tokens. */
export function issuanceOf(signIn: SignIn, category: IssuanceCategory, grouped = 1): Issuance {
  const isApp = isAppCategory(category)
  const appId = named(signIn.appId)
  return {
    recordId: grouped > 1 ? '' : recordIdOf(signIn.id),
    atMs: signIn.atMs,
    source: 'entra-signin',
    category,
    outcome: hasFailed(signIn) ? 'failed' : 'issued',
    tokenId: grouped > 1 ? '' : tokenIdOf(signIn),
    sessionId: sessionOf(signIn.session),
    principal: isApp ? named(signIn.servicePrincipalName) || appId : principalOf(signIn.userName),
    principalId: named(isApp ? signIn.servicePrincipalId : signIn.userId),
    tenant: signIn.tenant,
    owner: ownerOf(signIn, isApp),
    homeTenant: named(signIn.homeTenant),
    appId,
    resourceId: named(signIn.resourceId),
    ip: ipOf(logged(signIn.ip)),
    network: networkOf(signIn.network),
    deviceId: named(signIn.deviceId),
    client: logged(signIn.userAgent) || logged(signIn.browser),
    protocol: unlessNone(known(signIn.protocol)),
    issuer: known(signIn.issuer),
    grouped,
    detail: detailOf(signIn),
  }
}

/** Whether the tokens of a category are made for an application, without a user. */
function isAppCategory(category: IssuanceCategory): boolean {
  return (
    category === 'service-principal' ||
    category === 'managed-identity' ||
    category === 'ms-service-principal'
  )
}

/**
 * Whose log a sign-in is in. One within a tenant is in that tenant's log alone, and so is one of an application by
 * itself; a user's across tenants is in the home tenant's and in the resource tenant's, so that only the export shows it.
 */
function ownerOf(signIn: SignIn, isApp: boolean): string {
  if (signIn.exporter !== '' || isApp) return signIn.exporter || signIn.tenant
  const home = named(signIn.homeTenant)
  if (signIn.tenant === '') return home
  const isWithin = home === signIn.tenant || named(signIn.crossTenant) === 'none'
  return isWithin ? signIn.tenant : UNKNOWN_OWNER
}

function hasFailed(signIn: SignIn): boolean {
  const code = named(signIn.errorCode)
  if (code !== '' && code !== 'none') return Number(code) !== 0
  const status = named(signIn.status)
  return status.startsWith('fail') || status.startsWith('interrupt')
}

/** The token's id; of a record that does not carry the field, its own id. A placeholder stays one. */
function tokenIdOf(signIn: SignIn): string {
  const { tokenId, state } = readTokenId(signIn.token)
  return state === 'absent' ? readTokenId(signIn.id).tokenId : tokenId
}

/** Digits only: `AS12345` and `12345` are one network, 0 is none. */
function networkOf(value: unknown): string {
  const digits = /^(?:AS)?(\d{1,10})(?:\.0)?$/i.exec(logged(value))?.[1] ?? ''
  return digits === '0' ? '' : digits
}

const MAX_VALUE = 1000

/** Text for a detail: `undefined`, which JSON leaves out, for none. */
function text(value: string): string | undefined {
  if (value === '') return undefined
  return value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value
}

function detailOf(signIn: SignIn): string {
  const code = named(signIn.errorCode)
  const detail = JSON.stringify({
    errorCode: code === '0' || code === 'none' ? undefined : text(code),
    incomingToken: text(unlessNone(known(signIn.incomingToken))),
    crossTenant: text(unlessNone(known(signIn.crossTenant))),
    cae: signIn.isCae ? true : undefined,
    conditionalAccess: text(known(signIn.conditionalAccess)),
    requirement: text(known(signIn.requirement)),
    userType: text(named(signIn.userType)),
    app: text(logged(signIn.appName)),
    resource: text(logged(signIn.resourceName)),
    clientApp: text(logged(signIn.clientApp)),
    os: text(logged(signIn.os)),
    country: text(logged(signIn.country)),
    ipSeen: text(ipOf(logged(signIn.ipSeen))),
    issuerName: text(logged(signIn.issuerName)),
    transfer: text(unlessNone(logged(signIn.transfer))),
    credentialKey: text(logged(signIn.credentialKey)),
    federatedCredential: text(logged(signIn.federatedCredential)),
    tokenProtection: text(unlessNone(logged(signIn.tokenProtection))),
  })
  return detail === '{}' ? '' : detail
}
