/**
 * Public keys of a file: JWK, JWKS, maps of PEM, certificates, chains, PKCS#7, requests,
 * SubjectPublicKeyInfo, PKCS#1, OpenSSH lines, age recipients; in PEM or DER, also several.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { elementOf, TAG } from '../der/der.ts'
import { keyFromDer } from '../der_keys/key_from_der.ts'
import { withoutSecret } from '../public_half/public_half.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { keysOfRecipients, recipientProblem } from './age_recipient.ts'
import { keyOfCertificate, keyWith, plainKey, spkiOfCertificate } from './certificate.ts'
import { keysOfJson, type PublicKeyFile } from './jwks.ts'
import { LengthPrefixed } from './length_prefixed.ts'
import { spkiProblem, sshLineProblem } from './not_sought.ts'
import { keyOfSshBlob, keyOfSshLine } from './openssh_line.ts'
import { namedPems } from './pem_map.ts'
import { certificatesOfSigned, spkiOfRequest } from './signed_containers.ts'
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
