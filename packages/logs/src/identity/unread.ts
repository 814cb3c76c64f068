/**
 * Records of Azure's identity logs that hold neither an issuance nor an access: risk, provisioning,
 * health.
 */
import { type Json, rememberedOf } from '@mintmark/core'
import type { Adapter } from '../model/adapter.ts'
import { plain } from '../ual/fields.ts'
import { first, hasAll, hasAny } from './cells.ts'

const RISK: readonly string[] = ['riskEventType', 'RiskEventType', 'riskType', 'RiskType']
const RISK_STATE: readonly string[] = ['riskState', 'RiskState']

/** Named, and rejected row by row with their category, so that nobody takes silence for reading. */
export const entraOther: Adapter = {
  shape: 'entra-other',
  accepts: (row) => isDiagnostic(row) || isRisk(row),
  read: (row, _context, sink) => {
    sink.reject({ kind: 'row', reason: 'unsupported-category', detail: categoryOf(row) })
  },
}

function isDiagnostic(row: Json): boolean {
  const category = first(row, ['category', 'Category'])
  if (typeof category !== 'string' || !hasAny(row, ['properties'])) return false
  return hasAll(row, ['operationName']) && hasAny(row, ['resourceId', 'tenantId'])
}

const isRisk = (row: Json): boolean =>
  hasAny(row, RISK) && hasAny(row, RISK_STATE) && !Object.hasOwn(row, 'appId')

/** A category's name is words and hyphens (`AdvancedHunting-DeviceEvents`); any other value is not repeated. */
function categoryOf(row: Json): string {
  const category = plain(first(row, ['category', 'Category']))
  if (/^[A-Za-z][\w.-]{0,79}$/.test(category)) return category
  return isRisk(row) ? 'RiskDetections' : 'other'
}

/*
 * Tables that a portal exported while it showed times in the analyst's own zone: `TimeGenerated
 * [Local Time]`. The file does not say which zone that is, and a time that is hours off makes wrong
 * verdicts.
 */

const LOCAL =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date) ?[[(](?!\s*UTC)[^[\]()]{1,60}[\])]$/i
const UTC =
  /^(?:TimeGenerated|CreatedDateTime|ActivityDateTime|Timestamp|Date)(?: ?[[(]\s*UTC\s*[\])])?$/i

/** The column of local times of a header that has none in UTC; `''` for any other header. */
const localColumn = rememberedOf((columns: readonly string[]): string => {
  const hasUtc = columns.some((column) => UTC.test(column))
  return hasUtc ? '' : (columns.find((column) => LOCAL.test(column)) ?? '')
})

export const localTimesCsv: Adapter = {
  shape: 'local-times-csv',
  accepts: (_row, { columns }) => columns !== undefined && localColumn(columns) !== '',
  read(_row, { columns }, sink) {
    const detail = columns === undefined ? '' : localColumn(columns).slice(0, 60)
    sink.reject({ kind: 'payload', reason: 'time-unproven', detail })
  },
}
