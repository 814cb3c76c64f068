import { readFile } from 'node:fs/promises'
import { MintmarkError, safeJson, safeText } from '@mintmark/core'
import { type PublicKey, parsePublicKeys, type ScanReport, scanFile } from '@mintmark/scan'
import { inputFiles, type Unreadable } from '../input_files.ts'
import type { ExitCode, Io } from '../io.ts'
import { flag, list } from '../options.ts'
import type { Handler, Options } from '../program.ts'
import { Progress } from '../progress.ts'
import { sarifLog } from '../render/sarif.ts'
import { scanText } from '../render/scan_text.ts'

/** What one call found in all its files. */
export interface Scanned {
  readonly reports: readonly ScanReport[]
  /** Files and folders that could not be read at all. */
  readonly unreadable: readonly Unreadable[]
}

export const scan: Handler = async (args, options, io) => {
  const scanned = await scanAll(args, options, io)
  await io.out(rendered(scanned, options))
  return exitCode(scanned)
}

async function scanAll(args: readonly string[], options: Options, io: Io): Promise<Scanned> {
  const publicKeys = await givenKeys(options, io)
  const { files, unreadable } = await inputFiles(args)
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  const reports: ScanReport[] = []
  const failed: Unreadable[] = [...unreadable]
  const progress = new Progress(io)
  let doneBytes = 0
  try {
    for (const { path, size } of files) {
      const before = doneBytes
      try {
        // oxlint-disable-next-line no-await-in-loop -- one file takes all threads
        const report = await scanFile(path, {
          deep: flag(options, 'deep'),
          publicKeys,
          onProgress: ({ doneBytes: inFile, totalBytes: ofFile }) =>
            progress.show('scanning', before + size * share(inFile, ofFile), totalBytes),
        })
        reports.push(report)
      } catch (error) {
        if (!(error instanceof MintmarkError)) throw error
        failed.push({ path, reason: error.message })
      }
      doneBytes += size
    }
  } finally {
    progress.end()
  }
  return { reports, unreadable: failed }
}

/** The keys of `--public-key`; what in the files is of no use is told on standard error. */
async function givenKeys(options: Options, io: Io): Promise<readonly PublicKey[]> {
  const files = await Promise.all(
    list(options, 'publicKey').map(async (path) => parsePublicKeys(await bytesOf(path), path)),
  )
  for (const problem of files.flatMap(({ problems }) => problems))
    io.err(`mintmark: ${safeText(problem)}\n`)
  const empty = files.findIndex(({ keys }) => keys.length === 0)
  if (empty >= 0)
    throw new MintmarkError('INPUT_INVALID', 'a file of --public-key holds no public key', {
      option: 'public-key',
    })
  return files.flatMap(({ keys }) => keys)
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new MintmarkError('INPUT_UNREADABLE', `${path} cannot be read`, { path }, { cause })
  }
}

function share(done: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, done / total)
}

function rendered(scanned: Scanned, options: Options): string {
  if (flag(options, 'sarif')) return `${safeJson(sarifLog(scanned, exitCode(scanned)), 2)}\n`
  return flag(options, 'json') ? `${safeJson(scanned, 2)}\n` : scanText(scanned)
}

/** 3 where something could not be read, whatever was found in the rest: it is printed, and the rest is not known. */
function exitCode({ reports, unreadable }: Scanned): ExitCode {
  if (unreadable.length > 0 || reports.some(isIncomplete)) return 3
  return reports.some(({ findings }) => findings.length > 0) ? 1 : 0
}

/** Whether parts of a file were not searched at all. */
function isIncomplete({ limits }: ScanReport): boolean {
  return limits.some(({ code }) => code === 'unreadable' || code === 'thread-failed')
}
