/**
 * Scans one file: what container it is, which keys lie in it, and what could not be told.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import {
  type ByteSource,
  type Dump,
  dataRanges,
  fileSource,
  openDump,
  type Range,
} from '@mintmark/dump'
import type { Anchor } from './anchor.ts'
import type { Detected } from './detected.ts'
import { searchInThreads } from './pool.ts'
import type { ScanReport } from './report.ts'
import { LimitList, type LimitSeen } from './scan_limits.ts'
import { planWindows, type Run, runsOf, WINDOW_BYTES, type Window } from './scan_plan.ts'
import { giveBack, type ScannerTask, scannerFor, takeScanner } from './scanner_task.ts'
import { SightingList } from './sightings.ts'
import { searchWindow, type WindowResult } from './window_result.ts'

/** As much as this is searched before threads would have started. */
const SMALL_BYTES = 96 << 20
/** Each thread takes some 40 MB: more would not keep to the bound of memory. */
const MOST_THREADS = 8

export interface ScanProgress {
  /** Bytes searched, of the bytes that are to be. */
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface ScanOptions {
  /** Every alignment, and every place however many look alike. Slower. */
  readonly deep?: boolean
  /** Threads; as many as there are processors, up to 8, where absent. */
  readonly threads?: number
  readonly onProgress?: (progress: ScanProgress) => void
  /** Look for these alone, in this thread. */
  readonly anchors?: readonly Anchor[]
}

/** What is searched, and what for. */
interface Job {
  readonly path: string
  readonly source: ByteSource
  readonly runs: readonly Run[]
  /** Where the file holds data. */
  readonly data: readonly Range[]
  readonly task: ScannerTask
  readonly hashKey: Uint8Array
  readonly options: ScanOptions
}

/**
 * Scans a dump, or any other file.
 *
 * Memory: some 10 MB a thread besides the runtime's own, whatever the size. The same file gives the same report; only
 * which places of a flood were left out ({@link ScanReport.limits}) may differ.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if the file cannot be opened, or its headers cannot be read
 */
export async function scanFile(path: string, options: ScanOptions = {}): Promise<ScanReport> {
  const source = fileSource(path)
  try {
    const dump = openDump(source)
    const limits = new LimitList()
    const sightings = new SightingList(limits)
    const hashKey = randomBytes(32)
    const job: Job = {
      path,
      source,
      runs: runsOf(dump),
      data: dataRanges(path, source.size),
      task: { kind: 'forms', isDeep: options.deep ?? false },
      hashKey,
      options,
    }
    const scannedBytes = await search(job, (window, result) => {
      if (result === undefined) {
        limits.add({ code: 'thread-failed', name: '', offset: window.offset })
        return
      }
      for (const sighting of result.sightings) sightings.add(sighting)
      for (const seen of result.limits) limits.add(seen)
    })
    hashKey.fill(0)
    return reportOf(path, source.size, dump, scannedBytes, sightings, limits)
  } finally {
    source.close()
  }
}

type TakeResult = (window: Window, result: WindowResult | undefined) => void

/** @returns bytes searched */
async function search(job: Job, take: TakeResult): Promise<number> {
  const { options } = job
  const totalBytes = bytesOf(planWindows(job.runs, job.data))
  let searched = 0
  let doneBytes = 0
  const takeCounted: TakeResult = (window, result) => {
    take(window, result)
    searched += result?.searched ?? 0
    doneBytes += bytesOf([window])
    options.onProgress?.({ doneBytes, totalBytes })
  }
  const most = Math.min(options.threads ?? availableParallelism(), MOST_THREADS)
  const threads = Math.min(most, Math.ceil(totalBytes / WINDOW_BYTES))
  const isSmall = options.threads === undefined && totalBytes <= SMALL_BYTES
  if (options.anchors !== undefined || isSmall || threads <= 1) {
    await searchHere(job, takeCounted)
  } else {
    const task = { ...job.task, path: job.path, hashKey: job.hashKey }
    await searchInThreads(task, threads, planWindows(job.runs, job.data), takeCounted)
  }
  return searched
}

/** Bytes that windows have of their own. */
function bytesOf(windows: Iterable<Window>): number {
  let bytes = 0
  for (const { pieces } of windows) for (const { from, to } of pieces) bytes += to - from
  return bytes
}

async function searchHere(job: Job, take: TakeResult): Promise<void> {
  const { task, options } = job
  const scanner =
    options.anchors === undefined ? takeScanner(task) : scannerFor(task, options.anchors)
  try {
    for (const window of planWindows(job.runs, job.data)) {
      take(window, searchWindow(scanner, job.source, window, job.hashKey))
      // oxlint-disable-next-line no-await-in-loop -- lets others run between windows
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  } finally {
    if (options.anchors === undefined) giveBack(task, scanner)
    else scanner.wipe()
  }
}

function reportOf(
  path: string,
  size: number,
  dump: Dump,
  scannedBytes: number,
  sightings: SightingList,
  limits: LimitList,
): ScanReport {
  const all = sightings.findings(path, dump)
  return {
    file: path,
    size,
    container: dump.container,
    segments: dump.segments.length,
    scannedBytes,
    findings: all.filter(({ certainty }) => certainty === 'proven'),
    candidates: all.filter(({ certainty }) => certainty === 'candidate'),
    lesser: all.filter(({ certainty }) => certainty === 'lesser'),
    flaws: dump.flaws,
    limits: limits.list(),
    absent: [],
  }
}

/** What {@link scanWithMaterial} gives for each hit. */
export interface MaterialTaker {
  /** `offset` is from the file's start. The material must not leave this process, nor outlive its use. */
  readonly onHit: (detected: Detected, offset: number) => void
  readonly onLimit: (seen: LimitSeen) => void
}

/**
 * Searches a dump in this thread and gives hits with their key material, for what erases it.
 *
 * Hits come window by window, in no order within one, and the same place may come more than once.
 *
 * @throws {MintmarkError} never: what cannot be read is a limit
 */
export function scanWithMaterial(
  source: ByteSource,
  dump: Dump,
  options: Pick<ScanOptions, 'deep' | 'anchors'>,
  taker: MaterialTaker,
): void {
  const scanner = scannerFor({ kind: 'forms', isDeep: options.deep ?? false }, options.anchors)
  try {
    for (const window of planWindows(runsOf(dump))) scanner.scan(source, window, taker)
  } finally {
    scanner.wipe()
  }
}
