/** Entries that were read for a live set: they count once their tree is verified. @module */
import { type EntryOutline, OUTLINE_WORDS } from '@mintmark/ledger'
import type { LiveSet } from './live_set.ts'

interface IntakeOptions {
  readonly set: LiveSet
  /** The set is not in use yet: entries may go into it at once. */
  readonly isHidden: boolean
  readonly nowMs: number
  /** How long after its expiry a token is remembered. */
  readonly keepMs: number
}

/** One entry, or many as the words that the kernel writes. */
type Taken = EntryOutline | Uint32Array

export class Intake {
  readonly #options: IntakeOptions
  readonly #taken: Taken[] = []

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Expired ones are left out; so is an opening, which has no outline. */
  take(outline: EntryOutline | undefined): void {
    if (outline === undefined || this.#isOver(outline.expiresMs)) return
    // A copy: a view would keep the whole bundle.
    const { id, inputHash } = outline
    this.#add({ ...outline, id: id.slice(), inputHash: inputHash.slice() })
  }

  /** @param outlines `OUTLINE_WORDS` each; the caller must not use them again */
  takeAll(outlines: Uint32Array): void {
    this.#add(outlines)
  }

  commit(): void {
    for (const taken of this.#taken.splice(0)) this.#put(taken)
  }

  #add(taken: Taken): void {
    if (this.#options.isHidden) this.#put(taken)
    else this.#taken.push(taken)
  }

  #isOver(expiresMs: number): boolean {
    const { nowMs, keepMs } = this.#options
    return expiresMs + keepMs < nowMs
  }

  #put(taken: Taken): void {
    if (taken instanceof Uint32Array) this.#putAll(taken)
    else this.#putOne(taken)
  }

  #putOne({ isRevocation, id, inputHash, expiresMs }: EntryOutline): void {
    const { set, nowMs, keepMs } = this.#options
    if (isRevocation) set.revoke(id, inputHash)
    else set.add(id, inputHash, expiresMs + keepMs, nowMs)
  }

  #putAll(outlines: Uint32Array): void {
    const { set, nowMs, keepMs } = this.#options
    const times = new Float64Array(outlines.buffer, outlines.byteOffset, outlines.length / 2)
    for (let at = 0; at < outlines.length; at += OUTLINE_WORDS) {
      const expiresMs = times[(at + EXPIRY_WORD) / 2] ?? 0
      if (this.#isOver(expiresMs)) continue
      if (outlines[at] === 1) set.revokeAt(outlines, at + ID_WORD)
      else set.addAt(outlines, at + ID_WORD, expiresMs + keepMs, nowMs)
    }
  }
}

/** Where the id begins in an outline, with the hash behind it; and the expiry. */
const ID_WORD = 2
const EXPIRY_WORD = 14
