/** The scrub of the gate: stored public keys, and the scanner, which is loaded only for it. */
import { availableParallelism } from 'node:os'
import type { Json } from '@mintmark/core'
import { scrubInput } from '@mintmark/scrub/scrub_input'
import type { Scrub } from './receive/gate.ts'
import { keyOfStored } from './stored_keys.ts'

/** Each takes memory, and the crashed service restarts at the same time. */
const MOST_THREADS = 2

/** @param kept as `storedKey` writes keys; others are left out */
export function gateScrub(kept: readonly Json[], acceptCut: boolean): Scrub {
  const publicKeys = kept.map(keyOfStored).filter((key) => key !== undefined)
  const threads = Math.min(MOST_THREADS, availableParallelism())
  return async (input, name) => {
    const scrubbed = await scrubInput(input, name, { publicKeys, threads, acceptCut })
    const remainders = scrubbed.report.remainders.map(({ message }) => message)
    return { ...scrubbed, remainders }
  }
}
