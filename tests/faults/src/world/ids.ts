/**
 * GUIDs and token ids as the systems spell them. Written here again, and not taken from the readers
 * or the replay: a mistake in one cannot hide in another. Source: docs of the linkable identifiers;
 * spellings and last bytes as observed from 2021 to 2025.
 */
import type { Random } from './random.ts'

/** One token id: 16 bytes, as GUID text and as the `uti` claim spells them. */
export interface TokenId {
  readonly guid: string
  /** 22 characters, base64url without padding, of the bytes in .NET order. */
  readonly uti: string
}

/** A version 4 GUID. */
export function guid(random: Random): string {
  return guidText(bytesOf(random))
}

/** A token id as the token service makes them: version 4, last byte 00, 01 or 02. */
export function genuineTokenId(random: Random): TokenId {
  const bytes = bytesOf(random)
  const draw = random.share()
  bytes[15] = draw < 0.747 ? 0 : draw < 0.893 ? 1 : 2
  return tokenIdOf(bytes)
}

/** A version 4 token id with any last byte: what a script draws that does not know better. */
export function inventedTokenId(random: Random): TokenId {
  return tokenIdOf(bytesOf(random))
}

/** The spelling of a GUID's bytes as the `uti` claim has them. */
export function utiOf(spelled: string): string {
  return tokenIdOf(Buffer.from(spelled.replaceAll('-', ''), 'hex')).uti
}

/** The GUID that a `uti` claim spells; `''` where it spells none. */
export function guidOf(uti: string): string {
  const net = Buffer.from(uti, 'base64url')
  return net.length === 16 && uti.length === 22 ? guidText(swapped(net)) : ''
}

function bytesOf(random: Random): Buffer {
  const bytes = Buffer.alloc(16)
  for (let offset = 0; offset < 16; offset += 4) bytes.writeUInt32BE(random.next(), offset)
  bytes[6] = 0x40 | (bytes.readUInt8(6) & 0x0f)
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f)
  return bytes
}

function tokenIdOf(bytes: Buffer): TokenId {
  return { guid: guidText(bytes), uti: swapped(bytes).toString('base64url') }
}

/** .NET writes the first three fields of a GUID little-endian; the swap is its own inverse. */
function swapped(bytes: Buffer): Buffer {
  const net = Buffer.from(bytes)
  net.subarray(0, 4).reverse()
  net.subarray(4, 6).reverse()
  net.subarray(6, 8).reverse()
  return net
}

function guidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `${parts.join('-')}-${hex.slice(20)}`
}
