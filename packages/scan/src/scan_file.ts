/**
 * Scans one file: what container it is, which keys lie in it, and what could not be told.
 *
 * Up to three passes. The first looks for every form that shows itself. The second looks for the private half of
 * public keys, in forms that nothing shows: of those that are given, that lie in the dump, and that belong to keys
 * found. The third looks for every value of the keys found, wherever else it lies.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type Dump, openDump } from '@mintmark/dump'
import type { Finding } from './finding.ts'
import { type HeldInput, heldSource } from './gate/held_input.ts'
import { KnownKeys } from './known_keys.ts'
import { magicOf, packerOfFile, withUnpacked } from './packed.ts'
import { packerOf, programOf } from './packers.ts'
import { type Outcome, Passes, type PassOptions } from './passes.ts'
import { SearchThreads } from './pool.ts'
import type { PublicKey } from './public_keys/public_key.ts'
import type { ScanReport } from './report.ts'
import { dataOf, openInput, type ScanInput } from './scan_input.ts'
import { LimitList, type LimitSeen } from './scan_limits.ts'
import { runsOf } from './scan_plan.ts'
import type { SearchedFile } from './search_file.ts'
import { SightingList } from './sightings.ts'

export interface ScanOptions extends PassOptions {
  /** Their private halves are looked for, in every form. */
  readonly publicKeys?: readonly PublicKey[]
}

/**
 * Scans a dump, or any other file. One that is packed by itself is unpacked first; an archive is not.
 *
 * Memory: some 10 MB a thread besides the runtime's own, whatever the size; 128 MiB more for a packed file. The same
 * file gives the same report.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if the file cannot be opened, or its headers cannot be read, or it is packed
 * by a program that is not there
 */
export async function scanFile(path: string, options: ScanOptions = {}): Promise<ScanReport> {
  const packer = packerOfFile(path)
  const asItIs = () => scanInput({ kind: 'file', path }, path, options)
  if (packer === undefined) return await asItIs()
  if (programOf(packer) === undefined)
    return withLimit(await asItIs(), { code: 'not-unpacked', name: packer, offset: 0 })
  const { result, end } = await withUnpacked(path, packer, async (input) =>
    input.size === 0 ? undefined : await scanUnpacked(input, path, options),
  )
  const report = result === undefined ? await asItIs() : { ...result, packedBy: packer }
  if (end === 'end') return report
  const code = result === undefined ? 'nothing-unpacked' : 'unpack-failed'
  return withLimit(report, { code, name: packer, offset: result?.size ?? 0 })
}

/** What comes out may be packed once more. */
async function scanUnpacked(
  input: HeldInput,
  path: string,
  options: ScanOptions,
): Promise<ScanReport> {
  const report = await scanInput(input, path, options)
  const inner = packerOf(magicOf(heldSource(input)))
  return inner === undefined
    ? report
    : withLimit(report, { code: 'not-unpacked', name: inner, offset: 0 })
}

/** Of keys of which nothing was found no more than that can be said where not all was searched. */
function withLimit(report: ScanReport, limit: LimitSeen): ScanReport {
  const more = new LimitList()
  more.add(limit)
  return { ...report, limits: [...report.limits, ...more.list()], absent: [] }
}

/**
 * As {@link scanFile}, of bytes that need not be a file.
 *
 * @param name what the report calls it
 */
export async function scanInput(
  input: ScanInput,
  name: string,
  options: ScanOptions = {},
): Promise<ScanReport> {
  const source = openInput(input)
  const hashKey = randomBytes(32)
  const threads = new SearchThreads({ input, hashKey }, source)
  try {
    const dump = openDump(source)
    const data = dataOf(input, source.size)
    const file: SearchedFile = { source, runs: runsOf(dump), data, hashKey, threads }
    const outcome = await searchTwice(file, options)
    return reportOf(name, source.size, dump, outcome)
  } finally {
    await threads.close()
    hashKey.fill(0)
    source.close()
  }
}

async function searchTwice(file: SearchedFile, options: ScanOptions): Promise<Outcome> {
  const limits = new LimitList()
  const sightings = new SightingList(limits)
  const keys = new KnownKeys(options.publicKeys ?? [])
  const outcome: Outcome = { limits, sightings, keys, scannedBytes: 0 }
  const passes = new Passes(file, options, outcome)
  if (options.isGivenOnly !== true) await passes.forms()
  if (keys.leftOut > 0) limits.add({ code: 'many-keys', name: '', offset: 0 }, keys.leftOut)
  await passes.known()
  await passes.values()
  return outcome
}

function reportOf(name: string, size: number, dump: Dump, outcome: Outcome): ScanReport {
  const { keys, scannedBytes } = outcome
  const all = outcome.sightings.findings(name, dump).map((finding) => keys.named(finding))
  const limits = outcome.limits.list()
  const ofClass = (wanted: Finding['certainty']) =>
    all.filter(({ certainty }) => certainty === wanted)
  return {
    file: name,
    size,
    container: dump.container,
    segments: dump.segments.length,
    scannedBytes,
    findings: ofClass('proven'),
    candidates: ofClass('candidate'),
    lesser: ofClass('lesser'),
    flaws: dump.flaws,
    limits,
    absent: keys.absent(all, limits),
    publicRoots: keys.publicRoots,
  }
}
