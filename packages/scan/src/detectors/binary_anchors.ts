/**
 * Anchors of binary forms. Forms that hold a whole key come first, what is left of one last: a reader that looks at
 * a bounded number of places in few bytes takes them in this order.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import { PKCS1_ANCHORS } from './pkcs1.ts'
import { PKCS1_TAIL_ANCHORS } from './pkcs1_tail.ts'
import { PKCS8_ANCHORS } from './pkcs8.ts'
import { SEC1_ANCHORS } from './sec1.ts'

export const BINARY_ANCHORS: readonly Anchor[] = [
  ...PKCS8_ANCHORS,
  ...PKCS1_ANCHORS,
  ...SEC1_ANCHORS,
  ...PKCS1_TAIL_ANCHORS,
]
