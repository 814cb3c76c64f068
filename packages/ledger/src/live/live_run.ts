/**
 * A *run*: records of entries in a row, 56 bytes each; the same bytes in memory and in its file.
 * Trust: a file is used if its SHA-256 (last 32 bytes) is right and the ledger's tree has its root.
 * Whoever can write to the folder of the journal can forge one.
 */
import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { base64, parseObject, readBase64, text } from '@mintmark/core'
import type { EntryOutline } from '../tree/entry.ts'
import { HASH_BYTES, isEqualHash } from '../tree/tree.ts'

/** A record's number within its run has 16 bits. */
export const MAX_RUN_RECORDS = 65_536
/** Words: token id 4, input hash 8, expiry in seconds since 1970 (rounded up) 1, kind 1. */
export const RECORD_WORDS = 14
export const EXPIRY_WORD = 12
export const KIND_WORD = 13
export const RECORD = { opening: 0, issuance: 1, revocation: 2 } as const

const RECORD_BYTES = RECORD_WORDS * 4
const ID_BYTES = 16
const LEAST_RECORDS = 64
/** JSON, padded with spaces: words begin at a multiple of four. */
const HEADER_BYTES = 512
const SCHEMA = 'mintmark-live/1'

interface RunBinding {
  readonly root: Uint8Array
  readonly earlierExpiry: number
}

export class LiveRun {
  readonly shard: string
  readonly first: number
  #words: Uint32Array
  #bytes: Uint8Array
  #count: number
  #latestExpiry = 0
  #revoked: Uint8Array | undefined
  isSealed: boolean = false

  constructor(shard: string, first: number, words?: Uint32Array) {
    this.shard = shard
    this.first = first
    this.#words = words ?? new Uint32Array(LEAST_RECORDS * RECORD_WORDS)
    this.#bytes = bytesOf(this.#words)
    this.#count = words === undefined ? 0 : words.length / RECORD_WORDS
  }

  get count(): number {
    return this.#count
  }

  /** Index behind the last entry. */
  get end(): number {
    return this.first + this.#count
  }

  /** `RECORD_WORDS` a record; what follows the last record is undefined. */
  get words(): Uint32Array {
    return this.#words
  }

  /** Seconds since 1970; 0 if there is no token. */
  get latestExpiry(): number {
    return this.#latestExpiry
  }

  /** @returns number of the record. @param outline undefined for an opening */
  push(outline: EntryOutline | undefined): number {
    const number = this.#count
    this.#grow()
    this.#count++
    if (outline === undefined) return number
    const { isRevocation, id, inputHash, expiresMs } = outline
    const at = number * RECORD_BYTES
    this.#bytes.set(id, at)
    this.#bytes.set(inputHash, at + ID_BYTES)
    const expiry = Math.min(Math.ceil(expiresMs / 1000), 0xffff_ffff)
    this.#words[number * RECORD_WORDS + EXPIRY_WORD] = expiry
    this.#words[number * RECORD_WORDS + KIND_WORD] = isRevocation
      ? RECORD.revocation
      : RECORD.issuance
    if (!isRevocation) this.#latestExpiry = Math.max(this.#latestExpiry, expiry)
    return number
  }

  #grow(): void {
    const held = this.#words.length / RECORD_WORDS
    if (this.#count < held) return
    const words = new Uint32Array(Math.min(2 * held, MAX_RUN_RECORDS) * RECORD_WORDS)
    words.set(this.#words)
    this.#words = words
    this.#bytes = bytesOf(words)
  }

  isRevoked(number: number): boolean {
    return this.#revoked?.[number] === 1
  }

  revoke(number: number): void {
    this.#revoked ??= new Uint8Array(MAX_RUN_RECORDS)
    this.#revoked[number] = 1
  }

  encode({ root, earlierExpiry }: RunBinding): Uint8Array {
    const { shard, first, count } = this
    const latestExpiry = this.#latestExpiry
    const order = endianness()
    const document = { schema: SCHEMA, order, shard, first, count, earlierExpiry, latestExpiry }
    const header = Buffer.alloc(HEADER_BYTES, ' ')
    header.write(`${JSON.stringify({ ...document, root: base64(root) })}\n`)
    const records = this.#bytes.subarray(0, count * RECORD_BYTES)
    const hash = createHash('sha256').update(header).update(records).digest()
    return Buffer.concat([header, records, hash])
  }

  static decode(file: Uint8Array): { run: LiveRun; binding: RunBinding } | undefined {
    const end = file.length - HASH_BYTES
    if (end < HEADER_BYTES) return undefined
    const hash = createHash('sha256').update(file.subarray(0, end)).digest()
    if (!isEqualHash(hash, file.subarray(end))) return undefined
    const header = headerOf(Buffer.from(file.subarray(0, HEADER_BYTES)).toString('utf8'))
    if (header === undefined || end - HEADER_BYTES !== header.count * RECORD_BYTES) return undefined
    const { shard, first, root, earlierExpiry, latestExpiry } = header
    const run = new LiveRun(shard, first, wordsOf(file.subarray(HEADER_BYTES, end)))
    run.#latestExpiry = latestExpiry
    run.isSealed = true
    return { run, binding: { root, earlierExpiry } }
  }
}

interface Header extends RunBinding {
  readonly shard: string
  readonly first: number
  readonly count: number
  readonly latestExpiry: number
}

function headerOf(source: string): Header | undefined {
  const document = parseObject(source.trimEnd())
  if (document?.['schema'] !== SCHEMA || document['order'] !== endianness()) return undefined
  const shard = text(document, 'shard')
  const root = readBase64(text(document, 'root') ?? '')
  const numbers = ['first', 'count', 'earlierExpiry', 'latestExpiry'].map((name) => document[name])
  if (shard === undefined || root?.length !== HASH_BYTES || !numbers.every(isCount))
    return undefined
  const [first = 0, count = 0, earlierExpiry = 0, latestExpiry = 0] = numbers
  return { shard, root, first, count, earlierExpiry, latestExpiry }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const bytesOf = (words: Uint32Array) =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

/** A view if the bytes are aligned, else a copy. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes)
  return new Uint32Array(own.buffer, own.byteOffset, own.byteLength / 4)
}
