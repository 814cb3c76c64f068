/**
 * Scans one file: what container it is, which keys lie in it, and what could not be told.
 *
 * Two passes. The first looks for every form that shows itself. The second looks for the private half of public keys,
 * in forms that nothing shows: of those that are given, that lie in the dump, and that belong to keys found.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type ByteSource, type Dump, openDump } from '@mintmark/dump'
import type { Anchor } from './anchor.ts'
import type { Detected } from './detected.ts'
import type { Finding } from './finding.ts'
import type { FoundMaterial } from './found_material.ts'
import { KnownKeys } from './known_keys.ts'
import { publicHalf } from './public_half.ts'
import type { PublicKey } from './public_keys/public_key.ts'
import type { ScanReport } from './report.ts'
import { dataOf, openInput, type ScanInput } from './scan_input.ts'
import { LimitList, type LimitSeen } from './scan_limits.ts'
import { planWindows, runsOf } from './scan_plan.ts'
import { type ScannerTask, scannerFor } from './scanner_task.ts'
import { ownBytes, type SearchedFile, searchFile } from './search_file.ts'
import { SightingList } from './sightings.ts'

export interface ScanProgress {
  /** Bytes searched, of the bytes that are to be: each twice. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface ScanOptions {
  /** Their private halves are looked for, in every form. */
  readonly publicKeys?: readonly PublicKey[]
  /** Every alignment, and every place however many look alike. Slower. */
  readonly deep?: boolean
  /** As many as there are processors, up to 8, where absent. */
  readonly threads?: number
  readonly onProgress?: (progress: ScanProgress) => void
  /** Look for these instead of all forms, in this thread. */
  readonly anchors?: readonly Anchor[]
  /** Look for nothing but the private halves of the given keys. */
  readonly isGivenOnly?: boolean
  /** Gets the keys themselves, window by window, for what erases them: they must not leave this process. */
  readonly onMaterial?: (found: FoundMaterial) => void
}

/** What is known so far. */
interface Outcome {
  readonly limits: LimitList
  readonly sightings: SightingList
  readonly keys: KnownKeys
  scannedBytes: number
}

/**
 * Scans a dump, or any other file.
 *
 * Memory: some 10 MB a thread besides the runtime's own, whatever the size. The same file gives the same report; only
 * which places of a flood were left out ({@link ScanReport.limits}) may differ.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if the file cannot be opened, or its headers cannot be read
 */
export function scanFile(path: string, options: ScanOptions = {}): Promise<ScanReport> {
  return scanInput({ kind: 'file', path }, path, options)
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
  try {
    const dump = openDump(source)
    const data = dataOf(input, source.size)
    const file: SearchedFile = { input, source, runs: runsOf(dump), data, hashKey }
    const outcome = await searchTwice(file, options)
    return reportOf(name, source.size, dump, outcome)
  } finally {
    hashKey.fill(0)
    source.close()
  }
}

async function searchTwice(file: SearchedFile, options: ScanOptions): Promise<Outcome> {
  const limits = new LimitList()
  const sightings = new SightingList(limits)
  const keys = new KnownKeys(options.publicKeys ?? [])
  const outcome: Outcome = { limits, sightings, keys, scannedBytes: 0 }
  const totalBytes = 2 * ownBytes(planWindows(file.runs, file.data))
  const how = { isDeep: options.deep ?? false, hasMaterial: options.onMaterial !== undefined }
  let doneBytes = 0
  const pass = (task: ScannerTask) =>
    searchFile(file, task, options, (window, result) => {
      doneBytes += ownBytes([window])
      if (result === undefined) {
        limits.add({ code: 'thread-failed', name: '', offset: window.offset })
      } else {
        for (const sighting of result.sightings) sightings.add(sighting)
        for (const seen of result.limits) limits.add(seen)
        if (options.isGivenOnly !== true)
          for (const { key, isBare } of result.publicKeys) keys.add(key, isBare)
        for (const found of result.materials) options.onMaterial?.(found)
        if (task.kind === 'forms') outcome.scannedBytes += result.searched
      }
      options.onProgress?.({ doneBytes, totalBytes })
    })
  if (options.isGivenOnly !== true) await pass({ kind: 'forms', ...how })
  if (keys.leftOut > 0) limits.add({ code: 'many-keys', name: '', offset: 0 }, keys.leftOut)
  if (keys.all.length > 0) await pass({ kind: 'known', ...how, keys: keys.all })
  else options.onProgress?.({ doneBytes: totalBytes, totalBytes })
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
  }
}

/** What {@link scanWithMaterial} gives for each hit. */
export interface MaterialTaker {
  /** `offset` is from the file's start. The material must not leave this process, nor outlive its use. */
  readonly onHit: (detected: Detected, offset: number) => void
  readonly onLimit: (seen: LimitSeen) => void
}

/**
 * Searches a dump in this thread, twice like {@link scanFile}, and gives hits with their key material, for what
 * erases it.
 *
 * Hits come window by window, in no order within one, and the same place may come more than once. What cannot be read
 * is a limit.
 */
export function scanWithMaterial(
  source: ByteSource,
  dump: Dump,
  options: Pick<ScanOptions, 'publicKeys' | 'deep' | 'anchors'>,
  taker: MaterialTaker,
): void {
  const keys = new KnownKeys(options.publicKeys ?? [])
  const isDeep = options.deep ?? false
  const runs = runsOf(dump)
  const pass = (task: ScannerTask) => {
    const scanner = scannerFor(task, options.anchors)
    try {
      for (const window of planWindows(runs)) {
        scanner.scan(source, window, {
          onLimit: taker.onLimit,
          onPublicKey: (key, isBare) => keys.add(key, isBare),
          onHit: (detected, offset) => {
            const key = detected.certainty === 'proven' ? publicHalf(detected.material) : undefined
            if (key !== undefined) keys.add(key, false)
            taker.onHit(detected, offset)
          },
        })
      }
    } finally {
      scanner.wipe()
    }
  }
  pass({ kind: 'forms', isDeep })
  if (keys.all.length > 0) pass({ kind: 'known', isDeep, keys: keys.all })
}
