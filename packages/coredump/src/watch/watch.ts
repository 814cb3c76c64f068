/**
 * Watches a folder for dumps (Windows Error Reporting, `systemd-coredump`, a cluster's nodes). Raw
 * dumps are on disk before: it only makes that time short.
 */
import { type FSWatcher, lstatSync, readdirSync, type Stats, statSync, watch } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { errnoOf, MintmarkError, safeText } from '@mintmark/core'
import type { GateLog } from '../spool/gate_log.ts'
import { reasonOf } from '../spool/reason.ts'
import { type Spool, safeName } from '../spool/spool.ts'
import { claimFile } from './claim.ts'
import { OpenedElsewhere } from './opened_elsewhere.ts'
import type { ReceiveCall } from './receive_call.ts'
import type { Claim, Counts, MemberNote, Taken } from './taken.ts'
import { type FileId, fileId, TakenBefore } from './taken_before.ts'
import { takeFile } from './taken_file.ts'

export interface WatchOptions {
  readonly folder: string
  readonly spool: Spool
  readonly log: GateLog
  readonly call: ReceiveCall
  readonly isRemoved: boolean
  /** A file that has not changed for so long, and that no process can write to, is complete. */
  readonly quietMs: number
  /** Milliseconds until an unreported change is seen; {@link POLL_MS} by default. */
  readonly pollMs?: number
}

export interface WatchCount {
  readonly written: number
  readonly withKeys: number
  /** Of those that were written: nothing verified was in them, but what may be keys. */
  readonly withLeads: number
  readonly failed: number
  readonly left: number
  readonly waiting: number
}

/** A file that failed is tried again after this, then after twice as much, and so on. */
const RETRY_MS = 60_000
/** The system reports changes where it can; elsewhere they are noticed this late. */
const POLL_MS = 2000
/** Largest share of time for scanning a folder: while it changes, and while not. */
const BUSY_SHARE = 1 / 5
const IDLE_SHARE = 1 / 20

const MOST_MEMBERS_NOTED = 50

const NO_CHARACTER = '\ufffd'

export class FolderWatch {
  readonly #options: WatchOptions
  readonly #done: Set<FileId>
  readonly #before: TakenBefore
  readonly #opened = new OpenedElsewhere()
  readonly #failed = new Map<FileId, { times: number; triedMs: number; waitMs: number }>()
  /** Files dated ahead of the clock, and when each was first seen, by the monotonic clock. */
  readonly #ahead = new Map<FileId, number>()
  readonly #leftOut = new Set<string>()
  #listedMs = 0
  #trouble: string | undefined

  constructor(options: WatchOptions) {
    this.#options = options
    namesIn(options.folder)
    this.#before = new TakenBefore(options.spool)
    // A raw file whose core was written is to go; what took it may have been ended before that.
    this.#done = this.#before.ids({ isCoreless: options.isRemoved })
  }

  /** @param nowMs of the clock that dates files. @throws {MintmarkError} `INPUT_UNREADABLE` */
  async sweep(nowMs: number): Promise<WatchCount> {
    const count = { written: 0, withKeys: 0, withLeads: 0, failed: 0, left: 0, waiting: 0 }
    const startMs = performance.now()
    const files = this.#files()
    this.#listedMs = performance.now() - startMs
    this.#forgetAllBut(new Set(files.map(({ filePath, stats }) => idOf(filePath, stats))))
    for (const { filePath, stats } of files) {
      const id = idOf(filePath, stats)
      if (this.#done.has(id) || this.#isPutOff(id, nowMs)) continue
      if (!this.#isWhole(id, stats, nowMs)) {
        count.waiting++
        continue
      }
      const { call, isRemoved } = this.#options
      // oxlint-disable-next-line no-await-in-loop -- one after another keeps to the bound of memory
      const taken = await takeFile(filePath, call, {
        isRemoved,
        claim: () => this.#claim(filePath, id),
        before: () => this.#before.states(),
      })
      if (taken.outcome === 'elsewhere') {
        count.waiting++
        continue
      }
      this.#note(filePath, id, taken, nowMs)
      if (taken.outcome === 'failed') count.failed++
      if (taken.outcome === 'left') count.left++
      const counts = writtenOf(taken)
      if (counts !== undefined) count.written++
      if (counts === 'found') count.withKeys++
      if (counts === 'lead') count.withLeads++
    }
    return count
  }

  /** And again for files dated ahead of the clock: only staying the same shows them whole. */
  async sweepOnce(): Promise<WatchCount> {
    const first = await this.sweep(Date.now())
    if (this.#ahead.size === 0) return first
    // A timer can end a millisecond early by the other clock.
    await pause(this.#options.quietMs + 2)
    const { written, withKeys, withLeads, failed, left, waiting } = await this.sweep(Date.now())
    return {
      written: first.written + written,
      withKeys: first.withKeys + withKeys,
      withLeads: first.withLeads + withLeads,
      failed: first.failed + failed,
      left: first.left + left,
      waiting,
    }
  }

  /** On each change, until the signal. A folder that is gone is searched for again. */
  async run(signal: AbortSignal): Promise<void> {
    const { folder, pollMs = POLL_MS } = this.#options
    let change = new AbortController()
    let watcher: FSWatcher | undefined
    while (!signal.aborted) {
      watcher ??= watched(folder, () => change.abort())
      // oxlint-disable-next-line no-await-in-loop -- one sweep after another
      const waiting = await this.#waitingAfterSweep()
      if (waiting === undefined) {
        // The watcher still watches the removed folder.
        watcher?.close()
        watcher = undefined
      }
      const tookMs = this.#listedMs
      // oxlint-disable-next-line no-await-in-loop -- as above
      await pause(tookMs / BUSY_SHARE, undefined, { signal }).catch(() => {})
      // oxlint-disable-next-line no-await-in-loop -- as above
      await pause(waiting === 0 ? Math.max(pollMs, tookMs / IDLE_SHARE) : pollMs, undefined, {
        signal: AbortSignal.any([signal, change.signal]),
      }).catch(() => {})
      change = new AbortController()
    }
    watcher?.close()
  }

  /** @returns undefined where there was no sweep: why is logged, once */
  async #waitingAfterSweep(): Promise<number | undefined> {
    const { folder, log } = this.#options
    try {
      const { waiting } = await this.sweep(Date.now())
      if (this.#trouble !== undefined) log.note(`${safeText(folder)}: looked through again`)
      this.#trouble = undefined
      return waiting
    } catch (error) {
      const why = reasonOf(error)
      if (why !== this.#trouble) log.problem(`${safeText(folder)}: not looked through, ${why}`)
      this.#trouble = why
      return undefined
    }
  }

  #files(): { readonly filePath: string; readonly stats: Stats }[] {
    const { folder, spool } = this.#options
    return namesIn(folder).flatMap((name) => {
      const filePath = path.join(folder, name)
      // A name with a dot in front is not finished, by convention of dump writers.
      if (name.startsWith('.') || filePath === spool.folder) return []
      const stats = lstatSync(filePath, { throwIfNoEntry: false })
      if (stats === undefined && name.includes(NO_CHARACTER))
        this.#reportLeftOut(filePath, 'its name is no UTF-8: rename it')
      if (stats?.isSymbolicLink() === true && leadsToFile(filePath))
        this.#reportLeftOut(filePath, 'it is a link: watch the folder that it leads to')
      return stats?.isFile() === true ? [{ filePath, stats }] : []
    })
  }

  /** Once: it is there again at each probe. */
  #reportLeftOut(filePath: string, why: string): void {
    if (this.#leftOut.has(filePath)) return
    this.#leftOut.add(filePath)
    this.#options.log.problem(`${safeText(filePath)}: not looked at, ${why}`)
  }

  #claim(filePath: string, id: FileId): Claim {
    const { spool, isRemoved } = this.#options
    // A receiver outlives a killed watch.
    if (spool.countOf(safeName(path.basename(filePath))) > 0) return 'elsewhere'
    const release = claimFile(spool.folder, id)
    if (release === undefined) return 'elsewhere'
    const isWritten = isRemoved && this.#before.hasCore(id)
    if (isWritten || !this.#before.has(id)) return { release, isWritten }
    release()
    return 'done'
  }

  #forgetAllBut(ids: ReadonlySet<FileId>): void {
    for (const id of this.#done) if (!ids.has(id)) this.#done.delete(id)
    for (const seen of [this.#failed, this.#ahead])
      for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id)
  }

  /** A clock that was set back no longer delays it. */
  #isPutOff(id: FileId, nowMs: number): boolean {
    const { triedMs = 0, waitMs = 0 } = this.#failed.get(id) ?? {}
    return nowMs >= triedMs && nowMs < triedMs + waitMs
  }

  #isWhole(id: FileId, stats: Stats, nowMs: number): boolean {
    return this.#restedMs(id, stats, nowMs) >= this.#options.quietMs && !this.#opened.has(stats)
  }

  /** By its date, or, where that is ahead of the clock, since it was first seen as it is. */
  #restedMs(id: FileId, stats: Stats, nowMs: number): number {
    if (stats.mtimeMs <= nowMs) return nowMs - stats.mtimeMs
    const seenMs = this.#ahead.get(id) ?? performance.now()
    this.#ahead.set(id, seenMs)
    return performance.now() - seenMs
  }

  #noteMembers(shown: string, members: readonly MemberNote[]): void {
    const { log } = this.#options
    for (const { name, text, isProblem } of members.slice(0, MOST_MEMBERS_NOTED)) {
      const line = `${shown} (${safeText(name)}): ${text}`
      if (isProblem) log.problem(line)
      else log.note(line)
    }
    const more = members.length - MOST_MEMBERS_NOTED
    if (more > 0) log.problem(`${shown}: so it is with ${more} more of its members`)
  }

  #note(
    filePath: string,
    id: FileId,
    taken: Exclude<Taken, { outcome: 'elsewhere' }>,
    nowMs: number,
  ): void {
    const shown = safeText(filePath)
    this.#ahead.delete(id)
    if ('members' in taken) this.#noteMembers(shown, taken.members ?? [])
    if (taken.outcome !== 'failed') {
      this.#done.add(id)
      this.#failed.delete(id)
      if (taken.outcome === 'written')
        this.#options.log.note(`${shown}: written${taken.isRemoved ? ', raw file removed' : ''}`)
      if (taken.outcome === 'left') this.#options.log.problem(`${shown}: not taken, ${taken.why}`)
      if (taken.outcome === 'removed')
        this.#options.log.note(`${shown}: had been written before, raw file removed`)
      return
    }
    const times = (this.#failed.get(id)?.times ?? 0) + 1
    const waitMs = RETRY_MS * 2 ** Math.min(times - 1, 10)
    this.#failed.set(id, { times, triedMs: nowMs, waitMs })
    this.#options.log.problem(`${shown}: still there, ${taken.why}`)
    // A file with a report was taken: each file gives one core.
    if (this.#before.has(id)) this.#done.add(id)
  }
}

/** An archive may have been written in part. */
function writtenOf(taken: Taken): Counts | undefined {
  if (taken.outcome === 'written') return taken.counts
  return taken.outcome === 'left' || taken.outcome === 'failed' ? taken.written : undefined
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it is not there'],
  ['ENOTDIR', 'it is not a folder'],
  ['EACCES', 'this user may not'],
])

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const [shown, errno] = [safeText(folder), errnoOf(cause)]
    const message = `cannot read ${shown}: ${WHY.get(errno) ?? errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}

const idOf = (filePath: string, { ino, size, mtimeMs }: Stats): FileId =>
  fileId(filePath, ino, size, Math.floor(mtimeMs))

/** Some network folders report no changes: polling finds them. */
function watched(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(folder, onChange).on('error', () => {})
  } catch {
    return undefined
  }
}

function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile()
  } catch {
    return false
  }
}
