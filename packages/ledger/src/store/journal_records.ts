/**
 * Bytes of a journal segment: a header with a random seed, then records.
 *
 * Each record has a hash over the seed, its own offset, its header and its payload, so that a whole record is recognised
 * anywhere. That distinguishes two bad ends of a segment: behind a torn last write, which was never acknowledged, no whole
 * record follows; behind damage in the middle one does.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { Reader } from '@mintmark/core'
import type { Edge } from '../tree/growing_tree.ts'
import { HASH_BYTES } from '../tree/tree.ts'
import type { ShardAppend } from './store.ts'

const TITLE = 'mintmark-journal/1\n'
const SEED_BYTES = 32
export const SEGMENT_HEADER_BYTES: number = TITLE.length + SEED_BYTES
const MARK = Buffer.from('MMj1')
/** Mark, type, three zeros, length of the payload, check of these. */
const HEAD_BYTES = 16
const CHECKED_BYTES = 12
const RECORD_BYTES = HEAD_BYTES + HASH_BYTES

const TYPE = { edges: 0, batch: 1 } as const

interface EdgesRecord {
  readonly kind: 'edges'
  readonly edges: ReadonlyMap<string, Edge>
}

/** What one durable commit added. */
interface BatchRecord {
  readonly kind: 'batch'
  readonly appends: readonly ShardAppend[]
}

export type JournalRecord = EdgesRecord | BatchRecord

export function newSeed(): Uint8Array {
  return randomBytes(SEED_BYTES)
}

export function newSegmentHeader(): Uint8Array {
  return Buffer.concat([Buffer.from(TITLE), newSeed()])
}

/** The random part of a header; undefined for other bytes. */
export function seedOf(segment: Uint8Array): Uint8Array | undefined {
  if (segment.length < SEGMENT_HEADER_BYTES) return undefined
  const title = Buffer.from(segment.subarray(0, TITLE.length)).toString('latin1')
  return title === TITLE ? segment.subarray(TITLE.length, SEGMENT_HEADER_BYTES) : undefined
}

/** @param offset of the record in the segment; elsewhere any number of its own */
export function encodeRecord(record: JournalRecord, seed: Uint8Array, offset: number): Uint8Array {
  const payload = record.kind === 'edges' ? edgesBytes(record) : batchBytes(record)
  const head = Buffer.alloc(HEAD_BYTES)
  MARK.copy(head)
  head[4] = TYPE[record.kind]
  head.writeUInt32BE(payload.length, 8)
  headCheck(seed, offset, head).copy(head, CHECKED_BYTES)
  return Buffer.concat([head, recordHash(seed, offset, head, payload), payload])
}

/** Distinguishes a head at this offset from bytes that only look like one, without reading its payload. */
function headCheck(seed: Uint8Array, offset: number, head: Uint8Array): Buffer {
  const hash = createHash('sha256').update('head').update(seed).update(u64(offset))
  return hash.update(head.subarray(0, CHECKED_BYTES)).digest().subarray(0, 4)
}

function recordHash(seed: Uint8Array, offset: number, head: Uint8Array, payload: Uint8Array) {
  return createHash('sha256').update(seed).update(u64(offset)).update(head).update(payload).digest()
}

interface ReadSegment {
  readonly records: readonly JournalRecord[]
  /** Bytes up to the end of the last whole record. */
  readonly wholeBytes: number
  /** `torn`: something without a whole record in it follows. `damaged`: whole records follow a broken one. */
  readonly end: 'clean' | 'torn' | 'damaged'
}

/** @param seed as {@link seedOf} gives it */
export function readRecords(segment: Uint8Array, seed: Uint8Array): ReadSegment {
  const records: JournalRecord[] = []
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

/** The record that these bytes are; undefined for anything else, and for one of another offset. */
export function decodeRecord(
  bytes: Uint8Array,
  seed: Uint8Array,
  offset: number,
): JournalRecord | undefined {
  const found = recordAt(bytes, 0, seed, offset)
  return found?.end === bytes.length ? found.record : undefined
}

/** @param offset that the record was made for */
function recordAt(
  segment: Uint8Array,
  at: number,
  seed: Uint8Array,
  offset: number,
): { readonly record: JournalRecord; readonly end: number } | undefined {
  if (at + RECORD_BYTES > segment.length) return undefined
  const head = Buffer.from(segment.subarray(at, at + HEAD_BYTES))
  const end = at + RECORD_BYTES + head.readUInt32BE(8)
  if (!head.subarray(0, 4).equals(MARK) || end > segment.length) return undefined
  if (!headCheck(seed, offset, head).equals(head.subarray(CHECKED_BYTES))) return undefined
  const payload = segment.subarray(at + RECORD_BYTES, end)
  const hash = recordHash(seed, offset, head, payload)
  if (!hash.equals(segment.subarray(at + HEAD_BYTES, at + RECORD_BYTES))) return undefined
  const record = head[4] === TYPE.edges ? readEdges(payload) : readBatch(payload)
  return { record, end }
}

function u16(value: number): Uint8Array {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

const sized = (bytes: Uint8Array): Uint8Array[] => [u16(bytes.length), bytes]
const sizedText = (text: string): Uint8Array[] => sized(Buffer.from(text))

function batchBytes({ appends }: BatchRecord): Uint8Array {
  const parts: Uint8Array[] = [u16(appends.length)]
  for (const { shard, first, entries } of appends)
    parts.push(...sizedText(shard), u64(first), u64(entries.length), ...entries.flatMap(sized))
  return Buffer.concat(parts)
}

function edgesBytes({ edges }: EdgesRecord): Uint8Array {
  const parts: Uint8Array[] = [u16(edges.size)]
  for (const [shard, { size, levels, entries }] of edges) {
    parts.push(...sizedText(shard), u64(size), u16(levels.length))
    for (const hashes of levels) parts.push(u16(hashes.length), ...hashes)
    parts.push(u16(entries.length), ...entries.flatMap(sized))
  }
  return Buffer.concat(parts)
}

const readSized = (reader: Reader): Uint8Array => reader.bytes(reader.u16())
const readText = (reader: Reader): string => Buffer.from(readSized(reader)).toString('utf8')

function times<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read)
}

function readBatch(payload: Uint8Array): BatchRecord {
  const reader = new Reader(payload, false)
  const appends = times(reader.u16(), () => ({
    shard: readText(reader),
    first: reader.size(),
    entries: times(reader.size(), () => readSized(reader)),
  }))
  return { kind: 'batch', appends }
}

function readEdges(payload: Uint8Array): EdgesRecord {
  const reader = new Reader(payload, false)
  const edges = new Map<string, Edge>()
  for (let left = reader.u16(); left > 0; left--) {
    const shard = readText(reader)
    const size = reader.size()
    const levels = times(reader.u16(), () => times(reader.u16(), () => reader.bytes(HASH_BYTES)))
    edges.set(shard, { size, levels, entries: times(reader.u16(), () => readSized(reader)) })
  }
  return { kind: 'edges', edges }
}
