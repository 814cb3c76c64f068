/** What public keys in memory are found by. @module */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'

/** A pattern beside which public keys are. */
export interface KeySource {
  readonly pattern: Uint8Array
  /** See {@link import('./anchor.ts').Anchor.alignment}. */
  readonly alignment?: number
  /** The key at an offset where the whole pattern is. */
  readonly keyAt: (bytes: Uint8Array, at: number, budget: WorkBudget) => PublicKey | undefined
  /** Another that may be there: what can be a modulus in one order of its bytes may be one in the other. */
  readonly otherAt?: (bytes: Uint8Array, at: number, budget: WorkBudget) => PublicKey | undefined
  /** Nothing around it shows that it is a key. */
  readonly isBare?: true
}
