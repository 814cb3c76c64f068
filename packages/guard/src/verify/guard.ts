/**
 * Assigns verdicts to tokens by trusted keys, policies and a ledger; counts them and raises alarms.
 */
import { randomUUID } from 'node:crypto'
import type { FollowedLedger } from '../follow/ledger_follower.ts'
import { type Alarm, AlarmFilter } from './alarms.ts'
import type { DistrustedKeys } from './distrusted_keys.ts'
import { type Counter, Metrics } from './metrics.ts'
import type { AudiencePolicy } from './policies.ts'
import type { Presentation } from './presentations.ts'
import { Recheck } from './recheck.ts'
import type { StrictJws } from './strict_jws.ts'
import { type Verdict, Verifier, type VerifierOptions } from './verifier.ts'

export interface GuardOptions
  extends Omit<VerifierOptions, 'isDistrusted' | 'onUnsettled' | 'rememberedTokens'> {
  /** Undefined if alarms distrust no keys. */
  readonly distrusted?: DistrustedKeys | undefined
  readonly onDistrust?: ((issuer: string, kid: string) => void) | undefined
  readonly rememberedTokens?: number | undefined
  readonly onPresentation?: ((shown: Presentation) => void) | undefined
}

export class Guard {
  readonly #options: GuardOptions
  readonly #verifier: Verifier
  readonly #alarms: AlarmFilter
  readonly #recheck: Recheck
  readonly metrics: Metrics = new Metrics()
  /** By reason or basis: no word is both. */
  readonly #counters = new Map<string, Counter>()

  constructor(options: GuardOptions) {
    this.#options = options
    this.#alarms = new AlarmFilter((alarm) => {
      this.metrics.counter('alarms', { class: alarm.alarm }).value++
      options.onAlarm(alarm)
    })
    const onAlarm = (alarm: Alarm) => this.#alarmed(alarm)
    this.#verifier = new Verifier({
      ...options,
      rememberedTokens: options.rememberedTokens ?? 0,
      isDistrusted: (issuer, kid) => options.distrusted?.has(issuer, kid) ?? false,
      onAlarm,
      onUnsettled: (unsettled) => this.#recheck.add(unsettled),
    })
    this.#recheck = new Recheck({ ...options, verifier: this.#verifier, onAlarm })
  }

  /** The key is distrusted before the alarm is reported. */
  #alarmed(alarm: Alarm): void {
    const { distrusted, onDistrust } = this.#options
    if (distrusted?.distrust(alarm) === true) onDistrust?.(alarm.keyIssuer, alarm.kid)
    this.#alarms.raise(alarm)
  }

  get follower(): FollowedLedger {
    return this.#options.follower
  }

  /** Synchronous if nothing has to be asked. Never throws. */
  assignVerdict(
    token: string,
    audiences: readonly AudiencePolicy[],
    caller: string,
  ): Verdict | Promise<Verdict> {
    const verdict = this.#verifier.verify(token, audiences, caller)
    return verdict instanceof Promise
      ? verdict.then((settled) => this.#counted(settled, caller))
      : this.#counted(verdict, caller)
  }

  #counted(verdict: Verdict, caller: string): Verdict {
    this.#counterOf(verdict).value++
    this.#note(verdict, caller)
    return verdict
  }

  signedToken(token: string): StrictJws | 'malformed' | undefined {
    return this.#verifier.signedToken(token)
  }

  #note(verdict: Verdict, caller: string): void {
    const { onPresentation, now } = this.#options
    const shown = verdict.isAdmitted ? verdict : verdict.shown
    if (onPresentation === undefined || shown === undefined) return
    const { jws, claims, audience } = shown
    const { isAdmitted } = verdict
    onPresentation({ id: randomUUID(), atMs: now(), jws, claims, audience, caller, isAdmitted })
  }

  #counterOf(verdict: Verdict): Counter {
    const reason = verdict.isAdmitted ? verdict.basis : verdict.reason
    const known = this.#counters.get(reason)
    if (known !== undefined) return known
    const result = verdict.isAdmitted ? 'admitted' : 'refused'
    const counter = this.metrics.counter('tokens', { result, reason })
    this.#counters.set(reason, counter)
    return counter
  }

  /** Checks unsettled tokens again: call it regularly. */
  recheck(): Promise<void> {
    return this.#recheck.run()
  }

  /** Tokens for which no ledger has answered yet. */
  get unsettled(): number {
    return this.#recheck.count
  }

  get unsettledLost(): number {
    return this.#recheck.lost
  }

  gauges(): Readonly<Record<string, number>> {
    const { follower } = this.#options
    return {
      head_age_seconds: follower.ageMs / 1000,
      live_tokens: follower.liveTokens,
      publications_brought: follower.isStreamed ? 1 : 0,
      ledger_in_trouble: follower.trouble === undefined ? 0 : 1,
      alarms_suppressed: this.#alarms.suppressed,
      unsettled_tokens: this.unsettled,
      unsettled_tokens_lost: this.unsettledLost,
      unsearched_tokens: this.#verifier.unsearched,
      remembered_tokens: this.#verifier.remembered,
      distrusted_keys: this.#options.distrusted?.count ?? 0,
    }
  }
}
