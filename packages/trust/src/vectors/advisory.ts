/** Tokens that a standard leaves open, or that well-kept libraries accept. @module */
import type { Forge } from '../forge/forge.ts'
import { compact, inputOf, signatureOf } from '../forge/jws.ts'
import { APPLICATION, LIFETIME, REQUIRED_CLAIMS, STRICT_ENCODING } from '../forge/settings.ts'
import { group, type Vector } from '../forge/vector.ts'

const claims = (changed: Readonly<Record<string, unknown>>) => (forge: Forge) =>
  forge.token({ claims: changed })

const OF_TIME: readonly Vector[] = group(
  {
    family: 'claims',
    axis: 'exp',
    level: 'advisory',
    forbiddenBy: 'RFC 7519, section 4.1.4',
    settings: LIFETIME,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['exp-9999', 'The token expires in the year 9999.',
      claims({ exp: 253_402_300_799 }), { forbiddenBy: 'NIST IR 8587 (draft): at most an hour' }],
    ['exp-infinite', 'The time of expiry is a number too large to be one.',
      (forge) => {
        const zero = JSON.stringify({ ...forge.claims, exp: 0 })
        return forge.payload(zero.replace('"exp":0', '"exp":1e400'))
      }],
    ['iat-future', 'The token was issued tomorrow.',
      (forge) => forge.token({ claims: { iat: forge.nowS + 86_400 } }),
      { axis: 'iat', forbiddenBy: 'RFC 7519, section 4.1.6, leaves it open' }],
  ],
)

const MISSING: readonly Vector[] = group(
  {
    family: 'claims',
    axis: 'iat',
    level: 'advisory',
    forbiddenBy: 'RFC 9068, section 2.2, demands it of the issuer',
    settings: REQUIRED_CLAIMS,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['iat-missing', 'There is no time of issuance.', claims({ iat: undefined })],
    ['sub-missing', 'There is no subject.', claims({ sub: undefined }), { axis: 'sub' }],
    ['jti-missing', 'There is no token id.', claims({ jti: undefined }), { axis: 'jti' }],
  ],
)

const OF_APPLICATION: readonly Vector[] = group(
  {
    family: 'claims',
    axis: 'cnf',
    level: 'advisory',
    forbiddenBy: 'RFC 7800, section 3',
    settings: APPLICATION,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['client-other', 'The client is another.',
      claims({ client_id: 'another', azp: 'another' }),
      { axis: 'client_id', forbiddenBy: 'RFC 9068, section 2.2; the application decides' }],
    ['scope-missing', 'There is no scope.',
      claims({ scope: undefined }),
      { axis: 'scope', forbiddenBy: 'RFC 9068, section 2.2.3; the application decides' }],
    ['tid-other', 'The tenant is another than that of the issuer.',
      claims({ tid: '00000000-0000-0000-0000-000000000000' }),
      { axis: 'tid', forbiddenBy: 'RFC 8725, section 3.8; the application decides' }],
    ['mail-without-sub', 'There is no subject, only a mail address.',
      claims({ sub: undefined, email: 'admin@example.org' }),
      { axis: 'sub', forbiddenBy: 'OpenID Connect Core 1.0, section 5.7' }],
    ['cnf-bound', 'The token is bound to a key, and presented without a proof of it.',
      claims({ cnf: { jkt: 'A'.repeat(43) } }), { forbiddenBy: 'RFC 9449, section 7.2' }],
    ['cnf-missing', 'The claim cnf of the genuine token is left out.',
      claims({ cnf: undefined }), { applies: (forge) => forge.claims['cnf'] !== undefined }],
    ['nonce-missing', 'The claim nonce of the genuine token is left out.',
      claims({ nonce: undefined }),
      {
        axis: 'nonce',
        forbiddenBy: 'OpenID Connect Core 1.0, section 3.1.3.7',
        applies: (forge) => forge.claims['nonce'] !== undefined,
      }],
    ['aud-twice-last-genuine', 'The audience is named twice, the first time as another.',
      (forge) => {
        const once = JSON.stringify(forge.claims)
        return forge.payload(once.replace('{', '{"aud":"api://another-service",'))
      },
      {
        axis: 'aud',
        forbiddenBy: 'RFC 7519, section 4, allows to take the last',
        settings: { any: 'refuse JSON that names a member twice' },
      }],
  ],
)

/** Order of the curve. Source: FIPS 186-5, P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const isP256 = (forge: Forge) => forge.key('signing').alg === 'ES256'

function highS(forge: Forge): string {
  const token = forge.token()
  const signed = signatureOf(token)
  const s = BigInt(`0x${signed.subarray(32).toString('hex')}`)
  const twin = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')
  return compact(inputOf(token), Buffer.concat([signed.subarray(0, 32), twin]))
}

/** 64 bytes end with a letter of which four bits count for nothing. */
function spareBits(forge: Forge): string {
  const token = forge.token()
  const last = LETTERS.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${LETTERS[last + 1]}`
}

function plainBase64(forge: Forge): string {
  // Nearly every signature has such a letter; more than a few tries are never needed.
  for (;;) {
    const [header, payload, signed = ''] = forge.token().split('.')
    const spelled = signed.replaceAll('-', '+').replaceAll('_', '/')
    if (spelled !== signed) return `${header}.${payload}.${spelled}`
  }
}

const OF_ENCODING: readonly Vector[] = group(
  {
    family: 'form',
    axis: 'signature',
    level: 'advisory',
    forbiddenBy: 'RFC 7515, section 2',
    settings: STRICT_ENCODING,
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['high-s', 'The twin of the genuine signature: (r, n − s) for (r, s).',
      highS,
      {
        forbiddenBy: 'SEC 1, section 4.1.3, leaves it open',
        settings: {
          any: 'refuse an ECDSA signature whose s is above half of the order of the curve',
        },
        applies: isP256,
      }],
    ['base64-padding', 'The signature ends with the padding of base64.',
      (forge) => `${forge.token()}==`],
    ['base64-spare-bits', 'The last letter of the signature has bits set that belong to no byte.',
      spareBits, { forbiddenBy: 'RFC 4648, section 3.5', applies: isP256 }],
    ['base64-alphabet', 'The signature is spelled in base64, with + and /.', plainBase64],
  ],
)

export const ADVISORY_VECTORS: readonly Vector[] = [
  ...OF_TIME,
  ...MISSING,
  ...OF_APPLICATION,
  ...OF_ENCODING,
]
