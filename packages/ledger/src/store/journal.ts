/**
 * A ledger's record in a folder: numbered segments that only grow; a commit is a record and an
 * fsync. Fence: an opener creates the next segment, which only one can, then reads the others.
 * After each sync, before acknowledging or publishing a head, a writer checks that its segment
 * exists and none follows. So the later of two writers reads each acknowledged commit.
 */
import { errnoOf, MintmarkError } from '@mintmark/core'
import { type Files, folderOf, type GrowingFile } from './files.ts'
import {
  encodeRecord,
  newSegmentHeader,
  readRecords,
  SEGMENT_HEADER_BYTES,
  seedOf,
} from './journal_records.ts'
import type { RecoveredStep } from './store.ts'

interface Segment {
  readonly number: number
  readonly seed: Uint8Array
  readonly file: GrowingFile
  length: number
}

export class Journal {
  readonly #files: Files
  readonly #folder: string
  #segment: Segment | undefined
  /** While this writer makes a segment, which else looks like another writer's. */
  #beginning: Promise<void> | undefined
  #failure: MintmarkError | undefined

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  get failure(): MintmarkError | undefined {
    return this.#failure
  }

  get length(): number {
    return this.#segment?.length ?? 0
  }

  get number(): number {
    return this.#segment?.number ?? 0
  }

  /**
   * Fences off every other writer, then yields all records, oldest first.
   * @throws {MintmarkError} `LEDGER_BUSY` if another one opened it at once, `LEDGER_DAMAGED`
   */
  async *recover(): AsyncGenerator<RecoveredStep, void, void> {
    const before = await this.#numbers()
    if (before.length === 0) throw missing()
    let isBegun = false
    this.#segment = await this.#create((before.at(-1) ?? 0) + 1)
    for (const number of before) {
      const bytes = await this.#files.read(this.#path(number))
      // A running writer removes old segments: the next one begins with their edges.
      if (bytes === undefined && number !== before.at(-1)) continue
      const seed = bytes && seedOf(bytes)
      if (bytes === undefined || seed === undefined) throw damaged(number, 'its header')
      const { records, end, wholeBytes } = readRecords(bytes, seed)
      if (end === 'damaged') throw damaged(number, `byte ${wholeBytes}`)
      for (const record of records) {
        isBegun ||= record.kind === 'edges'
        if (!isBegun) throw damaged(number, 'its first record')
        yield record
      }
    }
    // Each journal has edges, of no shard if the ledger is new: one without has lost them.
    if (!isBegun) throw missing()
  }

  /** Durable on return. Throws as {@link LedgerStore.commit} does. */
  async append(record: RecoveredStep): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const segment = this.#segment
    if (segment === undefined) throw new TypeError('the journal is not open')
    const bytes = encodeRecord(record, segment.seed, segment.length)
    try {
      await segment.file.append(bytes)
      await segment.file.sync()
    } catch (cause) {
      await this.#undo(segment, cause)
    }
    await this.assertOwn()
    segment.length += bytes.length
  }

  /**
   * A successor makes the next segment first and then removes this one: so look in this order.
   * @throws {MintmarkError} `LEDGER_BUSY` once another one has taken over; `LEDGER_FAILED`
   */
  async assertOwn(): Promise<void> {
    for (;;) {
      await this.#beginning
      const segment = this.#segment
      if (segment === undefined) return
      const isOwn = await this.#isOwn(segment)
      if (this.#beginning !== undefined || this.#segment !== segment) continue
      if (isOwn) return
      this.#failure = takenOver()
      throw this.#failure
    }
  }

  async #isOwn({ number }: Segment): Promise<boolean> {
    return !(await this.#isThere(number + 1)) && (await this.#isThere(number))
  }

  async #isThere(number: number): Promise<boolean> {
    try {
      return await this.#files.isThere(this.#path(number))
    } catch (cause) {
      throw this.#failed(cause)
    }
  }

  /**
   * After a full disk the bytes that did not fit are cut off.
   * After any other failure, such as a failed sync, the content of the disk is unknown.
   */
  async #undo(segment: Segment, cause: unknown): Promise<never> {
    if (errnoOf(cause) !== 'ENOSPC' && errnoOf(cause) !== 'EDQUOT') throw this.#failed(cause)
    try {
      await segment.file.truncate(segment.length)
      await segment.file.sync()
    } catch (second) {
      throw this.#failed(second)
    }
    throw new MintmarkError('DISK_FULL', 'the disk of the ledger has no room', {}, { cause })
  }

  #failed(cause: unknown): MintmarkError {
    const facts = { errno: errnoOf(cause) }
    const message = `the journal cannot be written (${facts.errno}): the ledger has to be opened again`
    this.#failure = new MintmarkError('LEDGER_FAILED', message, facts, { cause })
    return this.#failure
  }

  /** Older segments stay until {@link forget}. Never beside {@link append}. */
  async rotate(edges: RecoveredStep & { readonly kind: 'edges' }): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const next = this.#create((this.#segment?.number ?? 0) + 1)
    this.#beginning = next.then(
      () => undefined,
      () => undefined,
    )
    try {
      const old = this.#segment
      this.#segment = await next
      await old?.file.close()
    } finally {
      this.#beginning = undefined
    }
    await this.append(edges)
  }

  async forget(number: number): Promise<void> {
    const old = (await this.#numbers()).filter((each) => each < number)
    for (const each of old) {
      await this.#files.remove(this.#path(each))
    }
    if (old.length > 0) await this.#files.sync(this.#folder)
  }

  async close(): Promise<void> {
    this.#failure ??= new MintmarkError('LEDGER_FAILED', 'the ledger is closed')
    await this.#segment?.file.close()
    this.#segment = undefined
  }

  /** A segment appears whole, and only one caller can make it. */
  async #create(number: number): Promise<Segment> {
    const path = this.#path(number)
    const temporary = `${path}.${process.pid}`
    const header = newSegmentHeader()
    await this.#files.write(temporary, header)
    await this.#files.sync(temporary)
    try {
      await this.#files.link(temporary, path)
    } catch (cause) {
      if (errnoOf(cause) !== 'EEXIST') throw cause
      throw takenOver()
    } finally {
      await this.#files.remove(temporary)
    }
    // Another writer with a later segment had removed this number.
    if ((await this.#numbers()).some((each) => each > number)) {
      await this.#files.remove(path)
      throw takenOver()
    }
    await this.#files.sync(folderOf(path))
    const file = await this.#files.openToGrow(path)
    const seed = header.subarray(header.length - 32)
    return { number, seed, file, length: SEGMENT_HEADER_BYTES }
  }

  async #numbers(): Promise<number[]> {
    const names = await this.#files.list(this.#folder)
    return names
      .filter((name) => /^\d{10}\.log$/.test(name))
      .map((name) => Number(name.slice(0, 10)))
  }

  #path(number: number): string {
    return `${this.#folder}/${String(number).padStart(10, '0')}.log`
  }
}

function takenOver(): MintmarkError {
  return new MintmarkError('LEDGER_BUSY', 'another process has taken over the ledger')
}

function missing(): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', 'the journal in private/journal is missing or empty')
}

function damaged(number: number, position: string): MintmarkError {
  const message = `segment ${number} of the journal is damaged at ${position}`
  return new MintmarkError('LEDGER_DAMAGED', message, { segment: number })
}
