/**
 * Reads a ledger's published files: its description, shards, verified heads, and entries.
 * Trust: a head counts only with the ledger key's signature, entries only if they hash to it.
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

  /** @throws {MintmarkError} `LEDGER_MISSING`: no description. `LEDGER_INVALID`: malformed */
  static async open(read: ReadResource): Promise<LedgerReader> {
    const source = await readText({ read }, DESCRIPTION_PATH)
    if (source === undefined)
      throw new MintmarkError('LEDGER_MISSING', `no ${DESCRIPTION_PATH}: this is no ledger`)
    return new LedgerReader(source, read)
  }

  isSignedBy({ logs }: Policy): boolean {
    return isSignedDescription(
      this.#source,
      logs.map(({ key }) => key),
    )
  }

  /** Undefined if the issuer has no shard yet. */
  async newest(alias: string): Promise<string | undefined> {
    const period = (await readText(this, latestPath(alias)))?.trim()
    if (period === undefined) return undefined
    if (Number.isNaN(periodStartMs(period)))
      throw new MintmarkError('LEDGER_DAMAGED', `${latestPath(alias)} names no period`)
    return shardPath(alias, period)
  }

  /**
   * Undefined without a checkpoint.
   * @throws {MintmarkError} `LEDGER_DAMAGED` for a malformed checkpoint, or one of another key
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
