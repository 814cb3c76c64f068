/**
 * A zip archive that another system dropped. Trust: none; no member's name is used for a file, and
 * a damaged directory refuses the whole archive. Source: PKWARE's APPNOTE 6.3.10.
 */
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { errnoOf, MintmarkError } from '@mintmark/core'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { Entry, ZipFile } from 'yauzl'
import type { ReceivedBytes } from '../spool/gate_report.ts'
import { CheckedSink } from './checked_sink.ts'

export interface ZipMember {
  /** Unique; leads out of no folder, and has no control characters. */
  readonly name: string
  readonly bytes: number
  readonly refusal: string | undefined
  readonly entry: Entry
}

export interface ZipArchive {
  readonly members: readonly ZipMember[]
  /** The caller wipes the bytes. @throws {MintmarkError} `INPUT_INVALID`, maybe only at its end */
  readonly read: (member: ZipMember) => AsyncGenerator<Buffer, void>
}

const MOST_MEMBERS = 10_000
const MOST_NAME = 1024
/** Of all members, unpacked: as much as the gate takes of one core. */
const MOST_BYTES = 64 * 2 ** 30
const STORED = 0
const DEFLATED = 8
const HEADER_BYTES = 30
const BLANK = 0x20

/**
 * @param file a regular file's descriptor; it stays open, and its read position does not move.
 * @throws {MintmarkError} `INPUT_INVALID` with why it is refused; the system's own error
 */
export async function openZip(file: number): Promise<ZipArchive> {
  const yauzl = await import('yauzl')
  const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string => {
    const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
    const isOdd = name.length > MOST_NAME || fileNameRaw.some((byte) => byte < BLANK)
    if (isOdd || yauzl.validateFileName(name) !== null)
      throw refused('a member has a name that leads elsewhere, or is none')
    return path.posix.normalize(name)
  }
  return await orDamaged(async () => {
    const zip = await yauzl.fromFdPromise(file, { lazyEntries: true, decodeStrings: false })
    if (zip.entryCount > MOST_MEMBERS)
      throw refused(`it has more than ${MOST_MEMBERS.toLocaleString('en')} members`)
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) entries.push(entry)
    refuseOverlap(entries)
    const members = entries.map((entry) => memberOf(entry, nameOf(entry))).filter(isFile)
    refuseExcess(members)
    return { members, read: (member) => readMember(zip, member) }
  })
}

function memberOf(entry: Entry, name: string): ZipMember {
  return { name, bytes: entry.uncompressedSize, refusal: refusalOf(entry), entry }
}

function refusalOf(entry: Entry): string | undefined {
  if (entry.isEncrypted()) return 'it is encrypted'
  const { compressionMethod: method } = entry
  return method === DEFLATED || method === STORED ? undefined : `it is packed by method ${method}`
}

const isFile = ({ name, bytes }: ZipMember): boolean => bytes > 0 || !name.endsWith('/')

/** Bytes that several members share unpack to far more than the archive contains. */
function refuseOverlap(entries: readonly Entry[]): void {
  const sorted = entries.toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  )
  let end = 0
  for (const { relativeOffsetOfLocalHeader: at, compressedSize } of sorted) {
    if (at < end) throw refused('its members share bytes, as in a zip bomb')
    end = at + HEADER_BYTES + compressedSize
  }
}

function refuseExcess(members: readonly ZipMember[]): void {
  if (new Set(members.map(({ name }) => name)).size < members.length)
    throw refused('two members have one name')
  const bytes = members.reduce((sum, member) => sum + member.bytes, 0)
  if (bytes > MOST_BYTES)
    throw refused(`more than ${MOST_BYTES / 2 ** 30} GiB would come out, as of a zip bomb`)
}

async function* readMember(zip: ZipFile, { entry }: ZipMember): AsyncGenerator<Buffer, void> {
  let [sum, bytes] = [0, 0]
  try {
    const chunks: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry)
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum)
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw isOfData(error) ? damaged() : error
  }
  if (sum !== entry.crc32 || bytes !== entry.uncompressedSize) throw damaged()
}

async function orDamaged<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    throw isOfData(error) ? damaged() : error
  }
}

/** Errors of yauzl have no code, those of zlib begin with `Z_`, and the system's with an E. */
function isOfData(error: unknown): boolean {
  const errno = errnoOf(error)
  return !(error instanceof MintmarkError) && (errno === '' || errno.startsWith('Z_'))
}

const refused = (message: string): MintmarkError => new MintmarkError('INPUT_INVALID', message)

const damaged = (): MintmarkError => refused('it is cut or damaged')

export interface MemberBounds {
  readonly maxSizeBytes: number
  readonly check: () => void
}

/**
 * Unpacks one member into a buffer; undefined if it is too large. @throws {MintmarkError}
 * `INPUT_INVALID` if archive or member is damaged or missing
 */
export async function readZipMember(
  file: number,
  name: string,
  buffer: CoreBuffer,
  { maxSizeBytes, check }: MemberBounds,
): Promise<ReceivedBytes | undefined> {
  const startMs = performance.now()
  const zip = await openZip(file)
  const member = zip.members.find((each) => each.name === name)
  if (member === undefined || member.refusal !== undefined)
    throw refused(`the member of the archive: ${member?.refusal ?? 'none'}`)
  const sink = new CheckedSink(buffer, check)
  for await (const chunk of zip.read(member)) {
    sink.take(chunk)
    chunk.fill(0)
    if (sink.size > maxSizeBytes) return undefined
  }
  const readMs = Math.round(performance.now() - startMs)
  return { bytes: sink.size, bufferedInFile: buffer.spilledBytes, readMs }
}
