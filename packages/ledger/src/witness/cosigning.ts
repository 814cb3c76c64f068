/**
 * Asks the witnesses of a policy to cosign a checkpoint; one that is silent or lies is left out.
 * A claim of another history counts only with a checkpoint that the ledger's own key signed: then
 * the ledger is an older copy or a fork, and ends. Source: C2SP tlog-witness v1.0.0.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { assertContains, type Checkpoint, type Head, parseCheckpoint } from '../notes/checkpoint.ts'
import { acceptCheckpoint, isMet, type Policy, type WitnessLine } from '../notes/policy.ts'
import { type ReadResource, TileTree } from '../tree/tile_tree.ts'
import { formatAddCheckpoint, originHash, readWitnessAnswer, type WitnessReply } from './witness.ts'

/** Each request rejects if there was no answer. */
export interface WitnessHttp {
  post(url: string, body: string): Promise<WitnessResponse>
  get(url: string): Promise<WitnessResponse>
}

interface WitnessResponse {
  readonly status: number
  readonly body: string
}

interface CosigningOptions {
  /** Called once for a witness that claims another history and cannot show it. */
  readonly onDispute?: ((text: string) => void) | undefined
}

/** For a proof that contradicts what the witness has seen. */
const INCONSISTENT = 422
/** A witness may see other checkpoints between two requests, but not without end. */
const MOST_TRIES = 4
/** After the policy is met, the wait for the other witnesses. */
const OTHERS_MS = 200
const START_MS = 2000

export class Cosigning {
  readonly #policy: Policy
  readonly #witnesses: readonly WitnessLine[]
  readonly #http: WitnessHttp
  readonly #onDispute: ((text: string) => void) | undefined
  readonly #sizes = new Map<string, number>()
  readonly #disputed = new Set<string>()

  constructor(policy: Policy, http: WitnessHttp, { onDispute }: CosigningOptions = {}) {
    this.#policy = policy
    this.#witnesses = policy.witnesses.filter(({ url }) => url !== undefined)
    this.#http = http
    this.#onDispute = onDispute
  }

  get isNeeded(): boolean {
    return this.#witnesses.length > 0
  }

  /**
   * Undefined if the policy does not accept it yet. No wait for a witness once the others suffice.
   * @throws {MintmarkError} `LEDGER_BEHIND` if a witness shows another history with our signature
   */
  async cosign(text: string, tree: TileTree): Promise<string | undefined> {
    const checkpoint = checkpointOf(text)
    const lines: string[] = []
    const cosigned = () => `${text}${lines.join('')}`
    await enough(
      this.#witnesses.map(async (witness) => {
        const line = await this.#cosignature(witness, text, checkpoint, tree)
        if (line !== undefined) lines.push(line)
        return this.#isAccepted(cosigned())
      }),
    )
    const all = cosigned()
    return this.#isAccepted(all) ? all : undefined
  }

  #isAccepted(text: string): boolean {
    const checkpoint = parseCheckpoint(text)
    return (
      checkpoint !== undefined && typeof acceptCheckpoint(checkpoint, this.#policy) !== 'string'
    )
  }

  /**
   * Demands that no witness has seen more. Waits, for a limited time, until the silent witnesses
   * could not have accepted a head by themselves.
   * @throws {MintmarkError} `LEDGER_BEHIND` if one shows more, signed by the ledger's own key
   */
  async assertNewest(text: string): Promise<void> {
    const checkpoint = checkpointOf(text)
    const { head } = checkpoint
    await this.#askAll(async (witness) => {
      const request = { oldSize: 0, proof: [], checkpoint: text }
      const reply = await this.#reply(witness, request, checkpoint)
      if (reply?.kind !== 'conflict') return reply !== undefined
      if (reply.size <= head.size) this.#sizes.set(keyOf(witness, head.origin), reply.size)
      else await this.#dispute(witness, checkpoint, reply.size)
      return true
    })
  }

  /** For a shard that the ledger does not have: sends nothing that a witness would keep. */
  async assertUnknown(origin: string): Promise<void> {
    await this.#askAll(async (witness) => {
      const seen = await this.#shownBy(witness, origin)
      if (seen !== undefined && seen.size > 0) await assertContains(seen, undefined)
      return true
    })
  }

  async #askAll(ask: (witness: WitnessLine) => Promise<boolean>): Promise<void> {
    const { quorum, groups } = this.#policy
    const silent = new Set(this.#witnesses.map(({ name }) => name))
    const answers = this.#witnesses.map(async (witness) => {
      if (await ask(witness)) silent.delete(witness.name)
      return !isMet(quorum, silent, groups)
    })
    const over = new AbortController()
    const patience = sleep(START_MS, undefined, { signal: over.signal }).catch(() => undefined)
    await Promise.race([enough(answers), patience]).finally(() => over.abort())
  }

  async #cosignature(
    witness: WitnessLine,
    text: string,
    checkpoint: Checkpoint,
    tree: TileTree,
  ): Promise<string | undefined> {
    const { head } = checkpoint
    const name = keyOf(witness, head.origin)
    for (let left = MOST_TRIES; left > 0; left--) {
      const oldSize = this.#sizes.get(name) ?? 0
      const proof = await tree.consistency(oldSize, head.size)
      const request = { oldSize, proof, checkpoint: text }
      const reply = await this.#reply(witness, request, checkpoint)
      if (reply?.kind === 'cosigned') {
        this.#sizes.set(name, head.size)
        return reply.line
      }
      const isElsewhere =
        reply?.kind === 'conflict' && reply.size <= head.size && reply.size !== oldSize
      if (isElsewhere) this.#sizes.set(name, reply.size)
      else {
        const claimed = reply?.kind === 'conflict' ? reply.size : oldSize
        const isOther = reply?.kind === 'conflict' || reply?.status === INCONSISTENT
        if (isOther) await this.#dispute(witness, checkpoint, claimed, tree)
        return undefined
      }
    }
    return undefined
  }

  /** A witness's claim is not signed; the checkpoint that it shows may be. */
  async #dispute(
    witness: WitnessLine,
    { head }: Checkpoint,
    claimed: number,
    tree?: TileTree,
  ): Promise<void> {
    const seen = await this.#shownBy(witness, head.origin)
    // With fewer entries than the ledger, only its tree shows whether they are the same.
    if (seen !== undefined && (tree !== undefined || seen.size >= head.size)) {
      const rootAt = (size: number) => tree?.root(size) ?? Promise.resolve(head.root)
      await assertContains(seen, { size: head.size, rootAt })
    }
    const name = keyOf(witness, head.origin)
    this.#sizes.delete(name)
    if (this.#disputed.has(name)) return
    this.#disputed.add(name)
    this.#onDispute?.(
      `witness ${witness.name} says it has seen other ${claimed} entries of ${head.origin}, and shows no checkpoint of them: it is left out`,
    )
  }

  /** The witness's newest checkpoint, if the ledger's own key signed it. */
  async #shownBy({ url = '' }: WitnessLine, origin: string): Promise<Head | undefined> {
    try {
      const { status, body } = await this.#http.get(`${bare(url)}/${originHash(origin)}/checkpoint`)
      const shown = status === 200 ? parseCheckpoint(body) : undefined
      if (shown?.head.origin !== origin) return undefined
      const accepted = acceptCheckpoint(shown, { ...this.#policy, witnesses: [], quorum: 'none' })
      return typeof accepted === 'string' ? undefined : accepted.head
    } catch {
      // It shows nothing.
      return undefined
    }
  }

  async #reply(
    { url = '', key }: WitnessLine,
    request: Parameters<typeof formatAddCheckpoint>[0],
    { note }: Checkpoint,
  ): Promise<WitnessReply | undefined> {
    try {
      const answered = await this.#http.post(
        `${bare(url)}/add-checkpoint`,
        formatAddCheckpoint(request),
      )
      return readWitnessAnswer(answered, note.text, key)
    } catch {
      // No answer: a witness that is down must not stop the others.
      return undefined
    }
  }
}

function checkpointOf(text: string): Checkpoint {
  const checkpoint = parseCheckpoint(text)
  if (checkpoint === undefined) throw new TypeError('no checkpoint')
  return checkpoint
}

/** Resolves when all are done, or a moment after one of them returns true. */
async function enough(asked: readonly Promise<boolean>[]): Promise<void> {
  const one = Promise.any(
    asked.map(async (each) => {
      if (!(await each)) throw new Error('not yet')
    }),
  )
  const inTime = one.then(
    () => sleep(OTHERS_MS),
    () => undefined,
  )
  const all = Promise.all(asked)
  // Later failures repeat in the next round.
  all.catch(() => undefined)
  await Promise.race([all, inTime])
}

const bare = (url: string) => url.replace(/\/+$/, '')

const keyOf = (witness: WitnessLine, origin: string) => `${witness.name} ${origin}`

/**
 * Asks witnesses in the background about the newest head of each shard, one round at a time.
 * A head that is not accepted is retried after a while, unless a newer one has come.
 */

const RETRY_MS = 1000

interface CosignRoundsOptions {
  readonly witnesses: Cosigning
  readonly read: ReadResource
  readonly onAccepted: (shard: string, text: string) => void
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
