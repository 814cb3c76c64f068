/**
 * Entries on their way into a live set: those that are read, and count once their tree is proven.
 *
 * @module
 */
import type { EntryOutline } from '@mintmark/ledger'
import type { LiveSet } from './live_set.ts'

export interface IntakeOptions {
  readonly set: LiveSet
  /** Nobody asks this set yet: entries may go straight into it. */
  readonly isHidden: boolean
  readonly nowMs: number
  /** How long after its expiry a token is remembered. */
  readonly keepMs: number
}

export class Intake {
  readonly #options: IntakeOptions
  readonly #outlines: EntryOutline[] = []

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Expired ones are left out; so is an opening, which has no outline. */
  take(outline: EntryOutline | undefined): void {
    const { isHidden, nowMs, keepMs } = this.#options
    if (outline === undefined || outline.expiresMs + keepMs < nowMs) return
    if (isHidden) {
      this.#put(outline)
      return
    }
    // A copy: a view would keep the whole bundle.
    const { id, inputHash } = outline
    this.#outlines.push({ ...outline, id: id.slice(), inputHash: inputHash.slice() })
  }

  commit(): void {
    for (const outline of this.#outlines.splice(0)) this.#put(outline)
  }

  #put({ isRevocation, id, inputHash, expiresMs }: EntryOutline): void {
    const { set, nowMs, keepMs } = this.#options
    if (isRevocation) set.revoke(id, inputHash)
    else set.add(id, inputHash, expiresMs + keepMs, nowMs)
  }
}
