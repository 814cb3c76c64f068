/**
 * The scrub of the gate: public keys as they were kept, and the scanner, which is loaded only for it.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { scrubInput } from '../scrub/scrub_input.ts'
import { keyOfKept } from './kept_keys.ts'
import type { Scrub } from './receive.ts'

/** @param kept public keys as `keptKey` writes them; what is none is left out */
export function gateScrub(kept: readonly Json[]): Scrub {
  const publicKeys = kept.map(keyOfKept).filter((key) => key !== undefined)
  return (input, name) => scrubInput(input, name, { publicKeys })
}
