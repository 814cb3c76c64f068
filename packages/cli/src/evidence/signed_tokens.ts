/** Tokens whose key is known. A captured token's id is stored, never the token. */
import { type KeyObject, verify } from 'node:crypto'
import { type KeyTrust, type SignedToken, TRUST_SHAPES } from '@mintmark/case'
import { type Json, parseObject, readJti, readTokenId, text } from '@mintmark/core'
import { type Algorithm, digestOf, isAlgorithm, paddingOf } from '@mintmark/guard/signatures'
import { ofShape, sourceOf, type TrustFile } from './trust_file.ts'

const MOST_TOKENS = 10_000
/** Signatures that are verified: with the largest keys that takes a minute or two. */
const MOST_TRIED = 50_000

export function signedIn(
  files: readonly TrustFile[],
  keys: readonly KeyTrust[],
  publicKeys: ReadonlyMap<string, KeyObject>,
): SignedToken[] {
  const known = { keys, publicKeys, left: MOST_TRIED }
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
    ...read(TRUST_SHAPES.tokens, (line) => ofToken(line, known)),
    ...read(TRUST_SHAPES.alarms, (line) => ofAlarm(line, keys)),
  ].slice(0, MOST_TOKENS)
}

function onlyOf(keys: readonly KeyTrust[]): string {
  const [only, ...more] = keys
  return more.length === 0 ? (only?.spkiSha256 ?? '') : ''
}

/** The guard verified the signature. Many issuers have a key of one `kid`: the issuer decides. */
function ofAlarm(line: string, keys: readonly KeyTrust[]): Omit<SignedToken, 'source'> | undefined {
  const alarm = parseObject(line) ?? {}
  const [tokenId, kid] = [text(alarm, 'tokenId'), text(alarm, 'kid')]
  if (text(alarm, 'schema') !== 'mintmark-alarm/1' || tokenId === undefined || kid === undefined)
    return undefined
  const named = keys.filter(({ kids }) => kids.includes(kid))
  const issuer = text(alarm, 'keyIssuer') ?? ''
  const own = onlyOf(named.filter(({ issuers }) => issuers.includes(issuer)))
  if (own !== '') return { tokenId, kid, by: 'alarm', spkiSha256: own }
  const open = onlyOf(named.filter(({ issuers }) => issuers.length === 0))
  return { tokenId, kid, by: 'kid', spkiSha256: open }
}

interface Known {
  readonly keys: readonly KeyTrust[]
  readonly publicKeys: ReadonlyMap<string, KeyObject>
  left: number
}

function ofToken(line: string, known: Known): Omit<SignedToken, 'source'> | undefined {
  const [head = '', body = '', signature = ''] = line.split('.')
  const [header, claims] = [partOf(head), partOf(body)]
  const own = readTokenId(claims['uti'])
  const { state, tokenId } = own.state === 'present' ? own : readJti(claims['jti'])
  if (state !== 'present') return undefined
  const kid = text(header, 'kid') ?? ''
  const alg = text(header, 'alg') ?? ''
  const bytes = Buffer.from(signature, 'base64url')
  const input = Buffer.from(`${head}.${body}`, 'latin1')
  const named = known.keys.filter(({ kids }) => kids.includes(kid))
  const tried = new Set([...named.map(({ spkiSha256 }) => spkiSha256), ...known.publicKeys.keys()])
  for (const spkiSha256 of tried) {
    const key = known.publicKeys.get(spkiSha256)
    if (key === undefined || !isAlgorithm(alg) || !isOfKind(key, alg)) continue
    if (known.left-- <= 0) break
    if (isSignedBy(key, alg, input, bytes)) return { tokenId, kid, by: 'signature', spkiSha256 }
  }
  return { tokenId, kid, by: 'kid', spkiSha256: onlyOf(named) }
}

const isOfKind = ({ asymmetricKeyType: kind }: KeyObject, alg: Algorithm) =>
  kind === (alg === 'EdDSA' ? 'ed25519' : alg.startsWith('ES') ? 'ec' : 'rsa')

const partOf = (part: string): Json => parseObject(Buffer.from(part, 'base64url').toString()) ?? {}

function isSignedBy(
  key: KeyObject,
  alg: Algorithm,
  input: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return verify(digestOf(alg), input, { key, ...paddingOf(alg) }, signature)
  } catch {
    // Such as a curve of another width than the signature.
    return false
  }
}
