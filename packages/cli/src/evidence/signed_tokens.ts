/**
 * Tokens of the evidence whose key is known: captured ones, and those that a guard raised an alarm on.
 *
 * A captured token is verified here with every key of the evidence. Of it the id is kept, and never the token.
 *
 * @module
 */
import { type KeyObject, verify } from 'node:crypto'
import { type KeyTrust, type SignedToken, TRUST_SHAPES } from '@mintmark/case'
import { type Json, parseObject, readJti, readTokenId, text } from '@mintmark/core'
import { type Algorithm, digestOf, paddingOf } from '@mintmark/guard/signatures'
import { ofShape, sourceOf, type TrustFile } from './trust_file.ts'

/** Tokens of a case that are kept, and lines of a file that are read. */
const MOST_TOKENS = 10_000
/** Keys that a token is verified with. */
const MOST_TRIED = 100

export function signedIn(
  files: readonly TrustFile[],
  keys: readonly KeyTrust[],
  publicKeys: ReadonlyMap<string, KeyObject>,
): SignedToken[] {
  const read = (shape: string, of: (line: string) => Omit<SignedToken, 'source'> | undefined) =>
    ofShape(files, shape).flatMap((file) =>
      Buffer.from(file.bytes)
        .toString('utf8')
        .split('\n', MOST_TOKENS)
        .flatMap((line, index) => {
          const signed = line.trim() === '' ? undefined : of(line.trim())
          return signed === undefined ? [] : [{ ...signed, source: sourceOf(file, index + 1) }]
        }),
    )
  return [
    ...read(TRUST_SHAPES.tokens, (line) => ofToken(line, keys, publicKeys)),
    ...read(TRUST_SHAPES.alarms, (line) => ofAlarm(line, keys)),
  ].slice(0, MOST_TOKENS)
}

/** The one key of that id; empty where there is none, or more. */
function keyOfKid(keys: readonly KeyTrust[], kid: string, issuer?: string): string {
  const named = keys.filter(({ kids }) => kids.includes(kid))
  const own = named.filter(({ issuers }) => issuer !== undefined && issuers.includes(issuer))
  const [only, ...more] = own.length > 0 ? own : named
  return more.length === 0 ? (only?.spkiSha256 ?? '') : ''
}

/** A guard has verified the signature before it raises an alarm. */
function ofAlarm(line: string, keys: readonly KeyTrust[]): Omit<SignedToken, 'source'> | undefined {
  const alarm = parseObject(line) ?? {}
  const [tokenId, kid] = [text(alarm, 'tokenId'), text(alarm, 'kid')]
  if (text(alarm, 'schema') !== 'mintmark-alarm/1' || tokenId === undefined || kid === undefined)
    return undefined
  return { tokenId, kid, by: 'alarm', spkiSha256: keyOfKid(keys, kid, text(alarm, 'keyIssuer')) }
}

const isAlgorithm = (alg: string): alg is Algorithm => /^(?:[ERP]S(?:256|384|512)|EdDSA)$/.test(alg)

function ofToken(
  line: string,
  keys: readonly KeyTrust[],
  publicKeys: ReadonlyMap<string, KeyObject>,
): Omit<SignedToken, 'source'> | undefined {
  const [head = '', body = '', signature = ''] = line.split('.')
  const [header, claims] = [partOf(head), partOf(body)]
  // Entra's tokens have their id in uti.
  const own = readTokenId(claims['uti'])
  const { state, tokenId } = own.state === 'present' ? own : readJti(claims['jti'])
  if (state !== 'present') return undefined
  const kid = text(header, 'kid') ?? ''
  const alg = text(header, 'alg') ?? ''
  const bytes = Buffer.from(signature, 'base64url')
  const input = Buffer.from(`${head}.${body}`, 'latin1')
  // The one that it names comes first.
  const named = keyOfKid(keys, kid)
  const tried = [named, ...[...publicKeys.keys()].slice(0, MOST_TRIED)]
  const signer = tried.find((id) => isSignedBy(publicKeys.get(id), alg, input, bytes))
  if (signer !== undefined) return { tokenId, kid, by: 'signature', spkiSha256: signer }
  return { tokenId, kid, by: 'kid', spkiSha256: named }
}

const partOf = (part: string): Json => parseObject(Buffer.from(part, 'base64url').toString()) ?? {}

function isSignedBy(
  key: KeyObject | undefined,
  alg: string,
  input: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key === undefined || !isAlgorithm(alg)) return false
  try {
    return verify(digestOf(alg), input, { key, ...paddingOf(alg) }, signature)
  } catch {
    // Of another kind than the algorithm.
    return false
  }
}
