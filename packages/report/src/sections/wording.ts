/**
 * Columns and references that several sections use.
 *
 * @module
 */
import type { Bounds } from '@mintmark/case'
import type { CellType, Column, Evidence, ExportName, Range } from '../model.ts'

export const column = (id: string, title: string, type: CellType = 'text'): Column => ({
  id,
  title,
  type,
})

export const inTable = (id: string): Evidence => ({ kind: 'table', table: id })
export const inExport = (file: ExportName): Evidence => ({ kind: 'export', file })
export const inRows = (file: ExportName, name: string, value: string): Evidence => ({
  kind: 'export',
  file,
  column: name,
  value,
})
export const byQuery = (sql: string): Evidence => ({ kind: 'query', sql })
export const byRule = (document: string, heading: string): Evidence => ({
  kind: 'rule',
  document,
  heading,
})

export const rangeOf = ({ lower, upper }: Bounds): Range => ({ lower, upper })

/** `replayed_token_network` as part of an anchor. */
export const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
