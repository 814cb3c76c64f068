/**
 * The log's side of witnessing: asks the witnesses of a policy to cosign a checkpoint.
 *
 * Whoever speaks HTTP is handed in. A witness that does not answer is left out; whether the others suffice is for the
 * policy to say. One that has seen more than the ledger has, or something else, ends the ledger.
 *
 * Source: C2SP tlog-witness v1.0.0.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { acceptCheckpoint, type Policy, type WitnessLine } from './policy.ts'
import type { TileTree } from './tile_tree.ts'
import { formatAddCheckpoint, readWitnessAnswer, type WitnessReply } from './witness.ts'

/** Carries one request to a witness; rejects where there was no answer. */
export type AskWitness = (
  url: string,
  body: string,
) => Promise<{ readonly status: number; readonly body: string }>

/** A witness may have moved on between two requests, but not for ever. */
const MOST_TRIES = 4

export class Cosigning {
  readonly #policy: Policy
  readonly #witnesses: readonly WitnessLine[]
  readonly #ask: AskWitness
  /** Size that a witness has cosigned last, by its name and the origin. */
  readonly #sizes = new Map<string, number>()

  constructor(policy: Policy, ask: AskWitness) {
    this.#policy = policy
    this.#witnesses = policy.witnesses.filter(({ url }) => url !== undefined)
    this.#ask = ask
  }

  /** Whether there is anybody to ask. */
  get isNeeded(): boolean {
    return this.#witnesses.length > 0
  }

  /**
   * The checkpoint with the cosignatures that were got; undefined if the policy does not accept it yet.
   *
   * @throws {MintmarkError} `LEDGER_BEHIND` where a witness has seen another history
   */
  async cosign(text: string, tree: TileTree): Promise<string | undefined> {
    const checkpoint = parseCheckpoint(text)
    if (checkpoint === undefined) throw new TypeError('no checkpoint')
    const asked = this.#witnesses.map((witness) =>
      this.#cosignature(witness, text, checkpoint, tree),
    )
    const lines = (await Promise.all(asked)).filter((line) => line !== undefined)
    const cosigned = parseCheckpoint(`${text}${lines.join('')}`)
    if (cosigned === undefined) return undefined
    const accepted = acceptCheckpoint(cosigned, this.#policy)
    return typeof accepted === 'string' ? undefined : `${text}${lines.join('')}`
  }

  /**
   * Demands that no witness has seen more than this head.
   *
   * @param text of a checkpoint, perhaps of an empty tree
   * @throws {MintmarkError} `LEDGER_BEHIND`
   */
  async assertNewest(text: string): Promise<void> {
    const checkpoint = parseCheckpoint(text)
    if (checkpoint === undefined) throw new TypeError('no checkpoint')
    await Promise.all(
      this.#witnesses.map(async (witness) => {
        const request = { oldSize: 0, proof: [], checkpoint: text }
        const reply = await this.#reply(witness, request, checkpoint)
        if (reply?.kind === 'conflict') this.#note(witness, checkpoint, reply.size)
      }),
    )
  }

  async #cosignature(
    witness: WitnessLine,
    text: string,
    checkpoint: Checkpoint,
    tree: TileTree,
  ): Promise<string | undefined> {
    const { head } = checkpoint
    for (let left = MOST_TRIES; left > 0; left--) {
      const oldSize = this.#sizes.get(keyOf(witness, head.origin)) ?? 0
      /* oxlint-disable no-await-in-loop -- each try rests on the last answer */
      const proof = await tree.consistency(oldSize, head.size)
      const request = { oldSize, proof, checkpoint: text }
      const reply = await this.#reply(witness, request, checkpoint)
      /* oxlint-enable no-await-in-loop */
      if (reply?.kind === 'cosigned') {
        this.#sizes.set(keyOf(witness, head.origin), head.size)
        return reply.line
      }
      if (reply?.kind !== 'conflict') return undefined
      if (reply.size === oldSize) throw behind(witness, checkpoint, reply.size)
      this.#note(witness, checkpoint, reply.size)
    }
    return undefined
  }

  #note(witness: WitnessLine, checkpoint: Checkpoint, size: number): void {
    if (size > checkpoint.head.size) throw behind(witness, checkpoint, size)
    this.#sizes.set(keyOf(witness, checkpoint.head.origin), size)
  }

  async #reply(
    { url = '', key }: WitnessLine,
    request: Parameters<typeof formatAddCheckpoint>[0],
    { note }: Checkpoint,
  ): Promise<WitnessReply | undefined> {
    const at = `${url.replace(/\/+$/, '')}/add-checkpoint`
    try {
      return readWitnessAnswer(await this.#ask(at, formatAddCheckpoint(request)), note.text, key)
    } catch {
      // No answer: a witness that is down must not stop the others.
      return undefined
    }
  }
}

const keyOf = (witness: WitnessLine, origin: string) => `${witness.name} ${origin}`

function behind({ name }: WitnessLine, { head }: Checkpoint, seen: number): MintmarkError {
  const message =
    seen > head.size
      ? `witness ${name} has seen ${seen} entries of ${head.origin}, which has ${head.size}: this is an older copy`
      : `witness ${name} has seen another ${head.origin} of ${seen} entries: the ledger was forked`
  return new MintmarkError('LEDGER_BEHIND', message, {
    origin: head.origin,
    seen,
    size: head.size,
  })
}
