/** Tokens that the genuine key signed, and whose claims a verifier has to refuse. @module */
import type { Forge } from '../forge/forge.ts'
import { AUDIENCE, EXPIRY, EXPIRY_REQUIRED, ISSUER, SIGNATURE, TYPE } from '../forge/settings.ts'
import { group, type Vector } from '../forge/vector.ts'

const withLast = (forge: Forge, member: string) =>
  forge.payload(JSON.stringify(forge.claims).replace(/\}$/, `,${member}}`))

/** A token of another issuer of the same key set: its `iss`, and its key. */
const wholeTokenOf = (role: string) => (forge: Forge) =>
  forge.token({ by: role, claims: { iss: forge.key(role).issuer } })

/** Signed by the key `signing`, under the genuine kid. */
const claims = (change: (forge: Forge) => unknown, name: string) => (forge: Forge) =>
  forge.token({ claims: { [name]: change(forge) } })

const iss = (change: (issuer: string) => unknown) =>
  claims(({ issuer }) => change(issuer.issuer), 'iss')
const aud = (change: (audience: string) => unknown) =>
  claims(({ issuer }) => change(issuer.audience), 'aud')

const OF_ISSUER: readonly Vector[] = group(
  { family: 'claims', axis: 'iss', forbiddenBy: 'RFC 8725, section 3.8', settings: ISSUER },
  // biome-ignore format: a table, a vector in two lines
  [
    ['iss-other', 'The issuer is an unrelated address.', iss(() => 'https://attacker.example')],
    ['iss-missing', 'There is no issuer.',
      iss(() => undefined), { forbiddenBy: 'RFC 9068, section 2.2' }],
    ['iss-empty', 'The issuer is an empty text.', iss(() => '')],
    ['iss-longer', 'The issuer begins with the genuine one, and goes on as a host of the attacker.',
      iss((issuer) => `${issuer}.attacker.example`)],
    ['iss-inside', "The genuine issuer is a part of the attacker's address.",
      iss((issuer) => `https://attacker.example/?${issuer}`)],
    ['iss-slash', 'The issuer has a slash more at its end.', iss((issuer) => `${issuer}/`)],
    ['iss-upper-case', 'The issuer is in capital letters.', iss((issuer) => issuer.toUpperCase())],
    ['iss-list', 'The issuer is a list that has the genuine one.',
      iss((issuer) => [issuer, 'https://attacker.example'])],
    ['iss-consumer', 'The genuine key signs in the name of the consumer issuer.',
      claims((forge) => forge.key('consumer').issuer, 'iss')],
    ['iss-consumer-own-key', 'A whole token of the consumer issuer: its issuer, signed by its own key.',
      wholeTokenOf('consumer')],
    ['iss-disabled-own-key', 'A whole token of a disabled issuer: its issuer, signed by its own key.',
      wholeTokenOf('disabled'),
      { incident: 'CVE-2026-1486: Keycloak trusted a disabled identity provider' }],
    ['iss-tenant-own-key', 'A whole token of another tenant: its issuer, signed by its own key.',
      wholeTokenOf('tenant')],
    ['iss-twice', 'The issuer is named twice, the last time as another.',
      (forge) => withLast(forge, '"iss":"https://attacker.example"'),
      { forbiddenBy: 'RFC 7519, section 4' }],
  ],
)

const OF_AUDIENCE: readonly Vector[] = group(
  { family: 'claims', axis: 'aud', forbiddenBy: 'RFC 7519, section 4.1.3', settings: AUDIENCE },
  // biome-ignore format: a table, a vector in two lines
  [
    ['aud-other', 'The audience is another service.', aud(() => 'api://another-service')],
    ['aud-missing', 'There is no audience.',
      aud(() => undefined), { forbiddenBy: 'RFC 9068, section 4' }],
    ['aud-empty', 'The audience is an empty text.', aud(() => '')],
    ['aud-empty-list', 'The audience is an empty list.', aud(() => [])],
    ['aud-other-list', 'The audience is a list of other services.',
      aud(() => ['api://another-service', 'api://a-third'])],
    ['aud-longer', 'The audience begins with the genuine one.',
      aud((audience) => `${audience}-admin`)],
    ['aud-shorter', 'The audience is the beginning of the genuine one.',
      aud((audience) => audience.slice(0, -1))],
    ['aud-upper-case', 'The audience is in capital letters.',
      aud((audience) => audience.toUpperCase())],
    ['aud-client', 'The audience is the client, as of an ID token.',
      claims((forge) => forge.claims['client_id'], 'aud')],
    ['aud-twice', 'The audience is named twice, the last time as another.',
      (forge) => withLast(forge, '"aud":"api://another-service"'),
      { forbiddenBy: 'RFC 7519, section 4' }],
  ],
)

const expired = (forge: Forge, agoS: number) => {
  const exp = forge.nowS - agoS
  return forge.token({ claims: { iat: exp - 300, nbf: exp - 300, exp } })
}

const OF_TIME: readonly Vector[] = group(
  { family: 'claims', axis: 'exp', forbiddenBy: 'RFC 7519, section 4.1.4', settings: EXPIRY },
  // biome-ignore format: a table, a vector in two lines
  [
    ['exp-missing', 'The token never expires: there is no exp.',
      claims(() => undefined, 'exp'),
      { forbiddenBy: 'RFC 9068, section 2.2', settings: EXPIRY_REQUIRED }],
    ['exp-past-ten-minutes', 'The token expired ten minutes ago.', (forge) => expired(forge, 600)],
    ['exp-past-day', 'The token expired a day ago.', (forge) => expired(forge, 86_400)],
    ['exp-text', 'The time of expiry is a text.',
      claims((forge) => String(forge.claims['exp']), 'exp')],
    ['exp-null', 'The time of expiry is null.', claims(() => null, 'exp')],
    ['exp-list', 'The time of expiry is a list.', claims((forge) => [forge.claims['exp']], 'exp')],
    ['exp-twice', 'The time of expiry is named twice, the last time as past.',
      (forge) => withLast(forge, `"exp":${forge.nowS - 3600}`),
      { forbiddenBy: 'RFC 7519, section 4' }],
    ['nbf-future', 'The token counts only from tomorrow.',
      (forge) => forge.token({ claims: { nbf: forge.nowS + 86_400, exp: forge.nowS + 86_700 } }),
      { axis: 'nbf', forbiddenBy: 'RFC 7519, section 4.1.5' }],
    ['nbf-text', 'The time from which the token counts is a text.',
      claims((forge) => String(forge.claims['nbf']), 'nbf'),
      { axis: 'nbf', forbiddenBy: 'RFC 7519, section 4.1.5' }],
  ],
)

const typ = (value: string | undefined) => (forge: Forge) => forge.token({ header: { typ: value } })

const OF_TYPE: readonly Vector[] = group(
  {
    family: 'claims',
    axis: 'typ',
    forbiddenBy: 'RFC 9068, section 4',
    settings: TYPE,
    applies: (forge) => forge.issuer.typ === 'at+jwt',
  },
  // biome-ignore format: a table, a vector in two lines
  [
    ['typ-missing', 'There is no typ in the header.', typ(undefined)],
    ['typ-jwt', 'The typ is JWT, as of an ID token.', typ('JWT')],
    ['typ-logout', 'The typ is that of a logout token.', typ('logout+jwt')],
  ],
)

const NO_CLAIMS: readonly Vector[] = group(
  { family: 'claims', axis: 'claims', forbiddenBy: 'RFC 7519, section 7.2', settings: SIGNATURE },
  // biome-ignore format: a table, a vector in two lines
  [
    ['claims-list', 'The claims are a list that has them.',
      (forge) => forge.payload([forge.claims])],
    ['claims-text', 'The claims are no JSON.', (forge) => forge.payload('mintmark')],
  ],
)

export const CLAIM_VECTORS: readonly Vector[] = [
  ...OF_ISSUER,
  ...OF_AUDIENCE,
  ...OF_TIME,
  ...OF_TYPE,
  ...NO_CLAIMS,
]
