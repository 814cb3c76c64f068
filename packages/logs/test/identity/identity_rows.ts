import assert from 'node:assert/strict'
import type { Json } from '@mintmark/core'
import { identityAdapters } from '../../src/adapters.ts'
import type { Adapter, DateOrder, FileContext } from '../../src/model/adapter.ts'
import type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  Reject,
  Statement,
} from '../../src/model/records.ts'

/** What one row gave. */
export interface Given {
  readonly issuances: Issuance[]
  readonly accesses: Access[]
  readonly directory: DirectoryEntry[]
  readonly inventory: FolderInventory[]
  readonly rejects: Reject[]
  readonly statements: Statement[]
}

export function adapterOf(row: Json, context: FileContext): Adapter | undefined {
  return identityAdapters.find((adapter) => adapter.accepts(row, context))
}

/** Reads a row with the first adapter that takes it, which must be of the given shape. */
export function readRow(row: Json, shape: string, context: FileContext = JSON_FILE): Given {
  const adapter = adapterOf(row, context)
  assert.equal(adapter?.shape, shape)
  return readWith(adapter, row, context)
}

export function readWith(adapter: Adapter | undefined, row: Json, context: FileContext): Given {
  const given: Given = {
    issuances: [],
    accesses: [],
    directory: [],
    inventory: [],
    rejects: [],
    statements: [],
  }
  adapter?.read(row, context, {
    issuance: (record) => given.issuances.push(record),
    access: (record) => given.accesses.push(record),
    directory: (entry) => given.directory.push(entry),
    inventory: (entry) => given.inventory.push(entry),
    reject: (reject) => given.rejects.push(reject),
    statement: (statement) => given.statements.push(statement),
  })
  return given
}

export const JSON_FILE: FileContext = { columns: undefined, dateOrder: 'unproven' }

/** The context of a CSV file whose header is the row's own names. */
export function csvFile(row: Json, dateOrder: DateOrder = 'unproven'): FileContext {
  return { columns: Object.keys(row), dateOrder }
}
