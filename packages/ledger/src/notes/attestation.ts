/**
 * What a front end signs about a token that it asks for: the request and its authentication.
 * Only the front end has its key: a stolen signing key or ledger cannot record in its name.
 * Source: docs/ledger-format.md, section "Attestations", which states every offset.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { HASH_BYTES } from '../tree/tree.ts'

const VERSION = 1
const KEY_ID_BYTES = 8
const SIGNATURE_BYTES = 64
/** Version, key id, and the length of the reference. */
const HEAD_BYTES = 1 + KEY_ID_BYTES + 2
const MAX_REFERENCE_BYTES = 512
/** Domain separation: no other signature of this key is an attestation. */
const DOMAIN = Buffer.from('mintmark-attestation/1\0')

/** Public keys of front ends, by key id in hexadecimal. */
export type FrontEndKeys = ReadonlyMap<string, KeyObject>

type Attested =
  | { readonly state: 'attested'; readonly keyId: string; readonly reference: string }
  | { readonly state: 'none' | 'unknown-key' | 'wrong' }

/**
 * @param reference id of the authentication in its log, nobody's name: at most 512 bytes
 * @throws {MintmarkError} `INPUT_INVALID` for a key that is not Ed25519, or a longer reference
 */
export function attest(inputHash: Uint8Array, privateKey: KeyObject, reference = ''): Uint8Array {
  const text = Buffer.from(reference, 'utf8')
  if (privateKey.asymmetricKeyType !== 'ed25519') throw invalid('the key is to be Ed25519')
  if (text.length > MAX_REFERENCE_BYTES || inputHash.length !== HASH_BYTES)
    throw invalid(`a reference has at most ${MAX_REFERENCE_BYTES} bytes`)
  const head = Buffer.alloc(HEAD_BYTES, VERSION)
  head.set(keyIdOf(createPublicKey(privateKey)), 1)
  head.writeUInt16BE(text.length, 1 + KEY_ID_BYTES)
  const body = Buffer.concat([head, text])
  return Buffer.concat([body, sign(null, Buffer.concat([DOMAIN, inputHash, body]), privateKey)])
}

/** Whether one of these front ends asked for the token. Never throws. */
export function attestedBy(
  attestation: Uint8Array,
  inputHash: Uint8Array,
  keys: FrontEndKeys,
): Attested {
  if (attestation.length === 0) return { state: 'none' }
  const bytes = Buffer.from(attestation)
  if (bytes.length < HEAD_BYTES + SIGNATURE_BYTES || bytes[0] !== VERSION) return { state: 'wrong' }
  const end = HEAD_BYTES + bytes.readUInt16BE(1 + KEY_ID_BYTES)
  if (bytes.length !== end + SIGNATURE_BYTES) return { state: 'wrong' }
  const keyId = bytes.toString('hex', 1, 1 + KEY_ID_BYTES)
  const key = keys.get(keyId)
  if (key === undefined) return { state: 'unknown-key' }
  const message = Buffer.concat([DOMAIN, inputHash, bytes.subarray(0, end)])
  if (!verify(null, message, key, bytes.subarray(end))) return { state: 'wrong' }
  return { state: 'attested', keyId, reference: bytes.toString('utf8', HEAD_BYTES, end) }
}

/** @throws {MintmarkError} `INPUT_INVALID` without any key, or with one that is not Ed25519 */
export function frontEndKeys(pem: string): FrontEndKeys {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
  if (blocks.length === 0) throw invalid('a file of public keys has none in PEM')
  const keys = blocks.map(publicKeyIn)
  return new Map(keys.map((key) => [keyIdOf(key).toString('hex'), key]))
}

function publicKeyIn(block: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPublicKey(block)
  } catch {
    // What it says might repeat the text.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw invalid('a public key is not Ed25519')
  return key
}

/** First bytes of the SHA-256 of its SubjectPublicKeyInfo. */
function keyIdOf(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest().subarray(0, KEY_ID_BYTES)
}

function invalid(what: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', `attestation of a front end: ${what}`, {
    option: 'attestation',
  })
}
