/** Opens packed data amid other bytes: gzip, zlib, zip here, others by programs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, type Transform } from 'node:stream'
import { crc32, createInflate, createInflateRaw } from 'node:zlib'
import type { ByteSource } from '@mintmark/dump'
import type { PackedCoding, PackedSeen } from '../anchors/match.ts'
import type { Sink } from '../buffer/small_buffer.ts'
import { GZIP_SUMS, gzipHead, isGzipHead } from '../encoded/packed_layers.ts'
import { PROGRAM_PATH } from '../packing/dump_head.ts'
import { programOf } from '../packing/packers.ts'
import { framesEnd, xzEnd } from './frames.ts'
import { decodedFrom } from './text_stream.ts'

const STEP_BYTES = 1 << 18
const HEAD_BYTES = 1 << 16

export interface Opened {
  /** Bytes from the offset on that it takes, as far as it was read. */
  readonly length: number
  /** `cut`: damaged, or ends too soon. `unopened`: encrypted, or nothing here opens it. */
  readonly end: 'end' | 'cut' | 'too-large' | 'unopened'
  readonly reason?: string
}

/** @param room bytes that may come out. @throws the system's error from buffer or source */
export async function openPacked(
  source: ByteSource,
  { coding, at }: PackedSeen,
  buffer: Sink,
  room: number,
): Promise<Opened> {
  const into = { buffer, room }
  switch (coding) {
    case 'base64':
    case 'hex':
      return decode(decodedFrom(source, at, coding), at, into)
    case 'gzip':
      return await gunzip(source, at, into)
    case 'zlib':
      return await inflate(createInflate(), source, at, into)
    case 'zip':
      return await openMember(source, at, into)
    case 'decimal':
      return { length: 1, end: 'unopened', reason: 'what a long list of numbers stands for' }
    case '7z':
    case 'rar':
      return { length: 1, end: 'unopened', reason: `${coding} amid other bytes` }
    case 'PDF':
      return { length: 1, end: 'unopened', reason: 'the streams of a PDF' }
    case 'zstd':
    case 'lz4':
    case 'xz':
    case 'bzip2':
      return await runProgram(coding, source, at, into)
    default:
      return coding satisfies never
  }
}

interface Into {
  readonly buffer: Sink
  readonly room: number
}

function take({ buffer, room }: Into, bytes: Buffer): boolean {
  buffer.take(bytes)
  bytes.fill(0)
  return buffer.size <= room
}

function decode(parts: Generator<Buffer, number, void>, at: number, into: Into): Opened {
  for (let step = parts.next(); ; step = parts.next()) {
    if (step.done === true) return { length: step.value - at, end: 'end' }
    if (take(into, step.value)) continue
    parts.return(0)
    return { length: Math.ceil((into.buffer.size * 4) / 3), end: 'too-large' }
  }
}

/** The source from an offset on. Each part is its own: streams keep what they are given. */
function* partsOf(source: ByteSource, from: number, to: number): Generator<Buffer, void, void> {
  for (let at = from; at < to; at += STEP_BYTES) {
    const part = Buffer.alloc(Math.min(STEP_BYTES, to - at))
    const present = source.read(at, part)
    if (present > 0) yield part.subarray(0, present)
    if (present < part.length) return
  }
}

/** Members of gzip that follow each other are one, as its program has it. */
async function gunzip(source: ByteSource, at: number, into: Into): Promise<Opened> {
  const head = Buffer.alloc(HEAD_BYTES)
  for (let begin = at; ; ) {
    const present = head.subarray(0, source.read(begin, head))
    if (begin > at && !isGzipHead(present, 0)) return { length: begin - at, end: 'end' }
    const headBytes = gzipHead(present)
    const summed = new Summed(into.buffer)
    const out = { buffer: summed, room: into.room }
    // oxlint-disable-next-line no-await-in-loop -- one behind the other
    const { length, end } = await inflate(createInflateRaw(), source, begin + headBytes, out)
    const sumsAt = begin + headBytes + length
    begin = Math.min(source.size, sumsAt + GZIP_SUMS)
    if (end !== 'end') return { length: begin - at, end }
    // What a cut member is followed by decodes as well, now and then to an end.
    if (!summed.isSealedBy(source, sumsAt)) return { length: begin - at, end: 'cut' }
  }
}

/** Sums up what it is given, as gzip's end does (RFC 1952, section 2.3.1). */
class Summed implements Sink {
  readonly #buffer: Sink
  #sum = 0
  #length = 0

  constructor(buffer: Sink) {
    this.#buffer = buffer
  }

  get size(): number {
    return this.#buffer.size
  }

  take(bytes: Buffer): void {
    this.#sum = crc32(bytes, this.#sum)
    this.#length = (this.#length + bytes.length) % 2 ** 32
    this.#buffer.take(bytes)
  }

  isSealedBy(source: ByteSource, at: number): boolean {
    const sums = Buffer.alloc(GZIP_SUMS)
    const isThere = source.read(at, sums) === GZIP_SUMS
    return isThere && sums.readUInt32LE(0) === this.#sum && sums.readUInt32LE(4) === this.#length
  }
}

/** Output is taken at once, so that damaged data gives all that is before the damage. */
async function inflate(
  stream: Transform & { readonly bytesWritten: number },
  source: ByteSource,
  at: number,
  into: Into,
): Promise<Opened> {
  const input = Readable.from(partsOf(source, at, source.size))
  try {
    const end = await new Promise<Opened['end']>((resolve, reject) => {
      input.once('error', reject)
      stream.on('data', (chunk: Buffer) => {
        try {
          if (!take(into, chunk)) resolve('too-large')
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error('the buffer failed', { cause }))
        }
      })
      stream.once('end', () => resolve('end'))
      stream.once('error', (cause) => (isOfData(cause) ? resolve('cut') : reject(cause)))
      input.pipe(stream)
    })
    return { length: Math.max(1, Math.min(stream.bytesWritten, source.size - at)), end }
  } finally {
    input.destroy()
    stream.destroy()
  }
}

function isOfData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')
}

const MEMBER_HEADER_BYTES = 30
const ENCRYPTED = 1
const DEFLATED = 8

/** A member of a zip file. Source: PKWARE's APPNOTE 4.3.7. */
async function openMember(source: ByteSource, at: number, into: Into): Promise<Opened> {
  const header = Buffer.alloc(MEMBER_HEADER_BYTES)
  source.read(at, header)
  const data = MEMBER_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packedBytes = header.readUInt32LE(18)
  const length = data + packedBytes
  if ((header.readUInt16LE(6) & ENCRYPTED) !== 0)
    return { length, end: 'unopened', reason: 'a member of a zip file that is encrypted' }
  const method = header.readUInt16LE(8)
  if (method !== DEFLATED)
    return { length, end: 'unopened', reason: `a member of a zip file, by method ${method}` }
  const opened = await inflate(createInflateRaw(), source, at + data, into)
  return { ...opened, length: data + opened.length }
}

type ByProgram = Extract<PackedCoding, 'zstd' | 'lz4' | 'xz' | 'bzip2'>

async function runProgram(
  name: ByProgram,
  source: ByteSource,
  at: number,
  into: Into,
): Promise<Opened> {
  const program = programOf(name) ?? name
  const hasFrames = name === 'zstd' || name === 'lz4'
  const to = hasFrames ? framesEnd(source, at, name) : source.size
  const child = spawn(program, name === 'xz' ? ['-dc', '--single-stream'] : ['-dc'], {
    env: { PATH: PROGRAM_PATH },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const code = endOf(child)
  const input = Readable.from(partsOf(source, at, to))
  const failed = new Promise<never>((_, reject) => {
    input.once('error', reject)
  })
  // It ends before it has read what is behind.
  child.stdin.on('error', () => input.destroy())
  input.pipe(child.stdin)
  const length = to - at
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      if (!take(into, chunk)) return { length, end: 'too-large' }
    }
    const ended = await Promise.race([code, failed])
    if (ended === 'ENOENT')
      return { length, end: 'unopened', reason: `${name}, for which there is no program` }
    if (ended !== 0) return { length, end: 'cut' }
    if (hasFrames) return { length, end: 'end' }
    // It has an end, so what is read to find it is no more than was unpacked.
    const behind = name === 'xz' ? xzEnd(source, at) : framesEnd(source, at, 'bzip2')
    return behind === undefined ? { length, end: 'cut' } : { length: behind - at, end: 'end' }
  } finally {
    input.destroy()
    child.kill('SIGKILL')
  }
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve('code' in error ? String(error.code) : 'UNKNOWN'))
    child.once('close', (code, signal) => resolve(code ?? String(signal)))
  })
}
