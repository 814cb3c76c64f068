/**
 * Entries of a ledger and their bytes, version 1.
 *
 * An issuance is a function of the token's signing input alone, so any holder of a token can find its entry. It names no
 * user, client, audience or tenant: it has salted commitments to these, and the salt is a claim of the token.
 *
 * Source: docs/ledger-format.md, section "Entries", which states every offset.
 *
 * @module
 */
import { guidOfBytes, MintmarkError, Reader } from '@mintmark/core'
import { HASH_BYTES } from './tree.ts'

const ENTRY_VERSION = 1
const KIND = { issuance: 1, revocation: 2, opening: 3 } as const
const MAX_ISSUER = 1024
const MAX_KID = 512
const MAX_ALG = 32
const MAX_ORIGIN = 512
/** Longest attestation of a front end. */
export const MAX_ATTESTATION = 2048

/** Commitments to what the ledger must not reveal, 32 bytes each. */
export interface Commitments {
  readonly subject: Uint8Array
  readonly client: Uint8Array
  readonly audience: Uint8Array
  readonly tenant: Uint8Array
}

/** A token is about to be signed. */
export interface Issuance {
  readonly kind: 'issuance'
  /** Canonical text of the 16-byte token id. */
  readonly tokenId: string
  /** SHA-256 of the JWS signing input: header, dot, payload, as they will be sent. */
  readonly inputHash: Uint8Array
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly commitments: Commitments
  readonly issuer: string
  readonly kid: string
  readonly alg: string
  /** What the front end signed about its request; empty where it signs nothing. Opaque here. */
  readonly attestation: Uint8Array
}

/** A token that was issued is not to be honoured any more. */
export interface Revocation {
  readonly kind: 'revocation'
  readonly tokenId: string
  readonly inputHash: Uint8Array
  /** Of the token: after it, the revocation says nothing any more. */
  readonly expiresMs: number
  readonly revokedAtMs: number
  readonly issuer: string
}

/** First entry of every shard: which one was before it, and how that one ended. */
export interface Opening {
  readonly kind: 'opening'
  readonly issuer: string
  readonly openedAtMs: number
  /** `''` for the first shard of an issuer; then `size` is 0 and `root` that of the empty tree. */
  readonly previousOrigin: string
  readonly previousSize: number
  readonly previousRoot: Uint8Array
}

export type Entry = Issuance | Revocation | Opening

/** @throws {MintmarkError} `INPUT_INVALID` for a text that is too long or a hash of another length */
export function encodeEntry(entry: Entry): Uint8Array {
  const writer = new Writer()
  writer.u8(ENTRY_VERSION)
  writer.u8(KIND[entry.kind])
  switch (entry.kind) {
    case 'issuance':
      writer.tokenId(entry.tokenId)
      writer.hash(entry.inputHash)
      writer.count(entry.issuedAtMs)
      writer.count(entry.expiresMs)
      for (const name of COMMITTED) writer.hash(entry.commitments[name])
      writer.text(entry.issuer, MAX_ISSUER)
      writer.text(entry.kid, MAX_KID)
      writer.text(entry.alg, MAX_ALG)
      writer.sized(entry.attestation, MAX_ATTESTATION)
      break
    case 'revocation':
      writer.tokenId(entry.tokenId)
      writer.hash(entry.inputHash)
      writer.count(entry.expiresMs)
      writer.count(entry.revokedAtMs)
      writer.text(entry.issuer, MAX_ISSUER)
      break
    case 'opening':
      writer.count(entry.openedAtMs)
      writer.count(entry.previousSize)
      writer.hash(entry.previousRoot)
      writer.text(entry.previousOrigin, MAX_ORIGIN)
      writer.text(entry.issuer, MAX_ISSUER)
      break
  }
  return writer.done()
}

const COMMITTED = ['subject', 'client', 'audience', 'tenant'] as const

/**
 * The entry of these bytes: each has one encoding.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for every other byte string
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  const reader = new Reader(bytes, false)
  const version = reader.u8()
  if (version !== ENTRY_VERSION) throw invalid(`entry of version ${version}`)
  const kind = reader.u8()
  const entry = decodeBody(kind, reader)
  if (reader.left > 0) throw invalid('bytes after the entry')
  return entry
}

function decodeBody(kind: number, reader: Reader): Entry {
  switch (kind) {
    case KIND.issuance:
      return {
        kind: 'issuance',
        tokenId: guidOfBytes(reader.bytes(16)),
        inputHash: reader.bytes(HASH_BYTES),
        issuedAtMs: readCount(reader),
        expiresMs: readCount(reader),
        commitments: {
          subject: reader.bytes(HASH_BYTES),
          client: reader.bytes(HASH_BYTES),
          audience: reader.bytes(HASH_BYTES),
          tenant: reader.bytes(HASH_BYTES),
        },
        issuer: readText(reader, MAX_ISSUER),
        kid: readText(reader, MAX_KID),
        alg: readText(reader, MAX_ALG),
        attestation: readSized(reader, MAX_ATTESTATION),
      }
    case KIND.revocation:
      return {
        kind: 'revocation',
        tokenId: guidOfBytes(reader.bytes(16)),
        inputHash: reader.bytes(HASH_BYTES),
        expiresMs: readCount(reader),
        revokedAtMs: readCount(reader),
        issuer: readText(reader, MAX_ISSUER),
      }
    case KIND.opening:
      return {
        kind: 'opening',
        openedAtMs: readCount(reader),
        previousSize: readCount(reader),
        previousRoot: reader.bytes(HASH_BYTES),
        previousOrigin: readText(reader, MAX_ORIGIN),
        issuer: readText(reader, MAX_ISSUER),
      }
    default:
      throw invalid(`entry of kind ${kind}`)
  }
}

/** What a reader of many entries needs of each: views into its bytes. */
export interface EntryOutline {
  readonly isRevocation: boolean
  /** 16 bytes of the token id. */
  readonly id: Uint8Array
  readonly inputHash: Uint8Array
  readonly expiresMs: number
}

/**
 * Id, hash and expiry of an entry, read at fixed offsets; undefined for an opening.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for an entry of another version or kind, or one that is cut
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

/** Time of issue of an entry that {@link outlineOf} takes; undefined where it is of no token. */
export function issuedAtOf(bytes: Uint8Array): number | undefined {
  return bytes[1] === KIND.issuance ? timeAt(bytes, 50) : undefined
}

function timeAt(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8)
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4)
}

/** 16 bytes of a token id in canonical text. */
export function tokenIdBytes(tokenId: string): Uint8Array {
  if (!TOKEN_ID.test(tokenId)) throw invalid('token id of another form')
  return Uint8Array.from(Buffer.from(tokenId.replaceAll('-', ''), 'hex'))
}

const TOKEN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

class Writer {
  readonly #parts: Uint8Array[] = []

  u8(value: number): void {
    this.#parts.push(Uint8Array.of(value))
  }

  /** A u64 up to 2^53 − 1. */
  count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw invalid('number out of range')
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(BigInt(value))
    this.#parts.push(bytes)
  }

  tokenId(value: string): void {
    this.#parts.push(tokenIdBytes(value))
  }

  hash(value: Uint8Array): void {
    if (value.length !== HASH_BYTES) throw invalid('hash of another length')
    this.#parts.push(value)
  }

  text(value: string, max: number): void {
    if (!isPlain(value)) throw invalid('text with control characters')
    this.sized(Buffer.from(value), max)
  }

  sized(bytes: Uint8Array, max: number): void {
    if (bytes.length > max) throw invalid(`${bytes.length} bytes where ${max} are the most`)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    this.#parts.push(length, bytes)
  }

  done(): Uint8Array {
    return Buffer.concat(this.#parts)
  }
}

/** Neither control characters nor halves of surrogate pairs: these have no UTF-8 of their own. */
const isPlain = (text: string) => !/[\p{Cc}\p{Cs}]/u.test(text)

function readCount(reader: Reader): number {
  const value = reader.u64()
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('number out of range')
  return Number(value)
}

function readSized(reader: Reader, max: number): Uint8Array {
  const length = reader.u16()
  if (length > max) throw invalid(`${length} bytes where ${max} are the most`)
  return reader.bytes(length)
}

function readText(reader: Reader, max: number): string {
  const bytes = readSized(reader, max)
  const text = Buffer.from(bytes).toString('utf8')
  // Invalid UTF-8 would be replaced, and the entry would have a second encoding.
  if (!isPlain(text) || Buffer.compare(Buffer.from(text), bytes) !== 0) throw invalid('bad text')
  return text
}

function invalid(what: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', `not an entry of a ledger: ${what}`)
}
