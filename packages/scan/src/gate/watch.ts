/**
 * Watches a folder that another system drops dumps into: Windows Error Reporting, systemd-coredump, a cluster's nodes.
 *
 * Raw dumps are on a disk before the gate sees them; it can only make that time short.
 *
 * @module
 */
import { type FSWatcher, lstatSync, readdirSync, readFileSync, type Stats, watch } from 'node:fs'
import path from 'node:path'
import { isObject, MintmarkError, safeText } from '@mintmark/core'
import { claimFile } from './claim.ts'
import type { GateLog } from './gate_log.ts'
import { OpenedElsewhere } from './opened_elsewhere.ts'
import { errnoOf, type Spool } from './spool.ts'
import { type Claim, type ReceiveCall, type Taken, takeFile } from './taken_file.ts'

export interface WatchOptions {
  readonly folder: string
  readonly spool: Spool
  readonly log: GateLog
  readonly call: ReceiveCall
  /** Whether the raw dump is removed once its core is in the spool. */
  readonly isRemoved: boolean
  /** A file that has not changed for so long, and that nobody may write to, is whole. */
  readonly settleMs: number
}

export interface WatchCount {
  readonly landed: number
  /** Of those that landed. */
  readonly withKeys: number
  readonly failed: number
  /** Still being written, or in the hands of another watch. */
  readonly waiting: number
}

/** A file that failed is tried again after this, then after twice as much, and so on. */
const RETRY_MS = 60_000
/** Changes are told by the system where it can; where it cannot, they are seen this late. */
const POLL_MS = 2000

/** One state of one file: when it is written to, it is another. */
type FileId = string

export class FolderWatch {
  readonly #options: WatchOptions
  /** What was taken, or is no dump. */
  readonly #done: Set<FileId>
  readonly #opened = new OpenedElsewhere()
  readonly #failed = new Map<FileId, { times: number; againMs: number }>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#done = takenBefore(options.spool)
  }

  /**
   * Takes what is whole, one after another.
   *
   * @param nowMs of the clock that files are dated by
   * @throws {MintmarkError} `INPUT_UNREADABLE` if the folder cannot be read
   */
  async sweep(nowMs: number): Promise<WatchCount> {
    const count = { landed: 0, withKeys: 0, failed: 0, waiting: 0 }
    const files = this.#files()
    this.#forgetAllBut(new Set(files.map(({ place, stats }) => idOf(place, stats))))
    for (const { place, stats } of files) {
      const id = idOf(place, stats)
      if (this.#done.has(id) || (this.#failed.get(id)?.againMs ?? 0) > nowMs) continue
      if (!this.#isWhole(stats, nowMs)) {
        count.waiting++
        continue
      }
      const { call, isRemoved } = this.#options
      // oxlint-disable-next-line no-await-in-loop -- one after another keeps to the bound of memory
      const taken = await takeFile(place, call, { isRemoved, claim: () => this.#claim(id) })
      if (taken.outcome === 'elsewhere') {
        count.waiting++
        continue
      }
      this.#note(place, id, taken, nowMs)
      if (taken.outcome === 'failed') count.failed++
      if (taken.outcome === 'landed') {
        count.landed++
        if (taken.foundKeys) count.withKeys++
      }
    }
    return count
  }

  /** Sweeps whenever something changes, until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const bell = new Bell(signal)
    const watcher = watched(this.#options.folder, () => bell.ring())
    try {
      while (!signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop -- one sweep after another
        await this.sweep(Date.now())
        // oxlint-disable-next-line no-await-in-loop -- as above
        await bell.wait(POLL_MS)
      }
    } finally {
      watcher?.close()
    }
  }

  #files(): { readonly place: string; readonly stats: Stats }[] {
    const { folder, spool } = this.#options
    return namesIn(folder).flatMap((name) => {
      const place = path.join(folder, name)
      // A name with a dot in front is not finished, by the custom of those who drop dumps.
      if (name.startsWith('.') || place === spool.folder) return []
      const stats = lstatSync(place, { throwIfNoEntry: false })
      return stats?.isFile() === true ? [{ place, stats }] : []
    })
  }

  /** Asked for dumps alone: it reads all reports of the spool. */
  #claim(id: FileId): Claim {
    const { spool } = this.#options
    const release = claimFile(spool.folder, id)
    if (release === undefined) return 'elsewhere'
    if (!takenBefore(spool).has(id)) return release
    release()
    return 'done'
  }

  /** What is no longer there needs no memory. */
  #forgetAllBut(ids: ReadonlySet<FileId>): void {
    for (const id of this.#done) if (!ids.has(id)) this.#done.delete(id)
    for (const id of this.#failed.keys()) if (!ids.has(id)) this.#failed.delete(id)
  }

  #isWhole(stats: Stats, nowMs: number): boolean {
    return nowMs - stats.mtimeMs >= this.#options.settleMs && !this.#opened.has(stats)
  }

  #note(
    place: string,
    id: FileId,
    taken: Exclude<Taken, { outcome: 'elsewhere' }>,
    nowMs: number,
  ): void {
    const shown = safeText(place)
    if (taken.outcome !== 'failed') {
      this.#done.add(id)
      this.#failed.delete(id)
      if (taken.outcome === 'landed')
        this.#options.log.note(`${shown}: landed${taken.isRemoved ? ', raw file removed' : ''}`)
      return
    }
    const times = (this.#failed.get(id)?.times ?? 0) + 1
    this.#failed.set(id, { times, againMs: nowMs + RETRY_MS * 2 ** Math.min(times - 1, 10) })
    this.#options.log.problem(`${shown}: still there, ${taken.why}`)
    // What has a report has been taken, whatever became of the raw file: there is one core for it.
    if (takenBefore(this.#options.spool).has(id)) this.#done.add(id)
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const [shown, errno] = [safeText(folder), errnoOf(cause)]
    const message = `cannot read ${shown}: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}

const idOf = (place: string, stats: Stats): FileId =>
  `${place} ${stats.ino} ${stats.size} ${Math.floor(stats.mtimeMs)}`

/** Files whose cores, or the reports that there can be none, lie in the spool from before. */
function takenBefore(spool: Spool): Set<FileId> {
  const ids = spool.entries().flatMap((name) => {
    const source = sourceOf(path.join(spool.folder, name))
    if (source === undefined) return []
    const { path: place, inode, bytes, modifiedMs } = source
    return [`${String(place)} ${String(inode)} ${String(bytes)} ${String(modifiedMs)}`]
  })
  return new Set(ids)
}

function sourceOf(entry: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const report = readdirSync(entry).find((file) => file.endsWith('.report.json')) ?? ''
    const value: unknown = JSON.parse(readFileSync(path.join(entry, report), 'utf8'))
    return isObject(value) && isObject(value['source']) ? value['source'] : undefined
  } catch {
    return undefined
  }
}

/** Where the system cannot tell of changes (some network folders), there is the poll. */
function watched(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(folder, onChange).on('error', () => {})
  } catch {
    return undefined
  }
}

/** Ends a wait early. */
class Bell {
  #wake: () => void = () => {}

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.ring())
  }

  ring(): void {
    this.#wake()
  }

  wait(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
