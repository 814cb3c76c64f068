export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20

export const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === 0x09 || byte === CR

/** Between objects: commas, byte order marks (files that were put together), U+2028 and U+2029, by each of their bytes. */
const SEPARATORS: ReadonlySet<number | undefined> = new Set([
  COMMA,
  ...Buffer.from('\ufeff\u2028\u2029'),
])

export const isSeparator = (byte: number | undefined): boolean => SEPARATORS.has(byte)
