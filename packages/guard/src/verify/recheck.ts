/**
 * Tokens presented while the ledger was unavailable: alarms follow for those that it lacks.
 * An undecided token goes behind its issuer's others. No issuer waits for another's ledger.
 */
import {
  alarmAbout,
  isOpen,
  type Unsettled,
  type Verifier,
  type VerifierOptions,
} from './verifier.ts'

const MOST = 10_000
/** For one issuer in one round, and how many at a time. */
const MOST_A_ROUND = 256
const AT_ONCE = 16

interface RecheckOptions extends Pick<VerifierOptions, 'onAlarm'> {
  readonly verifier: Pick<Verifier, 'alarmOf' | 'presenceOf'>
}

export class Recheck {
  readonly #options: RecheckOptions
  readonly #unsettled = new Map<string, Unsettled>()
  #lost = 0
  #isRunning: boolean = false

  constructor(options: RecheckOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#unsettled.size
  }

  /** Forgotten without an answer: too many, or out of the ledger's memory. */
  get lost(): number {
    return this.#lost
  }

  add(unsettled: Unsettled): void {
    const name = Buffer.from(unsettled.signed.inputHash).toString('hex')
    const known = this.#unsettled.get(name)
    // Its alarm says whether it was ever admitted.
    if (known !== undefined && (known.isAdmitted || !unsettled.isAdmitted)) return
    if (known === undefined && this.#unsettled.size >= MOST) this.#lost++
    else this.#unsettled.set(name, unsettled)
  }

  /** The oldest tokens of each issuer. Never throws. */
  async run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    const byIssuer = new Map<string, Held[]>()
    for (const held of this.#unsettled) {
      const { issuer } = held[1].signed.jws
      const own = byIssuer.get(issuer) ?? []
      if (own.length < MOST_A_ROUND) byIssuer.set(issuer, [...own, held])
    }
    await Promise.all(Array.from(byIssuer.values(), (own) => this.#round(own)))
    this.#isRunning = false
  }

  async #round(waiting: Held[]): Promise<void> {
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        // oxlint-disable-next-line no-await-in-loop -- as many at a time as there are workers
        await this.#lookUp(next)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  async #lookUp([name, unsettled]: Held): Promise<void> {
    const isSettled = await this.#settle(unsettled).catch(() => false)
    this.#unsettled.delete(name)
    if (!isSettled) this.#unsettled.set(name, unsettled)
  }

  async #settle({ signed, isAdmitted }: Unsettled): Promise<boolean> {
    const { verifier, onAlarm } = this.#options
    const presence = await verifier.presenceOf(signed)
    if (isOpen(presence)) return false
    const alarm = signed.finding ?? alarmAbout(presence)
    if (alarm !== undefined) onAlarm(verifier.alarmOf(signed, alarm, { presence, isAdmitted }))
    else if (presence.state === 'forgotten') this.#lost++
    return true
  }
}

type Held = readonly [name: string, unsettled: Unsettled]
