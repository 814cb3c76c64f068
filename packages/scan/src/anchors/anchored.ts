/** Makes anchors and matches: the small shapes that all binary detectors share. */
import type { DerKey } from '@mintmark/keys/der_keys/der_key'
import type { Key } from '@mintmark/keys/material/key'
import type { Anchor } from './anchor.ts'
import type { Detector, Match } from './match.ts'

export interface Sight {
  readonly before: number
  readonly behind: number
}

/** @param pattern hex, blanks between bytes, `??` for a byte that does not count */
export function anchor(name: string, pattern: string, sight: Sight, detect: Detector): Anchor {
  const parts = pattern.split(' ')
  const bytes = Uint8Array.from(parts, (part) => (part === '??' ? 0 : Number.parseInt(part, 16)))
  const shape = { name, pattern: bytes, detect, ...sight }
  if (!parts.includes('??')) return shape
  return { ...shape, mask: Uint8Array.from(parts, (part) => (part === '??' ? 0 : 0xff)) }
}

export function patternOf(text: string): string {
  return Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')
}

export function hit(
  key: Key,
  encoding: string,
  from: number,
  to: number,
  note?: Key['note'],
): Match {
  const shown = note === undefined ? key : { ...key, note }
  return { offset: from, length: to - from, encoding, key: shown }
}

export function derHit(found: DerKey | undefined): Match | undefined {
  if (found === undefined) return undefined
  const { encoding, from, to, ...key } = found
  return hit(key, encoding, from, to)
}

export function protectedHit(
  kind: Key['kind'],
  encoding: string,
  from: number,
  to: number,
  verification: string,
): Match {
  return hit(
    { kind, bits: 0, certainty: 'protected', verification, material: undefined },
    encoding,
    from,
    to,
  )
}
