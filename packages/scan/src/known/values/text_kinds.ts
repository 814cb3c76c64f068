/**
 * Kinds of text: which spellings of a number can lie in bytes at all.
 *
 * @module
 */

/** For each kind whether 16 characters in a row of it may be somewhere, so that a piece of such a spelling can be. */
export interface TextKinds {
  readonly hex: boolean
  /** Letters of base64, of Bech32 and of base32. */
  readonly base64: boolean
  readonly decimal: boolean
  /** Lists of numbers: digits, and what stands between two. */
  readonly list: boolean
  /** What literals of Python have: anything that can be printed. */
  readonly printable: boolean
  /** Any text in UTF-16. */
  readonly wide: boolean
}

export const ALL_TEXTS: TextKinds = {
  hex: true,
  base64: true,
  decimal: true,
  list: true,
  printable: true,
  wide: true,
}

export const NO_TEXTS: TextKinds = {
  hex: false,
  base64: false,
  decimal: false,
  list: false,
  printable: false,
  wide: false,
}
