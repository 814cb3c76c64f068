/** Where the people of a large place are: shared egress, homes, mobile networks, elsewhere. */
import type { Random } from '../world/random.ts'
import { addressIn } from './people.ts'

/** The networks of a place, which may change its own for everybody one day. */
export class Networks {
  readonly #egress: readonly string[]
  readonly #newEgress: readonly string[]
  readonly #changeMs: number
  readonly #mobile: readonly string[]

  /** @param changeMs when all of the place's own addresses change */
  constructor(random: Random, changeMs: number) {
    const own = random.pick(['128.214', '141.20', '193.175'])
    const next = random.pick(['85.31', '195.37'])
    this.#egress = Array.from({ length: random.between(2, 5) }, () => addressIn(random, own))
    this.#newEgress = Array.from({ length: random.between(2, 5) }, () => addressIn(random, next))
    this.#changeMs = changeMs
    this.#mobile = random.sample(['46.114', '80.187', '176.5'], 2)
  }

  /** One of the addresses behind which everybody on the premises is. */
  premises(random: Random, atMs: number): string {
    return random.pick(atMs < this.#changeMs ? this.#egress : this.#newEgress)
  }

  /** A mobile network hands out another address every time. */
  mobile(random: Random): string {
    return addressIn(random, random.pick(this.#mobile))
  }

  /** A hotel, a conference, another university: a network that nobody here has used before. */
  elsewhere(random: Random): string {
    return addressIn(random, `${random.between(150, 160)}.${random.between(10, 250)}`)
  }
}
