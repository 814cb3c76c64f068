/**
 * Tiles (up to 256 hashes of one level, levels eight apart) and bundles: the entries below a tile
 * of level 0, each behind its length as a big-endian u16. Full ones never change.
 * Source: C2SP tlog-tiles.
 */
import { HASH_BYTES } from './tree.ts'

export const TILE_WIDTH = 256

interface TileName {
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256 hashes or entries; 256 is full. */
  readonly width: number
}

/** Below the prefix of the log, such as `tile/0/x001/067.p/112`. */
export function tilePath({ level, index, width }: TileName): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`
  return `tile/${level}/${indexPath(index)}${partial}`
}

function indexPath(index: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  return groups.join('/')
}

const TILE_PATH =
  /^tile\/(entries|0|[1-9]|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** Undefined if the path names none, or not in its one spelling. */
export function parseTilePath(path: string): TileName | undefined {
  const match = TILE_PATH.exec(path)
  if (match === null) return undefined
  const [, level = '', digits = '', partial] = match
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width,
  }
  const isPartial = partial === undefined || width < TILE_WIDTH
  return isPartial && tilePath(name) === path ? name : undefined
}

/** Hashes or entries of a tile in a tree of `size` entries; 0 if it has none. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  let count = size
  for (let at = 0; at < (level === 'entries' ? 0 : level); at++)
    count = Math.floor(count / TILE_WIDTH)
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH))
}

/** Views; undefined if the length is not that of `width` hashes. */
export function readTile(bytes: Uint8Array, width: number): Uint8Array[] | undefined {
  if (bytes.length !== width * HASH_BYTES) return undefined
  return Array.from({ length: width }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

/** @throws {RangeError} for an entry above 65,535 bytes */
export function writeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const total = entries.reduce((sum, entry) => sum + 2 + entry.length, 0)
  const bundle = Buffer.allocUnsafe(total)
  let at = 0
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at)
    bundle.set(entry, at)
    at += entry.length
  }
  return bundle
}

export function readBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return undefined
    const end = at + 2 + view.getUint16(at)
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return entries
}
