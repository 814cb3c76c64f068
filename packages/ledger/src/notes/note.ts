/**
 * Signed notes, and the keys that sign and verify them: Ed25519 over the text (type 0x01), and a
 * witness's timestamped cosignature (0x04). As the format demands, unknown keys are ignored.
 * Source: C2SP signed-note v1.0.0; tlog-cosignature v1.0.1 for type 0x04.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { base64, MintmarkError, readBase64, remembered } from '@mintmark/core'

type KeyKind = 'log' | 'witness'

const TYPE_BYTE: Readonly<Record<KeyKind, number>> = { log: 0x01, witness: 0x04 }
const DASH = '\u2014'
/** The most signature lines that are read; the format asks for at least 16. */
const MAX_SIGNATURES = 64
const MAX_NOTE_BYTES = 256 << 10
const KEY_BYTES = 32

export interface VerifierKey {
  readonly name: string
  /** First four bytes of a hash over name, type and key, as 8 hexadecimal digits. */
  readonly id: string
  readonly kind: KeyKind
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
}

interface NoteSignature {
  readonly name: string
  readonly id: string
  /** Without the four bytes of the id. */
  readonly bytes: Uint8Array
}

export interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Not empty, no space of any kind, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Z}\p{Cc}\p{Cs}]/u.test(name)
}

export function verifierKey(name: string, kind: KeyKind, publicKey: Uint8Array): VerifierKey {
  const hash = createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(TYPE_BYTE[kind]))
    .update(publicKey)
  return { name, kind, publicKey, id: hash.digest('hex').slice(0, 8) }
}

/** Each key counts for its own name and all names below it. */
export const keysOfLog = (origin: string, logs: readonly VerifierKey[]): VerifierKey[] =>
  logs
    .filter(({ name }) => origin === name || origin.startsWith(`${name}/`))
    .map(({ publicKey }) => verifierKey(origin, 'log', publicKey))

/** `name+id+base64(type, key)`. */
export function formatVerifierKey({ name, id, kind, publicKey }: VerifierKey): string {
  return `${name}+${id}+${base64(Buffer.concat([Uint8Array.of(TYPE_BYTE[kind]), publicKey]))}`
}

/** @throws {MintmarkError} `INPUT_INVALID` for another form, an unknown type, or a wrong id */
export function parseVerifierKey(vkey: string): VerifierKey {
  const [name = '', id = '', encoded] = vkey.split(/\+([^+]*)\+(.*)/s)
  const bytes = encoded === undefined ? undefined : readBase64(encoded)
  const kind = bytes?.[0] === 0x01 ? 'log' : bytes?.[0] === 0x04 ? 'witness' : undefined
  if (bytes?.length !== KEY_BYTES + 1 || kind === undefined || !isKeyName(name))
    throw new MintmarkError('INPUT_INVALID', 'not a verifier key of a known type: name+id+base64')
  const key = verifierKey(name, kind, bytes.subarray(1))
  if (key.id !== id)
    throw new MintmarkError('INPUT_INVALID', 'the id of the verifier key is not that of the key')
  return key
}

/** Undefined for any other text. Nothing is verified: do not use the text before `openNote`. */
export function parseNote(note: string): Note | undefined {
  if (note.length > MAX_NOTE_BYTES || /\p{Cs}/u.test(note) || hasControl(note)) return undefined
  const cut = note.lastIndexOf('\n\n')
  if (cut === -1 || !note.endsWith('\n')) return undefined
  const lines = note.slice(cut + 2, -1).split('\n')
  if (cut + 2 >= note.length || lines.length > MAX_SIGNATURES) return undefined
  const signatures = lines.map(parseSignature)
  if (!signatures.every((signature) => signature !== undefined)) return undefined
  return { text: note.slice(0, cut + 1), signatures }
}

function hasControl(note: string): boolean {
  for (let at = 0; at < note.length; at++) {
    const code = note.charCodeAt(at)
    if (code < 0x20 && code !== 0x0a) return true
  }
  return false
}

export function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ')
  const bytes = readBase64(encoded)
  if (dash !== DASH || rest.length > 0 || !isKeyName(name)) return undefined
  if (bytes === undefined || bytes.length < 5) return undefined
  return { name, id: Buffer.from(bytes.subarray(0, 4)).toString('hex'), bytes: bytes.subarray(4) }
}

export function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `${DASH} ${name} ${base64(Buffer.concat([Buffer.from(id, 'hex'), bytes]))}\n`
}

export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`
}

export interface Verified {
  readonly key: VerifierKey
  readonly signature: NoteSignature
  /** Seconds since 1970-01-01 UTC in a witness's cosignature; undefined for a log. */
  readonly timeSeconds: number | undefined
}

/**
 * `'bad-signature'` if one of a known key does not verify.
 * Trust: an empty list means that nobody known has signed; the caller demands the keys that count.
 */
export function openNote(
  note: Note,
  keys: readonly VerifierKey[],
): readonly Verified[] | 'bad-signature' {
  const verified: Verified[] = []
  for (const signature of note.signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id)
    if (key === undefined || verified.some((other) => other.key === key)) continue
    const timeSeconds = key.kind === 'witness' ? timeOf(signature) : undefined
    if (key.kind === 'witness' && timeSeconds === undefined) return 'bad-signature'
    const message = key.kind === 'witness' ? cosigned(note.text, timeSeconds ?? 0) : note.text
    const bytes = key.kind === 'witness' ? signature.bytes.subarray(8) : signature.bytes
    if (!isSigned(message, bytes, key.publicKey)) return 'bad-signature'
    verified.push({ key, signature, timeSeconds })
  }
  return verified
}

function timeOf({ bytes }: NoteSignature): number | undefined {
  if (bytes.length !== 72) return undefined
  const time = Buffer.from(bytes).readBigUInt64BE(0)
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined
}

function cosigned(text: string, timeSeconds: number): string {
  return `cosignature/v1\ntime ${timeSeconds}\n${text}`
}

function isSigned(message: string, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false
  return verify(
    null,
    Buffer.from(message),
    keyObject(Buffer.from(publicKey).toString('base64url')),
    signature,
  )
}

/** Few keys verify many notes: parsing a key costs half a verification. */
const keyObject = remembered(
  (x: string) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  256,
)

/** Signs notes under one name. The private key stays inside. */
export class NoteSigner {
  readonly key: VerifierKey
  readonly #private: KeyObject

  constructor(name: string, kind: KeyKind, privateKey: KeyObject) {
    if (privateKey.asymmetricKeyType !== 'ed25519')
      throw new MintmarkError('INPUT_INVALID', 'notes are signed with Ed25519 keys')
    this.#private = privateKey
    this.key = verifierKey(name, kind, rawPublicKey(privateKey))
  }

  /** @param timeSeconds when a witness cosigns; a log's signature has no time */
  sign(text: string, timeSeconds = 0): NoteSignature {
    const { name, id, kind } = this.key
    if (kind === 'log') return { name, id, bytes: sign(null, Buffer.from(text), this.#private) }
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(timeSeconds))
    const signature = sign(null, Buffer.from(cosigned(text, timeSeconds)), this.#private)
    return { name, id, bytes: Buffer.concat([time, signature]) }
  }

  named(name: string): NoteSigner {
    return new NoteSigner(name, this.key.kind, this.#private)
  }
}

const RAW_KEY_BYTES = 32

/** From SPKI, not JWK: see `readAgain` of `testkit` about keys that were just made. */
function rawPublicKey(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(-RAW_KEY_BYTES)
}

/**
 * @throws {MintmarkError} `INPUT_INVALID` unless PEM of an Ed25519 private key; never repeats it
 */
export function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // The error below does not repeat the file.
  }
  throw new MintmarkError('INPUT_INVALID', 'not an Ed25519 private key in PEM')
}
