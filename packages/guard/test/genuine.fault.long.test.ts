/* oxlint-disable no-await-in-loop -- rounds follow one another */
/**
 * A hundred thousand tokens are issued and used while ledger and guard are restarted over and over: none that was issued is
 * lost, and none raises an alarm. What a forger shows at the end does: the alarm is not deaf.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forge } from '@mintmark/testkit'
import { claims, mailPolicy, newWorld, type World } from './guard_world.ts'

const TOKENS = 100_000
const ROUNDS = 5
const AT_ONCE = 500
/** Tokens of a round that are shown while everything starts again. */
const MEANWHILE = 250
/** How long a token that was issued may be refused while everything starts again, on a machine that is busy. */
const PATIENCE_MS = 300_000

/** Issues this many; what a ledger that is away does not take is not issued, and asked for again. */
async function mint(world: World, count: number): Promise<string[]> {
  const tokens: string[] = []
  let isAway: boolean = false
  while (tokens.length < count) {
    const wanted: number = isAway ? 1 : Math.min(AT_ONCE, count - tokens.length)
    const asked = Array.from({ length: wanted }, () => world.mint())
    const settled = await Promise.allSettled(asked)
    const issued = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    tokens.push(...issued)
    // A ledger that is away refuses at once, and comes back only if it gets the time.
    isAway = issued.length < wanted
    if (isAway) await sleep(20)
  }
  return tokens
}

const assignVerdict = async (world: World, token: string) =>
  await world.guard.assignVerdict(token, [mailPolicy], 'mail')

/** Shows each until it is admitted, some at once: the first show whether the guard has read all entries. */
async function use(world: World, tokens: readonly string[]): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  for (let at = 0; at < tokens.length; ) {
    const some = tokens.slice(at, at + (at === 0 ? 1 : AT_ONCE))
    const verdicts = await Promise.all(some.map((token) => assignVerdict(world, token)))
    if (verdicts.every(({ isAdmitted }) => isAdmitted)) at += some.length
    else {
      assert.ok(performance.now() < untilMs, 'genuine tokens are refused')
      await sleep(5)
    }
  }
}

it('a hundred thousand genuine tokens under restarts raise no alarm', async () => {
  const world = await newWorld()
  try {
    let used = 0
    for (let round = 0; round < ROUNDS; round++) {
      const issued = mint(world, TOKENS / ROUNDS)
      await (round % 2 === 0 ? world.restartLedger() : world.restartGuard())
      const tokens = await issued
      await Promise.all([
        use(world, tokens.slice(0, MEANWHILE)),
        round % 2 === 0 ? world.restartGuard() : world.restartLedger(),
      ])
      await use(world, tokens.slice(MEANWHILE))
      used += tokens.length
    }
    assert.equal(used, TOKENS)
    assert.deepEqual(world.alarms, [])
    const forged = forge(world.keys.own, claims())
    assert.equal((await assignVerdict(world, forged)).isAdmitted, false)
    assert.deepEqual(
      world.alarms.map(({ alarm }) => alarm),
      ['unissued'],
    )
  } finally {
    await world.close()
  }
})
