/** Finds a value in a row by the names that its exporters give it. Nothing here throws. */
import { type Json, readGuid, readSlashDate, rememberedOf, utcMs } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { faultOfTime, logged, named, plain } from '../ual/fields.ts'

export function first(row: Json, names: readonly string[]): unknown {
  for (const name of names) {
    const value = row[name]
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

export function hasAny(row: Json, names: readonly string[]): boolean {
  for (const name of names) if (Object.hasOwn(row, name)) return true
  return false
}

export function hasAll(row: Json, names: readonly string[]): boolean {
  for (const name of names) if (!Object.hasOwn(row, name)) return false
  return true
}

/** Letters and digits of a header cell, lower-case: portals change its blanks and its case. */
const bare = (header: string): string => header.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** Header cells of one file by their bare form. The first of two alike counts. */
export type Layout = ReadonlyMap<string, string>

const layoutOfHeader = rememberedOf(layoutOfNames)

export const layoutOf = ({ columns }: FileContext): Layout | undefined =>
  columns && layoutOfHeader(columns)

export const layoutOfRow = (row: Json): Layout => layoutOfNames(Object.keys(row))

function layoutOfNames(names: readonly string[]): Layout {
  const layout = new Map<string, string>()
  for (const name of names) {
    const key = bare(name)
    if (!layout.has(key)) layout.set(key, name)
  }
  return layout
}

/** Text of the first of the bare names that the layout has and that is not empty; `''` if there is none. */
export function cell(row: Json, layout: Layout, names: readonly string[]): string {
  for (const name of names) {
    const column = layout.get(name)
    if (column === undefined) continue
    const value = plain(row[column])
    if (value !== '') return value
  }
  return ''
}

/** The instant of a value: ISO, or a date of numbers in the order that the file proves. */
export const instant = (value: unknown, context: FileContext): number | undefined =>
  utcMs(value) ?? readSlashDate(value, context.dateOrder)

export function rejectTime(value: unknown, field: string, sink: RowSink): void {
  const reason = named(value) === '' ? 'time-missing' : faultOfTime(value)
  sink.reject({ kind: 'payload', reason, detail: field })
}

export function instantOrReject(
  value: unknown,
  field: string,
  context: FileContext,
  sink: RowSink,
): number | undefined {
  const atMs = instant(value, context)
  if (atMs === undefined) rejectTime(value, field, sink)
  return atMs
}

/** The tenant in an Azure resource path, `/tenants/{id}/providers/Microsoft.aadiam`, lower-case; or `''`. */
export function tenantOfPath(value: unknown): string {
  if (typeof value !== 'string' || value.length > 300) return ''
  const match = /^\/tenants\/([^/]+)\//i.exec(value)
  return named(match?.[1])
}

export function tenantOf(...values: readonly unknown[]): string {
  for (const value of values) {
    const tenant = named(value)
    if (tenant !== '') return tenant
  }
  return ''
}

/** The id of a record or a session: a GUID in canonical text; any other as logged, since its case may mean something. */
export function idOf(value: unknown): string {
  const id = logged(value)
  return readGuid(id) || id
}

/** A member of a nested value, whose names PowerShell writes in Pascal case. */
export const inner = (nested: Json, name: string): unknown =>
  nested[name] ?? nested[upperFirst(name)]

export const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

export const countryCode = (spelled: string): string =>
  /^[A-Za-z]{2}$/.test(spelled) ? spelled.toUpperCase() : ''

/** Where collectors of logs have the line that a program wrote. */
export const MESSAGE: readonly string[] = ['message', 'msg', 'log', 'MESSAGE']

/** Two adapters of one table: as JSON, and as CSV with `-csv` behind the shape. */
export function inBothSpellings(
  adapter: Omit<Adapter, 'dateColumns'>,
  dateColumns: readonly string[],
): readonly [Adapter, Adapter] {
  const { shape, accepts, read } = adapter
  const json: Adapter = {
    shape,
    accepts: (row, context) => context.columns === undefined && accepts(row, context),
    read,
  }
  const csv: Adapter = {
    shape: `${shape}-csv`,
    accepts: (row, context) => context.columns !== undefined && accepts(row, context),
    read,
    dateColumns,
  }
  return [json, csv]
}
