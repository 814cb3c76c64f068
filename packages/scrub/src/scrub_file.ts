/** Writes a copy of a dump without its private keys, or nothing at all. */
import { type BigIntStats, statSync } from 'node:fs'
import { errnoOf, MintmarkError, safeJson, safeText, whyUnread } from '@mintmark/core'
import { dataRanges, type FileSource, fileSource } from '@mintmark/dump'
import { magicOf } from '@mintmark/scan/packing/packed'
import { howToUnpack, packerOf } from '@mintmark/scan/packing/packers'
import { type Copied, copyErased, sha256OfFile } from './copy/copy_erased.ts'
import { checkTarget, NewFile, Unfinished } from './copy/new_file.ts'
import { scrubInput } from './scrub_input.ts'
import type { Scrubbed, ScrubOptions, ScrubProgress, ScrubReport } from './scrub_report.ts'

export interface FileFacts {
  readonly path: string
  /** Bytes, holes included. */
  readonly size: number
  readonly sizeOnDisk: number
  /** Hex, holes included. */
  readonly sha256: string
}

export type ScrubDocument = ScrubReport & {
  readonly input: FileFacts
  /** Null if the result was not clean: then there is none. */
  readonly output: FileFacts | null
}

export interface ScrubFileOptions extends Omit<ScrubOptions, 'onProgress'> {
  readonly out: string
  /** Where the report goes; beside `out` where absent. */
  readonly report?: string
  readonly isForced?: boolean
  /** Registers what is unfinished, for a signal handler to remove. */
  readonly unfinished?: Unfinished
  readonly onProgress?: (progress: FileProgress) => void
}

export interface FileProgress extends Omit<ScrubProgress, 'step'> {
  readonly step: ScrubProgress['step'] | 'writing'
}

/**
 * The output appears complete and durable, after its report, unless a key is left or the input
 * changed. @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_CHANGED`, `INPUT_INVALID` if packed
 * or also the output, `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DISK_FULL`
 */
export async function scrubFile(path: string, options: ScrubFileOptions): Promise<ScrubDocument> {
  const { out, report = `${out}.report.json`, isForced = false, onProgress, ...rest } = options
  const source = fileSource(path)
  try {
    refusePacked(source, path)
    const before = statOf(path)
    for (const filePath of [out, report]) refuseInput(filePath, before)
    if (report === out) throw invalid('the report cannot be where the output is')
    for (const filePath of [out, report]) checkTarget(filePath, isForced)
    const scrub = { ...rest, ...(onProgress && { onProgress }) }
    const scrubbed = await scrubInput({ kind: 'file', path }, path, scrub)
    return await written(path, source, before, scrubbed, { ...options, report, isForced })
  } finally {
    source.close()
  }
}

/** Packed data would show no key and be called clean. */
function refusePacked(source: FileSource, path: string): void {
  const shown = safeText(path)
  const packer = packerOf(magicOf(source))
  if (packer === undefined) return
  const message = `${shown} is packed by ${packer}: ${howToUnpack(packer)}, scrub that, and pack the result`
  throw new MintmarkError('INPUT_INVALID', message, { path: shown, packer })
}

async function written(
  path: string,
  source: FileSource,
  before: BigIntStats,
  scrubbed: Scrubbed,
  options: ScrubFileOptions & { readonly report: string; readonly isForced: boolean },
): Promise<ScrubDocument> {
  const { out, report, isForced, unfinished = new Unfinished() } = options
  const reportFile = new NewFile(report, unfinished)
  let target: NewFile | undefined
  try {
    if (scrubbed.isClean) target = new NewFile(out, unfinished)
    const copied =
      target && (await copiedTo(target, path, source, before, scrubbed.erased, options))
    const inputSha256 = copied?.inputSha256 ?? (await sha256OfFile(path))
    checkUnchanged(path, before)
    const document: ScrubDocument = {
      ...scrubbed.report,
      input: factsOf(path, path, inputSha256),
      output: target && copied ? factsOf(out, target.path, copied.outputSha256) : null,
    }
    reportFile.write(Buffer.from(`${safeJson(document, 2)}\n`), 0)
    reportFile.sync()
    reportFile.finish(isForced)
    target?.finish(isForced)
    return document
  } catch (cause) {
    reportFile.withdraw()
    throw cause
  } finally {
    target?.discard()
    reportFile.discard()
  }
}

async function copiedTo(
  target: NewFile,
  path: string,
  source: FileSource,
  before: BigIntStats,
  erased: Scrubbed['erased'],
  { out, onProgress }: ScrubFileOptions,
): Promise<Copied> {
  const copied = await copyErased({
    source,
    data: dataRanges(path, source.size),
    erased,
    target,
    onProgress: (doneBytes) =>
      onProgress?.({ step: 'writing', doneBytes, totalBytes: source.size }),
  })
  target.sync()
  // Of an input that became shorter less was written than its size says.
  checkUnchanged(path, before)
  if ((await sha256OfFile(target.path)) === copied.outputSha256) return copied
  const message = `cannot write ${safeText(out)}: other bytes came back than were written`
  throw new MintmarkError('OUTPUT_UNWRITABLE', message, { path: safeText(out) })
}

/** Checks by times and size that the scanned bytes are the copied ones. */
function checkUnchanged(path: string, before: BigIntStats): void {
  const after = statOf(path)
  const names = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const
  if (names.every((name) => before[name] === after[name])) return
  const shown = safeText(path)
  const message = `${shown} changed while it was scrubbed: wait until nobody writes to it`
  throw new MintmarkError('INPUT_CHANGED', message, { path: shown })
}

function refuseInput(filePath: string, input: BigIntStats): void {
  let found: BigIntStats | undefined
  try {
    found = statSync(filePath, { bigint: true, throwIfNoEntry: false })
  } catch {
    // Nothing can be there: `checkTarget` says why.
    return
  }
  if (found?.dev !== input.dev || found.ino !== input.ino) return
  throw invalid('the output cannot be the input: it is never changed')
}

function invalid(message: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', message, { option: 'out' })
}

function statOf(path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true })
  } catch (cause) {
    const shown = safeText(path)
    const errno = errnoOf(cause)
    const message = `cannot read ${shown}: ${whyUnread(errno)}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}

/** A block of stat(2), whatever the file system's own are. */
const BLOCK = 512n

function factsOf(named: string, path: string, sha256: string): FileFacts {
  const { size, blocks } = statOf(path)
  return { path: named, size: Number(size), sizeOnDisk: Number(blocks * BLOCK), sha256 }
}
