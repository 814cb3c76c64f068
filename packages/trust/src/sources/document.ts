/**
 * Nothing is verified or requested. Source: RFC 7517 section 5, OpenID Connect Discovery 1.0
 * section 3, RFC 8414 section 2, SAML 2.0 metadata.
 */
import { createPublicKey } from 'node:crypto'
import { isObject, type Json, text } from '@mintmark/core'
import { MOST_KEYS, readJson, readText } from './bounds.ts'
import {
  certificateKey,
  keyOfObject,
  type ListedKey,
  readJwk,
  SYMMETRIC,
  textsOf,
  UNREAD_CERTIFICATE,
} from './key.ts'
import type { KeyDocument, ReadDocument } from './key_document.ts'
import { keysOfSaml } from './saml.ts'

const EMPTY_DOCUMENT: Omit<KeyDocument, 'kind'> = {
  issuer: undefined,
  keys: [],
  unread: [],
  secrets: [],
  algorithms: {},
  endpoints: {},
  validUntilMs: undefined,
}

export const OF_ANOTHER_KIND = 'neither a key set nor metadata'

export function readDocument(bytes: Uint8Array): ReadDocument {
  // A certificate in DER; no text begins like it.
  const key = bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80 ? certificateKey(bytes) : undefined
  if (key !== undefined) return { document: { ...EMPTY_DOCUMENT, kind: 'pem', keys: [key] } }
  const read = readText(bytes)
  if ('problem' in read) return read
  const source = read.value.trim()
  const found = readSource(source)
  if ('problem' in found || !PRIVATE.test(source)) return found
  const secrets = [...found.document.secrets, 'a private key in PEM']
  return { document: { ...found.document, secrets } }
}

const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/

function readSource(source: string): ReadDocument {
  if (source.startsWith('<')) return keysOfSaml(source)
  if (source.includes('-----BEGIN ') && !source.startsWith('{')) return keysOfPem(source)
  const json = readJson(source)
  return 'problem' in json ? json : documentOfJson(json.value)
}

function documentOfJson(value: unknown): ReadDocument {
  if (!isObject(value)) return { problem: OF_ANOTHER_KIND }
  if (Array.isArray(value['keys'])) return keySet(value['keys'])
  if (text(value, 'kty') !== undefined) return keySet([value])
  if (text(value, 'issuer') !== undefined) return { document: metadataOf(value) }
  return { problem: OF_ANOTHER_KIND }
}

function keySet(listed: readonly unknown[]): ReadDocument {
  if (listed.length > MOST_KEYS)
    return { problem: `more than ${MOST_KEYS} keys: refused, not read` }
  const read = listed.map((each) =>
    isObject(each) ? readJwk(each) : { problem: 'a key that is no object' },
  )
  const keys = read.flatMap((each) => ('key' in each ? [each.key] : []))
  const problems = new Set(read.flatMap((each) => ('problem' in each ? [each.problem] : [])))
  if (read.some((each, at) => 'key' in each && isCut(each.key, listed[at])))
    problems.add(UNREAD_CERTIFICATE)
  const secrets = problems.has(SYMMETRIC) ? [SYMMETRIC] : []
  return { document: { ...EMPTY_DOCUMENT, kind: 'jwks', keys, unread: [...problems], secrets } }
}

const isCut = ({ certificates }: ListedKey, jwk: unknown) =>
  isObject(jwk) && certificates.length < textsOf(jwk['x5c']).length

function metadataOf(metadata: Json): KeyDocument {
  const algorithms: Record<string, readonly string[]> = {}
  const endpoints: Record<string, string> = {}
  for (const [name, value] of Object.entries(metadata)) {
    if (name.endsWith('_alg_values_supported')) algorithms[name] = textsOf(value)
    else if (typeof value === 'string' && /^https?:/.test(value) && name !== 'issuer')
      endpoints[name] = value
  }
  const issuer = text(metadata, 'issuer')
  return { ...EMPTY_DOCUMENT, kind: 'metadata', issuer, algorithms, endpoints }
}

const BEGUN = /-----BEGIN (?![A-Z0-9 ]*PRIVATE KEY-----)/g
const BLOCK =
  /-----BEGIN (?![A-Z0-9 ]*PRIVATE KEY-----)([A-Z0-9 ]{1,40})-----([\w+/=\s]*)-----END \1-----/g

function keysOfPem(source: string): ReadDocument {
  const blocks = [...source.matchAll(BLOCK)]
  const keys = blocks.flatMap(
    ([block, label = '', body = '']) => keyOfBlock(block, label, body) ?? [],
  )
  const begun = [...source.matchAll(BEGUN)].length
  if (begun === 0 && !PRIVATE.test(source)) return { problem: OF_ANOTHER_KIND }
  if (keys.length > MOST_KEYS) return { problem: `more than ${MOST_KEYS} keys: refused, not read` }
  const unread = keys.length < begun ? ['a PEM block that holds no public key or certificate'] : []
  return { document: { ...EMPTY_DOCUMENT, kind: 'pem', keys, unread } }
}

function keyOfBlock(block: string, label: string, body: string): ListedKey | undefined {
  if (label === 'CERTIFICATE') return certificateKey(Buffer.from(body, 'base64'))
  try {
    return keyOfObject(createPublicKey(block))
  } catch {
    return undefined
  }
}
