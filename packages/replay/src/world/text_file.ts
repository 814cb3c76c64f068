/** Files written synchronously, a megabyte at a time: memory does not grow with the file. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32, deflateRawSync, gzipSync, constants as zlib } from 'node:zlib'
import { makeFolder, unwritable } from '@mintmark/core'

const BUFFER_BYTES = 1 << 20
/** Most bytes that one UTF-16 unit becomes in UTF-8. */
const WIDEST = 3

export type Wrapping = 'plain' | 'utf16' | 'gzip' | 'zip'

export class TextFile {
  readonly path: string
  readonly #wrapping: Wrapping
  readonly #head: Buffer
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #file: number
  #used = 0
  #crc = 0
  #packedBytes = 0
  #plainBytes = 0

  /** @throws {MintmarkError} `OUTPUT_UNWRITABLE` or `DISK_FULL` */
  constructor(path: string, wrapping: Wrapping = 'plain', member = 'audit.json') {
    this.path = path
    this.#wrapping = wrapping
    this.#head = localHeader(member)
    this.#file = attempt(path, () => {
      makeFolder(dirname(path))
      return openSync(path, 'wx')
    })
    if (wrapping === 'utf16') this.#put(Buffer.from([0xff, 0xfe]))
    if (wrapping === 'zip') this.#put(this.#head)
  }

  /** Copies the text at once: strings in a queue would outlive the young generation. */
  write(text: string): void {
    if (this.#used + text.length * WIDEST > BUFFER_BYTES) this.#flush()
    if (text.length * WIDEST > BUFFER_BYTES) this.#pack(Buffer.from(text, this.#encoding()))
    else this.#used += this.#buffer.write(text, this.#used, this.#encoding())
  }

  #encoding(): 'utf8' | 'utf16le' {
    return this.#wrapping === 'utf16' ? 'utf16le' : 'utf8'
  }

  close(): void {
    if (this.#file < 0) return
    this.#flush()
    if (this.#wrapping === 'zip') this.#endZip()
    closeSync(this.#file)
    this.#file = -1
  }

  abandon(): void {
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = -1
  }

  #flush(): void {
    if (this.#used > 0) this.#pack(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }

  #pack(bytes: Buffer): void {
    this.#plainBytes += bytes.length
    if (this.#wrapping === 'zip') {
      this.#crc = crc32(bytes, this.#crc)
      // Ends on a byte border without ending the stream, so that pieces can be joined.
      this.#put(deflateRawSync(bytes, { level: 1, finishFlush: zlib.Z_SYNC_FLUSH }))
    } else this.#put(this.#wrapping === 'gzip' ? gzipSync(bytes, { level: 1 }) : bytes)
  }

  #put(bytes: Buffer): void {
    attempt(this.path, () => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done)
    })
    this.#packedBytes += bytes.length
  }

  #endZip(): void {
    this.#put(Buffer.from([0x03, 0x00]))
    const packed = this.#packedBytes - this.#head.length
    if (this.#packedBytes >= 2 ** 32 || this.#plainBytes >= 2 ** 32)
      throw new RangeError('a zip of the replay holds at most 4 GiB')
    const sizes = words(32, this.#crc, packed, this.#plainBytes)
    const centralAt = this.#packedBytes + 16
    this.#put(Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), sizes]))
    const central = centralHeader(this.#head, sizes)
    this.#put(central)
    this.#put(endOfDirectory(central.length, centralAt))
  }
}

/** Date 1 July 2023, 00:00, as DOS has it: the same in every run. */
const DOS_DATE = ((2023 - 1980) << 9) | (7 << 5) | 1
/** Sizes follow the data; names are UTF-8. */
const FLAGS = 0x0808

function words(bits: 16 | 32, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc((values.length * bits) / 8)
  for (const [at, value] of values.entries()) bytes.writeUIntLE(value, (at * bits) / 8, bits / 8)
  return bytes
}

function localHeader(member: string): Buffer {
  const name = Buffer.from(member, 'utf8')
  const packing = words(16, 20, FLAGS, 8, 0, DOS_DATE)
  const begin = Buffer.from('PK\x03\x04', 'latin1')
  return Buffer.concat([begin, packing, Buffer.alloc(12), words(16, name.length, 0), name])
}

function centralHeader(local: Buffer, sizes: Buffer): Buffer {
  const begin = Buffer.from('PK\x01\x02\x14\x00', 'latin1')
  const [packing, lengths] = [local.subarray(4, 14), local.subarray(26, 30)]
  return Buffer.concat([begin, packing, sizes, lengths, Buffer.alloc(14), local.subarray(30)])
}

function endOfDirectory(lengthBytes: number, offset: number): Buffer {
  const begin = Buffer.from('PK\x05\x06', 'latin1')
  const entries = words(16, 0, 0, 1, 1)
  return Buffer.concat([begin, entries, words(32, lengthBytes, offset), words(16, 0)])
}

export function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw unwritable(path, error)
  }
}
