/**
 * Entra sign-ins as diagnostic settings write them, as tables of Log Analytics, and as Graph lists them.
 *
 * A table's `TimeGenerated` is when the row came in; `CreatedDateTime` is when somebody signed in. A table's
 * `TenantId` is the workspace, not the tenant.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import type { Statement } from '../model/records.ts'
import { object } from '../ual/nested.ts'
import {
  first,
  hasAll,
  hasAny,
  inBothForms,
  instant,
  instantOrReject,
  rejectTime,
} from './cells.ts'
import { issuanceOf } from './sign_in.ts'
import { camelFields, categoryNamed, categoryOf, pascalFields, signInOf } from './sign_in_fields.ts'

const CATEGORY: readonly string[] = ['category', 'Category']

/** NDJSON of a storage account, or what an event hub carries. */
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

/** Rows of the six tables, as JSON or CSV, alone or in a union. */
export const entraLogAnalytics: readonly Adapter[] = inBothForms(
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
export const entraGraph: readonly Adapter[] = inBothForms(
  {
    shape: 'entra-graph',
    accepts: (row) => isGraphSignIn(row) || isPowerShellSignIn(row),
    read: readGraph,
  },
  [...CREATED, 'createdDateTime'],
)

function isGraphSignIn(row: Json): boolean {
  return (
    hasAll(row, ['createdDateTime', 'appId']) &&
    !Object.hasOwn(row, 'activityDisplayName') &&
    (isObject(row['status']) ||
      hasAny(row, ['isInteractive', 'signInEventTypes', 'uniqueTokenIdentifier']))
  )
}

function isPowerShellSignIn(row: Json): boolean {
  return hasAny(row, CREATED) && !hasAny(row, TIME_GENERATED) && isPascalSignIn(row)
}

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
function isTypeName(status: unknown): boolean {
  return typeof status === 'string' && /^[A-Za-z]\w*(?:\.\w+){2,}$/.test(status)
}

const NO_OUTCOME: Statement = {
  code: 'fields-not-carried',
  text: 'The exporter wrote the status of sign-ins as the name of its type: failed ones look like all others, and count as issued.',
  fromMs: 0,
  toMs: 0,
}
