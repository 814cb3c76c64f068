/**
 * Entries, version 1. An issuance follows from the signing input alone: any holder finds its entry.
 * Personal data is in salted commitments; the salt is a claim of the token.
 * Source: docs/ledger-format.md, section "Entries", which states every offset.
 */
import { guidOfBytes, Reader } from '@mintmark/core'
import { type Codec, count, digest, invalid, record, sized, text } from './codec.ts'

const ENTRY_VERSION = 1
const KIND = { issuance: 1, revocation: 2, opening: 3 } as const
const MAX_ISSUER = 1024
const MAX_KID = 512
const MAX_ALG = 32
const MAX_ORIGIN = 512
export const MAX_ATTESTATION = 2048

/** 32 bytes each, of what the ledger must not reveal. */
export interface Commitments {
  readonly subject: Uint8Array
  readonly client: Uint8Array
  readonly audience: Uint8Array
  readonly tenant: Uint8Array
}

export interface Issuance {
  readonly kind: 'issuance'
  readonly tokenId: string
  /** SHA-256 of the JWS signing input: header, dot, payload, as sent. */
  readonly inputHash: Uint8Array
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly commitments: Commitments
  readonly issuer: string
  readonly kid: string
  readonly alg: string
  /** What the front end signed about its request, opaque here; empty if it signs nothing. */
  readonly attestation: Uint8Array
}

export interface Revocation {
  readonly kind: 'revocation'
  readonly tokenId: string
  readonly inputHash: Uint8Array
  /** The token's expiry, after which the revocation has no effect. */
  readonly expiresMs: number
  readonly revokedAtMs: number
  readonly issuer: string
}

/** First entry of every shard: names its predecessor, and how that ended. */
export interface Opening {
  readonly kind: 'opening'
  readonly issuer: string
  readonly openedAtMs: number
  /** `''` for an issuer's first shard; then `size` is 0 and `root` that of the empty tree. */
  readonly previousOrigin: string
  readonly previousSize: number
  readonly previousRoot: Uint8Array
}

export type Entry = Issuance | Revocation | Opening

const tokenIdText: Codec<string> = {
  write: (tokenId, to) => to.push(tokenIdBytes(tokenId)),
  read: (reader) => guidOfBytes(reader.bytes(16)),
}

const issuance = record<Omit<Issuance, 'kind'>>({
  tokenId: tokenIdText,
  inputHash: digest,
  issuedAtMs: count,
  expiresMs: count,
  commitments: record<Commitments>({
    subject: digest,
    client: digest,
    audience: digest,
    tenant: digest,
  }),
  issuer: text(MAX_ISSUER),
  kid: text(MAX_KID),
  alg: text(MAX_ALG),
  attestation: sized(MAX_ATTESTATION),
})

const revocation = record<Omit<Revocation, 'kind'>>({
  tokenId: tokenIdText,
  inputHash: digest,
  expiresMs: count,
  revokedAtMs: count,
  issuer: text(MAX_ISSUER),
})

const opening = record<Omit<Opening, 'kind'>>({
  openedAtMs: count,
  previousSize: count,
  previousRoot: digest,
  previousOrigin: text(MAX_ORIGIN),
  issuer: text(MAX_ISSUER),
})

/** @throws {MintmarkError} `INPUT_INVALID` for a text too long or a hash of another length */
export function encodeEntry(entry: Entry): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(ENTRY_VERSION, KIND[entry.kind])]
  if (entry.kind === 'issuance') issuance.write(entry, parts)
  else if (entry.kind === 'revocation') revocation.write(entry, parts)
  else opening.write(entry, parts)
  return Buffer.concat(parts)
}

/** Each entry has one encoding. @throws {MintmarkError} `INPUT_INVALID` for any other bytes */
export function decodeEntry(bytes: Uint8Array): Entry {
  const reader = new Reader(bytes, false)
  const version = reader.u8()
  if (version !== ENTRY_VERSION) throw invalid(`entry of version ${version}`)
  const entry = decodeBody(reader.u8(), reader)
  if (reader.left > 0) throw invalid('bytes after the entry')
  return entry
}

function decodeBody(kind: number, reader: Reader): Entry {
  if (kind === KIND.issuance) return { kind: 'issuance', ...issuance.read(reader) }
  if (kind === KIND.revocation) return { kind: 'revocation', ...revocation.read(reader) }
  if (kind === KIND.opening) return { kind: 'opening', ...opening.read(reader) }
  throw invalid(`entry of kind ${kind}`)
}

/** For readers of many entries: views into an entry's bytes. */
export interface EntryOutline {
  readonly isRevocation: boolean
  readonly id: Uint8Array
  readonly inputHash: Uint8Array
  readonly expiresMs: number
}

/**
 * Read at fixed offsets; undefined for an opening.
 * @throws {MintmarkError} `INPUT_INVALID` for another version or kind, or a truncated entry
 */
export function outlineOf(bytes: Uint8Array): EntryOutline | undefined {
  const [version, kind] = bytes
  if (version !== ENTRY_VERSION) throw invalid(`entry of version ${version}`)
  if (kind === KIND.opening) return undefined
  const isRevocation = kind === KIND.revocation
  if (!isRevocation && kind !== KIND.issuance) throw invalid(`entry of kind ${kind}`)
  const at = isRevocation ? EXPIRY_AT.revocation : EXPIRY_AT.issuance
  if (bytes.length < at + 8) throw invalid('cut short')
  const expiresMs = timeAt(bytes, at)
  return { isRevocation, id: bytes.subarray(2, 18), inputHash: bytes.subarray(18, 50), expiresMs }
}

const EXPIRY_AT = { issuance: 58, revocation: 50 } as const

export function issuedAtOf(bytes: Uint8Array): number | undefined {
  return bytes[1] === KIND.issuance ? timeAt(bytes, 50) : undefined
}

function timeAt(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8)
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4)
}

export function tokenIdBytes(tokenId: string): Uint8Array {
  if (!TOKEN_ID.test(tokenId)) throw invalid('token id of another form')
  return Uint8Array.from(Buffer.from(tokenId.replaceAll('-', ''), 'hex'))
}

const TOKEN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
