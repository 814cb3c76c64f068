import type {
  Adapter,
  DirectoryEntry,
  EvidenceSummary,
  ReadOptions,
  RecordSink,
  RowSink,
} from '../src/index.ts'
import { EvidenceReader } from '../src/index.ts'

/** What a reader gave, in order: `row a @3`, `row bad malformed-json @4`, `says ends-early @9`. */
export interface Collected {
  readonly events: string[]
  readonly summary: EvidenceSummary
}

const entry = (principal: string): DirectoryEntry => ({
  principal,
  principalId: '',
  tenant: '',
  organisation: '',
  groups: [],
  displayName: '',
})

/** Rows with the key `k` become directory entries of that principal: enough to see which rows came. */
export const keyed: Adapter = {
  shape: 'keyed',
  accepts: (row) => Object.hasOwn(row, 'k'),
  read: (row, _context, sink: RowSink) =>
    sink.directory(entry(typeof row['k'] === 'string' ? row['k'] : JSON.stringify(row['k']))),
}

/** As {@link keyed}, for rows with the key `d`, which is a date. */
export const dated: Adapter = {
  shape: 'dated',
  accepts: (row) => Object.hasOwn(row, 'd'),
  read: (row, context, sink: RowSink) =>
    sink.directory(entry(`${String(row['d'])} ${context.dateOrder}`)),
  dateColumns: ['d'],
}

export function collector(events: string[]): RecordSink {
  return {
    issuance: (_record, line) => events.push(`issuance @${line}`),
    access: (record, line) => events.push(`access ${record.recordId} @${line}`),
    directory: ({ principal }, line) => events.push(`row ${principal} @${line}`),
    inventory: (_entry, line) => events.push(`inventory @${line}`),
    reject: ({ kind, reason }, line) => events.push(`bad ${kind} ${reason} @${line}`),
    statement: ({ code }, line) => events.push(`says ${code} @${line}`),
  }
}

/** Reads bytes that come in pieces of `sizes`, over and over; all at once without sizes. */
export function collect(
  input: string | Uint8Array,
  sizes: readonly number[] = [],
  options: ReadOptions = {},
): Collected {
  const bytes = Buffer.from(input)
  const events: string[] = []
  const reader = new EvidenceReader(collector(events), { adapters: [keyed, dated], ...options })
  let turn = 0
  for (let at = 0; at < bytes.length; ) {
    const size = sizes[turn++ % Math.max(1, sizes.length)] ?? bytes.length
    // A fresh copy that is overwritten afterwards: a reader must not keep what it was lent.
    const lent = Uint8Array.from(bytes.subarray(at, at + size))
    reader.push(lent)
    at += size
  }
  return { events, summary: reader.end() }
}

/** A stream of one chunk. */
export async function* once(bytes: string | Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(Buffer.from(bytes))
}

/** The events alone, when whole. */
export const eventsOf = (input: string | Uint8Array): string[] => collect(input).events
