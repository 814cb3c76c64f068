/** Which audit record goes to which file of a tenant, in which order, how often. */
import { DAY, isoMs, monthOf } from '../world/calendar.ts'
import type { AuditRecord } from '../world/events.ts'
import { FramedFiles } from '../world/framed_files.ts'
import type { Organisation } from '../world/world.ts'
import { type AuditLayout, layoutFor, OFFICE_ACTIVITY } from './audit_layouts.ts'

function spanOf({ span }: AuditLayout, ms: number): string {
  if (span === 'all') return 'all'
  return span === 'month' ? monthOf(ms) : isoMs(ms - (ms % (7 * DAY))).slice(0, 10)
}

const ROW_CAP = 5000

export class AuditFiles {
  readonly #of: Organisation
  readonly #files: FramedFiles
  #again: string[] = []
  #capped: AuditRecord[] = []
  #cappedTotal = 0

  constructor(of: Organisation, folder: string) {
    this.#of = of
    this.#files = new FramedFiles(folder)
  }

  write(records: readonly AuditRecord[]): void {
    if (this.#of.habits.includes('row-cap')) {
      for (const record of records) this.#capped.push(record)
      this.#cappedTotal += records.length
      // Bounds the memory: older ones can no longer be among the newest.
      if (this.#capped.length > 4 * ROW_CAP) this.#capped = newest(this.#capped)
      return
    }
    for (const [index, record] of records.entries()) this.#put(record, index + 1, records.length)
  }

  #put(record: AuditRecord, index: number, count: number): void {
    const layout = layoutFor(this.#of, record.atMs)
    // Only the Management API's table of its own token calls; Sentinel's has none.
    if (layout === OFFICE_ACTIVITY && record.recordType === 275) return
    const span = spanOf(layout, record.deliveredMs)
    const text = layout.record({ of: this.#of, record, index, count })
    this.#append(layout, span, text)
    for (let copy = 1; copy < record.copies; copy++)
      if (copy === 1) this.#append(layout, span, text)
      else this.#again.push(text)
  }

  #append(layout: AuditLayout, span: string, text: string): void {
    const name = `${layout.name}-${span}.${layout.ending}`
    if (!this.#files.has(name)) {
      this.#files.begin(name, layout, layout.wrapping, `${layout.name}-${span}.json`)
      const again = this.#again
      this.#again = []
      for (const copy of again) this.#files.append(name, layout, copy)
    }
    this.#files.append(name, layout, text)
  }

  /** `nextLink` leaves the last answer without its continuation. Returns the names of the files. */
  close(nextLink: boolean): readonly string[] {
    for (const [index, record] of this.cappedRecords().entries())
      this.#put(record, index + 1, this.#cappedTotal)
    this.#files.close(
      nextLink ? '\n],"@odata.nextLink":"https://graph.microsoft.com/v1.0/next"}\n' : undefined,
    )
    return this.#files.names
  }

  cappedRecords(): readonly AuditRecord[] {
    return newest(this.#capped)
  }

  abandon(): void {
    this.#files.abandon()
  }
}

const newest = (records: readonly AuditRecord[]): AuditRecord[] =>
  records.toSorted((one, other) => other.atMs - one.atMs).slice(0, ROW_CAP)
