/** Tokens whose signature or structure a verifier has to refuse. @module */
import { randomBytes, sign } from 'node:crypto'
import { encrypted } from '../forge/encrypted.ts'
import type { Forge } from '../forge/forge.ts'
import { compact, inputOf, part, signatureOf } from '../forge/jws.ts'
import { ALGORITHMS, CRITICAL, ENCRYPTED, SIGNATURE } from '../forge/settings.ts'
import { group, type Vector } from '../forge/vector.ts'

/** Without a signature. */
const unsigned = (alg: string | undefined) => (forge: Forge) =>
  `${forge.input({ header: { alg } })}.`
const withAlg = (alg: string) => (forge: Forge) => forge.token({ header: { alg } })
const NONE = {
  forbiddenBy: 'RFC 8725, section 3.2',
  incident: 'CVE-2015-9235 and its kin: alg none passed',
}

const OF_ALGORITHM: readonly Vector[] = group(
  { family: 'form', axis: 'alg', forbiddenBy: 'RFC 8725, section 3.1', settings: ALGORITHMS },
  // biome-ignore format: a table, a vector in two lines
  [
    ['alg-none', 'The algorithm is none, and there is no signature.', unsigned('none'), NONE],
    ['alg-none-mixed-case', 'The algorithm is none in other letters, and there is no signature.',
      unsigned('nOnE'), NONE],
    ['alg-none-upper-case', 'The algorithm is none in capital letters, and there is no signature.',
      unsigned('NONE'), NONE],
    ['alg-none-signed', 'The algorithm is none, and a signature of the attacker follows.',
      (forge) => forge.token({ by: 'stranger', as: 'signing', header: { alg: 'none' } }),
      { forbiddenBy: 'RFC 8725, section 3.2' }],
    ['alg-missing', 'There is no algorithm in the header, and no signature.',
      unsigned(undefined), { forbiddenBy: 'RFC 7515, section 4.1.1' }],
    ['alg-unknown', 'The algorithm is one that there is not.', withAlg('XS256')],
    ['alg-lower-case', 'The algorithm is in small letters.', withAlg('es256')],
    ['alg-other-hash', 'The algorithm is another than that of the key.', withAlg('ES384')],
  ],
)

/** The genuine token with other bytes as its signature. */
const resigned =
  (signature: (forge: Forge, token: string) => Uint8Array) =>
  (forge: Forge): string => {
    const token = forge.token()
    return compact(inputOf(token), signature(forge, token))
  }

const OF_SIGNATURE: readonly Vector[] = group(
  { family: 'form', axis: 'signature', forbiddenBy: 'RFC 7515, section 5.2', settings: SIGNATURE },
  // biome-ignore format: a table, a vector in two lines
  [
    ['signature-missing', 'The signature is left out.',
      (forge) => forge.token().replace(/[^.]*$/, '')],
    ['signature-zero', 'Both numbers of the signature are zero.',
      resigned(() => Buffer.alloc(64)),
      { incident: 'CVE-2022-21449: Java took a signature of zeros' }],
    ['signature-random', 'The signature is random bytes.', resigned(() => randomBytes(64))],
    ['signature-of-another', 'The signature is that of another genuine token.',
      resigned((forge) => signatureOf(forge.token({ claims: { jti: 'another' } })))],
    ['signature-cut', 'The signature lacks its last byte.',
      resigned((_, token) => signatureOf(token).subarray(0, -1))],
    ['signature-longer', 'The signature has a byte more.',
      resigned((_, token) => Buffer.concat([signatureOf(token), Buffer.alloc(1)]))],
    ['signature-der', 'The signature is in DER, and not the two numbers alone.',
      resigned((forge, token) =>
        sign('sha256', Buffer.from(inputOf(token), 'latin1'), forge.key('signing').privateKey),
      ),
      {
        forbiddenBy: 'RFC 7518, section 3.4',
        applies: (forge) => forge.key('signing').alg === 'ES256',
      }],
    ['claims-changed', 'The subject was changed after the token was signed.',
      (forge) => compact(forge.input({ claims: { sub: 'admin' } }), signatureOf(forge.token())),
      { axis: 'sub' }],
    ['header-changed', 'A member was added to the header after the token was signed.',
      (forge) => compact(forge.input({ header: { x: 1 } }), signatureOf(forge.token())),
      { axis: 'header' }],
  ],
)

const WRAPPED: readonly Vector[] = group(
  { family: 'form', axis: 'form', forbiddenBy: 'RFC 8725, section 3.3', settings: ENCRYPTED },
  // biome-ignore format: a table, a vector in two lines
  [
    ['jwe-around-none', 'An unsigned token inside an encrypted one, for the public encryption key.',
      (forge) => encrypted(unsigned('none')(forge), forge),
      { incident: 'CVE-2026-29000: pac4j took an unsigned token inside an encrypted one' }],
    ['jwe-around-claims', 'The bare claims inside an encrypted token, for the public encryption key.',
      (forge) => encrypted(JSON.stringify(forge.claims), forge),
      { incident: 'CVE-2026-29000 is of this class' }],
    ['jwe-around-own', "A token of the attacker's inside an encrypted one, under the genuine kid.",
      (forge) => encrypted(forge.token({ by: 'stranger', as: 'signing' }), forge)],
    ['actor-unsigned', "An unsigned token that carries another tenant's signed one as its actor.",
      (forge) => {
        const claims = { actortoken: forge.token({ by: 'tenant' }) }
        return `${forge.input({ header: { alg: 'none' }, claims })}.`
      },
      {
        forbiddenBy: 'RFC 8725, section 3.2',
        incident: 'CVE-2025-55241: unsigned actor tokens passed for every tenant',
        settings: ALGORITHMS,
      }],
    ['nested-genuine', 'A genuine token as the payload of one that the attacker signed.',
      (forge) => forge.payload(forge.token(), { cty: 'JWT' }, 'stranger'), { settings: SIGNATURE }],
  ],
)

const critical = (crit: unknown, more?: object) => (forge: Forge) =>
  forge.token({ header: { crit, ...more } })

const OF_EXTENSIONS: readonly Vector[] = group(
  { family: 'form', axis: 'crit', forbiddenBy: 'RFC 7515, section 4.1.11', settings: CRITICAL },
  // biome-ignore format: a table, a vector in two lines
  [
    ['b64-false', 'The header says that the payload is not encoded.',
      (forge) => forge.token({ header: { b64: false, crit: ['b64'] } }),
      { axis: 'b64', forbiddenBy: 'RFC 7797, which updates RFC 7519' }],
    ['crit-unknown', 'The header demands an extension that there is not.',
      critical(['x-mintmark'], { 'x-mintmark': true })],
    ['crit-empty', 'The list of demanded extensions is empty.', critical([])],
    ['crit-text', 'What the header demands is a text, and no list.',
      critical('x-mintmark', { 'x-mintmark': true })],
    ['crit-standard-name', 'The header demands a member that the standard defines itself.',
      critical(['alg'])],
    ['crit-absent', 'The header demands an extension that it does not have.',
      critical(['x-mintmark'])],
  ],
)

const OF_PARTS: readonly Vector[] = group(
  { family: 'form', axis: 'form', forbiddenBy: 'RFC 7515, section 7.1', settings: SIGNATURE },
  // biome-ignore format: a table, a vector in two lines
  [
    ['two-parts', 'The token ends behind its claims.', (forge) => forge.input()],
    ['four-parts', 'A fourth part follows the signature.', (forge) => `${forge.token()}.AA`],
    ['json-form', 'The JSON serialisation of a signed token.',
      (forge) => {
        const [header, payload, signature] = forge.token().split('.')
        return JSON.stringify({ protected: header, payload, signature })
      },
      { forbiddenBy: 'RFC 7519, section 1' }],
    ['header-twice', 'The algorithm is named twice, the last time as none; there is no signature.',
      (forge) => {
        const twice = JSON.stringify(forge.header()).replace(/\}$/, ',"alg":"none"}')
        return `${part(twice)}.${part(forge.claims)}.`
      },
      { axis: 'alg', forbiddenBy: 'RFC 7515, section 4', settings: ALGORITHMS }],
    ['header-not-json', 'The header is no JSON.',
      (forge) => forge.signed(`${part('mintmark')}.${part(forge.claims)}`),
      { forbiddenBy: 'RFC 7515, section 5.2' }],
  ],
)

export const STRUCTURE_VECTORS: readonly Vector[] = [
  ...OF_ALGORITHM,
  ...OF_SIGNATURE,
  ...WRAPPED,
  ...OF_EXTENSIONS,
  ...OF_PARTS,
]
