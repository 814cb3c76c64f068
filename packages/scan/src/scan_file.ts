/** Scans one file: as it is, or what it unpacks to. */
import { statSync } from 'node:fs'
import { type FilePath, type FileSource, fileSource, fsPath, pathText } from '@mintmark/dump'
import type { BufferedInput } from './buffer/buffer_layout.ts'
import { bufferedSource } from './buffer/buffered_source.ts'
import { framesEnd } from './embedded/frames.ts'
import { magicOf, packerOfFile, withUnpacked } from './packing/packed.ts'
import { hasMembers, packerOf, programOf } from './packing/packers.ts'
import type { ScanReport } from './report/report.ts'
import { withLimit } from './report/scan_limits.ts'
import { type ScanOptions, scanInput } from './scan_bytes.ts'

/**
 * Scans a dump, or any other file. A file packed by itself is unpacked first; an archive is not.
 * The same file gives the same report. Some 10 MB a thread; 128 MiB more for a packed file.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be opened, or its headers read, or its
 * unpacking program is missing
 */
export async function scanFile(path: FilePath, asked: ScanOptions = {}): Promise<ScanReport> {
  const before = stampOf(path)
  const report = await scanStill(path, { opensPacked: true, ...asked })
  const after = stampOf(path)
  // What was removed meanwhile is as it was when it was opened.
  return after === undefined || after === before
    ? report
    : withLimit(report, { code: 'changed', name: '', offset: 0 })
}

function stampOf(path: FilePath): string | undefined {
  const found = statSync(fsPath(path), { bigint: true, throwIfNoEntry: false })
  return found && [found.dev, found.ino, found.size, found.mtimeNs].join(' ')
}

async function scanStill(path: FilePath, options: ScanOptions): Promise<ScanReport> {
  const name = pathText(path)
  const packer = packerOfFile(path)
  const asItIs = () => scanInput({ kind: 'file', path }, name, options)
  if (packer === undefined) return await asItIs()
  if (programOf(packer) === undefined) {
    const source = fileSource(path)
    try {
      return withArchive(await asItIs(), packer, source)
    } finally {
      source.close()
    }
  }
  if (packer === 'bzip2' && isFollowed(path)) return await asItIs()
  const { result, end } = await withUnpacked(path, packer, async (input) =>
    input.size === 0
      ? undefined
      : await scanUnpacked(input, name, { ...options, packedBytes: sizeOfFile(path) }),
  )
  const report = result === undefined ? await asItIs() : { ...result, packedBy: packer }
  if (end === 'end') return report
  const code = result === undefined ? 'nothing-unpacked' : 'unpack-failed'
  return withLimit(report, { code, name: packer, offset: result?.size ?? 0 })
}

/** Whether something is behind what bzip2 packed: its program leaves that out without a word. */
function isFollowed(path: FilePath): boolean {
  const source = fileSource(path)
  try {
    return framesEnd(source, 0, 'bzip2') < source.size
  } finally {
    source.close()
  }
}

function sizeOfFile(path: FilePath): number {
  const source = fileSource(path)
  try {
    return source.size
  } finally {
    source.close()
  }
}

/** What comes out may be packed again. */
async function scanUnpacked(
  input: BufferedInput,
  path: string,
  options: ScanOptions,
): Promise<ScanReport> {
  const report = await scanInput(input, path, options)
  const inner = packerOf(magicOf(bufferedSource(input)))
  // What a program unpacks has been opened where it begins.
  if (inner === undefined || programOf(inner) !== undefined) return report
  return withArchive(report, inner, bufferedSource(input))
}

/** The report of an archive. Its members were opened if they have headers of their own. */
function withArchive(report: ScanReport, packer: string, source: FileSource): ScanReport {
  const isOpened =
    hasMembers(packer) && (packer === 'zip' ? hasDirectory(source) : report.unpackedBytes > 0)
  return isOpened ? report : withLimit(report, { code: 'not-unpacked', name: packer, offset: 0 })
}

/** The end of a zip's directory, and the longest comment behind it. Source: APPNOTE 4.3.16. */
const DIRECTORY_END = Buffer.from('PK\x05\x06', 'latin1')
const DIRECTORY_END_BYTES = 22 + 0xffff

/** Whether a zip file has its end: what lacks it is cut. */
function hasDirectory(source: FileSource): boolean {
  const end = Buffer.alloc(Math.min(source.size, DIRECTORY_END_BYTES))
  source.read(source.size - end.length, end)
  return end.includes(DIRECTORY_END)
}
