/**
 * Entra sign-ins as the admin centre downloads them as CSV.
 * Source: headers of downloads of 2025 as published by their users; grouping, entra-docs
 * `concept-noninteractive-sign-ins.md`, read 2026.
 */
import { type Json, readTokenId } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { type IssuanceCategory, saying } from '../model/records.ts'
import { named, truth, whole } from '../ual/fields.ts'
import { cell, countryCode, instantOrReject, type Layout, layoutOf } from './cells.ts'
import { issuanceOf, type SignIn } from './sign_in.ts'

const DATE = ['dateutc', 'date', 'createddatetimeutc']
const APP_ID = ['applicationid', 'appid']
const COUNT =
  'aggregatedsignincount numberofsignins signincount ofsignins signins aggregatedcount count'.split(
    ' ',
  )
const APP_NAME = ['serviceprincipalid', 'serviceprincipalname']
const MANAGED = ['managedidentitytype', 'associatedresourceid', 'managedidentityid']
const IS_INTERACTIVE = ['isinteractive', 'interactive']
const EVENT_TYPE = ['signineventtypes', 'signineventtype', 'signintype']

/** A row of an unknown number of sign-ins counts as this many. */
const UNCOUNTED = 2

const GROUPED = saying(
  'portal-grouped',
  'The portal grouped sign-ins into one row: the ids of their tokens are not in the export.',
)

export const entraPortalCsv: Adapter = {
  shape: 'entra-portal-csv',
  accepts: (_row, context) => {
    const layout = layoutOf(context)
    return layout !== undefined && isPortal(layout)
  },
  read: readPortal,
  dateColumns: ['Date (UTC)', 'Date'],
}

function isPortal(layout: Layout): boolean {
  const has = (names: readonly string[]) => names.some((name) => layout.has(name))
  const isSignIn = has(['username', 'user', ...APP_NAME, ...MANAGED])
  const hasOutcome = has(['status', 'signinerrorcode'])
  // A table of Log Analytics whose columns were renamed: its tenant is the workspace, and its dates are others.
  if (has(['timegenerated', 'timegeneratedutc'])) return false
  return (
    has(DATE) && isSignIn && hasOutcome && has(['application', ...APP_ID]) && has(['ipaddress'])
  )
}

function readPortal(row: Json, context: FileContext, sink: RowSink): void {
  const layout = layoutOf(context)
  if (layout === undefined) return
  const at = cell(row, layout, DATE)
  const atMs = instantOrReject(at, 'Date (UTC)', context, sink)
  if (atMs === undefined) return
  const signIn = signInOf(row, layout, atMs)
  const category = categoryOf(row, layout)
  const grouped = groupedOf(row, layout, signIn, category)
  if (grouped > 1) sink.statement(GROUPED)
  sink.issuance(issuanceOf(signIn, category, grouped))
}

function categoryOf(row: Json, layout: Layout): IssuanceCategory {
  const hasUser = cell(row, layout, ['username', 'userid']) !== ''
  if (!hasUser && APP_NAME.some((name) => layout.has(name))) {
    const isManaged = layout.has('username')
      ? cell(row, layout, MANAGED) !== ''
      : MANAGED.some((name) => layout.has(name))
    return isManaged ? 'managed-identity' : 'service-principal'
  }
  if (!hasUser && isManagedIdentity(row, layout)) return 'managed-identity'
  const type = named(cell(row, layout, EVENT_TYPE)).replaceAll(/[\s_-]/g, '')
  const isCounted = COUNT.some((name) => layout.has(name))
  const interactive = truthOf(cell(row, layout, IS_INTERACTIVE))
  if (type.startsWith('noninteractive') || interactive === 0 || isCounted) return 'non-interactive'
  return type.startsWith('interactive') || interactive === 1 ? 'interactive' : 'interactive-or-not'
}

function isManagedIdentity(row: Json, layout: Layout): boolean {
  const type = named(cell(row, layout, MANAGED))
  return type !== '' && type !== 'none'
}

/** As {@link truth}, also of `Yes` and `No`. */
function truthOf(value: string): -1 | 0 | 1 {
  const spelled = named(value)
  return spelled === 'no' ? 0 : spelled === 'yes' ? 1 : truth(spelled)
}

/**
 * How many sign-ins a row has: its count, or at least two where a row of a kind that the portal groups names no
 * token. Its request id is that of one of them, and would make the log look whole.
 */
function groupedOf(row: Json, layout: Layout, signIn: SignIn, category: IssuanceCategory): number {
  const count = whole(cell(row, layout, COUNT).replaceAll(',', ''))
  if (count > 1) return Math.min(count, 0xffffffff)
  const hasToken = readTokenId(signIn.fields('uniqueTokenIdentifier')).state === 'present'
  const isUsers = category === 'interactive' || category === 'interactive-or-not'
  return hasToken || isUsers || count === 1 ? 1 : UNCOUNTED
}

/** Bare names of columns that are not Graph's name; the first with a value counts. */
const COLUMNS: ReadonlyMap<string, readonly string[]> = new Map([
  ['id', ['requestid']],
  ['uniqueTokenIdentifier', ['uniquetokenidentifier', 'uniquetokenid']],
  ['userPrincipalName', ['username', 'userprincipalname', 'signinidentifier']],
  ['servicePrincipalId', ['serviceprincipalid', 'managedidentityid']],
  ['servicePrincipalName', ['serviceprincipalname', 'managedidentityname']],
  ['appId', APP_ID],
  ['appDisplayName', ['application']],
  ['resourceDisplayName', ['resource']],
  ['ipAddressFromResourceProvider', ['ipaddressseenbyresource']],
  ['clientAppUsed', ['clientapp']],
  ['conditionalAccessStatus', ['conditionalaccess']],
  ['servicePrincipalCredentialKeyId', ['credentialkeyid']],
  ['federatedCredentialId', ['federatedcredentialid', 'federatedtokenid']],
  ['signInTokenProtectionStatus', ['tokenprotectionsigninsession']],
])

function signInOf(row: Json, layout: Layout, atMs: number): SignIn {
  const of = (...names: readonly string[]) => cell(row, layout, names)
  return {
    fields: (name) => cell(row, layout, COLUMNS.get(name) ?? [name.toLowerCase()]),
    atMs,
    exporter: named(of('tenantid')),
    otherTenant: of('hometenantid'),
    deviceId: of('deviceid'),
    browser: of('browser'),
    os: of('operatingsystem'),
    errorCode: of('signinerrorcode', 'errorcode'),
    status: of('status'),
    isCae: truthOf(of('continuousaccessevaluation', 'iscaetoken')) === 1,
    // `Springfield, Some State, US`: the country is the last part.
    country: countryCode(of('location').split(',').at(-1)?.trim() ?? ''),
  }
}
