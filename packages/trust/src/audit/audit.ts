/** An audit of key sets. Sources: RFC 7517, RFC 7518, RFC 8725; NIST IR 8587 (draft). */
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import { alarmsOf, day } from '../history/alarms.ts'
import * as timeline from '../history/timeline.ts'
import type { ListedKey } from '../sources/key.ts'
import type { KeyDocument } from '../sources/key_document.ts'
import { sharedFactors } from '../weak/shared_factors.ts'
import { type Blocklist, isPrimeModulus, rsaWeaknesses, weaknessCost } from '../weak/weak_keys.ts'
import { type AuditFinding, finding, type Profile, type RuleId } from './rules.ts'

export interface AuditOptions {
  readonly nowMs: number
  readonly profile: Profile | undefined
  readonly blocklist: Blocklist | undefined
  readonly work?: AuditWork
}

export interface KeyAudit {
  readonly findings: readonly AuditFinding[]
  readonly keys: readonly ListedKey[]
  readonly documents: number
  readonly unjudged: readonly string[]
}

/** Costs as in `work_budget.ts`, about nanoseconds. */
export interface AuditWork {
  readonly weaknesses: number
  readonly primes: number
  /** Bits of all moduli that are compared: product trees of 100,000 keys of 2,048 bits take 1.3 GB. */
  readonly sharedBits: number
}

/** Of 2,048 bits: 190,000 keys; 15,000 keys, or 1,800 of 4,096 bits; 131,000 keys. */
export const AUDIT_WORK: AuditWork = { weaknesses: 120e9, primes: 30e9, sharedBits: 2 ** 28 }

interface Examined {
  readonly findings: AuditFinding[]
  readonly unjudged: string[]
}

interface Named {
  readonly key: ListedKey
  readonly name: string
}

type Wrong = readonly [RuleId, string]

const allOf = (wrong: readonly (Wrong | false)[]): Wrong[] => wrong.filter((each) => each !== false)

export function auditKeys(
  all: readonly timeline.Series[],
  { nowMs, profile, blocklist, work = AUDIT_WORK }: AuditOptions,
): KeyAudit {
  const histories = timeline.historiesOf(all)
  const series = all.filter(({ name }) => !name.startsWith(timeline.ANNOUNCED))
  const current = series.flatMap(({ name, observations }) => {
    const document = observations.at(-1)?.document
    return document === undefined ? [] : [{ name, document }]
  })
  const listed = current.flatMap(({ name, document }) =>
    document.keys.map((key) => ({ key, name })),
  )
  const keys = [...Map.groupBy(listed, ({ key }) => key.thumbprint).values()].flatMap((same) =>
    same.slice(0, 1),
  )
  const found: Examined = { findings: [], unjudged: unread(series) }
  const { findings, unjudged } = found
  const add = ({ key, name }: Named, wrong: readonly Wrong[]) => {
    for (const [rule, message] of wrong) findings.push(finding(rule, name, message, { key }))
  }
  const budget = new WorkBudget(work.weaknesses)
  for (const each of keys) add(each, weaknessesOf(each.key, blocklist, budget))
  if (budget.wasRefused)
    unjudged.push('whether arithmetic breaks each key: it takes too long for so many')
  examinePrimes(keys, new WorkBudget(work.primes), found)
  examineShared(histories, budget, work.sharedBits, found)
  for (const each of listed)
    add(each, [...contradictionsOf(each.key), ...certificateFaults(each.key, nowMs)])
  for (const { name, document } of current) findings.push(...documentFaults(name, document, nowMs))
  const thumbprints = new Set(keys.map(({ key }) => key.thumbprint))
  findings.push(
    ...lastingFindings(series, histories, { longestUseMs: profile?.longestUseMs, thumbprints }),
    ...series.flatMap(overlapFindings),
  )
  return { ...found, keys: keys.map(({ key }) => key), documents: current.length }
}

function examinePrimes(
  keys: readonly Named[],
  budget: WorkBudget,
  { findings, unjudged }: Examined,
): void {
  const tested = new Map<bigint, boolean | undefined>()
  const all = keys.filter(({ key }) => key.n !== undefined)
  let untested = 0
  for (const { key, name } of all.toSorted((a, b) => a.key.bits - b.key.bits)) {
    const { n = 0n } = key
    if (!tested.has(n)) tested.set(n, isPrimeModulus(n, budget))
    const isPrime = tested.get(n)
    if (isPrime === undefined) untested++
    if (isPrime === true)
      findings.push(finding('rsa-prime-modulus', name, 'the modulus is a prime', { key }))
  }
  if (untested > 0)
    unjudged.push(
      `whether a modulus is a prime: the test takes too long for ${untested} of ${all.length} keys`,
    )
}

/** Of all keys that were ever seen: a key that is no longer listed factors one that is. */
function examineShared(
  histories: readonly timeline.KeyHistory[],
  budget: WorkBudget,
  mostBits: number,
  { findings, unjudged }: Examined,
): void {
  const moduli = Map.groupBy(
    histories.filter(({ key }) => (key.n ?? 0n) > 1n),
    ({ key }) => key.n ?? 0n,
  )
  const listed = [...moduli.values()].flatMap((same) => same.slice(0, 1))
  if (listed.reduce((sum, { key }) => sum + key.bits, 0) > mostBits) {
    unjudged.push('whether keys share a prime: they are too many')
    return
  }
  const { shared, pairs, isCut } = sharedFactors([...moduli.keys()], budget)
  const partners = new Map<number, number>()
  for (const { first, second } of pairs) {
    partners.set(first, second)
    if (!partners.has(second)) partners.set(second, first)
  }
  for (const at of shared) {
    const history = listed[at]
    if (history === undefined) continue
    const partner = listed[partners.get(at) ?? -1]
    const other = partner?.key.kid ?? partner?.thumbprint ?? 'another key'
    const message = `it shares a prime with ${other}`
    findings.push(finding('rsa-shared-factor', history.series, message, { key: history.key }))
  }
  if (isCut) unjudged.push('which keys share a prime with which: too many do')
}

const STATES: Readonly<Partial<Record<string, RuleId>>> = {
  'kid-reused': 'kid-reused',
  'key-shared': 'key-shared',
  'private-published': 'private-published',
  'rotation-late': 'key-age',
}

function lastingFindings(
  series: readonly timeline.Series[],
  histories: readonly timeline.KeyHistory[],
  given: { readonly longestUseMs: number | undefined; readonly thumbprints: ReadonlySet<string> },
): AuditFinding[] {
  return alarmsOf(series, histories, given).flatMap(
    ({ code, document, message, thumbprint, kid }) => {
      const rule = STATES[code]
      if (rule === undefined || thumbprint === undefined || !given.thumbprints.has(thumbprint))
        return []
      const isBoth = code === 'key-shared' && message.includes(' uses: ')
      const key = { thumbprint, kid }
      return [finding(isBoth ? 'sign-and-encrypt' : rule, document, message, { key })]
    },
  )
}

function overlapFindings({ name, observations }: timeline.Series): AuditFinding[] {
  let found: AuditFinding[] = []
  let before: ReadonlySet<string> = new Set()
  for (const { document, observation } of observations) {
    if (document === undefined || document.kind === 'metadata') continue
    const signing = document.keys.filter(({ use }) => use !== 'enc')
    const remaining = signing.filter(({ thumbprint }) => before.has(thumbprint))
    // A rotation that is over is not held against the next one.
    if (remaining.length < signing.length) found = []
    if (before.size > 0 && signing.length > 0 && remaining.length === 0) {
      const message = `all signing keys were replaced by ${day(observation.atMs)} without an observation of both`
      found = [finding('no-overlap', name, message, { key: signing[0] })]
    }
    if (signing.length > 0) before = new Set(signing.map(({ thumbprint }) => thumbprint))
  }
  return found
}

function unread(series: readonly timeline.Series[]): string[] {
  return series.flatMap(({ name, observations, unavailable, why = 'not read' }) => {
    const last = observations.at(-1)
    const never = last === undefined && unavailable > 0 ? [why] : []
    return [...never, ...(last?.document?.unread ?? [])].map((problem) => `${name}: ${problem}`)
  })
}

const LEAST_BITS: Readonly<Partial<Record<string, number>>> = { RSA: 2048, EC: 256 }

function weaknessesOf(
  key: ListedKey,
  blocklist: Blocklist | undefined,
  budget: WorkBudget,
): Wrong[] {
  const { n, e } = key
  const weak =
    n !== undefined && e !== undefined
      ? budget.within(weaknessCost(n, e), () => rsaWeaknesses(n, e))
      : []
  const { [key.kty]: least = 0 } = LEAST_BITS
  const publisher = selfTestOrigin(key.spkiSha256)
  const list = blocklist?.listOf(key)
  return allOf([
    ...(weak ?? []).map((weakness): Wrong => [`rsa-${weakness}`, WEAKNESSES[weakness]]),
    key.bits < least && ['key-size', `${key.bits} bits, where ${least} are the least`],
    key.isOnCurve === false && ['off-curve', `not a sound point of ${key.crv ?? 'its curve'}`],
    publisher !== undefined && ['published-key', `its private half is published: ${publisher}`],
    list !== undefined && ['blocklisted-key', `on list ${list} of the blocklist`],
  ])
}

const WEAKNESSES = {
  exponent: 'the exponent is even, below 65,537, or above 2^256',
  'small-factor': 'a prime up to 65,537 divides the modulus',
  'close-primes': "Fermat's method factors the modulus in 100 rounds",
  roca: 'the modulus is of the form of CVE-2017-15361',
  'small-private-exponent': "Wiener's attack finds the private exponent",
} as const

const SIGNS: readonly (readonly [key: string, algorithms: RegExp])[] = [
  ['RSA', /^[RP]S(?:256|384|512)$/],
  ['EC P-256', /^ES256$/],
  ['EC P-384', /^ES384$/],
  ['EC P-521', /^ES512$/],
  ['EC secp256k1', /^ES256K$/],
  ['OKP', /^EdDSA$/],
  ['OKP Ed25519', /^Ed25519$/],
]
const ENCRYPTS = /^(?:RSA|ECDH-ES|A\d{3}|dir$|PBES2)/
const SIGN_OPS: ReadonlySet<string> = new Set(['sign', 'verify'])

const contradictionsOf = (key: ListedKey): Wrong[] =>
  [algorithmFaults(key), operationFaults(key)].flatMap(allOf)

function algorithmFaults({ use, alg = '', kty, crv = '' }: ListedKey): (Wrong | false)[] {
  const [wanted] = SIGNS.find(([, algorithms]) => algorithms.test(alg)) ?? []
  return [
    wanted !== undefined &&
      wanted !== kty &&
      wanted !== `${kty} ${crv}` && [
        'use-mismatch',
        `alg ${alg} does not fit a key of type ${kty} ${crv}`.trim(),
      ],
    use === 'enc' &&
      wanted !== undefined && ['use-mismatch', `use enc, and alg ${alg}, which signs`],
    use === 'sig' &&
      ENCRYPTS.test(alg) && ['use-mismatch', `use sig, and alg ${alg}, which encrypts`],
    use === 'sig' &&
      crv.startsWith('X') && ['use-mismatch', `use sig, and ${crv}, which only agrees on keys`],
  ]
}

function operationFaults({ use, alg, keyOps, certificates }: ListedKey): (Wrong | false)[] {
  const signs = keyOps.some((operation) => SIGN_OPS.has(operation))
  const encrypts = keyOps.some((operation) => !SIGN_OPS.has(operation))
  const operations = `key_ops ${keyOps.join(', ')}`
  return [
    ((use === 'enc' && signs) || (use === 'sig' && encrypts)) && [
      'use-mismatch',
      `use ${use}, and ${operations}`,
    ],
    signs && encrypts && ['sign-and-encrypt', operations],
    use === undefined && keyOps.length === 0 && ['no-use', 'neither use nor key_ops'],
    alg === undefined && certificates.length === 0 && ['no-alg', 'no alg'],
  ]
}

function certificateFaults(key: ListedKey, nowMs: number): Wrong[] {
  const { certificates, expiresMs, isCertifiedOtherwise } = key
  const [first] = certificates
  // What a self-issued certificate is signed with proves nothing either way.
  const { brokenHash } =
    certificates.find((each) => each.brokenHash !== undefined && !each.isSelfIssued) ?? {}
  return allOf([
    isCertifiedOtherwise && ['certificate-other-key', 'the first of x5c is of another key'],
    first !== undefined &&
      first.notAfterMs < nowMs && [
        'certificate-expired',
        `its certificate expired on ${day(first.notAfterMs)}`,
      ],
    first !== undefined &&
      first.notBeforeMs > nowMs && [
        'certificate-not-yet',
        `its certificate is valid from ${day(first.notBeforeMs)}`,
      ],
    expiresMs !== undefined &&
      expiresMs < nowMs && ['certificate-expired', `its own exp was ${day(expiresMs)}`],
    brokenHash !== undefined && [
      'certificate-broken-hash',
      `a certificate is signed with ${brokenHash}`,
    ],
  ])
}

const BROKEN_ALGORITHM = /^none$|^RSA1_5$|^HS\d|(?:#|-)(?:rsa-)?(?:sha1|md5)$/i
const SIGNING_MEMBER =
  /^(?:id_token|introspection|authorization)_sign|^SigningMethod$|_encryption_alg/

function documentFaults(name: string, document: KeyDocument, nowMs: number): AuditFinding[] {
  const { kind, algorithms, validUntilMs, secrets, issuer } = document
  const broken = Object.entries(algorithms).flatMap(([member, values = []]) => {
    const found = values.filter((each) => BROKEN_ALGORITHM.test(each))
    if (found.length === 0 || !SIGNING_MEMBER.test(member)) return []
    // A shared secret signs for whoever has it: worse than a key pair, and no break.
    const level = found.every((each) => each.startsWith('HS')) ? 'warning' : 'error'
    return [finding('broken-algorithm', name, `${member}: ${found.join(', ')}`, { level })]
  })
  const together = separationOf(document)
  const others = allOf([
    kind === 'saml' && validUntilMs === undefined && ['metadata-no-expiry', 'no validUntil'],
    validUntilMs !== undefined &&
      validUntilMs < nowMs && ['metadata-expired', `validUntil was ${day(validUntilMs)}`],
    ...secrets.map((secret): Wrong => ['private-published', `${secret} is published`]),
    together !== undefined && ['classes-together', together],
    kind === 'metadata' &&
      !isOwnIssuer(name, issuer) && ['issuer-mismatch', `the issuer is ${issuer ?? 'missing'}`],
  ])
  return [...broken, ...others.map(([rule, message]) => finding(rule, name, message))]
}

function separationOf({ kind, keys }: KeyDocument): string | undefined {
  if (kind !== 'jwks') return undefined
  for (const [what, values] of [
    ['classes', new Set(keys.flatMap(({ className }) => className ?? []))],
    ['issuers', new Set(keys.flatMap(({ issuer }) => issuer ?? []))],
  ] as const)
    if (values.size > 1) return `${values.size} ${what}: ${[...values].slice(0, 5).join(', ')}`
  return undefined
}

const WELL_KNOWN = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/

function isOwnIssuer(name: string, issuer: string | undefined): boolean {
  if (!/^https?:/.test(name) || !WELL_KNOWN.test(name)) return true
  const given = name.replace(WELL_KNOWN, '').replace(/\/$/, '')
  return issuer?.replace(/\/$/, '') === given
}
