/** Verifies a token: right key, this audience, in time, and recorded before it was signed. */
import { hash } from 'node:crypto'
import { type Json, text } from '@mintmark/core'
import type { FollowedLedger } from '../follow/ledger_follower.ts'
import type { Alarm, AlarmClass, SignedRefusal } from './alarms.ts'
import { type Claims, claimRefusal, readClaims, SKEW_MS } from './claims.ts'
import { KeySearch } from './key_search.ts'
import type { TrustedKey, TrustedKeys } from './keys.ts'
import type { AudiencePolicy, IssuerPolicy } from './policies.ts'
import { type Presence, presenceOf } from './presence.ts'
import { isLowS, isSigned } from './signatures.ts'
import { headerCache, parseStrict, type StrictJws } from './strict_jws.ts'
import { VerifiedTokens } from './verified_tokens.ts'

type Refusal =
  | SignedRefusal
  | AlarmClass
  | 'bad-signature'
  /** The key has signed an unrecorded token, and the policy distrusts such keys. */
  | 'distrusted-key'
  | 'revoked'
  /** The ledger is not read to its end, or its files may be late, and the policy demands it. */
  | 'stale'

/** All but `recorded` are exceptions of a policy. */
export type Basis = 'recorded' | 'grace' | 'monitor' | 'stale-policy'

export type Verdict =
  | {
      readonly isAdmitted: true
      readonly basis: Basis
      readonly jws: StrictJws
      readonly claims: Claims
      readonly audience: AudiencePolicy
    }
  | {
      readonly isAdmitted: false
      readonly reason: Refusal
      /** If the signature verified, and the token was for this audience. */
      readonly shown?: Shown
    }

/** Presented while the ledger was unavailable: checked again later. */
export interface Unsettled {
  readonly signed: Signed
  readonly isAdmitted: boolean
}

export interface Signed {
  readonly jws: StrictJws
  readonly claims: Claims
  readonly inputHash: Uint8Array
  /** Undefined if the token is for none of the caller's audiences. */
  readonly audience: AudiencePolicy | undefined
  readonly caller: string
  /** When presented: milliseconds since 1970-01-01 UTC. */
  readonly shownMs: number
  readonly signer: Pick<TrustedKey, 'issuer' | 'kid'>
  /** Why it is refused whatever the ledger says. */
  readonly refusal: SignedRefusal | undefined
  /** Does not depend on the ledger, which decides its severity. */
  readonly finding: AlarmClass | undefined
}

interface Shown extends Signed {
  readonly audience: AudiencePolicy
}

export interface VerifierOptions {
  readonly keys: () => TrustedKeys
  readonly issuers: ReadonlyMap<string, IssuerPolicy>
  readonly follower: FollowedLedger
  readonly onAlarm: (alarm: Alarm) => void
  readonly onUnsettled: (unsettled: Unsettled) => void
  /** Subjects that belong to nobody. */
  readonly canaries: ReadonlySet<string>
  readonly isDistrusted: (issuer: string, kid: string) => boolean
  /** Tokens whose verified signature is cached; 0 for none. */
  readonly rememberedTokens: number
  /** Between two reads of a ledger that answers no questions. */
  readonly waitMs: number
  readonly now: () => number
}

interface Circumstances {
  readonly audience: AudiencePolicy | undefined
  readonly signer: TrustedKey
  readonly policy: IssuerPolicy | undefined
}

export class Verifier {
  readonly #headers = headerCache()
  readonly #options: VerifierOptions
  readonly #verified: VerifiedTokens
  readonly #search: KeySearch = new KeySearch()

  constructor(options: VerifierOptions) {
    this.#options = options
    this.#verified = new VerifiedTokens(options.rememberedTokens)
  }

  get remembered(): number {
    return this.#verified.count
  }

  /** Tokens not tried under all keys, for want of time. */
  get unsearched(): number {
    return this.#search.skipped
  }

  /** Synchronous for recorded tokens, and for noise. @param caller for alarms */
  verify(
    token: string,
    audiences: readonly AudiencePolicy[],
    caller: string,
  ): Verdict | Promise<Verdict> {
    const jws = parseStrict(token, this.#headers)
    if (jws === undefined) return refused('malformed')
    const policy = this.#options.issuers.get(jws.issuer)
    const keys = this.#options.keys()
    const name = this.#verified.nameOf(token)
    const known = name === undefined ? undefined : this.#verified.signerOf(name, keys)
    const signer = known ?? this.#signerOf(jws, keys)
    if (typeof signer === 'string') {
      if (jws.isMalformed) return refused('malformed')
      return refused(policy === undefined ? 'unknown-issuer' : signer)
    }
    const claims = readClaims(jws)
    const audience = audiences.find((each) => claims.audiences.includes(each.audience))
    const signed: Signed = {
      jws,
      claims,
      inputHash: hash('sha256', jws.signingInput, 'buffer'),
      audience,
      caller,
      shownMs: this.#options.now(),
      signer,
      refusal: this.#refusalOf(jws, claims, { audience, signer, policy }),
      finding: this.#findingOf(jws, claims, { audience, signer, policy }),
    }
    const verdict = this.#atOnce(signed) ?? this.#asked(signed)
    if (signed.refusal !== undefined) return verdict
    if (this.#isDistrusted(signed)) return distrusted(signed, verdict)
    if (signed.finding !== undefined) return verdict
    const isRemembered = name !== undefined && known === undefined && isRecorded(verdict)
    if (isRemembered) this.#verified.add(name, signer, keys)
    return verdict
  }

  #isDistrusted({ signer }: Signed): boolean {
    return this.#options.isDistrusted(signer.issuer, signer.kid)
  }

  /** Signed by its issuer's key, whatever else is wrong with it; undefined for any other. */
  signedToken(token: string): StrictJws | 'malformed' | undefined {
    const jws = parseStrict(token, this.#headers)
    if (jws === undefined || jws.isMalformed) return 'malformed'
    const own = this.#options.keys().find(jws.issuer, jws.kid)
    return own?.alg === jws.alg && isSigned(jws, own) ? jws : undefined
  }

  #signerOf(jws: StrictJws, keys: TrustedKeys): TrustedKey | Refusal {
    const own = keys.find(jws.issuer, jws.kid)
    const named = own?.alg === jws.alg ? own : undefined
    if (named !== undefined && isSigned(jws, named)) return named
    const found = this.#search.signerOf(jws, keys, named)
    if (found !== undefined) return found
    if (own === undefined) return 'unknown-key'
    return named === undefined ? 'algorithm' : 'bad-signature'
  }

  #refusalOf(
    jws: StrictJws,
    claims: Claims,
    { audience, signer, policy }: Circumstances,
  ): SignedRefusal | undefined {
    const nowMs = this.#options.now()
    if (jws.isMalformed) return 'malformed'
    if (policy === undefined) return 'unknown-issuer'
    if (jws.isOversized) return 'oversized'
    if (jws.alg !== signer.alg) return 'algorithm'
    if (jws.kid !== signer.kid) return 'unknown-key'
    const refusal = claimRefusal(jws, claims, { policy, nowMs })
    if (refusal !== undefined) return refusal
    if (audience === undefined) return 'wrong-audience'
    return signer.revokedMs <= nowMs ? 'revoked-key' : undefined
  }

  #findingOf(
    jws: StrictJws,
    { issuedAtMs }: Claims,
    { audience, signer, policy }: Circumstances,
  ): AlarmClass | undefined {
    if (signer.issuer !== jws.issuer || policy === undefined) return 'class-mismatch'
    if (audience !== undefined && !audience.classes.has(policy.issuerClass)) return 'class-mismatch'
    if (issuedAtMs < signer.fromMs || issuedAtMs >= signer.untilMs) return 'expired-key'
    if (!jws.isCanonical) return 'non-canonical'
    if (!policy.takesHighS && !isLowS(jws.signature, signer.alg)) return 'malleable-signature'
    return this.#options.canaries.has(text(jws.payload, 'sub') ?? '') ? 'canary' : undefined
  }

  #atOnce(signed: Signed): Verdict | undefined {
    const { jws, claims, inputHash, audience, refusal, finding } = signed
    if (finding !== undefined) return undefined
    const membership = this.#options.follower.find(jws.issuer, claims.id, inputHash)
    const isKnown = membership === 'live' || membership === 'revoked'
    if (refusal !== undefined)
      return isKnown || this.#isForgotten(jws.issuer, claims) ? refused(refusal, signed) : undefined
    if (membership === 'revoked') return refused('revoked', signed)
    return isKnown && this.#takesRecorded(audience) ? admitted(signed, 'recorded') : undefined
  }

  #isForgotten(issuer: string, { issuedAtMs, expiresMs }: Claims): boolean {
    return this.#options.follower.isForgotten(issuer, issuedAtMs, expiresMs)
  }

  /** Depends on the age of the head. */
  #takesRecorded(audience: AudiencePolicy | undefined): boolean {
    if (audience === undefined) return false
    return audience.whenStale !== 'none' || this.#options.follower.ageMs <= audience.maxHeadAgeMs
  }

  /**
   * After the ledger was asked: a validly signed token is recorded, or a forgery, whose alarm is
   * first. While that is unknown, its own faults raise a warning, and the recheck decides on
   * critical.
   */
  async #asked(signed: Signed): Promise<Verdict> {
    const { audience, refusal } = signed
    const presence = await this.presenceOf(signed)
    const alarm = signed.finding ?? alarmAbout(presence)
    if (alarm !== undefined) {
      const isMonitored = audience?.mode === 'monitor' && !this.#isDistrusted(signed)
      const isAdmitted = isMonitored && refusal === undefined && presence.state !== 'revoked'
      if (isOpen(presence)) this.#options.onUnsettled({ signed, isAdmitted })
      this.#options.onAlarm(this.alarmOf(signed, alarm, { presence, isAdmitted }))
      return isAdmitted ? admitted(signed, 'monitor') : refused(alarm, signed)
    }
    if (refusal !== undefined) {
      if (isOpen(presence)) this.#options.onUnsettled({ signed, isAdmitted: false })
      return refused(refusal, signed)
    }
    if (presence.state === 'revoked') return refused('revoked', signed)
    if (presence.state !== 'recorded') return this.#unsettled(signed, presence)
    return this.#takesRecorded(audience) ? admitted(signed, 'recorded') : refused('stale', signed)
  }

  /** No ledger records a token without an id or an issuer. */
  async presenceOf({ jws, claims, inputHash, shownMs }: Signed): Promise<Presence> {
    const { follower, waitMs, now } = this.#options
    if (claims.tokenId === undefined || jws.issuer === '')
      return { state: 'absent', isMutated: false }
    if (this.#isForgotten(jws.issuer, claims)) return { state: 'forgotten' }
    const isOver = claims.expiresMs <= now() + SKEW_MS
    // A token that names no time, or a later one, is recorded by now.
    const issuedAtMs = Math.min(claims.issuedAtMs || 0, shownMs + MOST_AHEAD_MS)
    const asked = { issuer: jws.issuer, id: claims.id, inputHash, issuedAtMs, isOver }
    return await presenceOf(follower, asked, waitMs)
  }

  alarmOf(
    { jws, claims, inputHash, caller, signer, refusal }: Signed,
    alarm: AlarmClass,
    { presence, isAdmitted }: { readonly presence: Presence; readonly isAdmitted: boolean },
  ): Alarm {
    const isRecorded = RECORDED[presence.state]
    const head = this.#options.follower.headOf(jws.issuer)
    return {
      alarm,
      severity: isRecorded === false || alarm === 'canary' ? 'critical' : 'warning',
      atMs: this.#options.now(),
      issuer: jws.issuer,
      kid: signer.kid,
      keyIssuer: signer.issuer,
      alg: jws.alg,
      inputHash: Buffer.from(inputHash).toString('hex'),
      tokenId: claims.tokenId,
      jti: shortJti(jws.payload),
      issuedAtMs: claims.issuedAtMs,
      expiresMs: claims.expiresMs,
      audiences: claims.audiences,
      isRecorded,
      refusal,
      head: head && { origin: head.origin, size: head.size, root: head.root },
      caller,
      isAdmitted,
    }
  }

  /**
   * The policy decides, and the token is rechecked. A ledger that was read is available, however
   * late its files are: then only a monitor admits.
   */
  #unsettled(signed: Signed, { state }: Presence): Verdict {
    const { mode, whenStale, graceMs = 0 } = signed.audience ?? {}
    const isYoung = this.#options.now() - signed.claims.issuedAtMs < graceMs
    const isGraced = mode === 'enforce-with-grace' && isYoung
    const basis = mode === 'monitor' ? 'monitor' : isGraced ? 'grace' : 'stale-policy'
    const isExcused = isGraced || whenStale === 'all'
    const isTaken = mode === 'monitor' || (isExcused && state !== 'unpublished')
    const isAdmitted = isTaken && !this.#isDistrusted(signed)
    this.#options.onUnsettled({ signed, isAdmitted })
    return isAdmitted ? admitted(signed, basis) : refused('stale', signed)
  }
}

const RECORDED: Readonly<Record<Presence['state'], boolean | undefined>> = {
  recorded: true,
  revoked: true,
  absent: false,
  'cannot-tell': undefined,
  unpublished: undefined,
  forgotten: undefined,
}

/** Whether another look at the ledger may decide. */
export const isOpen = ({ state }: Presence): boolean =>
  state === 'cannot-tell' || state === 'unpublished'

/** Undefined if the ledger does not lack the token. */
export function alarmAbout(presence: Presence): 'mutated' | 'unissued' | undefined {
  if (presence.state !== 'absent') return undefined
  return presence.isMutated ? 'mutated' : 'unissued'
}

/** No receipt if the token has no time, or is for none of the caller's audiences. */
function refused(reason: Refusal, signed?: Signed): Verdict {
  const isTimed = signed !== undefined && !Number.isNaN(signed.claims.issuedAtMs)
  return isTimed && isShown(signed)
    ? { isAdmitted: false, reason, shown: signed }
    : { isAdmitted: false, reason }
}

const isShown = (signed: Signed): signed is Shown => signed.audience !== undefined

function admitted(signed: Signed, basis: Basis): Verdict {
  if (!isShown(signed)) return refused('wrong-audience')
  const { jws, claims, audience } = signed
  return { isAdmitted: true, basis, jws, claims, audience }
}

/** Waits for the ledger's answer: its alarms are evidence. */
function distrusted(
  signed: Signed,
  verdict: Verdict | Promise<Verdict>,
): Verdict | Promise<Verdict> {
  const answer = refused('distrusted-key', signed)
  return verdict instanceof Promise ? verdict.then(() => answer) : answer
}

const isRecorded = (verdict: Verdict | Promise<Verdict>) =>
  !(verdict instanceof Promise) && verdict.isAdmitted && verdict.basis === 'recorded'

/** A guard's clock may be so far behind before late files make genuine tokens look forged. */
const MOST_AHEAD_MS = 600_000

const LONGEST_JTI = 200

function shortJti(payload: Json): string | undefined {
  const jti = text(payload, 'jti')
  return jti !== undefined && jti.length <= LONGEST_JTI ? jti : undefined
}
