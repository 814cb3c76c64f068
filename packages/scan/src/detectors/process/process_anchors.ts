/**
 * Anchors of structures that only the memory of a process has: most of them hold pointers, or what an allocator writes. They
 * are of 64-bit processes whose lowest byte comes first.
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { MALLOC_RSA_ANCHORS } from '../heap/malloc_rsa.ts'
import { POINTED_NUMBER_ANCHORS } from '../heap/pointed_numbers.ts'
import { layoutAnchor } from './layout.ts'
import { LAYOUTS } from './library_layouts.ts'

export const PROCESS_ANCHORS: readonly Anchor[] = [
  ...LAYOUTS.map(layoutAnchor),
  ...MALLOC_RSA_ANCHORS,
  ...POINTED_NUMBER_ANCHORS,
]
