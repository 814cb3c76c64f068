/**
 * Microsoft Sentinel's `OfficeActivity` table: the audit record with its fields as columns, some
 * renamed, and nested values as JSON text. `TenantId` there is the workspace; the tenant is
 * `OrganizationId`.
 */
import type { Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { readUalRecord } from './record.ts'

const TIME_COLUMNS: readonly string[] = ['TimeGenerated [UTC]', 'TimeGenerated']

const isOfficeActivity = (row: Json): boolean =>
  row['OfficeWorkload'] !== undefined &&
  row['Operation'] !== undefined &&
  TIME_COLUMNS.some((column) => row[column] !== undefined)

/** The row under the audit record's own names. Columns that were not renamed stay as they are. */
const recordOf = (row: Json): Json => ({
  ...row,
  Id: row['OfficeId'] ?? row['Id'],
  // The time of the event; UTC whatever the column's name.
  CreationTime: undefined,
  Workload: row['OfficeWorkload'],
  ObjectId: row['OfficeObjectId'] ?? row['ObjectId'],
  ClientIPAddress: row['Client_IPAddress'] ?? row['ClientIPAddress'],
  LogonType: row['Logon_Type'] ?? row['LogonType'],
  SiteUrl: row['Site_Url'] ?? row['SiteUrl'],
  ApplicationId: row['ApplicationId'] ?? row['AzureADAppId'],
  DeviceId: row['DeviceId'] ?? row['MachineId'],
})

function readOfficeActivity(row: Json, context: FileContext, sink: RowSink): void {
  const at = row['TimeGenerated [UTC]'] ?? row['TimeGenerated']
  readUalRecord(recordOf(row), sink, { at, dateOrder: context.dateOrder })
}

export const officeActivityCsv: Adapter = {
  shape: 'ual-office-activity-csv',
  accepts: (row, context) => context.columns !== undefined && isOfficeActivity(row),
  read: readOfficeActivity,
  dateColumns: TIME_COLUMNS,
  // Results that the Log Analytics portal shows and exports, formerly and now.
  rowCaps: [10_000, 30_000],
}

export const officeActivityJson: Adapter = {
  shape: 'ual-office-activity-json',
  accepts: (row, context) => context.columns === undefined && isOfficeActivity(row),
  read: readOfficeActivity,
}
