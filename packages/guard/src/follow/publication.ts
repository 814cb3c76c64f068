/**
 * A checkpoint and its new entries, which count only if they hash to an accepted checkpoint.
 * Big-endian: 0 version, 1 · 1 index of the first entry (u64) · 9 shard path (behind a u16 length)
 * · checkpoint (u32 length) · entries (u16 length each). Source: docs/ledger-format.md, "JetStream
 * messages".
 */
import { Reader } from '@mintmark/core'
import { readBundle, writeBundle } from '@mintmark/ledger'

export interface Publication {
  readonly shard: string
  readonly first: number
  /** Up to the size of the checkpoint; none if too many for one message. */
  readonly entries: readonly Uint8Array[]
  readonly checkpoint: string
}

const VERSION = 1
const HEAD_BYTES = 11
const MAX_CHECKPOINT_BYTES = 64 << 10

export function encodePublication(publication: Publication): Uint8Array {
  const shard = Buffer.from(publication.shard)
  const checkpoint = Buffer.from(publication.checkpoint)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(VERSION)
  head.writeBigUInt64BE(BigInt(publication.first), 1)
  head.writeUInt16BE(shard.length, 9)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(checkpoint.length)
  return Buffer.concat([head, shard, length, checkpoint, writeBundle(publication.entries)])
}

/** Undefined for anything that {@link encodePublication} does not write. */
export function decodePublication(bytes: Uint8Array): Publication | undefined {
  try {
    const reader = new Reader(bytes, false)
    if (reader.u8() !== VERSION) return undefined
    const first = reader.size()
    const shard = textOf(reader, reader.u16())
    const length = reader.u32()
    if (length > MAX_CHECKPOINT_BYTES) return undefined
    const checkpoint = textOf(reader, length)
    const entries = readBundle(bytes.subarray(reader.at))
    return entries && { shard, first, entries, checkpoint }
  } catch {
    // It is cut short.
    return undefined
  }
}

const textOf = (reader: Reader, lengthBytes: number): string =>
  Buffer.from(reader.bytes(lengthBytes)).toString('utf8')
