import { closeSync, openSync } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import { fsPath, pathText } from '@mintmark/dump'
import type { PublicKey } from '@mintmark/keys'
import type { ScanReport } from '@mintmark/scan'
import { answerOf, byClass, type ScanAnswer, type Scanned } from '@mintmark/scan/answer'
import type { ScanOptions } from '@mintmark/scan/scan_bytes'
import { scanFile } from '@mintmark/scan/scan_file'
import { scanPipe } from '@mintmark/scan/scan_pipe'
import { keysAndOperands } from '../../options/given_keys.ts'
import {
  type InputFile,
  inputFiles,
  STANDARD_INPUT,
  type Unreadable,
} from '../../options/input_files.ts'
import type { Call, Handler } from '../../process/call.ts'
import { type ExitCode, exitCode } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import type { Answered } from '../../render/scan_text.ts'

const NO_OPERAND = "missing argument 'FILE|DIR': name it before the options, or after --"

/** Of named folders without files: what was not searched is not called free of keys. */
const NO_FILE = 'it has no file that can be searched'
const EMPTY = 'it is empty'

const NOTHING_STORED: Interrupted = {
  state: 'A scan stores nothing.',
  next: 'run it again, on fewer files at a time if it takes too long.',
}

export const scan: Handler = async (call, ...args) => {
  const { publicKeys, operands } = await keysAndOperands(args, call)
  if (operands.length === 0) return call.wrongUsage(NO_OPERAND)
  const scanned = await interruptible(call, NOTHING_STORED, () =>
    scanAll(operands, publicKeys, call),
  )
  const answer = answerOf(scanned)
  const code = exitCodeOf(answer)
  const answered = { scanned, answer, code }
  return await call.end(code, {
    sarif: async () => (await import('../../render/sarif.ts')).scanSarif(answered),
    json: () => documentOf(answered),
    text: async () => (await import('../../render/scan_text.ts')).scanText(answered),
  })
}

export const exitCodeOf = ({ status, unsearched }: ScanAnswer): ExitCode =>
  exitCode({
    isFound: status === 'found',
    isWhole: unsearched.length === 0,
    hasLeads: status === 'lead',
  })

async function scanAll(
  paths: readonly string[],
  publicKeys: readonly PublicKey[],
  call: Call,
): Promise<Scanned> {
  const { files, unreadable } = await inputFiles(paths)
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  const reports: ScanReport[] = []
  const failed: Unreadable[] = [...unreadable]
  let doneBytes = 0
  await call.progress(async (progress) => {
    for (const file of files) {
      const { path, size, isNamed } = file
      const before = doneBytes
      try {
        // oxlint-disable-next-line no-await-in-loop -- one file takes all threads
        const report = await scanOne(file, {
          deep: call.flag('deep'),
          publicKeys,
          onProgress: ({ doneBytes: inFile, totalBytes: ofFile }) =>
            progress.show('scanning', before + size * share(inFile, ofFile), totalBytes),
        })
        // An empty pipe may mean that the program before it failed.
        if (isNamed && report.size === 0) failed.push({ path: pathText(path), reason: EMPTY })
        else reports.push(report)
      } catch (error) {
        if (!(error instanceof MintmarkError)) throw error
        failed.push({ path: pathText(path), reason: error.message })
      }
      doneBytes += size
    }
  })
  const isNothing = reports.length === 0 && failed.length === 0
  const empty = isNothing ? paths.map((path) => ({ path, reason: NO_FILE })) : []
  return { reports, unreadable: [...failed, ...empty] }
}

async function scanOne({ path, isPipe }: InputFile, options: ScanOptions): Promise<ScanReport> {
  if (!isPipe) return await scanFile(path, options)
  if (path === STANDARD_INPUT) return await scanPipe(0, path, options)
  const file = openSync(fsPath(path), 'r')
  try {
    return await scanPipe(file, pathText(path), options)
  } finally {
    closeSync(file)
  }
}

const share = (done: number, total: number): number => (total === 0 ? 1 : Math.min(1, done / total))

export function documentOf({ scanned: { reports, unreadable }, answer, code }: Answered): object {
  const { status, given, unsearched } = answer
  return {
    status,
    exitCode: code,
    isComplete: unsearched.length === 0,
    unsearched,
    given,
    reports: reports.map((report) => {
      const { key, unverified, protected: secured, ignored } = byClass(report)
      return { ...report, findings: key, unverified, protected: secured, ignored }
    }),
    unreadable,
  }
}
