/**
 * The issuance that a sign-in makes, whatever export spells it. Without `uniqueTokenIdentifier` the record's own
 * `id` is the token id: in every sample that has both, the one decodes to the other.
 * Source: entra-docs, `reference-azure-monitor-sign-ins-log-schema.md`; Graph beta, `signIn`.
 */
import { readTokenId } from '@mintmark/core'
import { type Issuance, type IssuanceCategory, UNKNOWN_OWNER } from '../model/records.ts'
import { principalOf } from '../ual/actor.ts'
import { address, cached, logged, named } from '../ual/fields.ts'
import { idOf, tenantOf, tenantOfPath } from './cells.ts'

/** The values of a row by the names that Graph gives them. */
export type Fields = (name: string) => unknown

export interface SignIn {
  readonly fields: Fields
  readonly atMs: number
  /** The tenant that the export says it is of; `''` if it does not say. */
  readonly exporter: string
  /** The tenant where neither the resource's nor the exporter's is named. */
  readonly otherTenant?: unknown
  /** Where the fields have none. */
  readonly ip?: unknown
  readonly deviceId: unknown
  readonly browser: unknown
  readonly os: unknown
  readonly errorCode: unknown
  /** `Success`, `Failure` or `Interrupted`, where the export has words instead of a code. */
  readonly status?: unknown
  readonly isCae: boolean
  readonly country: string
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

export function issuanceOf(signIn: SignIn, category: IssuanceCategory, grouped = 1): Issuance {
  const { fields } = signIn
  const isApp = isAppCategory(category)
  const appId = named(fields('appId'))
  const tenant = tenantOf(fields('resourceTenantId'), signIn.exporter, signIn.otherTenant)
  const homeTenant = named(fields('homeTenantId'))
  const user = principalOf(fields('userPrincipalName'))
  // The home tenant issued the token, to one of its own users, whom this log does not name.
  const isPassedOn = user === '' && known(fields('crossTenantAccessType')) === 'passthrough'
  const resourceId = fields('resourceId')
  return {
    recordId: grouped > 1 ? '' : idOf(fields('id')),
    atMs: signIn.atMs,
    source: 'entra-signin',
    category,
    outcome: hasFailed(signIn) ? 'failed' : 'issued',
    tokenId: grouped > 1 || (isPassedOn && homeTenant === '') ? '' : tokenIdOf(fields),
    sessionId: idOf(fields('sessionId')),
    principal: isApp ? named(fields('servicePrincipalName')) || appId : user,
    principalId: named(fields(isApp ? 'servicePrincipalId' : 'userId')),
    tenant: isPassedOn ? homeTenant : tenant,
    owner: ownerOf(signIn, tenant, isApp),
    homeTenant,
    appId,
    resourceId: tenantOfPath(resourceId) === '' ? named(resourceId) : '',
    ip: address(logged(fields('ipAddress') || signIn.ip)),
    network: networkOf(fields('autonomousSystemNumber')),
    deviceId: named(signIn.deviceId),
    client: logged(fields('userAgent')) || logged(signIn.browser),
    protocol: unlessNone(known(fields('authenticationProtocol'))),
    issuer: known(fields('tokenIssuerType')),
    grouped,
    detail: detailOf(signIn),
  }
}

const isAppCategory = (category: IssuanceCategory): boolean =>
  category === 'service-principal' ||
  category === 'managed-identity' ||
  category === 'ms-service-principal'

/** A user's sign-in across tenants is in both tenants' logs, so that only the export shows whose it is. */
function ownerOf({ exporter, fields }: SignIn, tenant: string, isApp: boolean): string {
  if (exporter !== '' || isApp) return exporter || tenant
  const home = named(fields('homeTenantId'))
  if (tenant === '') return home
  const isWithin = home === tenant || named(fields('crossTenantAccessType')) === 'none'
  return isWithin ? tenant : UNKNOWN_OWNER
}

function hasFailed(signIn: SignIn): boolean {
  const code = named(signIn.errorCode)
  if (code !== '' && code !== 'none') return Number(code) !== 0
  const status = named(signIn.status)
  return status.startsWith('fail') || status.startsWith('interrupt')
}

/** What a spreadsheet makes of an id that begins with a hyphen, which it takes for a formula: `#NAME?`, `#NOM?`. */
const SPREADSHEET_ERROR = /^#\S{1,12}[?!]$/

/** The token's id; of a record that does not carry the field, its own id. A placeholder stays one. */
function tokenIdOf(fields: Fields): string {
  const spelled = logged(fields('uniqueTokenIdentifier'))
  const { tokenId, state } = readTokenId(spelled)
  const isAbsent = state === 'absent' || SPREADSHEET_ERROR.test(spelled)
  return isAbsent ? readTokenId(fields('id')).tokenId : tokenId
}

/** Digits only: `AS12345` and `12345` are one network, 0 is none. */
function networkOf(value: unknown): string {
  const digits = /^(?:AS)?(\d{1,10})(?:\.0)?$/i.exec(logged(value))?.[1] ?? ''
  return digits === '0' ? '' : digits
}

const MAX_VALUE = 1000

function text(value: string): string | undefined {
  if (value === '') return undefined
  return value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value
}

function detailOf({ fields, errorCode, isCae, os, country }: SignIn): string {
  const code = named(errorCode)
  const detail = JSON.stringify({
    errorCode: code === '0' || code === 'none' ? undefined : text(code),
    incomingToken: text(unlessNone(known(fields('incomingTokenType')))),
    crossTenant: text(unlessNone(known(fields('crossTenantAccessType')))),
    cae: isCae ? true : undefined,
    conditionalAccess: text(known(fields('conditionalAccessStatus'))),
    requirement: text(known(fields('authenticationRequirement'))),
    userType: text(named(fields('userType'))),
    app: text(logged(fields('appDisplayName'))),
    resource: text(logged(fields('resourceDisplayName'))),
    clientApp: text(logged(fields('clientAppUsed'))),
    os: text(logged(os)),
    country: text(logged(country)),
    ipSeen: text(address(logged(fields('ipAddressFromResourceProvider')))),
    issuerName: text(logged(fields('tokenIssuerName'))),
    transfer: text(unlessNone(logged(fields('originalTransferMethod')))),
    credentialKey: text(logged(fields('servicePrincipalCredentialKeyId'))),
    federatedCredential: text(logged(fields('federatedCredentialId'))),
    tokenProtection: text(unlessNone(logged(fields('signInTokenProtectionStatus')))),
  })
  return detail === '{}' ? '' : detail
}
