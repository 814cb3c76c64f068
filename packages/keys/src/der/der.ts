/**
 * Reads DER and the BER that writers produce (X.690), without recursion and never out of bounds. No
 * indefinite lengths and no tags of several bytes.
 */

/** One element: `at` its tag, content in [`from`, `to`). */
export interface Element {
  readonly tag: number
  readonly at: number
  readonly from: number
  readonly to: number
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  none: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const

/** More elements than any key has: a longer list is no key. */
const MOST_CHILDREN = 64

export function headerAt(
  bytes: Uint8Array,
  at: number,
  end: number,
): { from: number; length: number } | undefined {
  const first = bytes[at + 1] ?? 0
  const from = at + 2 + (first < 0x80 ? 0 : first & 0x7f)
  if (at < 0 || from > end || ((bytes[at] ?? 0) & 0x1f) === 0x1f) return undefined
  if (first < 0x80) return { from, length: first }
  if (first === 0x80 || first > 0x84) return undefined
  let length = 0
  for (let i = at + 2; i < from; i++) length = length * 256 + (bytes[i] ?? 0)
  return { from, length }
}

export function elementAt(bytes: Uint8Array, at: number, end: number): Element | undefined {
  const limit = Math.min(end, bytes.length)
  const header = headerAt(bytes, at, limit)
  if (header === undefined) return undefined
  const { from, length } = header
  return from + length <= limit ? { tag: bytes[at] ?? 0, at, from, to: from + length } : undefined
}

export function elementOf(
  bytes: Uint8Array,
  at: number,
  end: number,
  tag: number,
): Element | undefined {
  // Most offsets that are tried fail here: the tag is examined before anything is made.
  if (bytes[at] !== tag) return undefined
  return elementAt(bytes, at, end)
}

/** Undefined if they do not fill it exactly, or are more than a key has. */
export function elementsIn(bytes: Uint8Array, from: number, to: number): Element[] | undefined {
  const found: Element[] = []
  let at = from
  while (at < to) {
    const element = elementAt(bytes, at, to)
    if (element === undefined || found.length === MOST_CHILDREN) return undefined
    found.push(element)
    at = element.to
  }
  return at === to ? found : undefined
}

export function childrenOf(bytes: Uint8Array, parent: Element): Element[] | undefined {
  return elementsIn(bytes, parent.from, parent.to)
}

export function contentOf(bytes: Uint8Array, element: Element): Uint8Array {
  return bytes.subarray(element.from, element.to)
}

/** Lower-case hex, as object identifiers are compared. */
export function hexOf(bytes: Uint8Array, element: Element): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + element.from, lengthOf(element)).toString(
    'hex',
  )
}

export function lengthOf(element: Element): number {
  return element.to - element.from
}

/**
 * A SEQUENCE by default, whose content begins at `from` behind a header of 2 to 6 bytes; it must
 * end within `end`.
 */
export function sequenceAround(
  bytes: Uint8Array,
  from: number,
  end: number,
  tag: number = TAG.sequence,
): Element | undefined {
  for (let header = 2; header <= 6; header++) {
    const around = elementOf(bytes, from - header, end, tag)
    if (around?.from === from) return around
  }
  return undefined
}
