/**
 * The options that refuse a kind of forgery, by library, as the libraries' own documentation names them.
 *
 * A library without an entry has no known option for it.
 *
 * @module
 */

/** By name of the library, or `any` for what no option does. */
export type Settings = Readonly<Record<string, string>>

const DEFAULT = 'by default'
/** One setting of several libraries, named with spaces between them. */
const each = (libraries: string, setting: string): Settings =>
  Object.fromEntries(libraries.split(' ').map((library) => [library, setting]))

const EXPRESS = 'jose jsonwebtoken express-jwt passport-jwt'
const ALWAYS: Settings = each(
  `${EXPRESS} fast-jwt express-oauth2-jwt-bearer oauth4webapi PyJWT golang-jwt Microsoft.IdentityModel`,
  DEFAULT,
)

/** A signature that does not verify with a key of the set. */
export const SIGNATURE: Settings = ALWAYS

/** A key bound to the issuer that it belongs to. RFC 8725, section 3.8. */
export const KEY_OF_ISSUER: Settings = {
  jose: 'a key function that compares the key of the set',
  ...each('jsonwebtoken express-jwt passport-jwt', 'fetcher of jwks-rsa'),
  'fast-jwt': 'key as a function',
  hono: 'keys as a function',
  'express-oauth2-jwt-bearer': 'validators',
  oauth4webapi: 'customFetch of the key set',
  'aws-jwt-verify': 'customJwtCheck',
  'golang-jwt': 'Keyfunc',
  'Microsoft.IdentityModel':
    'EnableAadSigningKeyIssuerValidation() of Microsoft.IdentityModel.Validators',
  any: "compare the issuer and class of the key with the token's iss before you trust the signature; keep a key set for each issuer",
}

export const KEY_IN_USE: Settings = {
  any: 'take retired keys out of the key set, or pin the keys that may sign, with an end date for each',
}

/** How long a key is remembered after it left the set. */
export const KEY_CACHE: Settings = {
  jose: 'cacheMaxAge of createRemoteJWKSet',
  'jwks-rsa': 'cacheMaxAge; leave cacheMaxAgeFallback off',
  'get-jwks': 'no option: 11.0.3 keeps a key for as long as tokens ask for it',
  'aws-jwt-verify': 'no option: make a new verifier from time to time',
  'Microsoft.IdentityModel': 'AutomaticRefreshInterval of ConfigurationManager',
}

/** Default cache lifetimes of keys, seconds. Sources: the libraries' documentation, November 2026. */
export const DOCUMENTED_CACHES: string =
  'jose and express-oauth2-jwt-bearer 600 (cacheMaxAge), jwks-rsa 600 a kid, ' +
  '@okta/jwt-verifier 3600 (cacheMaxAge), get-jwks 60 (ttl), aws-jwt-verify no end, ' +
  'oauth4webapi 300, PyJWKClient 300 (lifespan), Microsoft.IdentityModel 43200 (AutomaticRefreshInterval)'

export const KEY_USE: Settings = {
  jose: DEFAULT,
  any: 'skip keys of the set with another use than sig',
}

export const ALGORITHMS: Settings = {
  ...each(`${EXPRESS} fast-jwt`, 'algorithms'),
  hono: 'alg',
  PyJWT: 'algorithms=',
  'golang-jwt': 'WithValidMethods',
  'Spring Security': 'jws-algorithms of the resource server',
  'Microsoft.IdentityModel': 'ValidAlgorithms',
}

export const ISSUER: Settings = {
  ...each(EXPRESS, 'issuer'),
  'fast-jwt': "allowedIss, with requiredClaims: ['iss']",
  'express-oauth2-jwt-bearer': 'issuerBaseURL or issuer',
  oauth4webapi: 'the issuer of the authorization server',
  PyJWT: 'issuer=',
  'golang-jwt': 'WithIssuer',
  'Spring Security': 'issuer-uri of the resource server',
  'Microsoft.IdentityModel': 'ValidIssuer, with ValidateIssuer',
}

export const AUDIENCE: Settings = {
  ...each(EXPRESS, 'audience'),
  'fast-jwt': "allowedAud, with requiredClaims: ['aud']",
  'express-oauth2-jwt-bearer': 'audience',
  oauth4webapi: 'expectedAudience',
  PyJWT: 'audience=',
  'golang-jwt': 'WithAudience',
  'Spring Security': 'audiences of the resource server',
  'Microsoft.IdentityModel': 'ValidAudience, with ValidateAudience',
}

export const EXPIRY: Settings = { ...ALWAYS, 'Microsoft.IdentityModel': 'ValidateLifetime' }

export const EXPIRY_REQUIRED: Settings = {
  ...each('jose fast-jwt', "requiredClaims: ['exp']"),
  oauth4webapi: DEFAULT,
  PyJWT: "options={'require': ['exp']}",
  'golang-jwt': 'WithExpirationRequired',
  'Microsoft.IdentityModel': 'RequireExpirationTime',
  any: 'refuse a token without exp after the library has verified it',
}

export const LIFETIME: Settings = {
  jose: 'maxTokenAge',
  ...each('jsonwebtoken fast-jwt', 'maxAge'),
  any: 'refuse a token whose exp is further from its iat than the issuer ever makes it',
}

export const TYPE: Settings = {
  jose: "typ: 'at+jwt'",
  'fast-jwt': 'checkTyp',
  'express-oauth2-jwt-bearer': 'strict: true',
  oauth4webapi: DEFAULT,
  'Microsoft.IdentityModel': 'ValidTypes',
  any: "compare the header's typ with at+jwt",
}

export const REQUIRED_CLAIMS: Settings = {
  ...each('jose fast-jwt', 'requiredClaims'),
  oauth4webapi: DEFAULT,
  PyJWT: "options={'require': […]}",
}

/** Keys and addresses in a token's own header. */
export const HEADER_KEYS: Settings = {
  ...ALWAYS,
  any: 'take keys from the configured key set alone; ignore jwk, jku, x5u and x5c of a header',
}

export const KEY_LOOKUP: Settings = {
  ...ALWAYS,
  any: 'look a kid up among the keys of the set, never as a path, an address or part of a query',
}

export const CRITICAL: Settings = {
  ...each('jose oauth4webapi', DEFAULT),
  any: 'refuse a token whose header has crit with a name that you do not process',
}

export const STRICT_ENCODING: Settings = {
  any: 'refuse a part that does not encode back to the same letters',
}

export const ENCRYPTED: Settings = {
  jose: 'jwtVerify takes no encrypted token; verify what jwtDecrypt gives with jwtVerify',
  any: 'verify the signature inside an encrypted token as that of any other',
}

export const APPLICATION: Settings = {
  any: 'no option of a library: compare the claim in the application',
}

export const SAML_SIGNED: Settings = {
  '@node-saml/node-saml': 'wantAssertionsSigned and wantAuthnResponseSigned, with idpCert',
  samlify: 'WantAssertionsSigned in the metadata of the service',
  any: 'take the key from the configured metadata alone, never from the message',
}

export const SAML_AUDIENCE: Settings = { '@node-saml/node-saml': 'audience' }

export const SAML_TIME: Settings = {
  '@node-saml/node-saml': 'acceptedClockSkewMs small, and never -1',
}
