/**
 * Scans one file: as it is, or what it unpacks to.
 *
 * @module
 */
import { fileSource } from '@mintmark/dump'
import { heldSource } from './gate/held_input.ts'
import type { HeldInput } from './gate/hold_layout.ts'
import { magicOf, packerOfFile, withUnpacked } from './packed.ts'
import { packerOf, programOf } from './packers.ts'
import { isPdf } from './pdf/read_pdf.ts'
import type { ScanReport } from './report.ts'
import { type ScanOptions, scanInput } from './scan_bytes.ts'
import { withLimit } from './scan_limits.ts'
import { scanPdf } from './scan_pdf.ts'

/**
 * Scans a dump, or any other file. One that is packed by itself is unpacked first, and a PDF is opened; an archive is not.
 *
 * Memory: some 10 MB a thread besides the runtime's own, whatever the size; 128 MiB more for a packed file. The same
 * file gives the same report.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if the file cannot be opened, or its headers cannot be read, or it is packed
 * by a program that is not there
 */
export async function scanFile(path: string, options: ScanOptions = {}): Promise<ScanReport> {
  if (isPdfFile(path)) return await scanPdf({ kind: 'file', path }, path, options)
  const packer = packerOfFile(path)
  const asItIs = () => scanInput({ kind: 'file', path }, path, options)
  if (packer === undefined) return await asItIs()
  if (programOf(packer) === undefined)
    return withLimit(await asItIs(), { code: 'not-unpacked', name: packer, offset: 0 })
  const { result, end } = await withUnpacked(path, packer, async (input) =>
    input.size === 0
      ? undefined
      : await scanUnpacked(input, path, { ...options, packedBytes: sizeOfFile(path) }),
  )
  const report = result === undefined ? await asItIs() : { ...result, packedBy: packer }
  if (end === 'end') return report
  const code = result === undefined ? 'nothing-unpacked' : 'unpack-failed'
  return withLimit(report, { code, name: packer, offset: result?.size ?? 0 })
}

function isPdfFile(path: string): boolean {
  const source = fileSource(path)
  try {
    return isPdf(source)
  } finally {
    source.close()
  }
}

function sizeOfFile(path: string): number {
  const source = fileSource(path)
  try {
    return source.size
  } finally {
    source.close()
  }
}

/** What comes out may be packed once more. */
async function scanUnpacked(
  input: HeldInput,
  path: string,
  options: ScanOptions,
): Promise<ScanReport> {
  if (isPdf(heldSource(input))) return await scanPdf(input, path, options)
  const report = await scanInput(input, path, options)
  const inner = packerOf(magicOf(heldSource(input)))
  return inner === undefined
    ? report
    : withLimit(report, { code: 'not-unpacked', name: inner, offset: 0 })
}
