/** All checks of one victim: it is started, one core is taken, and every check looks at that one. */
import { after, before } from 'node:test'
import { type HeldCore, heldCore, removeCore } from './process/held_core.ts'
import { describeVictim, type Missing } from './process/programs.ts'
import type { Victim } from './process/victim_process.ts'
import { checkLeftovers, checkScan, type Expected } from './scan_checks.ts'
import { checkScrub } from './scrub_checks.ts'
import type { Truth } from './truth/rsa_truth.ts'

/** Victims that are looked at beside each other: most of it is work of other processes. */
export const BESIDE = 2

export interface Started {
  readonly victim: Victim
  readonly truths: readonly Truth[]
}

export interface VictimTest extends Expected {
  readonly name: string
  readonly needs: readonly (string | Missing)[]
  readonly start: () => Promise<Started>
  /** False where another victim's core holds all that this one's does: a scrub looks at each byte many times. */
  readonly isScrubbed?: boolean
}

export function testVictim(test: VictimTest): void {
  const { name, needs, start, isScrubbed = true, ...expected } = test
  describeVictim(name, needs, () => {
    let held: HeldCore | undefined
    const core = (): HeldCore => {
      if (held === undefined) throw new Error('no core was taken')
      return held
    }
    before(async () => {
      const { victim, truths } = await start()
      try {
        held = heldCore(victim, 'core', truths)
      } finally {
        await victim.stop()
      }
    })
    after(() => {
      if (held !== undefined) removeCore(held)
    })
    checkScan(core, expected)
    if (expected.encodings.includes('p le')) checkLeftovers(core)
    if (isScrubbed) checkScrub(core)
  })
}
