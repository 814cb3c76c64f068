/**
 * A candidate as the kernels write it: u32, the offset in the lower 21 bits, then its order of bytes in 3 and its kind
 * in 2. @module
 */
import type { Candidate, CandidateKind } from './conjugate_types.ts'

/** By their numbers in the kernels. */
const KINDS: readonly CandidateKind[] = ['factor', 'beside', 'negated', 'halved']

export function candidateOf(entry: number): Candidate {
  return {
    at: entry & 0x1fffff,
    order: (entry >>> 21) & 7,
    kind: KINDS[(entry >>> 24) & 3] ?? 'factor',
  }
}
