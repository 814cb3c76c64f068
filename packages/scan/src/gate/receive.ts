/**
 * One core: held back, scrubbed, and only then written.
 *
 * Nothing of it is on a disk before, save enciphered. Where anything fails there is no core, and a line in the log.
 *
 * @module
 */
import { closeSync, fsyncSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import path from 'node:path'
import { MintmarkError, safeJson } from '@mintmark/core'
import type { Range } from '@mintmark/dump'
import type { ScanInput } from '../scan_input.ts'
import { type Compressor, SUFFIX, sha256OfHeld, writeCompressed } from './compress.ts'
import { CoreHold } from './core_hold.ts'
import type { Crash } from './crash.ts'
import { drain, type Inlet } from './drain.ts'
import type { GateLog } from './gate_log.ts'
import type { DroppedFile, GateReport, ReceivedBytes } from './gate_report.ts'
import type { HeldInput } from './held_input.ts'
import { coreName, errnoOf, type Spool, type SpoolEntry } from './spool.ts'

export interface GateLimits {
  /** Bytes of data of one core that are held in memory; more go to an encrypted file. */
  readonly maxMemoryBytes: number
  /** Bytes of a core, holes included: a larger one is not taken. */
  readonly maxSizeBytes: number
  /** Cores that are received at once; one more is not taken. */
  readonly maxAtOnce: number
}

/** What a scrub gives; see `scrub/`. */
export interface Scrubbed {
  readonly erased: readonly Range[]
  readonly report: object
  readonly isClean: boolean
}

export type Scrub = (input: ScanInput, name: string) => Promise<Scrubbed>

export interface Gate {
  readonly spool: Spool
  readonly log: GateLog
  readonly limits: GateLimits
  readonly compressor: Compressor
  /** Loaded once the dying process is let go. */
  readonly loadScrub: () => Promise<Scrub>
}

/** Where a core comes from, and what is known of it. */
export interface Arrival {
  /** Closed as soon as it is read to its end. */
  readonly inlet: Inlet
  readonly crash?: Crash
  readonly source?: DroppedFile
  /** Of the core in the spool. */
  readonly name: string
}

export type Landed =
  | { readonly outcome: 'core'; readonly folder: string; readonly erasedRanges: number }
  /** The scrub could not make it clean: a report alone. */
  | { readonly outcome: 'unclean'; readonly folder: string }
  | { readonly outcome: 'lost'; readonly why: string }

/** The core of a crash, from the kernel. */
export function arrivalOf(crash: Crash, inlet: Inlet): Arrival {
  return { inlet, crash, name: coreName([crash.executable, crash.pid], crash.timeMs) }
}

/** A core that another system dropped. */
export function arrivalOfFile(source: DroppedFile, inlet: Inlet): Arrival {
  return { inlet, source, name: coreName([path.basename(source.path)], source.modifiedMs) }
}

/** A third of the share that others get. */
const NICE = 5

/** Takes one core from its first byte to the spool. Never throws: what fails is logged, and there is no core. */
export async function receiveCore(gate: Gate, arrival: Arrival): Promise<Landed> {
  const { spool, log, limits } = gate
  let entry: SpoolEntry | undefined
  let hold: CoreHold | undefined
  try {
    if (arrival.crash?.wantsNone === true) return respect('the process asked for none (limit 0)')
    entry = spool.begin()
    if (spool.countAtWork() > limits.maxAtOnce)
      return lose(`${limits.maxAtOnce} cores are being received already`)
    log.note(`${arrival.name}: begun`)
    hold = new CoreHold({ folder: entry.folder, maxMemoryBytes: limits.maxMemoryBytes })
    const received = readAll(arrival, hold, limits.maxSizeBytes)
    if (received === undefined) return lose(`it is larger than ${limits.maxSizeBytes} bytes`)
    return await scrubAndWrite(gate, arrival, entry, hold.input(), received)
  } catch (error) {
    return lose(reasonOf(error))
  } finally {
    for (const each of [() => arrival.inlet.close(), () => hold?.wipe(), () => entry?.discard()])
      attempt(each)
  }

  function attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      log.problem(`${arrival.name}: not cleared up, ${reasonOf(error)}`)
    }
  }

  function lose(why: string): Landed {
    // Telling it takes a while; the dying process need not wait for that.
    attempt(() => arrival.inlet.close())
    log.problem(`${arrival.name}: no core, ${why}`)
    return { outcome: 'lost', why }
  }

  /** As it should be: nothing to look at. */
  function respect(why: string): Landed {
    log.note(`${arrival.name}: no core, ${why}`)
    return { outcome: 'lost', why }
  }
}

/** @returns undefined if there is more than may be */
function readAll(
  arrival: Arrival,
  hold: CoreHold,
  maxSizeBytes: number,
): ReceivedBytes | undefined {
  const startMs = performance.now()
  const end = drain(arrival.inlet.file, hold, maxSizeBytes)
  arrival.inlet.close()
  // What follows must not slow what starts anew; nor may it starve, for raw bytes are held as long as it takes.
  setPriority(NICE)
  if (end === 'too-large') return undefined
  const readMs = Math.round(performance.now() - startMs)
  return { bytes: hold.size, heldInFile: hold.spilledBytes, readMs }
}

async function scrubAndWrite(
  gate: Gate,
  arrival: Arrival,
  entry: SpoolEntry,
  input: HeldInput,
  received: ReceivedBytes,
): Promise<Landed> {
  const { log, spool, compressor } = gate
  const { name, crash, source } = arrival
  const left = spool.removeLeftovers()
  if (left > 0) log.problem(`${left} cores were being received when their process was ended`)
  if (received.bytes === 0) throw new MintmarkError('INPUT_INVALID', 'the core is empty')
  const before = input.spill === undefined ? undefined : sha256OfHeld(input)
  const scrub = await gate.loadScrub()
  const { erased, report: scrubReport, isClean } = await scrub(input, name)
  const facts = { schema: 'mintmark-gate/1', crash, source, received, scrub: scrubReport } as const
  if (!isClean) {
    const why = 'the scrub could not make sure that no key is left'
    const folder = publish(entry, name, { ...facts, core: undefined, why })
    log.problem(`${name}: no core, ${why}`)
    return { outcome: 'unclean', folder }
  }
  const core = `${name}.${SUFFIX[compressor.kind]}`
  const out = entry.create(core)
  try {
    const { bytes, sha256, rawSha256 } = await writeCompressed(input, erased, out, compressor)
    if (before !== undefined && before !== rawSha256)
      throw new MintmarkError('INPUT_UNREADABLE', 'the file that held it back was changed')
    const landed = { file: core, compression: compressor.kind, bytes, sha256, rawSha256 }
    const folder = publish(entry, name, { ...facts, core: landed, why: undefined })
    log.note(`${name}: landed, ${bytes} bytes, ${erased.length} places erased`)
    return { outcome: 'core', folder, erasedRanges: erased.length }
  } finally {
    closeSync(out)
  }
}

function publish(entry: SpoolEntry, name: string, report: GateReport): string {
  const file = entry.create(`${name}.report.json`)
  try {
    writeFileSync(file, `${safeJson(report, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return entry.publish(name)
}

/** In words that hold nothing of the core: of an error that is not ours only its kind. */
function reasonOf(error: unknown): string {
  if (error instanceof MintmarkError) return `${error.message} (${error.code})`
  const errno = errnoOf(error)
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'the disk is full (DISK_FULL)'
  if (errno !== 'UNKNOWN') return `the system said ${errno}`
  return `an error of ours, ${error instanceof Error ? error.name : 'of no kind'}`
}
