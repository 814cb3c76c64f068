/** What memory dumps leave open: files not searched, holders of keys, and whether a key was used. */

import { plural } from '@mintmark/core'
import { tokenAccesses } from '../chain/key_chains.ts'
import { trustFacts } from '../chain/trust_facts.ts'
import { dumpFiles, dumpScans } from '../dumps/dump_scans.ts'
import { isLeak, type KeyFound } from '../dumps/keys_found.ts'
import type { Session } from '../engine/session.ts'
import { outcomeCounts } from '../verdicts/verdict_rows.ts'
import { asUnknown, someOf, type Unknown } from './wording.ts'

export async function unknownsOfDumps(
  session: Session,
  keys: readonly KeyFound[],
): Promise<Unknown[]> {
  const dumps = await dumpFiles(session)
  if (dumps.length === 0) return []
  const scans = new Map((await dumpScans(session)).map((scan) => [scan.sha256, scan]))
  const unscanned = dumps.filter(({ sha256 }) => !scans.has(sha256))
  const cut = dumps.filter(({ sha256 }) => (scans.get(sha256)?.limits.length ?? 0) > 0)
  const own = keys.filter(isLeak)
  return [
    ...notScanned(unscanned.flatMap(({ files }) => files.slice(0, 1))),
    ...cut.flatMap(({ sha256, files }) => scanCut(files[0] ?? '', scans.get(sha256)?.limits ?? [])),
    ...withoutAccess(own),
    ...(await unusedFor(session, own)),
  ]
}

function notScanned(files: readonly string[]): Unknown[] {
  if (files.length === 0) return []
  return asUnknown(
    'dump-not-scanned',
    `${plural(files.length, 'memory dump')} (${someOf(files)}) not searched for keys: which keys lie there is not known`,
    'investigate without --no-scan, with the dump as it is on disk: unpacked, and not in an archive',
  )
}

function scanCut(file: string, limits: readonly string[]): Unknown[] {
  return asUnknown(
    'dump-scan-cut',
    `The search for keys in ${someOf([file])} left something out: ${someOf(limits)}`,
    'mintmark scan --deep on that file',
  )
}

function withoutAccess(keys: readonly KeyFound[]): Unknown[] {
  const files = keys.flatMap(({ dumps }) =>
    dumps.filter(({ accessed }) => accessed === null).flatMap(({ files: names }) => names),
  )
  const distinct = [...new Set(files)]
  if (distinct.length === 0) return []
  return asUnknown(
    'key-holders-unknown',
    `${plural(distinct.length, 'file')} with a private key (${someOf(distinct)}) that no record names: no log shows who had it`,
    'The access log of every place where the file lay, from the day on which it was written',
  )
}

/** No log that is read here says with which key a token was signed. */
async function unusedFor(session: Session, keys: readonly KeyFound[]): Promise<Unknown[]> {
  if (keys.length === 0) return []
  const { unissued } = (await outcomeCounts(session)).verdicts
  if (unissued === 0) return []
  const signed = (await trustFacts(session)).signed.filter(({ by }) => by !== 'kid')
  const except = signed.map(({ tokenId }) => tokenId)
  if (except.length > 0 && (await tokenAccesses(session, { except })).tokens === 0) return []
  const names = keys.map(({ kid, spkiSha256 }) => kid ?? spkiSha256)
  return asUnknown(
    'key-use-unknown',
    `Whether the unissued tokens were signed with a key that was found (${someOf(names)}): no record of an access names the key of its token`,
    'The tokens themselves, whose header names a key (kid), or a log of the verifier that keeps it',
  )
}
