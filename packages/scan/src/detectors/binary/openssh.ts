/**
 * OpenSSH keys: the private part of key v1 files, with its magic or without, and the agent's message that adds a
 * key. Both spell the same fields behind the name of the type.
 *
 * `sk-` types hold no scalar, only a handle: their names are not among the anchors.
 *
 * Source: OpenSSH PROTOCOL.key, PROTOCOL.certkeys; draft-ietf-sshm-ssh-agent, section 3.2.
 *
 * @module
 */

import { CURVES, type CurveParameters } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc, proveOkp, proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import { charge } from '@mintmark/keys/material/effort'
import type { Proof } from '@mintmark/keys/material/proof'
import { latinOf } from '@mintmark/keys/public_keys/ssh_strings'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, lesser, patternOf } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

/** What a key of 16,384 bits takes, and a certificate before it. */
const LONGEST = 32_768

/** Of fields that are read one after another, their numbers not counted. */
const FIELDS_UNITS = 700

/** The fields after the type, as this type has them; undefined if they are not there. */
type Reader = (fields: FieldReader) => Proof | undefined

/**
 * Strings and numbers of RFC 4251, section 5, one after another. Once one does not fit, everything behind it is
 * undefined.
 */
class FieldReader {
  readonly #bytes: Uint8Array
  /** How many bytes were read. */
  length = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  u32(): number | undefined {
    const bytes = this.#bytes
    const at = this.length
    if (at + 4 > bytes.length) return undefined
    this.length += 4
    const high = (bytes[at] ?? 0) * 0x1_00_00_00
    return (
      high + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
    )
  }

  /** A view. */
  string(): Uint8Array | undefined {
    const length = this.u32()
    if (length === undefined) return undefined
    if (length > this.#bytes.length - this.length) {
      this.length = this.#bytes.length
      return undefined
    }
    this.length += length
    return this.#bytes.subarray(this.length - length, this.length)
  }

  /** A short name; empty where there is none. */
  name(): string {
    const bytes = this.string()
    return bytes === undefined || bytes.length > 64 ? '' : latinOf(bytes)
  }

  /** A number of at most 16,384 bits. */
  number(): bigint | undefined {
    const bytes = this.string()
    return bytes === undefined || bytes.length > 2049 ? undefined : fromBigEndian(bytes)
  }
}

const readRsa: Reader = (fields) => {
  const modulus = fields.string()
  // A public key has e in this place, and is by far more common.
  if (modulus === undefined || modulus.length < 48 || modulus.length > 2049) return undefined
  const [e, d, qInv, p, q] = Array.from({ length: 5 }, () => fields.number())
  return q === undefined ? undefined : proveRsa({ n: fromBigEndian(modulus), e, d, qInv, p, q })
}

const readEd25519: Reader = (fields) => {
  const publicKey = fields.string()
  const secret = publicKey?.length === 32 ? fields.string() : undefined
  if (publicKey === undefined || secret?.length !== 64) return undefined
  if (Buffer.compare(secret.subarray(32), publicKey) !== 0) return undefined
  return proveOkp('Ed25519', secret.subarray(0, 32), publicKey)
}

const SSH_CURVES: ReadonlyMap<string, CurveParameters> = new Map(
  CURVES.flatMap((curve) =>
    /^P-(256|384|521)$/.test(curve.curve)
      ? [[`nist${curve.curve.replace('-', '').toLowerCase()}`, curve] as const]
      : [],
  ),
)

const readEcdsa: Reader = (fields) => {
  const name = fields.string()
  const curve = name && SSH_CURVES.get(String.fromCharCode(...name.subarray(0, 16)))
  const point = curve && fields.string()
  if (curve === undefined || point?.length !== 1 + 2 * curve.lengthBytes) return undefined
  const d = fields.string()
  // In a public key the point is the last field: what follows is no scalar.
  if (point[0] !== 4 || d === undefined || d.length > curve.lengthBytes + 1) return undefined
  if (d.length + 8 < curve.lengthBytes) return undefined
  return proveEc(curve.curve, fromBigEndian(d), {
    x: fromBigEndian(point.subarray(1, 1 + curve.lengthBytes)),
    y: fromBigEndian(point.subarray(1 + curve.lengthBytes)),
  })
}

/** Bytes of the p of DSA: 512 bits. */
const LEAST_GROUP = 64

const readDsa: Reader = (fields) => {
  const first = fields.string()
  if (first === undefined || first.length < LEAST_GROUP || first.length > 2049) return undefined
  const p = fromBigEndian(first)
  const [q = 0n, g = 0n, y = 0n, x = 0n] = Array.from({ length: 4 }, () => fields.number())
  return proveGroupKey('dsa', { p, q, g, y, x })
}

/** A certificate in place of the public half, then d, iqmp, p and q. */
const readRsaCertificate: Reader = (fields) => {
  if (fields.string() === undefined) return undefined
  const [d, qInv, p, q] = Array.from({ length: 4 }, () => fields.number())
  return q === undefined ? undefined : proveRsa({ d, qInv, p, q })
}

/** A certificate, then the fields of the plain type. */
const readEd25519Certificate: Reader = (fields) =>
  fields.string() === undefined ? undefined : readEd25519(fields)

/** A key whose type is at `at`. */
function detectType(
  bytes: Uint8Array,
  at: number,
  type: string,
  read: Reader,
): Detected | undefined {
  const start = at + 4 + type.length
  const fields = new FieldReader(bytes.subarray(start, start + LONGEST))
  charge(FIELDS_UNITS)
  const proof = read(fields)
  if (proof === undefined) return undefined
  const to = start + fields.length
  const { form, from } = framing(bytes, at)
  return hit(proof, form, from, to, proof.material === undefined ? 'fragment' : undefined)
}

const ADD_IDENTITY = 17
const ADD_ID_CONSTRAINED = 25

/** What stands before the first key: two equal check numbers in a file, a message's number in the agent. */
function framing(bytes: Uint8Array, at: number): { form: string; from: number } {
  if (at >= 8 && [0, 1, 2, 3].every((i) => bytes[at - 8 + i] === bytes[at - 4 + i])) {
    return { form: 'openssh-v1-body', from: at - 8 }
  }
  const message = bytes[at - 1]
  const isMessage = message === ADD_IDENTITY || message === ADD_ID_CONSTRAINED
  return isMessage ? { form: 'ssh-agent-add', from: at - 1 } : { form: 'openssh-v1-body', from: at }
}

const MAGIC = 'openssh-key-v1\0'
/** Of no cipher, behind the magic. */
const PLAIN = '\0\0\0\x04none'
/** Of a cipher or a key derivation. */
const NAME = /^[a-z0-9@.-]{3,}$/

/** A file that is encrypted; in one that is not, the types inside are found by themselves. */
const detectEncrypted: Detector = (bytes, at) => {
  const start = at + MAGIC.length
  charge(FIELDS_UNITS)
  if (endsWith(bytes, start + PLAIN.length, PLAIN)) return undefined
  const fields = new FieldReader(bytes.subarray(start, start + LONGEST))
  const cipher = fields.name()
  const kdf = fields.name()
  if (!NAME.test(cipher) || !NAME.test(kdf)) return undefined
  const options = fields.string()
  const count = fields.u32()
  if (options === undefined || count === undefined || count === 0 || count > 64) return undefined
  for (let i = 0; i <= count; i++) fields.string()
  const proof = 'OpenSSH key v1, a passphrase guards it'
  return lesser('encrypted-key', 'openssh-v1-encrypted', at, start + fields.length, proof)
}

const TYPES: readonly (readonly [string, Reader])[] = [
  ['ssh-rsa', readRsa],
  ['ssh-ed25519', readEd25519],
  ['ecdsa-sha2-nistp256', readEcdsa],
  ['ecdsa-sha2-nistp384', readEcdsa],
  ['ecdsa-sha2-nistp521', readEcdsa],
  ['ssh-dss', readDsa],
  ['ssh-rsa-cert-v01@openssh.com', readRsaCertificate],
  ['ssh-ed25519-cert-v01@openssh.com', readEd25519Certificate],
]

/** Patterns have 16 bytes at most; the detector compares the rest. */
function typeAnchor([type, read]: readonly [string, Reader]): Anchor {
  const spelled = `\0\0\0${String.fromCharCode(type.length)}${type}`
  const whole = Buffer.from(spelled, 'latin1')
  const detect: Detector = (bytes, at) =>
    Buffer.compare(bytes.subarray(at, at + whole.length), whole) === 0
      ? detectType(bytes, at, type, read)
      : undefined
  const sight = { before: 8, behind: LONGEST + whole.length }
  return anchor(`openssh-${type}`, patternOf(spelled.slice(0, 16)), sight, detect)
}

/** The exponent 65,537 and what stands behind it in a private key. */
const readRsaTail: Reader = (fields) => {
  const e = fields.number()
  const d = fields.string()
  // In a public key n is in this place, and nothing behind it.
  if (d === undefined || d.length < 48 || d.length > 2049) return undefined
  const [qInv, p, q] = Array.from({ length: 3 }, () => fields.number())
  return q === undefined ? undefined : proveRsa({ e, d: fromBigEndian(d), qInv, p, q })
}

/** `seen` marks where the fields are, `skipped` bytes behind its begin; those of RSA begin with n, which is before it. */
interface Tail {
  readonly type: string
  readonly seen: string
  readonly skipped: number
  readonly read: Reader
}

/** What a freed buffer leaves, of which the first 16 bytes are overwritten and the type begins among those. */
const TAILS: readonly Tail[] = [
  { type: 'ssh-rsa', seen: '\0\0\0\x03\x01\0\x01\0\0', skipped: 0, read: readRsaTail },
  { type: 'ssh-ed25519', seen: 'ed25519\0\0\0\x20', skipped: 7, read: readEd25519 },
  ...Array.from(SSH_CURVES.keys(), (name) => ({
    type: `ecdsa-sha2-${name}`,
    seen: `\0\0\0\x08${name}\0\0\0`,
    skipped: 0,
    read: readEcdsa,
  })),
]

function tailAnchor({ type, seen, skipped, read }: Tail): Anchor {
  const detect: Detector = (bytes, at) => {
    const start = at + skipped
    charge(FIELDS_UNITS)
    // Where the type is whole, its own anchor has the key.
    const isWhole = type === 'ssh-rsa' ? isElsewhere(bytes, start) : endsWith(bytes, start, type)
    if (isWhole) return undefined
    const fields = new FieldReader(bytes.subarray(start, start + LONGEST))
    const proof = read(fields)
    return proof?.certainty === 'proven'
      ? hit(proof, 'openssh-v1-body', at, start + fields.length)
      : undefined
  }
  const sight = { before: 2080, behind: LONGEST }
  return anchor(`openssh-tail-${type}`, patternOf(seen), sight, detect)
}

/**
 * Whether the type of a key of RSA and its n stand before its exponent at `at`, or no key is there. How long n is, the numbers behind tell: no
 * arithmetic, for a file can hold such keys a hundred thousand times.
 */
function isElsewhere(bytes: Uint8Array, at: number): boolean {
  const fields = new FieldReader(bytes.subarray(at, at + LONGEST))
  const [p, q] = Array.from({ length: 5 }, () => fields.string()).slice(3)
  if (p === undefined || q === undefined) return true
  // Either may begin with a zero, and so may n.
  return [0, 1, 2].some((less) => {
    const length = p.length + q.length - less
    const from = at - 4 - length
    return (
      endsWith(bytes, from, 'ssh-rsa') && new FieldReader(bytes.subarray(from)).u32() === length
    )
  })
}

/** Whether the bytes before `to` spell `text`. */
function endsWith(bytes: Uint8Array, to: number, text: string): boolean {
  const from = to - text.length
  if (from < 0 || to > bytes.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}

export const OPENSSH_ANCHORS: readonly Anchor[] = [
  ...TYPES.map(typeAnchor),
  ...TAILS.map(tailAnchor),
  anchor('openssh-v1', patternOf(MAGIC), { before: 0, behind: LONGEST }, detectEncrypted),
]
