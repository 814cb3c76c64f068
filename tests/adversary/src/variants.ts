/** What somebody who has a provider's private key, and a genuine token, may show. */
import { createHmac, type KeyObject } from 'node:crypto'
import {
  claimsOf,
  type ForgerKey,
  forge,
  forgeText,
  malleated,
  respaced,
  respelled,
} from '@mintmark/testkit'

/** What the forger has. */
export interface Loot {
  /** The provider's real key. */
  readonly key: ForgerKey
  /** The key of another issuer whom the guard knows, and an expired key of the provider. */
  readonly consumerKey: ForgerKey
  readonly oldKey: ForgerKey
  /** A key that nobody knows. */
  readonly ownKey: ForgerKey
  /** The provider's public half. */
  readonly publicKey: KeyObject
  readonly consumerIssuer: string
  /** Genuine tokens, each issued for this call. */
  readonly genuine: () => Promise<string>
}

export interface Variant {
  readonly name: string
  /**
   * `raised`: its signature is good under a key that the guard knows or knew, so that there is an
   * alarm. `silent`: anybody could have made it, and nobody may raise an alarm.
   */
  readonly alarm: 'raised' | 'silent'
  readonly make: (loot: Loot) => Promise<string>
}

type Claims = Readonly<Record<string, unknown>>

const encoded = (text: string) => Buffer.from(text).toString('base64url')
const partsOf = (token: string): readonly [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [header, payload, signature]
}
const textOf = (part: string) => Buffer.from(part, 'base64url').toString('utf8')
const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead
const YEAR = 31_536_000

let made = 0
const newId = () => `forged-${++made}`

/** Signed with the provider's key over the claims of a genuine token, changed. */
const claimed = (
  name: string,
  change: (claims: Claims) => Claims,
  header: Claims = {},
): Variant => ({
  name,
  alarm: 'raised',
  make: async ({ key, genuine }) =>
    forge(key, change({ ...claimsOf(await genuine()), jti: newId() }), header),
})

/** The same with one claim more, or another value; `undefined` leaves it out. */
const claim = (
  name: string,
  value: unknown,
  what = `${name} is ${JSON.stringify(value)}`,
): Variant => claimed(what, (claims) => ({ ...claims, [name]: value }))

/** Signed with the provider's key, under a header of the forger's. */
const headed = (name: string, header: Claims): Variant => claimed(name, (claims) => claims, header)

/** Signed with the provider's key over a payload that is spelled out, of a genuine token's text. */
const spelled = (name: string, change: (payload: string) => string): Variant => ({
  name,
  alarm: 'raised',
  make: async ({ key, genuine }) => {
    const claims = { ...claimsOf(await genuine()), jti: newId() }
    return forgeText(key, change(JSON.stringify(claims)))
  },
})

/** Made of a genuine token, without the key. */
const remade = (
  name: string,
  alarm: Variant['alarm'],
  change: (token: string, loot: Loot) => Promise<string> | string,
): Variant => ({ name, alarm, make: async (loot) => change(await loot.genuine(), loot) })

const CLAIMS: readonly Variant[] = [
  claimed('a new id', (claims) => claims),
  claim('jti', undefined, 'no id'),
  claim('jti', ''),
  claim('jti', 7),
  claim('jti', ['a']),
  claim('jti', { a: 1 }),
  claim('jti', 'x'.repeat(4096), 'a long id'),
  claim('jti', 'a\u0000b', 'an id with a zero'),
  claim('sub', 'the-minister'),
  claim('sub', undefined, 'no subject'),
  claim('sub', 'мир', 'a subject in other letters'),
  claim('email', 'the-minister@example.org'),
  claim('scope', 'imap admin'),
  claim('client_id', 'another-client'),
  claim('aud', ['urn:example:imap', 'urn:example:wiki'], 'two audiences'),
  claim('aud', undefined, 'no audience'),
  claim('exp', seconds(10 * YEAR), 'a life of ten years'),
  claim('exp', undefined, 'no end'),
  claim('exp', '9999999999'),
  claim('exp', seconds(-60), 'an end that is past'),
  claim('exp', -1),
  claim('nbf', seconds(3600), 'a beginning that is to come'),
  claim('iat', seconds(3600), 'issued tomorrow'),
  claim('iat', seconds(-5 * YEAR), 'issued years ago'),
  claim('iat', undefined, 'no time of issue'),
  claim('mintmark_salt', undefined, 'no salt'),
  claim('mintmark_salt', 'AA', 'a short salt'),
  claim('cnf', { jkt: 'a'.repeat(43) }, 'bound to a key of the forger’s'),
  claim('act', { sub: 'an-admin' }, 'on behalf of another'),
  claimed('the issuer with a slash', (claims) => ({ ...claims, iss: `${String(claims['iss'])}/` })),
  claim('iss', 'https://nobody.example.org', 'an issuer whom nobody knows'),
  claim('iss', undefined, 'no issuer'),
  {
    name: 'a genuine id, and another subject',
    alarm: 'raised',
    make: async ({ key, genuine }) =>
      forge(key, { ...claimsOf(await genuine()), sub: 'the-minister' }),
  },
  {
    name: 'a genuine id and salt, and one claim more',
    alarm: 'raised',
    make: async ({ key, genuine }) => forge(key, { ...claimsOf(await genuine()), admin: true }),
  },
]

const TEXTS: readonly Variant[] = [
  spelled('an id twice', (text) => text.replace('{', '{"jti":"first",')),
  spelled('an end twice', (text) => text.replace('{', '{"exp":1,')),
  spelled('blanks behind the claims', (text) => `${text}  `),
  spelled('a byte order mark', (text) => `\uFEFF${text}`),
  spelled('a list of claims', (text) => `[${text}]`),
  spelled('claims that are no JSON', (text) => text.slice(1)),
  spelled('no claims', () => ''),
  spelled('deep claims', (text) =>
    text.replace('{', `{"deep":${'['.repeat(500)}${']'.repeat(500)},`),
  ),
  spelled('escaped names', (text) => text.replace('"jti"', '"\\u006ati"')),
]

const HEADERS: readonly Variant[] = [
  headed('the type of an ID token', { typ: 'JWT' }),
  headed('no type', { typ: undefined }),
  headed('the type in capitals', { typ: 'AT+JWT' }),
  headed('an extension that must be understood', { crit: ['b64'], b64: true }),
  headed('an address of keys', { jku: 'http://127.0.0.1:1/keys' }),
  headed('a certificate', { x5c: ['AAAA'] }),
  headed('a content type', { cty: 'JWT' }),
  headed('no name of a key', { kid: undefined }),
  headed('a name of a key that nobody has', { kid: 'nobody' }),
]

const KEYS: readonly Variant[] = [
  {
    name: 'an expired key',
    alarm: 'raised',
    make: async ({ oldKey, genuine }) =>
      forge(oldKey, { ...claimsOf(await genuine()), jti: newId() }),
  },
  {
    name: 'a consumer key under the name of the provider',
    alarm: 'raised',
    make: async ({ consumerKey, genuine }) =>
      forge(consumerKey, { ...claimsOf(await genuine()), jti: newId() }),
  },
  {
    name: 'a consumer token',
    alarm: 'raised',
    make: async ({ consumerKey, consumerIssuer, genuine }) =>
      forge(consumerKey, { ...claimsOf(await genuine()), jti: newId(), iss: consumerIssuer }),
  },
  {
    name: 'a stranger’s key under the name of the real one',
    alarm: 'silent',
    make: async ({ ownKey, key, genuine }) =>
      forge({ ...ownKey, kid: key.kid }, { ...claimsOf(await genuine()), jti: newId() }),
  },
  {
    name: 'a stranger’s key that the header brings',
    alarm: 'silent',
    make: async ({ ownKey, genuine }) =>
      forge(ownKey, { ...claimsOf(await genuine()), jti: newId() }, { jwk: { kty: 'EC' } }),
  },
  {
    name: 'a name of a key that leads to a file',
    alarm: 'silent',
    make: async ({ ownKey, genuine }) =>
      forge(ownKey, { ...claimsOf(await genuine()), jti: newId() }, { kid: '../../dev/null' }),
  },
  {
    name: 'no signature, and the algorithm none',
    alarm: 'silent',
    make: async ({ genuine }) =>
      `${encoded('{"typ":"at+jwt","alg":"none"}')}.${partsOf(await genuine())[1]}.`,
  },
  {
    name: 'the public key as a shared secret',
    alarm: 'silent',
    make: async ({ key, publicKey, genuine }) => {
      const header = encoded(JSON.stringify({ typ: 'at+jwt', alg: 'HS256', kid: key.kid }))
      const input = `${header}.${partsOf(await genuine())[1]}`
      const pem = publicKey.export({ type: 'spki', format: 'pem' })
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
    },
  },
]

const REMADE: readonly Variant[] = [
  remade('the twin of a signature', 'raised', malleated),
  remade('another spelling of a signature', 'raised', respelled),
  remade('padding', 'raised', (token) => `${token}==`),
  remade('a blank in the claims', 'raised', (token, { key }) => respaced(key, token)),
  remade('the signature of another token', 'silent', async (token, { genuine }) => {
    const [header, payload] = partsOf(token)
    return `${header}.${payload}.${partsOf(await genuine())[2]}`
  }),
  remade('claims that were changed', 'silent', (token) => {
    const [header, payload, signature] = partsOf(token)
    return `${header}.${encoded(textOf(payload).replace('imap', 'wiki'))}.${signature}`
  }),
  remade('a signature of zeros', 'silent', (token) => {
    const [header, payload] = partsOf(token)
    return `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`
  }),
  remade('no signature', 'silent', (token) => `${partsOf(token).slice(0, 2).join('.')}.`),
  remade('two parts', 'silent', (token) => partsOf(token).slice(0, 2).join('.')),
  remade('four parts', 'silent', (token) => `${token}.AAAA`),
  remade('twice', 'silent', (token) => `${token}${token}`),
  remade('the JSON serialization', 'silent', (token) => {
    const [header, payload, signature] = partsOf(token)
    return JSON.stringify({ protected: header, payload, signature })
  }),
  remade('a header in another order', 'silent', (token) => {
    const [header, payload, signature] = partsOf(token)
    const members = Object.entries(claimsOf(`.${header}.`)).toReversed()
    return `${encoded(JSON.stringify(Object.fromEntries(members)))}.${payload}.${signature}`
  }),
]

/** Every one must be refused at every door. */
export const VARIANTS: readonly Variant[] = [...CLAIMS, ...TEXTS, ...HEADERS, ...KEYS, ...REMADE]
