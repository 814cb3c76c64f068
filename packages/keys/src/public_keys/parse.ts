/**
 * Reads the public keys of a file, whatever form they are in: JWK, JWKS, maps of PEM in JSON, certificates, chains and
 * PKCS#7, requests for certificates, SubjectPublicKeyInfo, PKCS#1, OpenSSH lines, recipients of age; in PEM or DER, many
 * in one file, and of different forms.
 *
 * @module
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { type Element, elementOf, TAG } from '../der/der.ts'
import { keyFromDer } from '../der_keys/key_from_der.ts'
import { withoutSecret } from '../public_half/public_half.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { keysOfRecipients, recipientProblem } from './age_recipient.ts'
import { keyOfCertificate, keyWith, spkiOfCertificate } from './certificate.ts'
import { keysOfJson } from './jwks.ts'
import { spkiProblem, sshLineProblem } from './not_sought.ts'
import { keyOfSshBlob, keyOfSshLine } from './openssh_line.ts'
import { type NamedPem, namedPems } from './pem_map.ts'
import { certificatesOfSigned, spkiOfRequest } from './signed_containers.ts'
import { keyOfRsaPublicKey, keyOfSpki, type PublicMaterial } from './spki_key.ts'

export type { PublicKey } from '../public_half/public_key.ts'

/** The keys of a file, and what in it could not be used, in words that quote nothing of it but its name. */
export interface PublicKeyFile {
  readonly keys: PublicKey[]
  readonly problems: string[]
}

const GIVEN_PRIVATE = 'a private key was given: only its public half is used'

/**
 * Every public key that the file holds, each once, in order.
 *
 * A private key is taken for its public half, and `problems` say so. A file without any key gives a problem, never an
 * error.
 *
 * @param name of the file, for the problems
 */
export function parsePublicKeys(bytes: Uint8Array, name: string): PublicKeyFile {
  const found = isText(bytes) ? keysOfText(textOf(bytes)) : keysOfDer(bytes)
  const byId = new Map<string, PublicKey>()
  for (const key of found.keys) {
    const id = key.keyId.spkiSha256 ?? ''
    const held = byId.get(id)
    // One key may be there twice, of which one tells more.
    byId.set(id, held === undefined ? key : { ...key, ...held, keyId: mergedId(held, key) })
  }
  const problems = found.problems.map((problem) => `${name}: ${problem}`)
  if (byId.size === 0) problems.push(`${name}: no public key that can be looked for`)
  return { keys: [...byId.values()], problems: [...new Set(problems)] }
}

function mergedId(first: PublicKey, second: PublicKey): PublicKey['keyId'] {
  return {
    ...first.keyId,
    kid: first.keyId.kid ?? second.keyId.kid,
    subject: first.keyId.subject ?? second.keyId.subject,
  }
}

/** DER begins with a SEQUENCE and a length that no text has behind a `0`. */
function isText(bytes: Uint8Array): boolean {
  return bytes[0] !== TAG.sequence || elementOf(bytes, 0, bytes.length, TAG.sequence) === undefined
}

function textOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  const decoder = new TextDecoder(isWide ? 'utf-16le' : 'utf-8')
  return decoder.decode(bytes)
}

function keysOfText(source: string): PublicKeyFile {
  const text = source.trim()
  if (text.startsWith('{') || text.startsWith('[')) {
    return keysOfJsonText(text)
  }
  const pem = keysOfPem(text)
  const ssh = keysOfSshLines(text)
  const age = keysOfRecipients(text).flatMap((material) => wrapped(material))
  const isBare = pem.keys.length + ssh.keys.length + age.length === 0
  const bare = isBare ? keysOfBase64(text) : { keys: [], problems: [] }
  return {
    keys: [...pem.keys, ...ssh.keys, ...age, ...bare.keys],
    problems: [
      ...pem.problems,
      ...ssh.problems,
      ...listed(recipientProblem(text)),
      ...bare.problems,
    ],
  }
}

function keysOfJsonText(source: string): PublicKeyFile {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    return { keys: [], problems: ['it begins like JSON and is none'] }
  }
  const pems = namedPems(value)
  if (pems.length > 0) return keysOfNamed(pems)
  const { keys, problems } = keysOfJson(value)
  return { keys: [...keys], problems: [...problems] }
}

function keysOfNamed(pems: readonly NamedPem[]): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  for (const { name, pem } of pems) {
    const found = keysOfPem(pem)
    keys.push(...found.keys.map((key) => withKid(key, name)))
    problems.push(...found.problems)
  }
  return { keys, problems }
}

function withKid(key: PublicKey, kid: string): PublicKey {
  return { ...key, kid, keyId: { ...key.keyId, kid } }
}

/** A certificate as metadata has it: base64 alone. */
function keysOfBase64(text: string): PublicKeyFile {
  return /^[\w+/\s]{44,1000000}={0,2}\s*$/.test(text)
    ? keysOfDer(Buffer.from(text, 'base64'))
    : { keys: [], problems: [] }
}

function keysOfSshLines(text: string): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  for (const line of text.split('\n')) {
    const material = keyOfSshLine(line)
    if (material === undefined) problems.push(...listed(sshLineProblem(line)))
    else keys.push(...wrapped(material))
  }
  return { keys, problems }
}

const listed = (problem: string | undefined): string[] => (problem === undefined ? [] : [problem])

const BEGIN = '-----BEGIN '
const DASHES = '-----'

function keysOfPem(text: string): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + BEGIN.length)) {
    const labelEnd = text.indexOf(DASHES, at + BEGIN.length)
    const end = labelEnd < 0 ? -1 : text.indexOf(DASHES, labelEnd + DASHES.length)
    if (end < 0) {
      problems.push('a PEM block is cut short')
      break
    }
    const label = text.slice(at + BEGIN.length, labelEnd)
    const body = text.slice(labelEnd + DASHES.length, end)
    const block = keysOfBlock(label, body)
    keys.push(...block.keys)
    problems.push(...block.problems)
  }
  return { keys, problems }
}

function keysOfBlock(label: string, body: string): PublicKeyFile {
  if (label.length > 64 || label.includes('\n')) return { keys: [], problems: [] }
  // Lines such as `Proc-Type: 4,ENCRYPTED` end at an empty one.
  const der = Buffer.from(body.replace(/^[\s\S]*:[^\n]*\n/, ''), 'base64')
  const isPrivate = label.endsWith('PRIVATE KEY')
  const found = label === 'OPENSSH PRIVATE KEY' ? opensshPublic(der) : keysOfDer(der)
  const problems = [...found.problems]
  if (isPrivate) problems.push(found.keys.length > 0 ? GIVEN_PRIVATE : privateProblem(label, body))
  else if (
    found.keys.length + problems.length === 0 &&
    /CERTIFICATE|PUBLIC KEY|PKCS|CMS/.test(label)
  ) {
    problems.push('a PEM block holds no key that can be looked for')
  }
  der.fill(0)
  return { keys: found.keys, problems }
}

/** Why a private key gives no public half. */
function privateProblem(label: string, body: string): string {
  return label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')
    ? 'a private key is encrypted'
    : 'a private key of a kind that is not looked for, or a damaged one'
}

const OPENSSH_MAGIC = 'openssh-key-v1\0'

/** The public half stands before the private part, and in the clear even where that is encrypted. */
function opensshPublic(bytes: Buffer): PublicKeyFile {
  let at = OPENSSH_MAGIC.length
  // Cipher, key derivation and its options; then the number of keys.
  for (let k = 0; k < 3 && at + 4 <= bytes.length; k++) at += 4 + bytes.readUInt32BE(at)
  at += 4
  if (at + 4 > bytes.length) return { keys: [], problems: [] }
  return { keys: wrapped(keyOfSshBlob(bytes.subarray(at + 4))), problems: [] }
}

/** Every key of DER elements one behind the other. */
function keysOfDer(bytes: Uint8Array): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  let element: Element | undefined = elementOf(bytes, 0, bytes.length, TAG.sequence)
  while (element !== undefined) {
    const der = bytes.subarray(element.at, element.to)
    const found = keysOfElement(der)
    keys.push(...found.keys)
    problems.push(...found.problems)
    element = elementOf(bytes, element.to, bytes.length, TAG.sequence)
  }
  return { keys, problems }
}

function keysOfElement(der: Uint8Array): PublicKeyFile {
  const key = keyOfCertificate(der) ?? wrapped(keyOfSpki(spkiIn(der)) ?? keyOfRsaPublicKey(der))[0]
  if (key !== undefined) return { keys: [key], problems: [] }
  const chain = certificatesOfSigned(der)
  if (chain !== undefined) return keysOfChain(chain)
  const own = privateHalf(der)
  if (own !== undefined) return { keys: [own], problems: [GIVEN_PRIVATE] }
  return { keys: [], problems: listed(spkiProblem(spkiIn(der))) }
}

function keysOfChain(chain: readonly Uint8Array[]): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  for (const der of chain) {
    const key = keyOfCertificate(der)
    if (key === undefined) problems.push(...listed(spkiProblem(spkiIn(der))))
    else keys.push(key)
  }
  if (chain.length === 0) problems.push('PKCS#7 without a certificate')
  return { keys, problems }
}

/** The SubjectPublicKeyInfo of a certificate or of a request for one, or what may be one itself. */
function spkiIn(der: Uint8Array): Uint8Array {
  return spkiOfCertificate(der) ?? spkiOfRequest(der) ?? der
}

/** The public half of a private key in DER. */
function privateHalf(der: Uint8Array): PublicKey | undefined {
  const material = withoutSecret(keyFromDer(der)?.material)
  if (material !== undefined) return wrapped(material)[0]
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return wrapped(keyOfSpki(spki))[0]
  } catch {
    return undefined
  }
}

function wrapped(material: PublicMaterial | undefined): PublicKey[] {
  return material === undefined ? [] : [keyWith(material, {})]
}
