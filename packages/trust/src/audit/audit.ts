/**
 * An audit of key sets: faults of the keys that are listed now, of documents that list them, and of their history.
 *
 * Keys and documents that could not be examined are reported beside the findings.
 *
 * Sources: RFC 7517, RFC 7518, RFC 8725; NIST IR 8587 (draft).
 *
 * @module
 */
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { alarmsOf } from '../history/alarms.ts'
import * as timeline from '../history/timeline.ts'
import type { KeyDocument } from '../sources/document.ts'
import type { ListedKey } from '../sources/key.ts'
import { sharedFactors } from '../weak/shared_factors.ts'
import {
  type Blocklist,
  isPrimeModulus,
  publisherOf,
  rsaWeaknesses,
  weaknessCost,
} from '../weak/weak_keys.ts'
import { type AuditFinding, finding, type Profile, type RuleId } from './rules.ts'

export interface AuditOptions {
  readonly nowMs: number
  readonly profile: Profile | undefined
  readonly blocklist: Blocklist | undefined
  /** {@link AUDIT_WORK} where absent. */
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
  /** Bits of all moduli that are compared: product trees of so many take about 2.5 GB. */
  readonly sharedBits: number
}

/** Of 2,048 bits: 190,000 keys; 15,000 keys, or 1,800 of 4,096 bits; 131,000 keys. */
export const AUDIT_WORK: AuditWork = { weaknesses: 120e9, primes: 30e9, sharedBits: 2 ** 28 }

export async function auditKeys(
  all: readonly timeline.Series[],
  options: AuditOptions,
): Promise<KeyAudit> {
  const histories = timeline.historiesOf(all)
  const series = all.filter(({ name }) => !name.startsWith(timeline.ANNOUNCED))
  const current = series.flatMap(({ name, looks }) => {
    const look = looks.at(-1)
    return look?.document === undefined ? [] : [{ name, look, document: look.document }]
  })
  const keys = new Map<string, { key: ListedKey; name: string }>()
  for (const { name, document } of current)
    for (const key of document.keys)
      if (!keys.has(key.thumbprint)) keys.set(key.thumbprint, { key, name })
  const { work = AUDIT_WORK } = options
  const budget = new WorkBudget(work.weaknesses)
  const ofKeys = [...keys.values()].flatMap(({ key, name }) =>
    weaknessesOf(key, { ...options, budget }).map(([rule, message]) =>
      finding(rule, name, message, { key }),
    ),
  )
  const isRefused = budget.wasRefused
  const primes = primeFindings([...keys.values()], new WorkBudget(work.primes))
  const shared = await sharedFindings(histories, budget, work.sharedBits)
  const findings = [
    ...ofKeys,
    ...primes.findings,
    ...shared.findings,
    ...current.flatMap(({ name, look }) => listedFindings(name, look, options.nowMs)),
    ...current.flatMap(({ name, document }) => documentFaults(name, document, options.nowMs)),
    ...seriesFindings(series, histories, {
      profile: options.profile,
      listed: new Set(keys.keys()),
    }),
  ]
  return {
    findings,
    keys: [...keys.values()].map(({ key }) => key),
    documents: current.length,
    unjudged: [
      ...unread(series),
      ...(isRefused ? ['whether arithmetic breaks each key: it takes too long for so many'] : []),
      ...primes.unjudged,
      ...shared.unjudged,
    ],
  }
}

interface Examined {
  readonly findings: readonly AuditFinding[]
  readonly unjudged: readonly string[]
}

interface Named {
  readonly key: ListedKey
  readonly name: string
}

/** Smaller keys first, so that a few huge ones do not take the time of all others. */
function primeFindings(keys: readonly Named[], budget: WorkBudget): Examined {
  const findings: AuditFinding[] = []
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
  const left = `whether a modulus is a prime: the test takes too long for ${untested} of ${all.length} keys`
  return { findings, unjudged: untested === 0 ? [] : [left] }
}

function listedFindings(name: string, { document }: timeline.Look, nowMs: number): AuditFinding[] {
  return (document?.keys ?? []).flatMap((key) =>
    [...contradictionsOf(key), ...certificateFaults(key, nowMs)].map(([rule, message]) =>
      finding(rule, name, message, { key }),
    ),
  )
}

/** Of all keys that were ever seen: a key that is no longer listed factors one that is. */
async function sharedFindings(
  histories: readonly timeline.KeyHistory[],
  budget: WorkBudget,
  mostBits: number,
): Promise<Examined> {
  const byModulus = new Map<bigint, timeline.KeyHistory>()
  for (const history of histories)
    if (history.key.n !== undefined && history.key.n > 1n && !byModulus.has(history.key.n))
      byModulus.set(history.key.n, history)
  const listed = [...byModulus.values()]
  const bits = listed.reduce((sum, { key }) => sum + key.bits, 0)
  if (bits > mostBits)
    return { findings: [], unjudged: ['whether keys share a prime: they are too many'] }
  const { shared, pairs, isCut } = await sharedFactors([...byModulus.keys()], budget)
  const partners = new Map<number, number>()
  for (const { first, second } of pairs) {
    partners.set(first, second)
    if (!partners.has(second)) partners.set(second, first)
  }
  const findings = shared.flatMap((at) => {
    const history = listed[at]
    const partner = listed[partners.get(at) ?? -1]
    if (history === undefined) return []
    const other = partner?.key.kid ?? partner?.thumbprint
    const message =
      other === undefined ? 'it shares a prime with another key' : `it shares a prime with ${other}`
    return [finding('rsa-shared-factor', history.series, message, { key: history.key })]
  })
  const unjudged = isCut ? ['which keys share a prime with which: too many do'] : []
  return { findings, unjudged }
}

/** Alarms about a lasting state, which an audit reports each time. */
const STATES: Readonly<Partial<Record<string, RuleId>>> = {
  'kid-reused': 'kid-reused',
  'key-shared': 'key-shared',
  'private-published': 'private-published',
  'rotation-late': 'key-age',
}

/** Of keys that are listed now: the past is in the history. */
function seriesFindings(
  series: readonly timeline.Series[],
  histories: readonly timeline.KeyHistory[],
  { profile, listed }: Pick<AuditOptions, 'profile'> & { readonly listed: ReadonlySet<string> },
): AuditFinding[] {
  const longestUseMs = profile?.longestUseMs
  const states = alarmsOf(series, histories, { longestUseMs }).flatMap((alarm) => {
    const rule = STATES[alarm.code]
    // Secrets without a key are reported of the document already.
    const { thumbprint, kid } = alarm
    if (rule === undefined || thumbprint === undefined || !listed.has(thumbprint)) return []
    const key = { thumbprint, kid }
    const isBoth = alarm.code === 'key-shared' && alarm.message.includes(' uses: ')
    return [finding(isBoth ? 'sign-and-encrypt' : rule, alarm.document, alarm.message, { key })]
  })
  return [...states, ...series.flatMap(overlapFindings)]
}

/** Whether the signing keys of now came in a look after which all of the look before were gone. */
function overlapFindings({ name, looks }: timeline.Series): AuditFinding[] {
  let found: AuditFinding[] = []
  let before: ReadonlySet<string> = new Set()
  for (const { document, observation } of looks) {
    if (document === undefined || document.kind === 'metadata') continue
    const signing = document.keys.filter(({ use }) => use !== 'enc')
    const remaining = signing.filter(({ thumbprint }) => before.has(thumbprint))
    // A rotation that is over is not held against the next one.
    if (remaining.length < signing.length) found = []
    if (before.size > 0 && signing.length > 0 && remaining.length === 0) {
      const at = new Date(observation.atMs).toISOString().slice(0, 10)
      const message = `all signing keys were replaced by ${at} without a look at both`
      found = [finding('no-overlap', name, message, { key: signing[0] })]
    }
    if (signing.length > 0) before = new Set(signing.map(({ thumbprint }) => thumbprint))
  }
  return found
}

function unread(series: readonly timeline.Series[]): string[] {
  return series.flatMap(({ name, looks, unavailable, why = 'not read' }) => {
    const last = looks.at(-1)
    const keys = last?.document?.unread ?? []
    const never = last === undefined && unavailable > 0 ? [`${name}: ${why}`] : []
    return [...never, ...keys.map((problem) => `${name}: ${problem}`)]
  })
}

interface KeyCheckOptions {
  readonly nowMs: number
  readonly blocklist: Blocklist | undefined
  readonly budget: WorkBudget
}

type Wrong = readonly [RuleId, string]

const LEAST_RSA_BITS = 2048
const LEAST_EC_BITS = 256

/** Findings of arithmetic: of the key, wherever it is listed. */
function weaknessesOf(key: ListedKey, options: KeyCheckOptions): Wrong[] {
  const found: Wrong[] = []
  const { n, e } = key
  if (n !== undefined && e !== undefined) {
    const weak = options.budget.within(weaknessCost(n, e), () => rsaWeaknesses(n, e))
    for (const weakness of weak ?? []) found.push([`rsa-${weakness}`, WORDS[weakness] ?? weakness])
  }
  const least = key.kty === 'RSA' ? LEAST_RSA_BITS : key.kty === 'EC' ? LEAST_EC_BITS : 0
  if (key.bits < least) found.push(['key-size', `${key.bits} bits, where ${least} are the least`])
  if (key.isOnCurve === false) found.push(['off-curve', `not a point of ${key.crv ?? 'its curve'}`])
  const publisher = publisherOf(key)
  if (publisher !== undefined)
    found.push(['published-key', `its private half is published: ${publisher}`])
  const list = options.blocklist?.listOf(key)
  if (list !== undefined) found.push(['blocklisted-key', `on list ${list} of the blocklist`])
  return found
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  exponent: 'the exponent is even, below 65,537, or above 2^256',
  'small-factor': 'a prime up to 65,537 divides the modulus',
  'close-primes': "Fermat's method factors the modulus in 100 rounds",
  roca: 'the modulus is of the form of CVE-2017-15361',
  'small-private-exponent': "Wiener's attack finds the private exponent",
}

/** Signature algorithms, by what they want of a key. */
const SIGNS: ReadonlyMap<string, { readonly kty: string; readonly crv?: string }> = new Map([
  ['RS256', { kty: 'RSA' }],
  ['RS384', { kty: 'RSA' }],
  ['RS512', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['PS384', { kty: 'RSA' }],
  ['PS512', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['ES256K', { kty: 'EC', crv: 'secp256k1' }],
  ['EdDSA', { kty: 'OKP' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
])
const ENCRYPTS = /^(?:RSA|ECDH-ES|A\d{3}|dir$|PBES2)/
const SIGN_OPS: ReadonlySet<string> = new Set(['sign', 'verify'])

export function contradictionsOf(key: ListedKey): Wrong[] {
  const found = [...algorithmFaults(key), ...operationFaults(key)]
  if (key.use === undefined && key.keyOps.length === 0)
    found.push(['no-use', 'neither use nor key_ops'])
  if (key.alg === undefined && key.certificates.length === 0) found.push(['no-alg', 'no alg'])
  return found
}

const isOther = (given: string | undefined, own: string | undefined) =>
  given !== undefined && given !== own

function algorithmFaults({ use, alg, kty, crv }: ListedKey): Wrong[] {
  const found: Wrong[] = []
  const wanted = SIGNS.get(alg ?? '')
  if (isOther(wanted?.kty, kty) || isOther(wanted?.crv, crv))
    found.push(['use-mismatch', `alg ${alg} does not fit a key of type ${kty} ${crv ?? ''}`.trim()])
  if (use === 'enc' && wanted !== undefined)
    found.push(['use-mismatch', `use enc, and alg ${alg}, which signs`])
  if (use === 'sig' && ENCRYPTS.test(alg ?? ''))
    found.push(['use-mismatch', `use sig, and alg ${alg}, which encrypts`])
  if (use === 'sig' && crv?.startsWith('X') === true)
    found.push(['use-mismatch', `use sig, and ${crv}, which only agrees on keys`])
  return found
}

function operationFaults({ use, keyOps }: ListedKey): Wrong[] {
  const signs = keyOps.some((operation) => SIGN_OPS.has(operation))
  const encrypts = keyOps.some((operation) => !SIGN_OPS.has(operation))
  const found: Wrong[] = []
  if ((use === 'enc' && signs) || (use === 'sig' && encrypts))
    found.push(['use-mismatch', `use ${use}, and key_ops ${keyOps.join(', ')}`])
  if (signs && encrypts) found.push(['sign-and-encrypt', `key_ops ${keyOps.join(', ')}`])
  return found
}

export function certificateFaults(key: ListedKey, nowMs: number): Wrong[] {
  const found: Wrong[] = []
  const [first] = key.certificates
  if (key.isCertifiedOtherwise)
    found.push(['certificate-other-key', 'the first of x5c is of another key'])
  if (first !== undefined && first.notAfterMs < nowMs)
    found.push(['certificate-expired', `its certificate expired on ${day(first.notAfterMs)}`])
  if (first !== undefined && first.notBeforeMs > nowMs)
    found.push(['certificate-not-yet', `its certificate is valid from ${day(first.notBeforeMs)}`])
  if (key.expiresMs !== undefined && key.expiresMs < nowMs)
    found.push(['certificate-expired', `its own exp was ${day(key.expiresMs)}`])
  // What a self-issued certificate is signed with proves nothing either way.
  const broken = key.certificates.find(
    ({ brokenHash, isSelfIssued }) => brokenHash !== undefined && !isSelfIssued,
  )
  if (broken !== undefined)
    found.push([
      'certificate-broken-hash',
      `a certificate is signed with ${broken.brokenHash ?? ''}`,
    ])
  return found
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

const BROKEN_ALGORITHM = /^none$|^RSA1_5$|^HS\d|(?:#|-)(?:rsa-)?(?:sha1|md5)$/i
/** Members of metadata that say with what an issuer signs or encrypts. Answers of userinfo may be unsigned over TLS. */
const SIGNING_MEMBER =
  /^(?:id_token|introspection|authorization)_sign|^SigningMethod$|_encryption_alg/

export function documentFaults(
  name: string,
  document: KeyDocument,
  nowMs: number,
): readonly AuditFinding[] {
  const found: AuditFinding[] = []
  for (const [member, values = []] of Object.entries(document.algorithms)) {
    const broken = SIGNING_MEMBER.test(member)
      ? values.filter((each) => BROKEN_ALGORITHM.test(each))
      : []
    if (broken.length === 0) continue
    // A shared secret signs for whoever has it: worse than a key pair, and no break.
    const level = broken.every((each) => each.startsWith('HS')) ? 'warning' : 'error'
    found.push(finding('broken-algorithm', name, `${member}: ${broken.join(', ')}`, { level }))
  }
  if (document.kind === 'saml' && document.validUntilMs === undefined)
    found.push(finding('metadata-no-expiry', name, 'no validUntil'))
  if (document.validUntilMs !== undefined && document.validUntilMs < nowMs)
    found.push(finding('metadata-expired', name, `validUntil was ${day(document.validUntilMs)}`))
  for (const secret of document.secrets)
    found.push(finding('private-published', name, `${secret} is published`))
  const together = separationOf(document)
  if (together !== undefined) found.push(finding('classes-together', name, together))
  if (document.kind === 'metadata' && !isOwnIssuer(name, document.issuer))
    found.push(finding('issuer-mismatch', name, `the issuer is ${document.issuer ?? 'missing'}`))
  return found
}

/** Classes or issuers that one key set holds, where there are several. */
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

/** Whether metadata that was fetched is of the issuer whose address that was. Of a file nobody knows. */
function isOwnIssuer(name: string, issuer: string | undefined): boolean {
  if (!/^https?:/.test(name) || !WELL_KNOWN.test(name)) return true
  const given = name.replace(WELL_KNOWN, '').replace(/\/$/, '')
  return issuer?.replace(/\/$/, '') === given
}
