/**
 * Asks witnesses in the background, about the newest head of each shard.
 *
 * One round at a time. A head that is not accepted yet is asked about again after a while, unless a newer one has come.
 *
 * @module
 */
import { parseCheckpoint } from '../notes/checkpoint.ts'
import { type ReadResource, TileTree } from '../tree/tile_tree.ts'
import type { Cosigning } from './cosigning.ts'

const RETRY_MS = 1000

interface CosignRoundsOptions {
  readonly witnesses: Cosigning
  /** Reads published files of the ledger. */
  readonly read: ReadResource
  readonly onAccepted: (shard: string, text: string) => void
  /** The ledger must stop. */
  readonly onFailure: (cause: unknown) => void
}

export class CosignRounds {
  readonly #options: CosignRoundsOptions
  readonly #waiting = new Map<string, string>()
  #running: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #isFinishing: boolean = false

  constructor(options: CosignRoundsOptions) {
    this.#options = options
  }

  /** Tiles of the checkpoint are published already. */
  offer(shard: string, text: string): void {
    this.#waiting.set(shard, text)
    this.#start()
  }

  /** Resolves after one more try for everything that waits. */
  async finish(): Promise<void> {
    clearTimeout(this.#retry)
    await this.#running
    this.#isFinishing = true
    this.#start()
    await this.#running
  }

  #start(): void {
    clearTimeout(this.#retry)
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    const refused = new Map<string, string>()
    try {
      for (;;) {
        const [next] = this.#waiting
        if (next === undefined) break
        const [shard, text] = next
        this.#waiting.delete(shard)
        // oxlint-disable-next-line no-await-in-loop -- one round at a time
        const cosigned = await this.#cosign(shard, text)
        if (cosigned === undefined) refused.set(shard, text)
        else this.#options.onAccepted(shard, cosigned)
      }
    } catch (cause) {
      this.#options.onFailure(cause)
    } finally {
      this.#running = undefined
    }
    this.#again(refused)
  }

  async #cosign(shard: string, text: string): Promise<string | undefined> {
    const size = parseCheckpoint(text)?.head.size ?? 0
    const tree = new TileTree(size, (path) => this.#options.read(`${shard}/${path}`))
    return await this.#options.witnesses.cosign(text, tree)
  }

  #again(refused: ReadonlyMap<string, string>): void {
    for (const [shard, text] of refused)
      if (!this.#waiting.has(shard)) this.#waiting.set(shard, text)
    if (this.#waiting.size === 0 || this.#isFinishing) return
    this.#retry = setTimeout(() => this.#start(), RETRY_MS)
    this.#retry.unref()
  }
}
