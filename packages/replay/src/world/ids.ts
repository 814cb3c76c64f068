/** Source: docs of the sign-in log and of the linkable identifiers; spellings of 2022 to 2025. */
import { Random } from './random.ts'

export interface TokenId {
  readonly guid: string
  /** 22 characters, base64url without padding, of the bytes in .NET order. */
  readonly uti: string
}

const raw = Buffer.alloc(16)

export function guid(random: Random): string {
  fill(random)
  return textOf(raw)
}

/** A token id as the Entra token service makes them: version 4, last byte 00, 01 or 02. */
export function genuineTokenId(random: Random): TokenId {
  fill(random)
  const draw = random.below(569)
  raw[15] = draw < 425 ? 0 : draw < 508 ? 1 : 2
  return tokenId()
}

/** A token id that somebody made up: version 4, any last byte. */
export function inventedTokenId(random: Random): TokenId {
  fill(random)
  return tokenId()
}

/** A token id whose bytes are no version 4 GUID: 16 bytes that a script drew. */
export function rawTokenId(random: Random): TokenId {
  fill(random)
  raw[6] = 0x90 | random.below(16)
  raw[8] = random.below(0x80)
  return tokenId()
}

export const namedGuid = (seed: number): string => guid(new Random(seed))

/** 24 characters: base64 with padding and the standard alphabet. */
export const paddedSpelling = (uti: string): string =>
  `${uti.replaceAll('-', '+').replaceAll('_', '/')}==`

export const guidSpelling = (uti: string): string =>
  textOf(reordered(Buffer.from(uti, 'base64url')))

/** 48 characters: base64 of the GUID's text, as sign-in logs had it in 2022. */
export const asciiSpelling = (id: TokenId): string =>
  Buffer.from(id.guid, 'latin1').toString('base64')

function fill(random: Random): void {
  for (let offset = 0; offset < 16; offset += 4) raw.writeUInt32BE(random.next(), offset)
  raw[6] = 0x40 | (raw.readUInt8(6) & 0x0f)
  raw[8] = 0x80 | (raw.readUInt8(8) & 0x3f)
}

const tokenId = (): TokenId => ({
  guid: textOf(raw),
  uti: reordered(Buffer.from(raw)).toString('base64url'),
})

/** .NET writes the first three fields of a GUID little-endian. */
function reordered(bytes: Buffer): Buffer {
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

function textOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
