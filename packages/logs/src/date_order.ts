import { dateOrderOf, type Json, readSlashDate } from '@mintmark/core'
import type { Adapter, DateOrder, FileContext, FileZone, RowTaker } from './model/adapter.ts'
import { rowOf } from './rows/tables.ts'
import { TextRows } from './rows/text_rows.ts'

export interface DateProof {
  readonly order: DateOrder
  /** Some date could be read in both orders, so that it can be read at all only in a proven order. */
  readonly hasAmbiguous: boolean
  /** Some date proves the one order and some date the other: none is proven. */
  readonly isContradicted: boolean
  /** The order is not this file's own: other files of the case prove it. */
  readonly isShared?: true
  readonly exporter?: { readonly shape: string; readonly columns: readonly string[] }
  /** The one zone that rows prove. Absent where none does, or they prove several. */
  readonly zone?: FileZone
}

/** The proof with an order that other files of the case prove, where the file proves none and needs one. */
export function withSharedOrder(dates: DateProof, order: DateOrder): DateProof {
  const isOpen = dates.order === 'unproven' && dates.hasAmbiguous && !dates.isContradicted
  return isOpen && order !== 'unproven' ? { ...dates, order, isShared: true } : dates
}

/** By this many rows a file has shown whether its adapter reads dates that need an order. */
const PROBE_ROWS = 100
const PIECE_BYTES = 64 * 1024

class DateProver implements RowTaker {
  readonly #adapters: readonly Adapter[]
  #context: FileContext = { columns: undefined, dateOrder: 'unproven' }
  #rows = 0
  #isNeeded: boolean = false
  readonly #proven = new Set<DateOrder>()
  #hasAmbiguous: boolean = false
  readonly #zones = new Map<number, FileZone>()
  #exporter: DateProof['exporter']

  constructor(adapters: readonly Adapter[]) {
    this.#adapters = adapters
  }

  get isDone(): boolean {
    return !this.#isNeeded && this.#rows >= PROBE_ROWS
  }

  get proof(): DateProof {
    const [proven = 'unproven', other] = this.#proven
    const [zone] = this.#zones.size === 1 ? this.#zones.values() : []
    return {
      order: other === undefined ? proven : 'unproven',
      hasAmbiguous: this.#hasAmbiguous,
      isContradicted: other !== undefined,
      ...(this.#exporter !== undefined && { exporter: this.#exporter }),
      ...(zone !== undefined && { zone }),
    }
  }

  columns(names: readonly string[]): void {
    this.#context = { columns: names, dateOrder: 'unproven' }
  }

  isTable(names: readonly string[]): boolean {
    return isTable(this.#adapters, names)
  }

  row(row: Json): boolean {
    if (this.isDone) return true
    this.#rows++
    const adapter = findAdapter(this.#adapters, row, this.#context)
    if (adapter === undefined) return false
    if (adapter.provenTime !== undefined) this.#weighTime(adapter.provenTime(row))
    if (adapter.dateColumns === undefined) return true
    this.#isNeeded = true
    this.#exporter ??= { shape: adapter.shape, columns: this.#context.columns ?? [] }
    for (const column of adapter.dateColumns) {
      if (Object.hasOwn(row, column)) this.#weigh(row[column])
    }
    return true
  }

  unknownRow(): void {}
  badRow(): void {}
  badFile(): void {}
  badText(): void {}
  nulsBefore(): void {}
  nextLink(): void {}
  partial(): void {}
  endsEarly(): void {}

  #weighTime(proven: ReturnType<NonNullable<Adapter['provenTime']>>): void {
    this.#isNeeded = true
    if (proven === undefined) return
    const { zoneMs: aheadMs, atMs } = proven
    const known = this.#zones.get(aheadMs)
    const firstMs = Math.min(atMs, known?.firstMs ?? atMs)
    const lastMs = Math.max(atMs, known?.lastMs ?? atMs)
    this.#zones.set(aheadMs, { aheadMs, firstMs, lastMs })
  }

  #weigh(date: unknown): void {
    const order = dateOrderOf(date)
    if (order !== undefined) this.#proven.add(order)
    else
      this.#hasAmbiguous ||=
        readSlashDate(date, 'month-first') !== undefined &&
        readSlashDate(date, 'unproven') === undefined
  }
}

/**
 * Reads a file for the order of day and month in its dates: to its end if its adapter needs one, else
 * only the first rows.
 */
export async function proveDateOrder(
  chunks: AsyncIterable<Uint8Array>,
  adapters: readonly Adapter[],
): Promise<DateProof> {
  const prover = new DateProver(adapters)
  const rows = new TextRows(prover)
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      rows.push(chunk.subarray(at, at + PIECE_BYTES))
      if (prover.isDone) return prover.proof
    }
  }
  rows.end()
  return prover.proof
}

/**
 * The first adapter that accepts a row. Never the one that took the row before, though that would be
 * quicker: a row must read the same whatever precedes it, and in whichever slice.
 */
export const findAdapter = (
  adapters: readonly Adapter[],
  row: Json,
  context: FileContext,
): Adapter | undefined => adapters.find((adapter) => adapter.accepts(row, context))

export function isTable(adapters: readonly Adapter[], columns: readonly string[]): boolean {
  const context = { columns, dateOrder: 'unproven' } as const
  return findAdapter(adapters, rowOf(columns, [], ''), context) !== undefined
}
