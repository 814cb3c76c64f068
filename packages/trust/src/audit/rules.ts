/** Rules of an audit. `error` and `warning` count as found; a `note` does not. */
import { plural } from '@mintmark/core'

export const LEVELS = ['error', 'warning', 'note'] as const
export type Level = (typeof LEVELS)[number]

export const countsText = (findings: readonly { readonly level: Level }[]): string =>
  LEVELS.map((level) => plural(findings.filter((each) => each.level === level).length, level)).join(
    ', ',
  )

type Row = readonly [Level, title: string, help?: string]

const REPLACE =
  'Replace the key, and have verifiers drop it: its private half can be computed or is known.'

// biome-ignore format: a table, a rule in two lines
const ROWS = {
  'rsa-shared-factor': ['error', 'The modulus shares a prime with another key.'],
  'rsa-small-factor': ['error', 'The modulus has a small prime factor.'],
  'rsa-prime-modulus': ['error', 'The modulus is a prime.'],
  'rsa-close-primes': ['error', "Fermat's method factors the modulus: its primes are close."],
  'rsa-roca': ['error', 'The modulus has the form of CVE-2017-15361 (ROCA).'],
  'rsa-small-private-exponent': ['error', "Wiener's attack finds the private exponent."],
  'rsa-exponent': ['error', 'The public exponent is even, below 65,537, or above 2^256.',
    'FIPS 186-5, appendix A.1.1: make keys with the exponent 65,537.'],
  'key-size': ['error', 'The key is too short.',
    'RFC 7518, sections 3.3 and 3.4: RSA of 2,048 bits or more, P-256 or larger.'],
  'off-curve': ['error', 'The point is not on its curve, or of small order.',
    'The key is damaged or hostile. Publish it again from its source.'],
  'published-key': ['error', 'The private half is published in a standard or a test set.'],
  'blocklisted-key': ['error', 'The key is on the blocklist.'],
  'private-published': ['error', 'Private members are published.'],
  'use-mismatch': ['error', '`use`, `alg`, `key_ops` and the key contradict one another.',
    'RFC 7517, sections 4.2 to 4.4: publish members that agree.'],
  'no-use': ['note', 'The key does not say whether it signs or encrypts.', 'Publish `use`.'],
  'no-alg': ['note', 'The key does not say with which algorithm it is used.',
    'Publish `alg`: RFC 8725, section 3.1, binds a key to one.'],
  'sign-and-encrypt': ['error', 'One key signs and encrypts.',
    'NIST IR 8587 (draft), section 5.2.1.2: use another key for encryption.'],
  'classes-together': ['warning', 'One key set lists keys of several classes or issuers.',
    'A verifier that finds keys by kid alone takes each of them for all. Publish a set for each, or have verifiers check the `issuer` of the key.'],
  'key-shared': ['error', 'One key serves several issuers or classes.', 'Give each its own key.'],
  'kid-reused': ['error', 'One kid names several keys.',
    'Give each key its own kid, such as its RFC 7638 thumbprint.'],
  'no-overlap': ['warning', 'A key replaced another without a time at which both were listed.',
    'List the new key before it signs, for longer than verifiers cache.'],
  'key-age': ['error', 'A signing key is in use for longer than the profile allows.',
    'Rotate it, and unlist it once its last token expired.'],
  'certificate-expired': ['error', 'A certificate expired, and its key is still listed.',
    'Unlist the key, or renew the certificate: some verifiers check it, others do not.'],
  'certificate-not-yet': ['warning', 'A certificate is not valid yet.',
    'Check the clock that issued it.'],
  'certificate-other-key': ['error', 'The certificate beside a key is of another key.',
    'Publish the certificate of this key as the first of `x5c`.'],
  'certificate-broken-hash': ['warning', 'A certificate is signed with SHA-1 or MD5.',
    'Have it issued again with SHA-256.'],
  'metadata-expired': ['error', 'The metadata is past its validUntil.',
    'Publish it again, or find out why it is stale.'],
  'metadata-no-expiry': ['warning', 'The metadata has no validUntil: an old copy can be replayed for ever.',
    'Publish validUntil, and sign the metadata.'],
  'broken-algorithm': ['error', 'Metadata allows an algorithm that is broken or absent.',
    'Take `none`, RSA1_5, SHA-1 and MD5 out; replace HMAC by key pairs.'],
  'issuer-mismatch': ['error', 'The issuer of the metadata is not the one that it was fetched from.',
    'OpenID Connect Discovery 1.0, section 4.3: they have to be the same.'],
  'pinned-key': ['warning', 'A key, its hash or its kid is written into a source tree.',
    'Take keys from the issuer at run time: a pinned key outlives its revocation.'],
} as const

export type RuleId = keyof typeof ROWS

export interface Rule {
  readonly id: string
  readonly level: Level
  readonly title: string
  readonly help: string
}

const ruleIn = (id: string, [level, title, help = REPLACE]: Row): Rule => {
  return { id, level, title, help }
}

export const ruleOf = (id: RuleId): Rule => ruleIn(id, ROWS[id])

export const RULES: readonly Rule[] = Object.entries<Row>(ROWS).map(([id, row]) => ruleIn(id, row))

export interface AuditFinding {
  readonly rule: RuleId
  readonly level: Level
  readonly document: string
  readonly thumbprint: string | undefined
  readonly kid: string | undefined
  readonly message: string
  readonly location: { readonly file: string; readonly line: number | undefined } | undefined
}

export function finding(
  id: RuleId,
  document: string,
  message: string,
  given: {
    readonly key?: { readonly thumbprint: string; readonly kid: string | undefined } | undefined
    readonly location?: AuditFinding['location']
    readonly level?: Level
  } = {},
): AuditFinding {
  const { key, location, level = ruleOf(id).level } = given
  return {
    rule: id,
    level,
    document,
    thumbprint: key?.thumbprint,
    kid: key?.kid,
    message,
    location,
  }
}

export interface Profile {
  readonly longestUseMs: number
}

const DAY_MS = 86_400_000

/** Of NIST IR 8587 (draft): for a provider of many tenants, a key of one tenant, and on premises. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  'ir8587-multi-tenant': { longestUseMs: 14 * DAY_MS },
  // Three months, at the longest three of them can be.
  'ir8587-tenant': { longestUseMs: 92 * DAY_MS },
  'on-premises': { longestUseMs: 366 * DAY_MS },
}
