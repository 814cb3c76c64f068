/**
 * Entra directory audit: who changed what in the directory. It has new grants to applications. Its
 * records name no token and no session, so nothing can be said of them by looking tokens up.
 * Source: entra-docs, reference-azure-monitor-audit-log-schema.md
 */
import { isObject, type Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { type Access, UNKNOWN_ACCESS } from '../model/records.ts'
import { principalOf } from '../ual/actor.ts'
import { address, logged, lower, named, plain } from '../ual/fields.ts'
import { list, object } from '../ual/nested.ts'
import {
  first,
  hasAny,
  idOf,
  inBothSpellings,
  inner,
  instant,
  rejectTime,
  tenantOf,
  tenantOfPath,
  upperFirst,
} from './cells.ts'

const MAX_TARGETS = 20
const MAX_CHANGES = 60
const MAX_VALUE = 1000

export const entraAuditDiagnostic: Adapter = {
  shape: 'entra-audit-diagnostic',
  accepts: (row) =>
    lower(plain(first(row, ['category', 'Category']))) === 'auditlogs' &&
    isObject(row['properties']),
  read: (row, context, sink) => {
    const fields = object(row['properties'])
    const tenant = tenantOf(row['tenantId'], tenantOfPath(row['resourceId']), fields['tenantId'])
    const { time, callerIpAddress, operationName } = row
    readAudit(fields, { time, operationName, ip: callerIpAddress, tenant }, context, sink)
  },
}

export const entraAuditGraph: Adapter = {
  shape: 'entra-audit-graph',
  accepts: (row) =>
    Object.hasOwn(row, 'activityDisplayName') &&
    hasAny(row, ['activityDateTime', 'targetResources', 'initiatedBy']),
  read: (row, context, sink) => readAudit(row, NOTHING, context, sink),
}

export const entraAuditTable: readonly Adapter[] = inBothSpellings(
  {
    shape: 'entra-audit-table',
    accepts: (row) =>
      Object.hasOwn(row, 'ActivityDisplayName') && hasAny(row, ['InitiatedBy', 'TargetResources']),
    read: (row, context, sink) => {
      const at = first(row, ['ActivityDateTime [UTC]', 'ActivityDateTime'])
      const around = {
        time: at ?? first(row, ['TimeGenerated [UTC]', 'TimeGenerated']),
        operationName: row['OperationName'],
        ip: '',
        tenant: tenantOf(row['AADTenantId'], tenantOfPath(row['ResourceId'])),
      }
      readAudit(camelled(row), around, context, sink)
    },
  },
  ['ActivityDateTime [UTC]', 'ActivityDateTime', 'TimeGenerated [UTC]', 'TimeGenerated'],
)

interface Around {
  readonly time: unknown
  readonly operationName: unknown
  readonly ip: unknown
  readonly tenant: string
}

const NOTHING: Around = { time: undefined, operationName: undefined, ip: undefined, tenant: '' }

const COLUMNS: readonly string[] = (
  'id activityDisplayName category result loggedByService initiatedBy targetResources ' +
  'additionalDetails correlationId userAgent'
).split(' ')

/** The table's columns under Graph's names. */
const camelled = (row: Json): Json => ({
  ...Object.fromEntries(COLUMNS.map((name) => [name, row[upperFirst(name)]])),
  resultReason: row['ResultReason'] ?? row['ResultDescription'],
  operationType: row['AADOperationType'] ?? row['OperationType'],
})

function readAudit(row: Json, around: Around, context: FileContext, sink: RowSink): void {
  const at = row['activityDateTime'] ?? around.time
  const atMs = instant(at, context) ?? instant(around.time, context)
  if (atMs === undefined) {
    rejectTime(at, 'activityDateTime', sink)
    return
  }
  const operation = logged(row['activityDisplayName']) || logged(around.operationName)
  if (operation === '') {
    sink.reject({ kind: 'payload', reason: 'operation-missing', detail: 'activityDisplayName' })
    return
  }
  sink.access(auditOf(row, around, atMs, operation))
}

function auditOf(row: Json, around: Around, atMs: number, operation: string): Access {
  const by = object(row['initiatedBy'])
  const user = object(inner(by, 'user'))
  const app = object(inner(by, 'app'))
  const userName = principalOf(inner(user, 'userPrincipalName'))
  const userId = named(inner(user, 'id'))
  const isUser = userName !== '' || userId !== ''
  const targets = list(row['targetResources']).filter(isObject).slice(0, MAX_TARGETS)
  const additional = pairsOf(row['additionalDetails'])
  return {
    ...UNKNOWN_ACCESS,
    recordId: idOf(row['id']),
    atMs,
    source: 'entra-audit',
    operation,
    service: 'AzureActiveDirectory',
    outcome: outcomeOf(row['result']),
    principal: isUser ? userName : named(inner(app, 'displayName')),
    principalId: isUser ? userId : named(inner(app, 'servicePrincipalId')),
    actorKind: isUser ? 'user' : Object.keys(app).length > 0 ? 'app' : 'system',
    tenant: around.tenant,
    appId: named(inner(app, 'appId')),
    clientAppId: grantedAppOf(targets, additional),
    ip: address(inner(user, 'ipAddress')) || address(around.ip),
    client: logged(row['userAgent']) || logged(additional.get('User-Agent')),
    objectName: logged(inner(targets[0] ?? {}, 'displayName')),
    detail: detailOf(row, targets, additional),
  }
}

/** The application that got a role, a consent or a credential. Values are JSON texts: `"\\"id\\""`. */
function grantedAppOf(targets: readonly Json[], additional: ReadonlyMap<string, string>): string {
  for (const target of targets) {
    for (const change of list(inner(target, 'modifiedProperties'))) {
      if (!isObject(change)) continue
      if (plain(inner(change, 'displayName')) !== 'ServicePrincipal.AppId') continue
      const value = plain(inner(change, 'newValue')) || plain(inner(change, 'oldValue'))
      if (value !== '') return named(value.replaceAll('"', ''))
    }
  }
  return named(additional.get('AppId'))
}

function outcomeOf(value: unknown): Access['outcome'] {
  const result = named(value)
  if (result.startsWith('success')) return 'succeeded'
  return result.startsWith('fail') || result === 'timeout' ? 'failed' : ''
}

function pairsOf(value: unknown): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of list(value).slice(0, MAX_CHANGES)) {
    if (!isObject(pair)) continue
    const name = plain(inner(pair, 'key'))
    if (name !== '') pairs.set(name, plain(inner(pair, 'value')))
  }
  return pairs
}

class Budget {
  #left = 16_384

  cut(value: unknown): string {
    const cut = plain(value).slice(0, Math.min(MAX_VALUE, this.#left))
    this.#left -= cut.length
    return cut
  }
}

function detailOf(
  row: Json,
  targets: readonly Json[],
  additional: ReadonlyMap<string, string>,
): string {
  const budget = new Budget()
  return JSON.stringify({
    category: budget.cut(row['category']),
    loggedBy: budget.cut(row['loggedByService']),
    operationType: budget.cut(row['operationType']),
    reason: budget.cut(row['resultReason']),
    correlationId: budget.cut(row['correlationId']),
    targets: targets.map((target) => targetOf(target, budget)),
    additional: Array.from(additional, ([name, value]) => ({
      name: budget.cut(name),
      value: budget.cut(value),
    })),
  })
}

function targetOf(target: Json, budget: Budget): Json {
  const changes = list(inner(target, 'modifiedProperties')).filter(isObject).slice(0, MAX_CHANGES)
  return {
    type: budget.cut(inner(target, 'type')),
    id: budget.cut(inner(target, 'id')),
    name: budget.cut(inner(target, 'displayName')),
    upn: budget.cut(principalOf(inner(target, 'userPrincipalName'))),
    changes: changes.map((change) => ({
      name: budget.cut(inner(change, 'displayName')),
      old: budget.cut(inner(change, 'oldValue')),
      new: budget.cut(inner(change, 'newValue')),
    })),
  }
}
