/**
 * Tokens that were shown while the ledger could not tell: once it can, those that it lacks raise their alarm.
 *
 * @module
 */
import type { Alarm } from './alarms.ts'
import type { FollowedLedger } from './ledger_follower.ts'
import { presenceOf } from './presence.ts'
import type { Unsettled, Verifier } from './verifier.ts'

const MOST = 10_000

export interface RecheckOptions {
  readonly follower: FollowedLedger
  readonly verifier: Verifier
  readonly waitMs: number
  readonly onAlarm: (alarm: Alarm) => void
  readonly now: () => number
}

export class Recheck {
  readonly #options: RecheckOptions
  readonly #held = new Map<string, Unsettled>()
  #lost = 0
  #isRunning: boolean = false

  constructor(options: RecheckOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#held.size
  }

  /** Tokens that were forgotten without an answer: too many, or expired before there was one. */
  get lost(): number {
    return this.#lost
  }

  add(unsettled: Unsettled): void {
    const name = Buffer.from(unsettled.shown.inputHash).toString('hex')
    if (this.#held.has(name)) return
    if (this.#held.size >= MOST) this.#lost++
    else this.#held.set(name, unsettled)
  }

  /** Looks at all of them, one after the other, until one cannot be told of again. */
  async run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    for (const [name, unsettled] of this.#held) {
      // oxlint-disable-next-line no-await-in-loop -- the first that cannot be told of ends the round
      if (!(await this.#settle(unsettled))) break
      this.#held.delete(name)
    }
    this.#isRunning = false
  }

  async #settle({ shown, isAdmitted }: Unsettled): Promise<boolean> {
    const { follower, verifier, waitMs, onAlarm, now } = this.#options
    const { jws, claims, inputHash } = shown
    if (claims.expiresMs < now()) {
      this.#lost++
      return true
    }
    const asked = { issuer: jws.issuer, id: claims.id, inputHash }
    const presence = await presenceOf(follower, asked, waitMs)
    if (presence.state !== 'absent') return presence.state !== 'cannot-tell'
    const alarm = presence.isMutated ? 'mutated' : 'unissued'
    onAlarm(verifier.alarmOf(shown, alarm, { presence, isAdmitted }))
    return true
  }
}
