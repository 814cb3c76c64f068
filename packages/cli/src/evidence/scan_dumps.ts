/**
 * Searches the dumps of a case for keys: the public ones of the case are known, and each dump is searched once.
 *
 * The package `case` stores what is found and does not scan; `scan` knows no case. The scanner is loaded only where there
 * is a dump.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import {
  type Case,
  type DumpFile,
  dumpFiles,
  dumpScans,
  type EvidenceRow,
  evidenceRows,
  KEYS_SHAPE,
  keepScan,
} from '@mintmark/case'
import { MintmarkError, safeText } from '@mintmark/core'
import type { PublicKey } from '@mintmark/keys'
import { parsePublicKeys } from '@mintmark/keys'
import type { ScanReport } from '@mintmark/scan'
import { threadsOption } from '../options/option_values.ts'
import type { Options } from '../process/command.ts'
import type { Io } from '../process/io.ts'
import { withProgress } from '../process/progress.ts'
import { scanOf } from './dump_findings.ts'
import { isDump } from './evidence_kinds.ts'

/** Changes when a scan finds what an earlier one did not: each dump is then searched again. */
const RULES = 2
const HEAD_BYTES = 8192

/**
 * Scans each dump that was read in and has not been searched for these public keys yet.
 *
 * `read` are the files of this run, which have just been hashed. Dumps that cannot be searched (in an archive) are
 * reported by the answer.
 *
 * @throws {MintmarkError} as `Session.command`
 */
export async function scanDumps(
  { session }: Case,
  read: readonly EvidenceRow[],
  options: Options,
  io: Io,
): Promise<void> {
  const dumps = await dumpFiles(session)
  if (dumps.length === 0) return
  const publicKeys = await keysOf(await evidenceRows(session))
  const given = markOf(publicKeys)
  const done = new Map((await dumpScans(session)).map((scan) => [scan.sha256, scan.given]))
  const hashes = new Map(read.map(({ path, sha256 }) => [path, sha256]))
  const threads = threadsOption(options)
  await withProgress(io, async (progress) => {
    for (const dump of dumps.filter(({ sha256 }) => done.get(sha256) !== given)) {
      // oxlint-disable-next-line no-await-in-loop -- one dump takes all threads
      const path = await openable(dump, hashes)
      if (path === undefined) continue
      // oxlint-disable-next-line no-await-in-loop -- the same
      const report = await scanned(path, publicKeys, threads, io, (doneBytes, totalBytes) =>
        progress.show('scanning', doneBytes, totalBytes),
      )
      // oxlint-disable-next-line no-await-in-loop -- the same
      if (report !== undefined) await keepScan(session, scanOf(dump, given, report, publicKeys))
    }
  })
}

async function scanned(
  path: string,
  publicKeys: readonly PublicKey[],
  threads: number | undefined,
  io: Io,
  onBytes: (doneBytes: number, totalBytes: number) => void,
): Promise<ScanReport | undefined> {
  const { scanFile } = await import('@mintmark/scan')
  try {
    return await scanFile(path, {
      publicKeys,
      ...(threads !== undefined && { threads }),
      onProgress: ({ doneBytes, totalBytes }) => onBytes(doneBytes, totalBytes),
    })
  } catch (error) {
    if (!(error instanceof MintmarkError) || error.code !== 'INPUT_UNREADABLE') throw error
    io.err(
      `mintmark: ${safeText(path, 200)} was not searched for keys: ${safeText(error.message, 200)}\n`,
    )
    return undefined
  }
}

/** A path of the dump on disk, as it is or packed by itself. */
async function openable(
  { sha256, files }: DumpFile,
  hashes: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  for (const path of files) {
    if (hashes.get(path) !== sha256) continue
    // oxlint-disable-next-line no-await-in-loop -- the first that will do
    if ((await isDumpOnDisk(path)) || (await isPackedOnDisk(path))) return path
  }
  return undefined
}

async function isDumpOnDisk(path: string): Promise<boolean> {
  try {
    const handle = await open(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
      return isDump(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch {
    return false
  }
}

/** What unpacks it must be there, too. */
async function isPackedOnDisk(path: string): Promise<boolean> {
  const { packingOf } = await import('@mintmark/scan')
  try {
    return packingOf(path)?.isDump === true
  } catch {
    return false
  }
}

/** The public keys of the case's unchanged files, each once. */
async function keysOf(evidence: readonly EvidenceRow[]): Promise<PublicKey[]> {
  const files = evidence.filter(({ shape, sameAs }) => shape === KEYS_SHAPE && sameAs === undefined)
  const contents = await Promise.all(
    files.map(async ({ path, sha256 }) => {
      const bytes = await readFile(path).catch(() => Buffer.alloc(0))
      const isSame = createHash('sha256').update(bytes).digest('hex') === sha256
      return isSame ? parsePublicKeys(bytes, path).keys : []
    }),
  )
  const byId = new Map<string, PublicKey>()
  for (const key of contents.flat()) {
    const id = key.keyId.spkiSha256 ?? ''
    byId.set(id, { ...key, ...byId.get(id) })
  }
  return [...byId.values()]
}

/** What was looked for, and by which rules. */
function markOf(publicKeys: readonly PublicKey[]): string {
  const named = publicKeys.map(({ keyId, kid, subject, notAfterMs }) =>
    JSON.stringify([keyId.spkiSha256, kid, subject, notAfterMs]),
  )
  const spelled = [String(RULES), ...named.toSorted((a, b) => (a < b ? -1 : 1))].join('\n')
  return createHash('sha256').update(spelled).digest('hex')
}
