/**
 * A ledger in a folder: `public/` may be served as it is, `private/` has the journal.
 * No commit waits for published files. A new segment begins when the journal has grown; old
 * segments go once full tiles before it are published and synced. Partial tiles and heads of open
 * shards are made again from a segment's first record: they need not be durable.
 */
import { errnoOf, MintmarkError, writingIn } from '@mintmark/core'
import type { Resource } from '../tree/growing_tree.ts'
import { type Files, folderOf, replaceDurably } from './files.ts'
import { lockFolder } from './folder_lock.ts'
import { Journal } from './journal.ts'
import type { Edges, LedgerStore, RecoveredStep, ShardAppend, StateFiles } from './store.ts'

const SEGMENT_BYTES = 16 << 20
/** Background syncs at once: the journal's own sync must not wait long. */
const SYNCS_AT_ONCE = 2

interface FolderStoreOptions {
  readonly files: Files
  readonly segmentBytes?: number
}

export class FolderStore implements LedgerStore {
  readonly state: StateFiles
  readonly #files: Files
  readonly #public: string
  readonly #journal: Journal
  readonly #segmentBytes: number
  readonly #unlock: () => Promise<void>
  readonly #folders = new Set<string>()
  /** Full tiles written since the segment began, not durable yet. */
  #filled: string[] = []
  /** Heads and newest partial tiles: made durable once their shard is closed. */
  readonly #unsynced = new Map<string, string>()
  /** Removed files need not become durable. */
  readonly #removed = new Set<string>()
  #isStarted: boolean = false
  /** The newest part, until all before it is published. */
  #begun: { readonly part: number; readonly edges: Edges } | undefined
  #tidying: Promise<void> | undefined
  trouble: MintmarkError | undefined

  private constructor(folder: string, options: FolderStoreOptions, unlock: () => Promise<void>) {
    this.#files = options.files
    this.#public = `${folder}/public`
    this.#journal = new Journal(options.files, `${folder}/private/journal`)
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES
    this.#unlock = unlock
    this.state = folderState(`${folder}/private/live`, options.files)
  }

  static async open(folder: string, options: FolderStoreOptions): Promise<FolderStore> {
    const unlock = await lockFolder(options.files, `${folder}/private/lock`)
    return new FolderStore(folder, options, unlock)
  }

  recover(): AsyncGenerator<RecoveredStep, void, void> {
    return this.#journal.recover()
  }

  async start(edges: Edges): Promise<void> {
    await this.#journal.append({ kind: 'edges', edges })
    this.#isStarted = true
    this.#tidy(this.#journal.number, edges)
  }

  async commit(appends: readonly ShardAppend[]): Promise<void> {
    await this.#journal.append({ kind: 'batch', appends })
  }

  get failure(): MintmarkError | undefined {
    return this.#journal.failure
  }

  get part(): number {
    return this.#journal.number
  }

  get isGrown(): boolean {
    const isBusy = this.#begun !== undefined || this.#tidying !== undefined
    const isLong = this.#journal.length >= this.#segmentBytes
    return isLong && this.#isStarted && !isBusy && this.trouble === undefined
  }

  async beginPart(edges: Edges): Promise<void> {
    await this.#journal.rotate({ kind: 'edges', edges })
    this.#begun = { part: this.#journal.number, edges }
  }

  async publish(
    tiles: readonly Resource[],
    heads: readonly Resource[],
    part: number | undefined,
  ): Promise<void> {
    try {
      await this.#writeTiles(tiles)
      for (const head of heads) {
        await (part === undefined ? this.#replace(head) : this.#writeHead(head))
      }
    } catch (cause) {
      // Another writer may have taken over.
      await this.#journal.assertOwn()
      throw cause
    }
    const begun = this.#begun
    if (part === undefined || begun === undefined || part < begun.part) return
    this.#begun = undefined
    this.#tidy(begun.part, begun.edges)
  }

  async #writeTiles(tiles: readonly Resource[]): Promise<void> {
    // Waits for all, so that nothing goes on in the background after a failure.
    const written = await Promise.allSettled(tiles.map((tile) => this.#write(tile)))
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** A tile is the same from any writer; a head is older if another writer has gone on. */
  #writeHead(head: Resource): Promise<void> {
    return this.#write(head, () => this.#journal.assertOwn())
  }

  async #write({ path, bytes }: Resource, mayGoOut?: () => Promise<void>): Promise<void> {
    const whole = await this.#pathFor(path)
    const temporary = this.#temporaryFor(whole)
    await this.#files.write(temporary, bytes)
    await mayGoOut?.()
    await this.#files.rename(temporary, whole)
    const [full = path, width] = path.split('.p/')
    if (width !== undefined || !path.includes('/tile/')) this.#unsynced.set(full, path)
    else {
      this.#filled.push(path)
      this.#unsynced.delete(path)
    }
  }

  async #replace({ path, bytes }: Resource): Promise<void> {
    const whole = await this.#pathFor(path)
    await replaceDurably(this.#files, whole, bytes, this.#temporaryFor(whole))
  }

  /** Unique: a segment belongs to one writer. */
  #temporaryFor(whole: string): string {
    return `${whole}.${this.#journal.number}.new`
  }

  async #pathFor(path: string): Promise<string> {
    const whole = `${this.#public}/${path}`
    const folder = folderOf(whole)
    if (!this.#folders.has(folder)) {
      await this.#files.makeFolder(folder)
      this.#folders.add(folder)
    }
    return whole
  }

  /** Syncs what the journal will drop, then removes the segments before `number`. */
  #tidy(number: number, edges: Edges): void {
    this.#tidying = this.#settle(number, edges)
  }

  /** Partial tiles and heads of closed shards: no edge replaces them. */
  #takeClosed(edges: Edges): string[] {
    const closed = [...this.#unsynced].filter(([file]) => !edges.has(shardOf(file)))
    for (const [file] of closed) this.#unsynced.delete(file)
    return closed.map(([, path]) => path)
  }

  async #settle(number: number, edges: Edges): Promise<void> {
    const filled = this.#filled
    this.#filled = []
    try {
      await this.#makeDurable([...filled, ...this.#takeClosed(edges)])
      await this.#journal.forget(number)
      // A durable full tile replaces its partial ones.
      await Promise.all(filled.map((path) => this.#files.remove(`${this.#public}/${path}.p`)))
    } catch (cause) {
      const errno = errnoOf(cause)
      const message = `published files cannot be made durable (${errno}): the journal still holds their content`
      this.trouble = new MintmarkError('LEDGER_FAILED', message, { errno }, { cause })
    } finally {
      this.#tidying = undefined
    }
  }

  async #makeDurable(paths: readonly string[]): Promise<void> {
    const isThere = (path: string) => ![...this.#removed].some((part) => path.startsWith(part))
    const files = paths.filter(isThere).map((path) => `${this.#public}/${path}`)
    const folders = new Set(files.flatMap((file) => foldersUpTo(this.#public, file)))
    await this.#syncAll([...files, ...folders])
  }

  async #syncAll(paths: readonly string[]): Promise<void> {
    const queue = paths.values()
    const worker = async () => {
      for (const path of queue) {
        await this.#files.sync(path)
      }
    }
    await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, worker))
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.read(`${this.#public}/${path}`)
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#files.list(`${this.#public}/${folder}`)
  }

  async remove(path: string): Promise<void> {
    this.#removed.add(`${path}/`)
    await this.#files.remove(`${this.#public}/${path}`)
  }

  async close(edges: Edges | undefined): Promise<void> {
    await writingIn(folderOf(this.#public), () => this.#close(edges))
  }

  async #close(edges: Edges | undefined): Promise<void> {
    try {
      await this.#tidying
      if (edges !== undefined && this.trouble === undefined) {
        await this.beginPart(edges)
        this.#tidy(this.#journal.number, edges)
        await this.#tidying
      }
    } finally {
      await this.#journal.close()
      await this.#unlock()
    }
  }
}

export function folderState(top: string, files: Files): StateFiles {
  return {
    read: (path) => files.read(`${top}/${path}`),
    list: (folder) => files.list(`${top}/${folder}`),
    async write(path, bytes) {
      const whole = `${top}/${path}`
      await files.makeFolder(folderOf(whole))
      await replaceDurably(files, whole, bytes)
    },
    remove: (path) => files.remove(`${top}/${path}`),
  }
}

function shardOf(file: string): string {
  return file.split('/', 2).join('/')
}

function foldersUpTo(top: string, path: string): string[] {
  const folders: string[] = []
  for (let at = folderOf(path); at !== top; at = folderOf(at)) folders.push(at)
  folders.push(top)
  return folders
}
