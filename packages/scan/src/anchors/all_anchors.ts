/** Anchors of encodings and of public keys in one row: the numbers by which a kernel names them. @module */
import type { Anchor } from './anchor.ts'
import type { KeySource } from './key_source.ts'

/** What limits call the sources of public keys. */
export const KEYS = 'public keys'
/** As long as a pattern of the kernel can be. */
export const PATTERN_BYTES = 16

/** Anchors of encodings and of public keys, in the order of their numbers. */
export function allAnchors(
  anchors: readonly Anchor[],
  keySources: readonly KeySource[],
): readonly Anchor[] {
  return [...anchors, ...keySources.map((source, i) => anchorOf(source, i))]
}

const anchorOf = ({ pattern, alignment }: KeySource, number: number): Anchor => ({
  name: `${KEYS} ${number}`,
  pattern: pattern.subarray(0, PATTERN_BYTES),
  alignment,
  detect: () => undefined,
  before: 0,
  behind: 0,
})
