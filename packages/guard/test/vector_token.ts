/** Vectors of signatures whose payload is not that of an access token. */
import { parseObject, text } from '@mintmark/core'
import type { TrustedKey } from '../src/index.ts'
import { isSigned } from '../src/verify/signatures.ts'
import { parseStrict } from '../src/verify/strict_jws.ts'

/** As {@link parseStrict} and the verifier would, for payloads that are no claims. */
export function isTokenOf(token: string, key: TrustedKey): boolean {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  // The payload of an access token replaces the vector's, so that everything else is read as of a real token.
  const inPlace = Buffer.from(JSON.stringify({ iss: 'https://id.example.org' })).toString(
    'base64url',
  )
  const named = parseObject(Buffer.from(header, 'base64url').toString('utf8'))
  const jws = parseStrict([header, inPlace, signature, ...rest].join('.'))
  const isNamed = named !== undefined && text(named, 'kid') !== undefined
  if (jws === undefined || !isNamed || jws.alg !== key.alg || !jws.isCanonical) return false
  return isSigned({ ...jws, signingInput: `${header}.${payload}` }, key)
}
