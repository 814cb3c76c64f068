/** Layouts of records, each stated once for writing and for reading. Numbers are big-endian. */
import { MintmarkError, type Reader } from '@mintmark/core'
import { HASH_BYTES } from './tree.ts'

export interface Codec<T> {
  /** @throws {MintmarkError} `INPUT_INVALID` for a value that has no encoding */
  readonly write: (value: T, to: Uint8Array[]) => void
  /** @throws {MintmarkError} `INPUT_INVALID` for bytes that `write` does not make */
  readonly read: (reader: Reader) => T
}

/** A u16. */
export const short: Codec<number> = {
  write: (value, to) => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16BE(value)
    to.push(bytes)
  },
  read: (reader) => reader.u16(),
}

/** A u64 up to 2^53 − 1. */
export const count: Codec<number> = {
  write: (value, to) => {
    if (!Number.isSafeInteger(value) || value < 0) throw invalid('number out of range')
    to.push(u64(value))
  },
  read: (reader) => {
    const value = Number(reader.u64())
    if (!Number.isSafeInteger(value)) throw invalid('number out of range')
    return value
  },
}

export function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

export const digest: Codec<Uint8Array> = {
  write: (value, to) => {
    if (value.length !== HASH_BYTES) throw invalid('hash of another length')
    to.push(value)
  },
  read: (reader) => reader.bytes(HASH_BYTES),
}

const MOST = 0xffff

/** Bytes behind their length as a u16. */
export const sized = (most: number = MOST): Codec<Uint8Array> => ({
  write: (bytes, to) => {
    short.write(within(bytes.length, most), to)
    to.push(bytes)
  },
  read: (reader) => reader.bytes(within(reader.u16(), most)),
})

function within(length: number, most: number): number {
  if (length > most) throw invalid(`${length} bytes where ${most} are the most`)
  return length
}

export function text(most: number = MOST): Codec<string> {
  const utf8 = sized(most)
  return {
    write: (value, to) => {
      if (!isPlain(value)) throw invalid('text with control characters')
      utf8.write(Buffer.from(value), to)
    },
    read: (reader) => {
      const bytes = utf8.read(reader)
      const value = Buffer.from(bytes).toString('utf8')
      // Invalid UTF-8 would be replaced, and the text would have a second encoding.
      if (!isPlain(value) || Buffer.compare(Buffer.from(value), bytes) !== 0)
        throw invalid('bad text')
      return value
    },
  }
}

/** No control characters, and no halves of surrogate pairs, which have no UTF-8. */
const isPlain = (value: string) => !/[\p{Cc}\p{Cs}]/u.test(value)

export const listOf = <T>(length: Codec<number>, item: Codec<T>): Codec<readonly T[]> => ({
  write: (items, to) => {
    length.write(items.length, to)
    for (const each of items) item.write(each, to)
  },
  read: (reader) => Array.from({ length: length.read(reader) }, () => item.read(reader)),
})

/** Fields one behind the other, in the order of the members. */
export function record<T extends object>(
  fields: {
    readonly [K in keyof T]: Codec<T[K]>
  },
): Codec<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type says so
  const names = Object.keys(fields) as (keyof T)[]
  return {
    write: (value, to) => {
      for (const name of names) fields[name].write(value[name], to)
    },
    read: (reader) => {
      const value: Partial<T> = {}
      for (const name of names) value[name] = fields[name].read(reader)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name has its value now
      return value as T
    },
  }
}

export function invalid(what: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', `not an entry of a ledger: ${what}`)
}
