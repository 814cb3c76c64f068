/**
 * Anchors of text forms.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'

export const TEXT_ANCHORS: readonly Anchor[] = []
