/**
 * One file's bytes to records: the container and each row's shape are detected from content, never
 * from names.
 */
import type { Json } from '@mintmark/core'
import { adapters as allAdapters } from './adapters.ts'
import { type DateProof, findAdapter, isTable, proveDateOrder } from './date_order.ts'
import type { EvidenceSource } from './files/evidence_source.ts'
import type { Adapter, FileContext, RowTaker, Tally } from './model/adapter.ts'
import { MAX_PENDING_LINES } from './model/limits.ts'
import { type RecordSink, type Reject, type StatementCode, saying } from './model/records.ts'
import {
  added,
  NO_RECORDS,
  NO_REJECTS,
  type RecordCounts,
  type RejectCounts,
  RowOutput,
} from './row_output.ts'
import { type TextPart, TextRows } from './rows/text_rows.ts'

export interface ReadOptions extends TextPart {
  readonly adapters?: readonly Adapter[]
  /** From a first pass over the file; without one no order is proven. */
  readonly dates?: DateProof
  /**
   * Rows of this file are known to be known, from another part of it: an unknown row is then rejected at
   * once. Default: the file is `unrecognised`, without rejects, while no row is known.
   */
  readonly isRecognised?: boolean
}

/** What a file turned out to hold. Counts of two parts of one file add up: {@link mergeSummaries}. */
export interface EvidenceSummary {
  /**
   * The adapter shape that took most rows (of two with as many, the first); `extractor-log`, `empty`, or
   * `unrecognised` when no row of the file is known to any adapter.
   */
  readonly shape: string
  /** Rows that an adapter took, by its shape. */
  readonly rowsByShape: ReadonlyMap<string, number>
  readonly rows: number
  /** Rows that no adapter knew; of an unrecognised file they are not rejects. */
  readonly unknownRows: number
  readonly rejected: RejectCounts
  readonly records: RecordCounts
  /** Times of the records; 0 when none has one. */
  readonly firstMs: number
  readonly lastMs: number
}

const SAYS = {
  nextLink: 'The export names a next page, so it is one page of more.',
  endsEarly: 'The file ends within a record or a list of records: what came after is not here.',
  rowCap: 'The number of rows is exactly one at which the exporter stops: more may exist.',
  partial: 'The answer to the query says that it is partial: the service left rows out.',
  unproven:
    'No date in the file proves whether day or month comes first: rows that could be either are not read.',
  contradicted:
    'Some dates in the file prove that the day comes first and some the month: rows that could be either are not read.',
  gap: 'The extractor says that it has not got every event of this period.',
}

/** Rejects of a container that was read up to where it broke. */
const LOSING_REASONS: ReadonlySet<string> = new Set(
  'compressed-data-damaged compressed-data-ends-early expands-beyond-limit zip-damaged'.split(' '),
)

/**
 * Reads one file, or a slice of one, that comes in chunks through {@link push}. Trust: nothing
 * about the bytes. Never throws over them; what cannot be read is a reject in the sink.
 */
export class EvidenceReader implements RowTaker {
  readonly #adapters: readonly Adapter[]
  readonly #options: ReadOptions
  readonly #output: RowOutput
  readonly #text: TextRows
  #context: FileContext
  #last: Adapter | undefined
  readonly #tallies = new Map<Adapter, Tally>()
  #run = 0
  readonly #rowsByShape = new Map<string, number>()
  #unknownRows = 0
  #badRows = 0
  #isRecognised: boolean
  #hasEndedEarly: boolean = false
  #nulsBefore = 0
  #pending: [reason: string, detail: string, line: number][] = []

  constructor(sink: RecordSink, options: ReadOptions = {}) {
    this.#options = options
    this.#adapters = options.adapters ?? allAdapters
    this.#output = new RowOutput(sink)
    this.#isRecognised = options.isRecognised ?? false
    this.#context = this.#contextOf(undefined)
    this.#text = new TextRows(this, options)
  }

  #contextOf(columns: readonly string[] | undefined): FileContext {
    const { dates } = this.#options
    return { columns, dateOrder: dates?.order ?? 'unproven', zone: dates?.zone }
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#text.push(chunk)
  }

  end(): EvidenceSummary {
    this.#text.end()
    this.#endRun()
    const shape = this.#shape()
    if (this.#nulsBefore > 0 && this.#isRecognised)
      this.#rejectRow('nul-bytes', `${this.#nulsBefore} before the text`, 1)
    const isWhole = this.#options.isSlice !== true
    if (isWhole && shape === 'unrecognised' && this.#text.hasLogMarks)
      this.badFile('log-unrecognised', '', 1)
    if (isWhole && this.#isCapped(shape)) this.#state('row-cap', 1, SAYS.rowCap)
    if (shape === 'extractor-log') this.#reportGaps()
    this.#output.line = 1
    for (const tally of this.#tallies.values()) tally.end(this.#output)
    this.#stateDates()
    const { firstMs, lastMs, rejected, records } = this.#output
    return {
      shape,
      rowsByShape: this.#rowsByShape,
      rows: this.#rows,
      unknownRows: this.#unknownRows,
      rejected,
      records,
      firstMs: Number.isFinite(firstMs) ? firstMs : 0,
      lastMs: Number.isFinite(lastMs) ? lastMs : 0,
    }
  }

  containerReject(reject: Reject): void {
    this.#output.line = Math.max(1, this.#output.line)
    this.#output.reject(reject)
    if (LOSING_REASONS.has(reject.reason)) this.#endsEarly(this.#output.line)
  }

  badFile(reason: string, detail: string, line: number): void {
    this.#output.line = line
    this.#output.reject({ kind: 'file', reason, detail })
  }

  columns(names: readonly string[]): void {
    this.#context = this.#contextOf(names)
    // A header that an adapter knows makes every row below it one that should have been readable.
    if (this.isTable(names)) this.#isRecognised = true
  }

  isTable(names: readonly string[]): boolean {
    return isTable(this.#adapters, names)
  }

  row(row: Json, line: number): boolean {
    const adapter = findAdapter(this.#adapters, row, this.#context)
    if (adapter === undefined) return false
    if (adapter !== this.#last) this.#endRun()
    this.#last = adapter
    this.#run++
    if (!this.#isRecognised) this.#recognise()
    this.#output.line = line
    adapter.read(row, this.#context, this.#output)
    // A slice shows a part of the rows, which proves nothing about all of them.
    if (adapter.tally !== undefined && this.#options.isSlice !== true) this.#tally(adapter, row)
    return true
  }

  unknownRow(line: number): void {
    this.#unknownRows++
    if (this.#isRecognised) this.#rejectRow('unrecognised-record', '', line)
    else this.#defer('unrecognised-record', '', line)
  }

  badRow(reason: string, detail: string, line: number): void {
    if (this.#isMereText) {
      this.#unknownRows++
      this.#defer(reason, detail, line)
    } else {
      this.#badRows++
      this.#rejectRow(reason, detail, line)
    }
  }

  #defer(reason: string, detail: string, line: number): void {
    if (this.#pending.length < MAX_PENDING_LINES) this.#pending.push([reason, detail, line])
  }

  badText(line: number): void {
    if (this.#isMereText) return
    this.#output.line = line
    this.#output.reject({ kind: 'payload', reason: 'invalid-utf8', detail: 'kept with U+FFFD' })
  }

  nulsBefore(count: number): void {
    this.#nulsBefore = count
  }

  nextLink(line: number): void {
    this.#state('next-link', line, SAYS.nextLink)
  }

  partial(line: number): void {
    this.#state('row-cap', line, SAYS.partial)
  }

  endsEarly(line: number): void {
    if (!this.#isMereText) this.#endsEarly(line)
  }

  #endsEarly(line: number): void {
    if (!this.#hasEndedEarly) this.#state('ends-early', line, SAYS.endsEarly)
    this.#hasEndedEarly = true
  }

  /** Prose reads as CSV in which no row fits: not worth a word until a row is known. */
  get #isMereText(): boolean {
    return this.#text.kind === 'csv' && !this.#isRecognised
  }

  #tally(adapter: Adapter, row: Json): void {
    const tally = this.#tallies.get(adapter) ?? adapter.tally?.()
    if (tally === undefined) return
    this.#tallies.set(adapter, tally)
    tally.row(row)
  }

  #endRun(): void {
    if (this.#last === undefined || this.#run === 0) return
    const { shape } = this.#last
    this.#rowsByShape.set(shape, (this.#rowsByShape.get(shape) ?? 0) + this.#run)
    this.#run = 0
  }

  /** The first known row: those before it are rejects after all. */
  #recognise(): void {
    this.#isRecognised = true
    const pending = this.#pending
    this.#pending = []
    for (const reject of pending) this.#rejectRow(...reject)
    const more = this.#unknownRows - pending.length
    if (more === 0) return
    this.#rejectRow('unrecognised-record', `${more} more rows`, pending.at(-1)?.[2] ?? 1)
    this.#output.rejected.row += more - 1
  }

  #rejectRow(reason: string, detail: string, line: number): void {
    this.#output.line = line
    this.#output.reject({ kind: 'row', reason, detail })
  }

  #shape(): string {
    const unread = this.#isEmpty ? 'empty' : 'unrecognised'
    return mostRows(this.#rowsByShape) ?? (this.#text.gaps.length > 0 ? 'extractor-log' : unread)
  }

  get #rows(): number {
    return [...this.#rowsByShape.values()].reduce((sum, rows) => sum + rows, 0)
  }

  /** Nothing, or a list, a wrapper or a known header without a row. One line of prose with a comma is no header. */
  get #isEmpty(): boolean {
    const isText = this.#text.kind === 'text' || this.#isMereText
    const seen = this.#unknownRows + this.#badRows + this.#output.rejected.file + this.#nulsBefore
    return !isText && seen === 0
  }

  #isCapped(shape: string): boolean {
    const caps = this.#adapters.find((adapter) => adapter.shape === shape)?.rowCaps ?? []
    return caps.includes(this.#rows + this.#unknownRows + this.#badRows)
  }

  #reportGaps(): void {
    for (const { line, fromMs, toMs } of this.#text.gaps) {
      this.#output.line = line
      this.#output.statement({ code: 'extractor-gap', text: SAYS.gap, fromMs, toMs })
    }
  }

  #stateDates(): void {
    const dates = this.#options.dates
    if (dates?.isShared === true) {
      const text = `No date in the file proves whether day or month comes first: other files of the case prove that the ${dates.order === 'day-first' ? 'day' : 'month'} does.`
      this.#state('date-order-from-case', 1, text)
    }
    if (dates === undefined || dates.order !== 'unproven' || !dates.hasAmbiguous) return
    this.#state('date-order-unproven', 1, dates.isContradicted ? SAYS.contradicted : SAYS.unproven)
  }

  #state(code: StatementCode, line: number, text: string): void {
    this.#output.line = line
    this.#output.statement(saying(code, text))
  }
}

const mostRows = (rowsByShape: ReadonlyMap<string, number>): string | undefined =>
  [...rowsByShape].toSorted(([, one], [, other]) => other - one)[0]?.[0]

export function mergeSummaries(parts: readonly EvidenceSummary[]): EvidenceSummary {
  const rowsByShape = new Map<string, number>()
  for (const part of parts) {
    for (const [shape, rows] of part.rowsByShape)
      rowsByShape.set(shape, (rowsByShape.get(shape) ?? 0) + rows)
  }
  const times = parts.flatMap(({ firstMs, lastMs }) => (firstMs > 0 ? [firstMs, lastMs] : []))
  const shapes = parts.map(({ shape }) => shape)
  const unread = shapes.find((shape) => shape !== 'empty') ?? 'empty'
  return {
    shape: mostRows(rowsByShape) ?? unread,
    rowsByShape,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    unknownRows: parts.reduce((sum, { unknownRows }) => sum + unknownRows, 0),
    rejected: added(
      NO_REJECTS,
      parts.map(({ rejected }) => rejected),
    ),
    records: added(
      NO_RECORDS,
      parts.map(({ records }) => records),
    ),
    firstMs: times.reduce((least, ms) => Math.min(least, ms), times[0] ?? 0),
    lastMs: times.reduce((most_, ms) => Math.max(most_, ms), 0),
  }
}

/**
 * Reads a whole source into a sink: for the order of its dates first, where its adapter needs that,
 * then for its records. Memory is bounded whatever the source holds.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function readEvidence(
  source: EvidenceSource,
  sink: RecordSink,
  adapters: readonly Adapter[] = allAdapters,
): Promise<EvidenceSummary> {
  const dates = await proveDateOrder(source.open(), adapters)
  const reader = new EvidenceReader(sink, { adapters, dates })
  const { refused } = source
  if (refused !== undefined) reader.badFile(refused.reason, refused.detail, 1)
  for await (const chunk of source.open((reject) => reader.containerReject(reject)))
    reader.push(chunk)
  return reader.end()
}
