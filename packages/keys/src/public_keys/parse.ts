/**
 * Public keys of a file: JWK, JWKS, maps of PEM, certificates, chains, PKCS#7, requests,
 * SubjectPublicKeyInfo, PKCS#1, OpenSSH lines, age recipients; in PEM or DER, also several.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { isObject } from '@mintmark/core'
import { elementOf, TAG } from '../der/der.ts'
import { keyFromDer } from '../der_keys/key_from_der.ts'
import { pqSchemeOfOid } from '../der_keys/post_quantum.ts'
import { curveOfParameters } from '../der_keys/sec1.ts'
import { UNLIMITED } from '../material/work_budget.ts'
import { GROUP_KINDS } from '../public_half/group_spki.ts'
import { withoutSecret } from '../public_half/public_half.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { EC_OIDS, RSA_OIDS, spkiParts } from '../public_half/spki.ts'
import { readBech32 } from './bech32.ts'
import {
  certificatesOfSigned,
  keyOfCertificate,
  keyWith,
  plainKey,
  spkiOfCertificate,
  spkiOfRequest,
} from './certificate.ts'
import { keysOfJson, type PublicKeyFile } from './jwks.ts'
import { LengthPrefixed } from './length_prefixed.ts'
import { keyOfSshBlob, keyOfSshLine } from './openssh_line.ts'
import { keyOfRsaPublicKey, keyOfSpki, type PublicMaterial } from './spki_key.ts'

export type { PublicKey } from '../public_half/public_key.ts'
export type { PublicKeyFile } from './jwks.ts'

const GIVEN_PRIVATE = 'a private key was given: only its public half is used'

/**
 * Each key once, in order; no key is a problem, not an error. Of a private key the public half,
 * with a problem. @param name for problems
 */
export function parsePublicKeys(bytes: Uint8Array, name: string): PublicKeyFile {
  const read = isText(bytes) ? keysOfText(textOf(bytes)) : keysOfDer(bytes)
  const byId = new Map<string, PublicKey>()
  for (const key of read.keys) {
    const id = key.keyId.spkiSha256 ?? ''
    const existing = byId.get(id)
    // Of two copies of a key one may say more.
    byId.set(id, keyWith(key.material, { ...key, ...existing }))
  }
  const problems = read.problems.map((problem) => `${name}: ${problem}`)
  if (byId.size === 0) problems.push(`${name}: no public key that can be looked for`)
  return { keys: [...byId.values()], problems: [...new Set(problems)] }
}

/** DER begins with a SEQUENCE and a length that never follows a `0` in text. */
function isText(bytes: Uint8Array): boolean {
  return bytes[0] !== TAG.sequence || elementOf(bytes, 0, bytes.length, TAG.sequence) === undefined
}

function textOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  const decoder = new TextDecoder(isWide ? 'utf-16le' : 'utf-8')
  return decoder.decode(bytes)
}

const joined = (parts: readonly PublicKeyFile[]): PublicKeyFile => ({
  keys: parts.flatMap(({ keys }) => keys),
  problems: parts.flatMap(({ problems }) => problems),
})

const found = (key?: PublicKey, problem?: string): PublicKeyFile => ({
  keys: key === undefined ? [] : [key],
  problems: problem === undefined ? [] : [problem],
})

const problemOf = (words: string | undefined): PublicKeyFile => found(undefined, words)

function keysOfText(source: string): PublicKeyFile {
  const text = source.trim()
  if (text.startsWith('{') || text.startsWith('[')) return keysOfJsonText(text)
  const read = joined([
    keysOfPem(text),
    ...text.split('\n').map((line) => keysOfLine(line)),
    ...keysOfRecipients(text).map((material) => found(plainKey(material))),
    problemOf(recipientProblem(text)),
  ])
  return read.keys.length > 0 ? read : joined([read, keysOfBase64(text)])
}

function keysOfJsonText(source: string): PublicKeyFile {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    return problemOf('it begins like JSON and is none')
  }
  const pems = namedPems(value)
  if (pems.length === 0) return keysOfJson(value)
  return joined(
    pems.map(({ name: kid, pem }) => {
      const { keys, problems } = keysOfPem(pem)
      return { keys: keys.map((key) => keyWith(key.material, { ...key, kid })), problems }
    }),
  )
}

/** A certificate as metadata has it: base64 alone. */
function keysOfBase64(text: string): PublicKeyFile {
  const isBase64 = /^[\w+/\s]{44,1000000}={0,2}\s*$/.test(text)
  return isBase64 ? keysOfDer(Buffer.from(text, 'base64')) : found()
}

function keysOfLine(line: string): PublicKeyFile {
  const key = plainKey(keyOfSshLine(line))
  return found(key, key === undefined ? sshLineProblem(line) : undefined)
}

const BEGIN = '-----BEGIN '
const DASHES = '-----'

function keysOfPem(text: string): PublicKeyFile {
  const blocks: PublicKeyFile[] = []
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + BEGIN.length)) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length)
    const end = labelEnd < 0 ? -1 : text.indexOf(DASHES, labelEnd + DASHES.length)
    if (end < 0) {
      blocks.push(problemOf('a PEM block is cut short'))
      break
    }
    const label = text.slice(at + BEGIN.length, labelEnd)
    blocks.push(keysOfBlock(label, text.slice(labelEnd + DASHES.length, end)))
  }
  return joined(blocks)
}

function keysOfBlock(label: string, body: string): PublicKeyFile {
  if (label.length > 64 || label.includes('\n')) return found()
  // Lines such as `Proc-Type: 4,ENCRYPTED` end at an empty one.
  const der = Buffer.from(body.replace(/^[\s\S]*:[^\n]*\n/, ''), 'base64')
  const read = label === 'OPENSSH PRIVATE KEY' ? opensshPublic(der) : keysOfDer(der)
  der.fill(0)
  if (label.endsWith('PRIVATE KEY')) {
    const words = read.keys.length > 0 ? GIVEN_PRIVATE : privateProblem(label, body)
    return joined([read, problemOf(words)])
  }
  const isOfKeys = /CERTIFICATE|PUBLIC KEY|PKCS|CMS/.test(label)
  if (read.keys.length + read.problems.length > 0 || !isOfKeys) return read
  return problemOf('a PEM block holds no key that can be looked for')
}

function privateProblem(label: string, body: string): string {
  return label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')
    ? 'a private key is encrypted'
    : 'a private key of a kind that is not looked for, or a damaged one'
}

const OPENSSH_MAGIC = 'openssh-key-v1\0'

/** The public half is before the private part, and in the clear even where that is encrypted. */
function opensshPublic(bytes: Buffer): PublicKeyFile {
  const fields = new LengthPrefixed(bytes.subarray(OPENSSH_MAGIC.length))
  // Cipher, key derivation and its options; then the number of keys.
  for (let k = 0; k < 3; k++) fields.string()
  fields.number(4)
  const blob = fields.string()
  return found(plainKey(blob && keyOfSshBlob(blob)))
}

function keysOfDer(bytes: Uint8Array): PublicKeyFile {
  const all: PublicKeyFile[] = []
  for (let at = 0; ; ) {
    const element = elementOf(bytes, at, bytes.length, TAG.sequence)
    if (element === undefined) return joined(all)
    all.push(keysOfElement(bytes.subarray(element.at, element.to)))
    at = element.to
  }
}

function keysOfElement(der: Uint8Array): PublicKeyFile {
  const key = keyOfCertificate(der) ?? plainKey(keyOfSpki(spkiIn(der)) ?? keyOfRsaPublicKey(der))
  if (key !== undefined) return found(key)
  const chain = certificatesOfSigned(der)
  if (chain?.length === 0) return problemOf('PKCS#7 without a certificate')
  if (chain !== undefined) return joined(chain.map(keysOfCertificate))
  const own = plainKey(privateHalf(der))
  return found(own, own === undefined ? spkiProblem(spkiIn(der)) : GIVEN_PRIVATE)
}

function keysOfCertificate(der: Uint8Array): PublicKeyFile {
  const key = keyOfCertificate(der)
  return found(key, key === undefined ? spkiProblem(spkiIn(der)) : undefined)
}

/** The SubjectPublicKeyInfo of a certificate or of a request for one, or what may be one itself. */
function spkiIn(der: Uint8Array): Uint8Array {
  return spkiOfCertificate(der) ?? spkiOfRequest(der) ?? der
}

function privateHalf(der: Uint8Array): PublicMaterial | undefined {
  const material = withoutSecret(keyFromDer(der)?.material)
  if (material !== undefined) return material
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    return keyOfSpki(createPublicKey(key).export({ format: 'der', type: 'spki' }))
  } catch {
    return undefined
  }
}

/** PEM with the name that it has in the map, a `kid`. */
interface NamedPem {
  readonly name: string
  readonly pem: string
}

const MOST_NAME_LETTERS = 1000
const BEGINS = /^\s*-----BEGIN /

/** The members of such a map, already parsed; none unless each of its members is PEM. */
function namedPems(value: unknown): NamedPem[] {
  if (!isObject(value)) return []
  const pems: NamedPem[] = []
  for (const [name, pem] of Object.entries(value)) {
    if (typeof pem !== 'string' || !BEGINS.test(pem) || name.length > MOST_NAME_LETTERS) return []
    pems.push({ name, pem })
  }
  return pems
}

/** Not of a longer word; 58 letters are 32 bytes and their checksum. */
const RECIPIENT = /(?<![\w-])(?:age1([02-9ac-hj-np-z]{58})|AGE1([02-9AC-HJ-NP-Z]{58}))(?![\w-])/g
/** Of the hybrid with ML-KEM-768, of security keys, of plugins: what follows the `1` names them. */
const OTHER_RECIPIENT = /(?<![\w-])age1[a-z\d]{2,24}1[02-9ac-hj-np-z]{20}/

function keysOfRecipients(text: string): PublicMaterial[] {
  return [...text.matchAll(RECIPIENT)].flatMap(([, small, capitals]) => {
    const data = Buffer.from(small ?? capitals ?? '', 'latin1')
    const publicKey = readBech32('age', data, UNLIMITED)
    if (publicKey === undefined) return []
    return [{ type: 'okp', curve: 'X25519', publicKey, secret: undefined } as const]
  })
}

function recipientProblem(text: string): string | undefined {
  return OTHER_RECIPIENT.test(text)
    ? 'a recipient of age that is no X25519 key (of its hybrid with ML-KEM-768, of a plugin) cannot be looked for'
    : undefined
}

/** Why `keyOfSpki` gives no key for a SubjectPublicKeyInfo; undefined for other bytes. */
function spkiProblem(spki: Uint8Array): string | undefined {
  const parts = spkiParts(spki)
  if (parts === undefined) return undefined
  const { oid, parameters } = parts
  const scheme = pqSchemeOfOid(oid)
  if (scheme?.kind === 'slh-dsa') {
    return `a public key of ${scheme.name} cannot be looked for: its private half is found only where it shows itself`
  }
  if (scheme !== undefined) return `a public key of ${scheme.name} of another length`
  if (RSA_OIDS.has(oid)) return 'an RSA key whose numbers are none of a key of 256 to 16384 bits'
  if (GROUP_KINDS.has(oid)) return 'a key of DSA or DH whose numbers do not fit each other'
  if (!EC_OIDS.has(oid)) return 'a public key of an algorithm that is not looked for'
  const isKnown =
    parameters !== undefined && curveOfParameters(spki, parameters, UNLIMITED) !== undefined
  return isKnown ? 'a point that is none of its curve' : 'a key of a curve that is not looked for'
}

/** Where a line of OpenSSH has the type of its key, and base64 that begins with a length. */
const TYPE_IN_LINE = /(?:^|[\s,])((?:sk-|ssh-|ecdsa-)[\w@.-]{2,60}) +AAAA[\w+/]{40}/

/** Of a line for which `keyOfSshLine` gives none; undefined where it is no such line. */
function sshLineProblem(line: string): string | undefined {
  const type = TYPE_IN_LINE.exec(line)?.[1]
  if (type === undefined) return undefined
  return type.startsWith('sk-')
    ? 'a key of OpenSSH whose private half is in a security key cannot be looked for'
    : 'a key of OpenSSH is damaged, or of a type that is not looked for'
}
