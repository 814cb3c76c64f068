/** JSON Web Keys. Source: RFC 7517, RFC 7518 section 6, RFC 8037, RFC 8812. */
import { isObject, type Json, text } from '@mintmark/core'
import { CURVES } from '../arithmetic/curves.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { OKP } from '../arithmetic/okp.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { keyOfCertificate, keyWith } from './certificate.ts'
import { ecKey, type PublicMaterial, rsaKey } from './spki_key.ts'

/** The keys of a file, and its problems in words that quote only its name. */
export interface PublicKeyFile {
  readonly keys: readonly PublicKey[]
  readonly problems: readonly string[]
}

const MOST_KEYS = 100_000

export function keysOfJson(value: unknown): PublicKeyFile {
  const keys: PublicKey[] = []
  const problems: string[] = []
  const found = jwksIn(value)
  for (const [index, jwk] of found.slice(0, MOST_KEYS).entries()) {
    const key = keyOfJwk(jwk, UNLIMITED)
    if (key === undefined) {
      problems.push(`key ${index + 1} of the set is none that is looked for`)
      continue
    }
    keys.push(key)
    if (hasSecret(jwk)) problems.push(`key ${index + 1} is private: its public half is used`)
  }
  if (found.length > MOST_KEYS) problems.push(`only the first ${MOST_KEYS} keys are read`)
  return { keys, problems }
}

/** Members that hold keys, one level down at most: `keys` of a set, an array of sets. */
function jwksIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap((each) => (isObject(each) ? jwksOf(each) : []))
  return isObject(value) ? jwksOf(value) : []
}

function jwksOf(value: Json): Json[] {
  const { keys } = value
  // What is no object is no key, and is counted: problems go by offsets in the set.
  if (Array.isArray(keys)) return keys.map((each) => (isObject(each) ? each : {}))
  return text(value, 'kty') === undefined && value['x5c'] === undefined ? [] : [value]
}

function hasSecret(jwk: Json): boolean {
  return text(jwk, 'd') !== undefined || text(jwk, 'k') !== undefined
}

export function keyOfJwk(jwk: Json, budget: WorkBudget): PublicKey | undefined {
  const certificate = certificateOf(jwk, budget)
  const material = materialOf(jwk, budget) ?? certificate?.material
  if (material === undefined) return undefined
  const kid = text(jwk, 'kid')
  const { keyId: _, ...known } = { ...certificate, material }
  return keyWith(material, kid === undefined ? known : { ...known, kid })
}

function certificateOf(jwk: Json, budget: WorkBudget): PublicKey | undefined {
  const chain: unknown = jwk['x5c']
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined
  return typeof first === 'string'
    ? keyOfCertificate(Buffer.from(first, 'base64'), budget)
    : undefined
}

function materialOf(jwk: Json, budget: WorkBudget): PublicMaterial | undefined {
  const kty = text(jwk, 'kty')
  if (kty === 'RSA') {
    return rsaKey(
      fromBigEndian(bytesOf(jwk, 'n'), budget),
      fromBigEndian(bytesOf(jwk, 'e'), budget),
    )
  }
  const crv = text(jwk, 'crv')
  if (kty === 'EC') {
    const curve = CURVES.find((each) => each.curve === crv)
    return curve && ecKey(curve, bytesOf(jwk, 'x'), bytesOf(jwk, 'y'), budget)
  }
  if (kty !== 'OKP') return undefined
  const okp = OKP.find((each) => each.curve === crv)
  const publicKey = Uint8Array.from(bytesOf(jwk, 'x'))
  if (okp === undefined || publicKey.length !== okp.lengthBytes) return undefined
  return { type: 'okp', curve: okp.curve, publicKey, secret: undefined }
}

function bytesOf(jwk: Json, member: string): Buffer {
  return Buffer.from(text(jwk, member) ?? '', 'base64url')
}
