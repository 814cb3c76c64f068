/* oxlint-disable no-await-in-loop -- one dump takes all threads */
/** Searches each dump of a case once. `case` does not scan, and `scan` knows no case. */

import { createHash } from 'node:crypto'
import * as cases from '@mintmark/case'
import { MintmarkError, safeText } from '@mintmark/core'
import { fileSource } from '@mintmark/dump'
import { type PublicKey, parsePublicKeys } from '@mintmark/keys'
import { threadsOption } from '../options/options.ts'
import type { Call } from '../process/call.ts'
import { scanOf } from './dump_findings.ts'
import { HEAD_BYTES, isDump } from './evidence_kinds.ts'
import { filesOf } from './trust_file.ts'

/** Changes when a scan finds what an earlier one did not: each dump is then searched again. */
const RULES = 2

/**
 * `read`: files that this run has just hashed.
 * @throws {MintmarkError} as `Session.command`
 */
export async function scanDumps(
  { session }: cases.Case,
  read: readonly cases.EvidenceRow[],
  call: Call,
): Promise<void> {
  const dumps = await cases.dumpFiles(session)
  if (dumps.length === 0) return
  const publicKeys = await keysOf(await cases.evidenceRows(session))
  const given = markOf(publicKeys)
  const done = new Map((await cases.dumpScans(session)).map((scan) => [scan.sha256, scan.given]))
  const hashes = new Map(read.map(({ path, sha256 }) => [path, sha256]))
  await call.progress(async (progress) => {
    for (const dump of dumps.filter(({ sha256 }) => done.get(sha256) !== given)) {
      const { packingOf, scanFile } = await import('@mintmark/scan')
      const isDumpFile = (file: string) =>
        holds(() => isDump(headOf(file))) || holds(() => packingOf(file)?.isDump === true)
      const path = dump.files.find((file) => hashes.get(file) === dump.sha256 && isDumpFile(file))
      if (path === undefined) continue
      try {
        const report = await scanFile(path, {
          publicKeys,
          ...threadsOption(call),
          onProgress: ({ doneBytes, totalBytes }) =>
            progress.show('scanning', doneBytes, totalBytes),
        })
        await cases.keepScan(session, scanOf(dump, given, report, publicKeys))
      } catch (error) {
        if (!(error instanceof MintmarkError) || error.code !== 'INPUT_UNREADABLE') throw error
        const why = `was not searched for keys: ${safeText(error.message, 200)}`
        call.err(`mintmark: ${safeText(path, 200)} ${why}\n`)
      }
    }
  })
}

function holds(test: () => boolean): boolean {
  try {
    return test()
  } catch {
    return false
  }
}

function headOf(file: string): Uint8Array {
  const source = fileSource(file)
  try {
    const head = new Uint8Array(HEAD_BYTES)
    return head.subarray(0, source.read(0, head))
  } finally {
    source.close()
  }
}

async function keysOf(evidence: readonly cases.EvidenceRow[]): Promise<PublicKey[]> {
  const rows = evidence.filter(
    ({ shape, sameAs }) => shape === cases.KEYS_SHAPE && sameAs === undefined,
  )
  const { files } = await filesOf(rows)
  const byId = new Map<string, PublicKey>()
  for (const key of files.flatMap(({ bytes, path }) => parsePublicKeys(bytes, path).keys)) {
    const id = key.keyId.spkiSha256 ?? ''
    byId.set(id, { ...key, ...byId.get(id) })
  }
  return [...byId.values()]
}

function markOf(publicKeys: readonly PublicKey[]): string {
  const named = publicKeys.map(({ keyId, kid, subject, notAfterMs }) =>
    JSON.stringify([keyId.spkiSha256, kid, subject, notAfterMs]),
  )
  const spelled = [String(RULES), ...named.toSorted((a, b) => (a < b ? -1 : 1))].join('\n')
  return createHash('sha256').update(spelled).digest('hex')
}
