/**
 * What the numbering of a cmdlet's rows proves about a whole file.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { RowSink, Tally } from '../model/adapter.ts'
import { plain, whole } from './fields.ts'

/** Result sets distinguished in one file; a file with more of them is judged on the first. */
const MAX_SETS = 10_000

interface Span {
  first: number
  last: number
}

/**
 * Watches `ResultIndex` and `ResultCount` of the rows of one file, in any order.
 *
 * The cmdlet numbers the rows of a result set from 1 to its count, so a count whose last row is nowhere in
 * the file proves a set that is not all there. Sets of equal count cannot be distinguished: one that is complete
 * hides another that is not, and never the other way round. A count can change from one page to the next while
 * records arrive: rows that go on where a set ends are taken for the rest of it.
 */
export class ResultCounts implements Tally {
  readonly #spans = new Map<number, Span>()

  /** Takes note of one row; rows without numbers prove nothing. */
  row(row: Json): void {
    const count = whole(row['ResultCount'])
    const index = whole(row['ResultIndex'])
    if (count <= 0 || index <= 0) return
    const span = this.#spans.get(count)
    if (span !== undefined) {
      if (index < span.first) span.first = index
      if (index > span.last) span.last = index
    } else if (this.#spans.size < MAX_SETS) this.#spans.set(count, { first: index, last: index })
  }

  /** States what is missing, if anything is. */
  end(sink: RowSink): void {
    const starts = new Set([...this.#spans.values()].map(({ first }) => first))
    let sets = 0
    let missing = 0
    for (const [count, { last }] of this.#spans) {
      if (last >= count || starts.has(last + 1)) continue
      sets++
      missing += count - last
    }
    if (sets === 0) return
    const ending =
      sets === 1 ? 'One result set ends before its' : `${sets} result sets end before their`
    const text = `${ending} ResultCount: at least ${missing} rows that the search counted are not in this file.`
    sink.statement({ code: 'result-count-short', text, fromMs: 0, toMs: 0 })
  }
}

/** Records that one session of the cmdlet can return at most; more than that were there. */
const SESSION_CAP = 50_000

/**
 * States what one row proves by itself: an index of -1 is the cmdlet's sign of a search that failed within the
 * service, and no session returns more than 50,000 of the records that it counted.
 */
export function stateRowNumbers(row: Json, sink: RowSink): void {
  const count = whole(row['ResultCount'])
  const hasFailed = plain(row['ResultIndex']) === '-1'
  if (!hasFailed && count <= SESSION_CAP) return
  const text = hasFailed
    ? 'The search returned rows with ResultIndex -1: it failed within the service and is incomplete.'
    : `ResultCount is ${count}, but a search session returns at most ${SESSION_CAP} records.`
  sink.statement({ code: 'result-count-short', text, fromMs: 0, toMs: 0 })
}
