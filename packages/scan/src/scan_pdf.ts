/**
 * Scans a PDF: the file, the text of its pages, and what its streams hold.
 *
 * @module
 */
import { MintmarkError, safeText } from '@mintmark/core'
import { type Dump, type FileSource, openDump } from '@mintmark/dump'
import type { CoreHold } from './gate/core_hold.ts'
import { withHold } from './held_back.ts'
import type { PdfTrouble } from './pdf/pdf_messages.ts'
import type { OpenedPdf } from './pdf/pdf_parts.ts'
import { openPdf } from './pdf/read_pdf.ts'
import type { ScanReport } from './report.ts'
import { type ScanOptions, scanInput } from './scan_bytes.ts'
import { openInput, type ScanInput } from './scan_input.ts'
import { withLimit } from './scan_limits.ts'

/** As `packedBy` of a report. */
const PDF = 'PDF'

const TROUBLES: Readonly<Record<PdfTrouble, string>> = {
  locked: 'it is locked by a password',
  damaged: 'it is damaged',
  packed: 'a stream is damaged, too large, or enciphered',
  'too much': 'it takes too much time or memory (--deep takes more time)',
  'too large': 'it is larger than 64 MiB',
}

/**
 * Scans a PDF. Offsets from the file's size on are those of what was read from it, which is put behind it.
 *
 * Memory: some 400 MB at most, of which 128 MiB hold what was read.
 *
 * @param path what the report calls it
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be read, or what is read not be held back (the disk is full)
 */
export async function scanPdf(
  input: ScanInput,
  path: string,
  options: ScanOptions,
): Promise<ScanReport> {
  const source = openInput(input)
  try {
    const dump = openDump(source)
    if (dump.container !== 'raw') return await scanInput(input, path, options)
    return await withHold(async (hold) => {
      const opened = await held(source, hold, path, options)
      if (opened === undefined)
        return withTrouble(await scanInput(input, path, options), 'too large')
      const layout = { dump: ofParts(dump, opened), runs: opened.runs }
      const packed = { ...options, packedBytes: source.size }
      const report = await scanInput(hold.input(), path, packed, layout)
      return troublesOf(opened).reduce(withTrouble, { ...report, packedBy: PDF })
    })
  } finally {
    source.close()
  }
}

async function held(
  source: FileSource,
  hold: CoreHold,
  path: string,
  { deep: isDeep = false }: ScanOptions,
): Promise<OpenedPdf | undefined> {
  try {
    return await openPdf(source, hold, isDeep)
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `${safeText(path)} cannot be held back while it is read: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: safeText(path), errno }, { cause })
  }
}

/** What is locked is enciphered, of course. */
function troublesOf({ troubles }: OpenedPdf): readonly PdfTrouble[] {
  return [...troubles].filter((trouble) => trouble !== 'packed' || !troubles.has('locked'))
}

function ofParts(dump: Dump, { segments }: OpenedPdf): Dump {
  return { ...dump, segments, structure: [] }
}

function withTrouble(report: ScanReport, trouble: PdfTrouble): ScanReport {
  return withLimit(report, { code: 'pdf-unread', name: TROUBLES[trouble], offset: 0 })
}
