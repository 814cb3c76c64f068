/**
 * The audit log of a tenant on disk: which record goes to which file, in which order, how often.
 *
 * @module
 */
import { join } from 'node:path'
import { DAY, isoMs, monthOf } from '../world/calendar.ts'
import type { AuditRecord } from '../world/events.ts'
import { TextFile } from '../world/text_file.ts'
import type { Organisation } from '../world/world.ts'
import { type AuditLayout, layoutFor, OFFICE_ACTIVITY, type ResultIndex } from './audit_layouts.ts'

function spanOf({ span }: AuditLayout, ms: number): string {
  if (span === 'all') return 'all'
  return span === 'month' ? monthOf(ms) : isoMs(ms - (ms % (7 * DAY))).slice(0, 10)
}

/** Most rows that a capped search gives. */
const ROW_CAP = 5000

/** The audit log of one tenant, as files. */
export class AuditFiles {
  readonly #of: Organisation
  readonly #folder: string
  readonly #open = new Map<
    string,
    { readonly file: TextFile; readonly layout: AuditLayout; rows: number }
  >()
  /** Copies that come again in the next file. */
  #again: { readonly atMs: number; readonly text: string }[] = []
  /** Rows of a search that was cut: all are held until the end, since the newest are kept. */
  #capped: AuditRecord[] = []
  #cappedTotal = 0
  rows = 0

  constructor(of: Organisation, folder: string) {
    this.#of = of
    this.#folder = folder
  }

  /** Writes a page of records, in the order in which the log delivers them. */
  write(records: readonly AuditRecord[]): void {
    if (this.#of.habits.includes('row-cap')) {
      for (const record of records) this.#capped.push(record)
      this.#cappedTotal += records.length
      // Bounds the memory: older ones can no longer be among the newest.
      if (this.#capped.length > 4 * ROW_CAP) this.#capped = newest(this.#capped)
      return
    }
    for (const [index, record] of records.entries())
      this.#put(record, { index: index + 1, count: records.length })
  }

  #put(record: AuditRecord, at: ResultIndex): void {
    const layout = layoutFor(this.#of, record.atMs)
    // Only the Management API's table of its own token calls; Sentinel's has none.
    if (layout === OFFICE_ACTIVITY && record.recordType === 275) return
    const span = spanOf(layout, record.deliveredMs)
    const text = layout.record(this.#of, record, at)
    this.#append(layout, span, text)
    for (let copy = 1; copy < record.copies; copy++)
      if (copy === 1) this.#append(layout, span, text)
      else this.#again.push({ atMs: record.deliveredMs, text })
  }

  #append(layout: AuditLayout, span: string, text: string): void {
    const name = `${layout.name}-${span}.${layout.ending}`
    let open = this.#open.get(name)
    if (open === undefined) {
      const path = join(this.#folder, name)
      open = {
        file: new TextFile(path, layout.wrapping, `${layout.name}-${span}.json`),
        layout,
        rows: 0,
      }
      this.#open.set(name, open)
      open.file.write(layout.opening)
      const again = this.#again
      this.#again = []
      for (const copy of again) this.#append(layout, span, copy.text)
    }
    if (open.rows > 0) open.file.write(layout.between)
    open.file.write(text)
    open.rows++
    this.rows++
  }

  /** Ends all files; `nextLink` leaves the last answer of a query without its continuation. */
  close(nextLink: boolean): readonly string[] {
    const kept = newest(this.#capped)
    for (const [index, record] of kept.entries())
      this.#put(record, { index: index + 1, count: this.#cappedTotal })
    // In the order in which they were begun: the last one is the latest.
    const names = [...this.#open.keys()]
    for (const [name, { file, layout }] of this.#open) {
      const isPartial = nextLink && name === names.at(-1)
      file.write(
        isPartial
          ? '\n],"@odata.nextLink":"https://graph.microsoft.com/v1.0/next"}\n'
          : layout.closing,
      )
      file.close()
    }
    return names.map((name) => join(this.#folder, name))
  }

  /** Records of a capped search that the export has. */
  keptOfCapped(): readonly AuditRecord[] {
    return newest(this.#capped)
  }

  abandon(): void {
    for (const { file } of this.#open.values()) file.abandon()
  }
}

function newest(records: readonly AuditRecord[]): AuditRecord[] {
  return records.toSorted((one, other) => other.atMs - one.atMs).slice(0, ROW_CAP)
}
