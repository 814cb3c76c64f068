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

/** That each member of a record is of the type that it has to be, whatever the row was. */
export function assertTypes(record: Issuance | Access): void {
  for (const [field, value] of Object.entries(record)) {
    if (typeof value === 'number') assert.ok(Number.isSafeInteger(value), field)
    else assert.ok(typeof value === 'string' || Array.isArray(value), field)
  }
  assert.match(record.tokenId, /^(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})?$/)
  if (record.detail !== '') assert.equal(typeof JSON.parse(record.detail), 'object')
}

/** That a record has these members, whatever others. */
export function check<T extends Issuance | Access>(record: T | undefined, want: Partial<T>): void {
  assert.ok(record)
  assert.deepEqual({ ...record, ...want }, record)
}

export const JSON_FILE: FileContext = { columns: undefined, dateOrder: 'unproven' }

/** The context of a CSV file whose header is the row's own names. */
export function csvFile(row: Json, dateOrder: DateOrder = 'unproven'): FileContext {
  return { columns: Object.keys(row), dateOrder }
}
