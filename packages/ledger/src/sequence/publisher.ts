/**
 * Publishes what is durable: tiles, then heads. With witnesses, a head is first
 * `checkpoint.unwitnessed`, and `checkpoint` once the policy accepts it.
 */
import { MintmarkError } from '@mintmark/core'
import { type Head, signHead } from '../notes/checkpoint.ts'
import type { NoteSigner } from '../notes/note.ts'
import type { LedgerStore } from '../store/store.ts'
import type { Resource } from '../tree/growing_tree.ts'
import { type Cosigning, CosignRounds } from '../witness/cosigning.ts'
import type { Shards } from './shards.ts'

export interface PublisherOptions {
  readonly store: LedgerStore
  readonly signer: NoteSigner
  readonly onHeads?: ((heads: readonly Head[]) => Promise<void>) | undefined
  readonly witnesses?: Cosigning | undefined
}

export const unwitnessedPath = (shard: string): string => `${shard}/checkpoint.unwitnessed`

export class Publisher {
  readonly #options: PublisherOptions
  readonly #shards: Shards
  readonly #rounds: CosignRounds | undefined
  #tiles: ReadonlyMap<string, Resource> = new Map()
  readonly #cosigned = new Map<string, string>()
  failure: MintmarkError | undefined
  /** Why the last publication failed, if a retry may work. */
  #delay: unknown

  constructor(shards: Shards, options: PublisherOptions, wake: () => void) {
    this.#options = options
    this.#shards = shards
    const { witnesses, store } = options
    if (witnesses?.isNeeded !== true) return
    this.#rounds = new CosignRounds({
      witnesses,
      read: (path) => store.read(path),
      onAccepted: (shard, text) => {
        this.#cosigned.set(shard, text)
        wake()
      },
      onFailure: (cause) => {
        this.failure = failureOf(cause)
        wake()
      },
    })
  }

  get isNeeded(): boolean {
    return this.#shards.isChanged || this.#tiles.size > 0 || this.#cosigned.size > 0
  }

  /** Why recorded entries are not published, or not durably so; undefined if they are. */
  get delay(): unknown {
    return this.#delay ?? this.#options.store.trouble
  }

  delayedBy(cause: unknown): void {
    this.#delay = cause
  }

  /** A failure is in `delay`, and in `failure` if it ends the ledger. */
  async publish(): Promise<void> {
    // At one instant: all that was committed before this part is in these tiles.
    const { store, signer, onHeads } = this.#options
    const { part } = store
    const { tiles, heads } = this.#shards.takeChanged()
    const all = new Map(this.#tiles)
    for (const tile of tiles) all.set(tile.path, tile)
    const cosigned = new Map(this.#cosigned)
    try {
      if (heads.length > 0) await onHeads?.(heads)
      const signed = heads.map((head) => ({ path: head.shard.path, text: signHead(head, signer) }))
      const own = signed.flatMap(({ path, text }) => this.#filesOf(path, text))
      const witnessed = [...cosigned].flatMap(([path, text]) => this.#shards.headFiles(path, text))
      await store.publish([...all.values()], [...own, ...witnessed], part)
      for (const { path, text } of signed) this.#rounds?.offer(path, text)
      this.#tiles = new Map()
      for (const [shard, text] of cosigned)
        if (this.#cosigned.get(shard) === text) this.#cosigned.delete(shard)
      this.#delay = undefined
    } catch (cause) {
      this.#tiles = all
      this.#shards.forgetLatest()
      for (const { shard } of heads) this.#shards.markChanged(shard)
      this.#delay = cause
      const isOver = cause instanceof MintmarkError && endsLedger(cause)
      this.failure = isOver ? cause : store.failure
    }
  }

  #filesOf(path: string, text: string): Resource[] {
    if (this.#rounds === undefined) return this.#shards.headFiles(path, text)
    return [{ path: unwitnessedPath(path), bytes: Buffer.from(text) }]
  }

  /** For a head of an earlier run that no witness has accepted yet. */
  offer(shard: string, text: string): void {
    this.#rounds?.offer(shard, text)
  }

  async finish(): Promise<void> {
    if (this.#rounds === undefined) return
    await this.#rounds.finish()
    if (this.failure === undefined && this.isNeeded) await this.publish()
  }
}

/**
 * Another writer has the ledger, or it is behind or damaged: sign nothing more.
 * Any other failure leaves the record as it is.
 */
function endsLedger({ code }: MintmarkError): boolean {
  return code === 'LEDGER_BUSY' || code === 'LEDGER_BEHIND' || code === 'LEDGER_DAMAGED'
}

function failureOf(cause: unknown): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  const message = 'the head of the ledger cannot be sent to witnesses'
  return new MintmarkError('LEDGER_FAILED', message, {}, { cause })
}
