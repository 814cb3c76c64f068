/**
 * OpenSSH's private part and the agent's message alike (PROTOCOL.key, PROTOCOL.certkeys;
 * draft-ietf-sshm-ssh-agent, 3.2). `sk-` types hold no scalar.
 */
import { curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyOkp } from '@mintmark/keys/der_keys/verify'
import { verifyEcPoint, verifyNumbers } from '@mintmark/keys/der_keys/verify_numbers'
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { LengthPrefixed } from '@mintmark/keys/public_keys/length_prefixed'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, patternOf, protectedHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/match.ts'
import { isAt, latin } from '../../text/text_run.ts'

const LONGEST = 32_768
const MOST_NUMBER = 2049
const FIELDS_COST = 700

type Strings = Readonly<Record<string, Uint8Array | undefined>>

interface Fields {
  readonly names: string
  readonly first: readonly [least: number, most: number]
  readonly verify: (strings: Strings, budget: WorkBudget) => Key | undefined
}

const verifiesNumbers =
  (kind: 'rsa' | 'dsa', names: string): Fields['verify'] =>
  (strings, budget) => {
    const numbers = names.split(' ').map((name) => {
      const bytes = strings[name]
      return bytes && bytes.length <= MOST_NUMBER ? fromBigEndian(bytes, budget) : undefined
    })
    // In a public key of RSA n is in place of d, and nothing behind it.
    const isPublic = kind === 'rsa' && (strings['d']?.length ?? 0) < 40
    return isPublic ? undefined : verifyNumbers(kind, names, numbers, budget)
  }

function verifyEd25519({ a, k }: Strings, budget: WorkBudget): Key | undefined {
  if (a === undefined || k?.length !== 64 || Buffer.compare(k.subarray(32), a) !== 0) {
    return undefined
  }
  return verifyOkp('Ed25519', k.subarray(0, 32), a, budget)
}

function verifyEcdsa({ curve, point, d }: Strings, budget: WorkBudget): Key | undefined {
  const bits = /^nistp(256|384|521)$/.exec(Buffer.from(curve ?? []).toString('latin1'))?.[1]
  const length = Math.ceil(Number(bits) / 8)
  const parameters = curvesOfLength(length).find((each) => each.curve === `P-${bits}`)
  // In a public key the point is the last field: what follows is no scalar.
  if (parameters === undefined || d === undefined) return undefined
  if (d.length > length + 1 || d.length + 8 < length) return undefined
  return verifyEcPoint(parameters, d, point, budget)
}

const NUMBER = [48, MOST_NUMBER] as const
const verifyRsa = verifiesNumbers('rsa', 'n e d qInv p q')
const RSA: Fields = { names: 'n e d qInv p q', first: NUMBER, verify: verifyRsa }
const RSA_TAIL: Fields = { names: 'e d qInv p q', first: [3, 3], verify: verifyRsa }
const ED25519: Fields = { names: 'a k', first: [32, 32], verify: verifyEd25519 }
const ECDSA: Fields = { names: 'curve point d', first: [8, 8], verify: verifyEcdsa }
const DSA: Fields = {
  names: 'p q g y x',
  first: [64, MOST_NUMBER],
  verify: verifiesNumbers('dsa', 'p q g y x'),
}
/** A certificate is in place of the public half, or before all fields. */
const CERTIFICATE = [0, LONGEST] as const
const RSA_CERTIFIED: Fields = { names: 'cert d qInv p q', first: CERTIFICATE, verify: verifyRsa }
const ED25519_CERTIFIED: Fields = { names: 'cert a k', first: CERTIFICATE, verify: verifyEd25519 }

function read(
  bytes: Uint8Array,
  start: number,
  { names, first, verify }: Fields,
  budget: WorkBudget,
) {
  const fields = new LengthPrefixed(bytes.subarray(start, start + LONGEST))
  budget.spend(FIELDS_COST)
  const strings: Record<string, Uint8Array | undefined> = {}
  for (const [i, name] of names.split(' ').entries()) {
    const string = fields.string()
    const [least, most] = i === 0 ? first : [0, LONGEST]
    if (string === undefined || string.length < least || string.length > most) return undefined
    strings[name] = string
  }
  const verification = verify(strings, budget)
  return verification && { key: verification, to: start + fields.at }
}

const MESSAGES: ReadonlySet<number | undefined> = new Set([17, 25])

/** Two equal check numbers in a file, a message's number in the agent. */
function framing(bytes: Uint8Array, at: number): { encoding: string; from: number } {
  if (at >= 8 && [0, 1, 2, 3].every((i) => bytes[at - 8 + i] === bytes[at - 4 + i])) {
    return { encoding: 'openssh-v1-body', from: at - 8 }
  }
  const isMessage = MESSAGES.has(bytes[at - 1])
  return isMessage
    ? { encoding: 'ssh-agent-add', from: at - 1 }
    : { encoding: 'openssh-v1-body', from: at }
}

const MAGIC = 'openssh-key-v1\0'
const PLAIN = '\0\0\0\x04none'
const NAME = /^[a-z0-9@.-]{3,}$/

/** A file that is encrypted; in one that is not, the types inside are found by themselves. */
const detectEncrypted: Detector = (bytes, at, { budget }) => {
  const start = at + MAGIC.length
  budget.spend(FIELDS_COST)
  if (endsWith(bytes, start + PLAIN.length, PLAIN)) return undefined
  const fields = new LengthPrefixed(bytes.subarray(start, start + LONGEST))
  if (!NAME.test(fields.name()) || !NAME.test(fields.name())) return undefined
  const options = fields.string()
  const count = fields.number(4)
  if (options === undefined || count === undefined || count === 0 || count > 64) return undefined
  for (let i = 0; i <= count; i++) fields.string()
  const verification = 'OpenSSH key v1, a passphrase guards it'
  return protectedHit('encrypted-key', 'openssh-v1-encrypted', at, start + fields.at, verification)
}

const NIST = ['nistp256', 'nistp384', 'nistp521']

const TYPES: readonly (readonly [string, Fields])[] = [
  ['ssh-rsa', RSA],
  ['ssh-ed25519', ED25519],
  ...NIST.map((curve) => [`ecdsa-sha2-${curve}`, ECDSA] as const),
  ['ssh-dss', DSA],
  ['ssh-rsa-cert-v01@openssh.com', RSA_CERTIFIED],
  ['ssh-ed25519-cert-v01@openssh.com', ED25519_CERTIFIED],
]

/** Patterns have 16 bytes at most; the detector compares the rest. */
function typeAnchor([type, fields]: readonly [string, Fields]): Anchor {
  const spelled = `\0\0\0${String.fromCharCode(type.length)}${type}`
  const detect: Detector = (bytes, at, { budget }) => {
    if (!endsWith(bytes, at + spelled.length, spelled)) return undefined
    const found = read(bytes, at + spelled.length, fields, budget)
    if (found === undefined) return undefined
    const { encoding, from } = framing(bytes, at)
    const note = found.key.material === undefined ? 'fragment' : undefined
    return hit(found.key, encoding, from, found.to, note)
  }
  const sight = { before: 8, behind: LONGEST + spelled.length }
  return anchor(`openssh-${type}`, patternOf(spelled.slice(0, 16)), sight, detect)
}

const RSA_TYPE_BEFORE = 2080

/** Freed: without the first 16 bytes and the type's begin. Where fields are, and the type. */
const TAILS: readonly (readonly [seen: string, skipped: number, type: string, Fields])[] = [
  ['\0\0\0\x03\x01\0\x01\0\0', 0, 'ssh-rsa', RSA_TAIL],
  ['ed25519\0\0\0\x20', 7, 'ssh-ed25519', ED25519],
  ...NIST.map((curve) => [`\0\0\0\x08${curve}\0\0\0`, 0, `ecdsa-sha2-${curve}`, ECDSA] as const),
]

function tailAnchor([seen, skipped, type, fields]: (typeof TAILS)[number]): Anchor {
  const detect: Detector = (bytes, at, { budget }) => {
    const start = at + skipped
    budget.spend(FIELDS_COST)
    // Where the type is whole, its own anchor has the key.
    const isWhole = fields === RSA_TAIL ? isBehindModulus : endsWith
    const found = isWhole(bytes, start, type) ? undefined : read(bytes, start, fields, budget)
    return found?.key.certainty === 'verified'
      ? hit(found.key, 'openssh-v1-body', at, found.to)
      : undefined
  }
  const sight = { before: RSA_TYPE_BEFORE, behind: LONGEST }
  return anchor(`openssh-tail-${type}`, patternOf(seen), sight, detect)
}

/** Whether the type and one number of RSA end there. Both are in public halves nearby, too. */
function isBehindModulus(bytes: Uint8Array, to: number): boolean {
  const from = Math.max(0, to - RSA_TYPE_BEFORE)
  return [...latin(bytes, from, to).matchAll(/ssh-rsa/g)].some(({ index }) => {
    const fields = new LengthPrefixed(bytes, from + index + 7)
    return fields.string() !== undefined && fields.at === to
  })
}

const endsWith = (bytes: Uint8Array, to: number, text: string): boolean =>
  isAt(bytes, to - text.length, text)

export const OPENSSH_ANCHORS: readonly Anchor[] = [
  ...TYPES.map(typeAnchor),
  ...TAILS.map(tailAnchor),
  anchor('openssh-v1', patternOf(MAGIC), { before: 0, behind: LONGEST }, detectEncrypted),
]
