/**
 * Reads a ledger's published files: its description, shards, verified heads, and entries.
 * Trust: the server is not trusted. A head counts only with a signature of the ledger's key, and a shard's entries only if
 * they hash to its head.
 */
import { MintmarkError } from '@mintmark/core'
import { type Checkpoint, type Head, parseCheckpoint } from '../notes/checkpoint.ts'
import {
  DESCRIPTION_PATH,
  type Description,
  isSignedDescription,
  latestPath,
  originOf,
  parseDescription,
  periodStartMs,
  shardKey,
  shardPath,
} from '../notes/description.ts'
import { openNote } from '../notes/note.ts'
import type { Policy } from '../notes/policy.ts'
import { readText } from '../store/files.ts'
import { type ReadResource, TileTree } from '../tree/tile_tree.ts'

export interface ShardView {
  readonly alias: string
  readonly path: string
  readonly head: Head
  readonly checkpoint: Checkpoint
  readonly checkpointText: string
  readonly tree: TileTree
}

export class LedgerReader {
  readonly description: Description
  readonly read: ReadResource
  readonly #source: string

  private constructor(source: string, read: ReadResource) {
    this.description = parseDescription(source)
    this.read = read
    this.#source = source
  }

  /**
   * @param read a file below the ledger's prefix
   * @throws {MintmarkError} `LEDGER_MISSING` where there is no description, `LEDGER_INVALID` where it is malformed
   */
  static async open(read: ReadResource): Promise<LedgerReader> {
    const source = await readText({ read }, DESCRIPTION_PATH)
    if (source === undefined)
      throw new MintmarkError('LEDGER_MISSING', `no ${DESCRIPTION_PATH}: this is no ledger`)
    return new LedgerReader(source, read)
  }

  /** Whether a log of the policy has signed the description. */
  isSignedBy({ logs }: Policy): boolean {
    return isSignedDescription(
      this.#source,
      logs.map(({ key }) => key),
    )
  }

  /** Path of the newest shard of an issuer; undefined where it has none yet. */
  async newest(alias: string): Promise<string | undefined> {
    const period = (await readText(this, latestPath(alias)))?.trim()
    if (period === undefined) return undefined
    if (Number.isNaN(periodStartMs(period)))
      throw new MintmarkError('LEDGER_DAMAGED', `${latestPath(alias)} names no period`)
    return shardPath(alias, period)
  }

  /**
   * @returns undefined where there is no checkpoint
   * @throws {MintmarkError} `LEDGER_DAMAGED` where the checkpoint is malformed, or not signed by the ledger
   */
  async shard(path: string): Promise<ShardView | undefined> {
    const checkpointText = await readText(this, `${path}/checkpoint`)
    if (checkpointText === undefined) return undefined
    const checkpoint = parseCheckpoint(checkpointText)
    const origin = originOf(this.description, path)
    if (checkpoint === undefined || checkpoint.head.origin !== origin)
      throw damaged(path, 'is not one of this shard')
    const verified = openNote(checkpoint.note, [shardKey(this.description, origin)])
    if (verified === 'bad-signature' || verified.length === 0)
      throw damaged(path, 'is not signed by the ledger')
    const { head } = checkpoint
    const tree = new TileTree(head.size, (name) => this.read(`${path}/${name}`))
    return { alias: path.split('/')[0] ?? '', path, head, checkpoint, checkpointText, tree }
  }
}

function damaged(path: string, what: string): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', `the checkpoint of ${path} ${what}`, { shard: path })
}
