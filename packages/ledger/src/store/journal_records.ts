/**
 * A journal segment: a header with a random seed, then records, each with a hash over the seed, its
 * offset, header and payload. So a whole record behind a broken one shows damage in the middle;
 * none follows a torn last write, which was never acknowledged.
 */
import { createHash, randomBytes } from 'node:crypto'
import { Reader } from '@mintmark/core'
import { count, digest, listOf, record, short, sized, text, u64 } from '../tree/codec.ts'
import type { Edge } from '../tree/growing_tree.ts'
import { HASH_BYTES } from '../tree/tree.ts'
import type { RecoveredStep, ShardAppend } from './store.ts'

const TITLE = 'mintmark-journal/1\n'
const SEED_BYTES = 32
export const SEGMENT_HEADER_BYTES: number = TITLE.length + SEED_BYTES
const MARK = Buffer.from('MMj1')
/** Mark, type, three zeros, length of the payload, check of these. */
const HEAD_BYTES = 16
const CHECKED_BYTES = 12
const RECORD_BYTES = HEAD_BYTES + HASH_BYTES

const TYPE = { edges: 0, batch: 1 } as const

export function newSeed(): Uint8Array {
  return randomBytes(SEED_BYTES)
}

export function newSegmentHeader(): Uint8Array {
  return Buffer.concat([Buffer.from(TITLE), newSeed()])
}

export function seedOf(segment: Uint8Array): Uint8Array | undefined {
  if (segment.length < SEGMENT_HEADER_BYTES) return undefined
  const title = Buffer.from(segment.subarray(0, TITLE.length)).toString('latin1')
  return title === TITLE ? segment.subarray(TITLE.length, SEGMENT_HEADER_BYTES) : undefined
}

/** @param offset of the record in the segment; elsewhere any number of its own */
export function encodeRecord(step: RecoveredStep, seed: Uint8Array, offset: number): Uint8Array {
  const payload = payloadOf(step)
  const head = Buffer.alloc(HEAD_BYTES)
  MARK.copy(head)
  head[4] = TYPE[step.kind]
  head.writeUInt32BE(payload.length, 8)
  headCheck(seed, offset, head).copy(head, CHECKED_BYTES)
  return Buffer.concat([head, recordHash(seed, offset, head, payload), payload])
}

/** Distinguishes a head at this offset from other bytes, without reading its payload. */
function headCheck(seed: Uint8Array, offset: number, head: Uint8Array): Buffer {
  const hash = createHash('sha256').update('head').update(seed).update(u64(offset))
  return hash.update(head.subarray(0, CHECKED_BYTES)).digest().subarray(0, 4)
}

function recordHash(seed: Uint8Array, offset: number, head: Uint8Array, payload: Uint8Array) {
  return createHash('sha256').update(seed).update(u64(offset)).update(head).update(payload).digest()
}

interface ReadSegment {
  readonly records: readonly RecoveredStep[]
  readonly wholeBytes: number
  /** `torn`: no whole record follows. `damaged`: a whole one follows a broken one. */
  readonly end: 'clean' | 'torn' | 'damaged'
}

export function readRecords(segment: Uint8Array, seed: Uint8Array): ReadSegment {
  const records: RecoveredStep[] = []
  let at = SEGMENT_HEADER_BYTES
  while (at < segment.length) {
    const next = recordAt(segment, at, seed, at)
    if (next === undefined) break
    records.push(next.record)
    at = next.end
  }
  if (at === segment.length) return { records, wholeBytes: at, end: 'clean' }
  return { records, wholeBytes: at, end: hasRecordAfter(segment, seed, at) ? 'damaged' : 'torn' }
}

function hasRecordAfter(segment: Uint8Array, seed: Uint8Array, from: number): boolean {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length)
  for (let at = bytes.indexOf(MARK, from + 1); at !== -1; at = bytes.indexOf(MARK, at + 1))
    if (recordAt(segment, at, seed, at) !== undefined) return true
  return false
}

/** Undefined for anything but one whole record of this offset. */
export function decodeRecord(
  bytes: Uint8Array,
  seed: Uint8Array,
  offset: number,
): RecoveredStep | undefined {
  const found = recordAt(bytes, 0, seed, offset)
  return found?.end === bytes.length ? found.record : undefined
}

function recordAt(
  segment: Uint8Array,
  at: number,
  seed: Uint8Array,
  offset: number,
): { readonly record: RecoveredStep; readonly end: number } | undefined {
  if (at + RECORD_BYTES > segment.length) return undefined
  const head = Buffer.from(segment.subarray(at, at + HEAD_BYTES))
  const end = at + RECORD_BYTES + head.readUInt32BE(8)
  if (!head.subarray(0, 4).equals(MARK) || end > segment.length) return undefined
  if (!headCheck(seed, offset, head).equals(head.subarray(CHECKED_BYTES))) return undefined
  const payload = segment.subarray(at + RECORD_BYTES, end)
  const hash = recordHash(seed, offset, head, payload)
  if (!hash.equals(segment.subarray(at + HEAD_BYTES, at + RECORD_BYTES))) return undefined
  return { record: stepIn(head[4], payload), end }
}

const entries = sized()
const BATCH = listOf(
  short,
  record<ShardAppend>({ shard: text(), first: count, entries: listOf(count, entries) }),
)
const EDGES = listOf(
  short,
  record<{ shard: string; edge: Edge }>({
    shard: text(),
    edge: record<Edge>({
      size: count,
      levels: listOf(short, listOf(short, digest)),
      entries: listOf(short, entries),
    }),
  }),
)

function payloadOf(step: RecoveredStep): Uint8Array {
  const parts: Uint8Array[] = []
  if (step.kind === 'batch') BATCH.write(step.appends, parts)
  else
    EDGES.write(
      Array.from(step.edges, ([shard, edge]) => ({ shard, edge })),
      parts,
    )
  return Buffer.concat(parts)
}

function stepIn(type: number | undefined, payload: Uint8Array): RecoveredStep {
  const reader = new Reader(payload, false)
  if (type !== TYPE.edges) return { kind: 'batch', appends: BATCH.read(reader) }
  const edges = EDGES.read(reader)
  return { kind: 'edges', edges: new Map(edges.map(({ shard, edge }) => [shard, edge])) }
}
