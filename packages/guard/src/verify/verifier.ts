/** Judges a token: signed by the right key, for this audience, in time, and recorded before it was signed. @module */
import { type Json, text } from '@mintmark/core'
import type { FollowedLedger } from '../follow/ledger_follower.ts'
import type { Alarm, AlarmClass } from './alarms.ts'
import { type ClaimRefusal, type Claims, claimRefusal, readClaims } from './claims.ts'
import type { TrustedKey, TrustedKeys } from './keys.ts'
import type { AudiencePolicy, IssuerPolicy } from './policies.ts'
import { type Presence, presenceOf } from './presence.ts'
import { sha256Of } from './sha256.ts'
import { isLowS, isSigned } from './signatures.ts'
import { HeaderCache, parseStrict, type StrictJws } from './strict_jws.ts'
import { VerifiedTokens } from './verified_tokens.ts'

/** What is wrong with a token that a known key has signed, whether it is recorded or not. */
export type SignedRefusal =
  | ClaimRefusal
  | 'malformed'
  | 'unknown-issuer'
  | 'oversized'
  | 'wrong-audience'
  | 'revoked-key'

type Refusal =
  | SignedRefusal
  | AlarmClass
  | 'unknown-key'
  | 'algorithm'
  | 'bad-signature'
  /** The key has signed an unrecorded token, and the policy distrusts such keys. */
  | 'distrusted-key'
  | 'revoked'
  /** The ledger cannot be read to its end, and the policy demands it. */
  | 'stale'

/** Why a token was admitted. All but `recorded` are exceptions of a policy. */
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
      /** Where the signature verified, and the token was for this audience. */
      readonly shown?: Shown
    }

/** A token that was presented while the ledger was unavailable: it is judged again later. */
export interface Unsettled {
  readonly shown: Shown | Unfit
  readonly isAdmitted: boolean
}

export interface Shown {
  readonly jws: StrictJws
  readonly claims: Claims
  readonly inputHash: Uint8Array
  readonly audience: AudiencePolicy
  readonly caller: string
  /** Whose key signed it: the issuer's own, or another's. */
  readonly keyIssuer: string
}

/** A token that is refused whatever the ledger says. */
interface Unfit extends Omit<Shown, 'audience'> {
  /** Undefined where the token is for none of the caller's audiences. */
  readonly audience: AudiencePolicy | undefined
  readonly refusal: SignedRefusal
}

interface VerifierOptions {
  readonly keys: () => TrustedKeys
  readonly issuers: ReadonlyMap<string, IssuerPolicy>
  readonly follower: FollowedLedger
  readonly onAlarm: (alarm: Alarm) => void
  readonly onUnsettled: (unsettled: Unsettled) => void
  readonly canaries: ReadonlySet<string>
  readonly isDistrusted: (issuer: string, kid: string) => boolean
  readonly rememberedTokens: number
  /** Between two reads of a ledger that answers no questions. */
  readonly waitMs: number
  readonly now: () => number
}

const refused = (reason: Refusal, shown?: Shown): Verdict =>
  shown === undefined ? { isAdmitted: false, reason } : { isAdmitted: false, reason, shown }

export class Verifier {
  readonly #headers = new HeaderCache()
  readonly #options: VerifierOptions
  readonly #verified: VerifiedTokens

  constructor(options: VerifierOptions) {
    this.#options = options
    this.#verified = new VerifiedTokens(options.rememberedTokens)
  }

  get remembered(): number {
    return this.#verified.count
  }

  /**
   * Answers synchronously where nothing has to be asked: for recorded tokens, and for noise.
   *
   * @param audiences of the caller
   * @param caller its name, for alarms
   */
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
    if (typeof signer === 'string') return refused(reasonOf(jws, policy, signer))
    const claims = readClaims(jws)
    const audience = audiences.find((each) => claims.audiences.includes(each.audience))
    const inputHash = sha256Of(jws.signingInput)
    const keyIssuer = signer.issuer
    const signed: Signed = { jws, claims, inputHash, audience, caller, keyIssuer }
    const refusal = this.#refusalOf(signed, signer, policy)
    const finding = this.#findingOf(signed, signer, policy)
    if (refusal !== undefined || audience === undefined)
      return this.#unfit({ ...signed, refusal: refusal ?? 'wrong-audience' }, finding)
    const shown: Shown = { jws, claims, inputHash, audience, caller, keyIssuer }
    if (finding !== undefined) return this.#alarmed(shown, finding)
    const verdict = this.#inLedger(shown)
    if (this.#options.isDistrusted(signer.issuer, signer.kid)) return distrusted(shown, verdict)
    const isRemembered = name !== undefined && known === undefined && isRecorded(verdict)
    if (isRemembered) this.#verified.add(name, signer, keys)
    return verdict
  }

  /** A token that its issuer's key has signed, whatever else is wrong with it; undefined for any other. */
  signedToken(token: string): StrictJws | 'malformed' | undefined {
    const jws = parseStrict(token, this.#headers)
    if (jws === undefined || jws.isMalformed) return 'malformed'
    const signer = this.#signerOf(jws, this.#options.keys())
    return typeof signer === 'object' && signer.issuer === jws.issuer ? jws : undefined
  }

  #signerOf(jws: StrictJws, keys: TrustedKeys): TrustedKey | Refusal {
    const own = keys.find(jws.issuer, jws.kid)
    if (own !== undefined && own.alg !== jws.alg) return 'algorithm'
    if (own !== undefined) return isSigned(jws, own) ? own : 'bad-signature'
    const others = keys.elsewhere(jws.issuer, jws.kid)
    return others.find((key) => key.alg === jws.alg && isSigned(jws, key)) ?? 'unknown-key'
  }

  /** Why the token is refused whatever the ledger says. */
  #refusalOf(
    { jws, claims, audience }: Signed,
    signer: TrustedKey,
    policy: IssuerPolicy | undefined,
  ): SignedRefusal | undefined {
    const nowMs = this.#options.now()
    if (jws.isMalformed) return 'malformed'
    if (policy === undefined) return 'unknown-issuer'
    if (jws.isOversized) return 'oversized'
    const refusal = claimRefusal(jws, claims, { policy, nowMs })
    if (refusal !== undefined) return refusal
    if (audience === undefined) return 'wrong-audience'
    return signer.revokedMs <= nowMs ? 'revoked-key' : undefined
  }

  /** The alarm about a token with a valid signature, the most serious first. */
  #findingOf(
    { jws, claims, audience }: Signed,
    signer: TrustedKey,
    policy: IssuerPolicy | undefined,
  ): AlarmClass | undefined {
    const { issuedAtMs } = claims
    if (signer.issuer !== jws.issuer || policy === undefined) return 'class-mismatch'
    if (audience !== undefined && !audience.classes.has(policy.issuerClass)) return 'class-mismatch'
    if (issuedAtMs < signer.fromMs || issuedAtMs >= signer.untilMs) return 'expired-key'
    if (!jws.isCanonical) return 'non-canonical'
    if (!policy.takesHighS && !isLowS(jws.signature, signer.alg)) return 'malleable-signature'
    return this.#options.canaries.has(text(jws.payload, 'sub') ?? '') ? 'canary' : undefined
  }

  /**
   * A refused token. With a valid signature it is recorded, or else a forgery: the alarm comes first, the refusal second.
   */
  #unfit(shown: Unfit, finding: AlarmClass | undefined): Verdict | Promise<Verdict> {
    const { jws, claims, inputHash, refusal } = shown
    const answer = refused(refusal, receiptOf(shown))
    if (finding !== undefined) return this.#unfitAlarmed(shown, finding)
    const membership = this.#options.follower.find(jws.issuer, claims.id, inputHash)
    if (membership === 'live' || membership === 'revoked' || this.#isForgotten(jws.issuer, claims))
      return answer
    return this.#unfitAsked(shown, answer)
  }

  async #unfitAlarmed(shown: Unfit, alarm: AlarmClass): Promise<Verdict> {
    const presence = await this.#presenceOf(shown)
    this.#options.onAlarm(this.alarmOf(shown, alarm, { presence, isAdmitted: false }))
    return refused(alarm, receiptOf(shown))
  }

  async #unfitAsked(shown: Unfit, answer: Verdict): Promise<Verdict> {
    const presence = await this.#presenceOf(shown)
    if (presence.state === 'cannot-tell') this.#options.onUnsettled({ shown, isAdmitted: false })
    if (presence.state !== 'absent') return answer
    const alarm = presence.isMutated ? 'mutated' : 'unissued'
    this.#options.onAlarm(this.alarmOf(shown, alarm, { presence, isAdmitted: false }))
    return refused(alarm, receiptOf(shown))
  }

  /** Whether the token expired so long ago that its entry may be forgotten. */
  #isForgotten(issuer: string, { issuedAtMs, expiresMs }: Claims): boolean {
    const { follower, now } = this.#options
    return expiresMs <= now() && !follower.remembers(issuer, issuedAtMs, expiresMs)
  }

  #inLedger(shown: Shown): Verdict | Promise<Verdict> {
    const { follower } = this.#options
    const { jws, claims, inputHash, audience } = shown
    const membership = follower.find(jws.issuer, claims.id, inputHash)
    if (membership === 'live' && (audience.whenStale !== 'none' || this.#isFresh(audience)))
      return admitted(shown, 'recorded')
    if (membership === 'revoked') return refused('revoked', shown)
    return this.#asked(shown)
  }

  /** The token is not known yet: the ledger is asked. */
  async #asked(shown: Shown): Promise<Verdict> {
    const { audience } = shown
    const presence = await this.#presenceOf(shown)
    if (presence.state === 'revoked') return refused('revoked', shown)
    if (presence.state === 'absent')
      return this.#decide(shown, presence.isMutated ? 'mutated' : 'unissued', presence)
    if (presence.state === 'cannot-tell') return this.#unsettled(shown)
    const isTaken = this.#isFresh(audience) || audience.whenStale !== 'none'
    return isTaken ? admitted(shown, 'recorded') : refused('stale', shown)
  }

  #isFresh({ maxHeadAgeMs }: AudiencePolicy): boolean {
    return this.#options.follower.ageMs <= maxHeadAgeMs
  }

  /** No ledger records a token without an id. */
  async #presenceOf({ jws, claims, inputHash }: Signed): Promise<Presence> {
    const { follower, waitMs } = this.#options
    if (claims.tokenId === undefined) return { state: 'absent', isMutated: false }
    if (this.#isForgotten(jws.issuer, claims)) return { state: 'cannot-tell' }
    return await presenceOf(follower, { issuer: jws.issuer, id: claims.id, inputHash }, waitMs)
  }

  /** An alarm that does not depend on the ledger, which decides its severity. */
  async #alarmed(shown: Shown, alarm: AlarmClass): Promise<Verdict> {
    return this.#decide(shown, alarm, await this.#presenceOf(shown))
  }

  #decide(shown: Shown, alarm: AlarmClass, presence: Presence): Verdict {
    const isAdmitted = shown.audience.mode === 'monitor' && presence.state !== 'revoked'
    this.#options.onAlarm(this.alarmOf(shown, alarm, { presence, isAdmitted }))
    return isAdmitted ? admitted(shown, 'monitor') : refused(alarm, shown)
  }

  alarmOf(
    shown: Shown | Unfit,
    alarm: AlarmClass,
    { presence, isAdmitted }: { readonly presence: Presence; readonly isAdmitted: boolean },
  ): Alarm {
    const { jws, claims, inputHash, caller, keyIssuer } = shown
    const isRecorded = presence.state === 'cannot-tell' ? undefined : presence.state !== 'absent'
    const head = this.#options.follower.headOf(jws.issuer)
    return {
      alarm,
      severity: isRecorded === true && alarm !== 'canary' ? 'warning' : 'critical',
      atMs: this.#options.now(),
      issuer: jws.issuer,
      kid: jws.kid,
      keyIssuer,
      alg: jws.alg,
      inputHash: Buffer.from(inputHash).toString('hex'),
      tokenId: claims.tokenId,
      jti: shortJti(jws.payload),
      issuedAtMs: claims.issuedAtMs,
      expiresMs: claims.expiresMs,
      audiences: claims.audiences,
      isRecorded,
      refusal: 'refusal' in shown ? shown.refusal : undefined,
      head: head && { origin: head.origin, size: head.size, root: head.root },
      caller,
      isAdmitted,
    }
  }

  /** The ledger is unavailable: the audience's policy decides, and the token is judged again later. */
  #unsettled(shown: Shown): Verdict {
    const { mode, whenStale, graceMs } = shown.audience
    const isYoung = this.#options.now() - shown.claims.issuedAtMs < graceMs
    const isGraced = mode === 'enforce-with-grace' && isYoung
    const basis = mode === 'monitor' ? 'monitor' : isGraced ? 'grace' : 'stale-policy'
    const isAdmitted = basis !== 'stale-policy' || whenStale === 'all'
    this.#options.onUnsettled({ shown, isAdmitted })
    return isAdmitted ? admitted(shown, basis) : refused('stale', shown)
  }
}

/** A token that a known key has signed, for whatever audience. */
type Signed = Omit<Unfit, 'refusal'>

function reasonOf(jws: StrictJws, policy: IssuerPolicy | undefined, signer: Refusal): Refusal {
  if (jws.isMalformed) return 'malformed'
  return policy === undefined ? 'unknown-issuer' : signer
}

/** The receipt of a refused token: none without a time, or for none of the caller's audiences. */
function receiptOf({ audience, ...signed }: Unfit): Shown | undefined {
  const isTimed = !Number.isNaN(signed.claims.issuedAtMs)
  return audience !== undefined && isTimed ? { ...signed, audience } : undefined
}

/** Waits for the ledger's answer: its alarms are evidence. */
function distrusted(shown: Shown, verdict: Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  const answer = refused('distrusted-key', shown)
  return verdict instanceof Promise ? verdict.then(() => answer) : answer
}

const isRecorded = (verdict: Verdict | Promise<Verdict>) =>
  !(verdict instanceof Promise) && verdict.isAdmitted && verdict.basis === 'recorded'

function admitted({ jws, claims, audience }: Shown, basis: Basis): Verdict {
  return { isAdmitted: true, basis, jws, claims, audience }
}

const LONGEST_JTI = 200

function shortJti(payload: Json): string | undefined {
  const jti = text(payload, 'jti')
  return jti !== undefined && jti.length <= LONGEST_JTI ? jti : undefined
}
