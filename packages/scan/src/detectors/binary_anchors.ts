/**
 * Anchors of binary forms.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'

export const BINARY_ANCHORS: readonly Anchor[] = []
