/** Ids that follow from names: the same world has the same ids every time. */
import { createHash } from 'node:crypto'

/** A number below `end` that follows from a name. */
export function drawn(name: string, end: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % end
}

/** A version 4 GUID. */
export function guidOf(name: string): string {
  const bytes = createHash('sha256').update(`guid ${name}`).digest().subarray(0, 16)
  bytes[6] = 0x40 | (bytes.readUInt8(6) & 0x0f)
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f)
  // The token service ends its ids with a small byte, and a forger knows that.
  bytes[15] = bytes.readUInt8(15) % 3
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex)
}

/** A token id as logs spell it: base64url of the GUID's bytes, the first three fields little-endian. */
export function spelledOf(guid: string): string {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex')
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ])
    bytes.subarray(from, to).reverse()
  return bytes.toString('base64url')
}
