/**
 * The fields of a sign-in in camel case (Graph, diagnostic settings) and in Pascal case (Log
 * Analytics, PowerShell), with nested values as objects or as JSON text.
 */
import { isObject, type Json, remembered } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { type IssuanceCategory, saying } from '../model/records.ts'
import { lower, named, plain, truth } from '../ual/fields.ts'
import { list, object } from '../ual/nested.ts'
import {
  countryCode,
  first,
  hasAll,
  hasAny,
  inBothSpellings,
  inner,
  instant,
  instantOrReject,
  rejectTime,
  tenantOf,
  tenantOfPath,
  upperFirst,
} from './cells.ts'
import { type Fields, issuanceOf, type SignIn } from './sign_in.ts'

const camelFields =
  (row: Json): Fields =>
  (name) =>
    row[name]

/** Names that are not the Pascal case of Graph's name. */
const IRREGULAR: ReadonlyMap<string, readonly string[]> = new Map([
  ['createdDateTime', ['CreatedDateTime [UTC]', 'CreatedDateTime']],
  ['ipAddress', ['IPAddress', 'IpAddress']],
  // `ResourceId` of a table is the path of the tenant; of a PowerShell object, the resource.
  ['resourceId', ['ResourceIdentity', 'ResourceId']],
  ['userPrincipalName', ['UserPrincipalName', 'SignInIdentifier']],
  [
    'location',
    ['LocationDetails', 'LocationDetails_dynamic', 'LocationDetails_string', 'Location'],
  ],
  // A union of tables in which a column has two types names it twice.
  ...['deviceDetail', 'status', 'authenticationProcessingDetails'].map(
    (name): [string, readonly string[]] => {
      const column = upperFirst(name)
      return [name, [column, `${column}_dynamic`, `${column}_string`]]
    },
  ),
])

/** Names come from the adapters alone: there are some dozens. */
const pascalNamesOf = remembered(
  (name: string): readonly string[] => IRREGULAR.get(name) ?? [upperFirst(name)],
  1024,
)

const pascalFields =
  (row: Json): Fields =>
  (name) =>
    first(row, pascalNamesOf(name))

interface Surroundings {
  readonly atMs: number
  readonly resultType?: unknown
  readonly path?: unknown
  readonly tenant: unknown
  readonly ip?: unknown
}

function signInOf(fields: Fields, around: Surroundings): SignIn {
  const { atMs, resultType, path, tenant, ip } = around
  const device = object(fields('deviceDetail'))
  return {
    fields,
    atMs,
    exporter: tenantOf(tenant, tenantOfPath(path)),
    ip,
    deviceId: inner(device, 'deviceId'),
    browser: inner(device, 'browser'),
    os: inner(device, 'operatingSystem'),
    errorCode: inner(object(fields('status')), 'errorCode') ?? resultType,
    isCae: isCae(fields('authenticationProcessingDetails')),
    country: countryOf(fields('location')),
  }
}

function isCae(details: unknown): boolean {
  for (const detail of list(details)) {
    if (!isObject(detail)) continue
    if (lower(plain(inner(detail, 'key'))) === 'is cae token')
      return truth(inner(detail, 'value')) === 1
  }
  return false
}

function countryOf(location: unknown): string {
  const country = plain(inner(object(location), 'countryOrRegion'))
  if (country !== '') return country
  return countryCode(plain(location))
}

/** Categories by the names of diagnostic settings, tables and event types; lower-case, without `aad`. */
const CATEGORIES: ReadonlyMap<string, IssuanceCategory> = new Map([
  ['signinlogs', 'interactive'],
  ['interactiveuser', 'interactive'],
  ['noninteractiveusersigninlogs', 'non-interactive'],
  ['noninteractiveuser', 'non-interactive'],
  ['serviceprincipalsigninlogs', 'service-principal'],
  ['serviceprincipal', 'service-principal'],
  ['managedidentitysigninlogs', 'managed-identity'],
  ['managedidentity', 'managed-identity'],
  ['adfssigninlogs', 'adfs'],
  ['microsoftserviceprincipalsigninlogs', 'ms-service-principal'],
])

function categoryNamed(value: unknown): IssuanceCategory | undefined {
  if (typeof value !== 'string' || value.length > 60) return undefined
  const name = lower(value)
  return CATEGORIES.get(name.startsWith('aad') ? name.slice(3) : name)
}

/**
 * The category of a sign-in that names none: by its event types, its issuer, whose token it is, and
 * `isInteractive`; `interactive-or-not` if nothing shows it.
 */
function categoryOf(fields: Fields, row: Json): IssuanceCategory {
  const types = list(fields('signInEventTypes')).map((type) => categoryNamed(type))
  const other = types.find((type) => type !== undefined && type !== 'interactive')
  if (other !== undefined) return other
  const isApp = named(fields('servicePrincipalId')) !== '' && named(fields('userId')) === ''
  if (isApp && named(fields('userPrincipalName')) === '') {
    return hasAny(row, MANAGED) ? 'managed-identity' : 'service-principal'
  }
  if (named(fields('tokenIssuerType')) === 'adfederationservices') return 'adfs'
  const interactive = truth(fields('isInteractive'))
  if (interactive === 0) return 'non-interactive'
  return interactive === 1 || types.includes('interactive') ? 'interactive' : 'interactive-or-not'
}

const MANAGED: readonly string[] = ['ManagedServiceIdentity', 'AssociatedResourceId']

/*
 * Entra sign-ins as diagnostic settings write them, as tables of Log Analytics, and as Graph lists
 * them. A table's `TimeGenerated` is when the row came in; `CreatedDateTime` is when somebody
 * signed in. A table's `TenantId` is the workspace, not the tenant.
 */

const CATEGORY: readonly string[] = ['category', 'Category']

export const entraDiagnostic: Adapter = {
  shape: 'entra-diagnostic',
  accepts: (row) =>
    categoryNamed(first(row, CATEGORY)) !== undefined &&
    hasAny(row, ['properties', 'time', 'operationName']),
  read: readDiagnostic,
}

function readDiagnostic(row: Json, context: FileContext, sink: RowSink): void {
  const category = categoryNamed(first(row, CATEGORY))
  if (category === undefined) return
  const properties = object(row['properties'])
  const at = properties['createdDateTime']
  const atMs = instant(at, context) ?? instant(row['time'], context)
  if (atMs === undefined) {
    rejectTime(at ?? row['time'], 'createdDateTime', sink)
    return
  }
  const { resultType, resourceId: path, tenantId: tenant, callerIpAddress: ip } = row
  const signIn = signInOf(camelFields(properties), { atMs, resultType, path, tenant, ip })
  sink.issuance(issuanceOf(signIn, category))
}

const TIME_GENERATED: readonly string[] = ['TimeGenerated [UTC]', 'TimeGenerated']
const CREATED: readonly string[] = ['CreatedDateTime [UTC]', 'CreatedDateTime']
const TABLE: readonly string[] = ['Type', 'Category', '$table', 'TableName', 'SourceTable']
const RESULT: readonly string[] = ['ResultType', 'Status', 'Status_dynamic', 'Status_string']
const ONLY_SIGN_INS: readonly string[] = (
  'UniqueTokenIdentifier ConditionalAccessStatus AuthenticationProcessingDetails ' +
  'ServicePrincipalCredentialKeyId IsInteractive OriginalRequestId'
).split(' ')

export const entraLogAnalytics: readonly Adapter[] = inBothSpellings(
  {
    shape: 'entra-log-analytics',
    accepts: (row) => hasAny(row, TIME_GENERATED) && isPascalSignIn(row),
    read: readTable,
  },
  [...CREATED, ...TIME_GENERATED],
)

function isPascalSignIn(row: Json): boolean {
  if (!Object.hasOwn(row, 'AppId') || Object.hasOwn(row, 'RequestUri')) return false
  return hasAny(row, RESULT) && (hasAny(row, ONLY_SIGN_INS) || tableOf(row) !== undefined)
}

function tableOf(row: Json): ReturnType<typeof categoryNamed> {
  for (const name of TABLE) {
    const category = categoryNamed(row[name])
    if (category !== undefined) return category
  }
  return undefined
}

function readTable(row: Json, context: FileContext, sink: RowSink): void {
  const at = first(row, CREATED)
  const generated = first(row, TIME_GENERATED)
  // A row without its own time has the time at which it came in, a few minutes later.
  const atMs = instantOrReject(at ?? generated, 'CreatedDateTime', context, sink)
  if (atMs === undefined) return
  const fields = pascalFields(row)
  const { ResultType: resultType, ResourceId: path, AADTenantId: tenant } = row
  const signIn = signInOf(fields, { atMs, resultType, path, tenant })
  sink.issuance(issuanceOf(signIn, tableOf(row) ?? categoryOf(fields, row)))
}

/**
 * What Graph's `auditLogs/signIns` lists, the portal's JSON download, and PowerShell objects of them. `Export-Csv` writes
 * their dates in the order of the machine's locale.
 */
export const entraGraph: readonly Adapter[] = inBothSpellings(
  {
    shape: 'entra-graph',
    accepts: (row) => isGraphSignIn(row) || isPowerShellSignIn(row),
    read: readGraph,
  },
  [...CREATED, 'createdDateTime'],
)

const isGraphSignIn = (row: Json): boolean =>
  hasAll(row, ['createdDateTime', 'appId']) &&
  !Object.hasOwn(row, 'activityDisplayName') &&
  (isObject(row['status']) ||
    hasAny(row, ['isInteractive', 'signInEventTypes', 'uniqueTokenIdentifier']))

const isPowerShellSignIn = (row: Json): boolean =>
  hasAny(row, CREATED) && !hasAny(row, TIME_GENERATED) && isPascalSignIn(row)

function readGraph(row: Json, context: FileContext, sink: RowSink): void {
  const isCamel = Object.hasOwn(row, 'createdDateTime')
  const fields = isCamel ? camelFields(row) : pascalFields(row)
  const at = fields('createdDateTime')
  const atMs = instantOrReject(at, 'createdDateTime', context, sink)
  if (atMs === undefined) return
  if (isTypeName(fields('status'))) sink.statement(NO_OUTCOME)
  const signIn = signInOf(fields, { atMs, tenant: fields('tenantId') })
  sink.issuance(issuanceOf(signIn, categoryOf(fields, row)))
}

/** `Export-Csv` writes an object as the name of its type, `Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus`. */
const isTypeName = (status: unknown): boolean =>
  typeof status === 'string' && /^[A-Za-z]\w*(?:\.\w+){2,}$/.test(status)

const NO_OUTCOME = saying(
  'fields-not-carried',
  'The exporter wrote the status of sign-ins as the name of its type: failed ones look like all others, and count as issued.',
)
