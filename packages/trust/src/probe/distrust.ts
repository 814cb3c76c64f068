/**
 * Time to distrust: how long a verifier accepts tokens of a key that has left the key set.
 *
 * Measured twice: with the key endpoint reachable, and unreachable, where a verifier with stale keys continues.
 *
 * @module
 */
import { setTimeout } from 'node:timers/promises'
import type { Answer } from '../targets/target.ts'
import type { ProbeControl, ProbeIssuer } from './probe_issuer.ts'
import type { Distrust } from './report.ts'

export interface DistrustOptions {
  /** After this time the key counts as trusted for good. */
  readonly patienceS: number
  /** Refused within so many seconds is refused; later is late. */
  readonly withinS: number
  readonly everyMs: number
  readonly onProgress?: ((seconds: number, patienceS: number) => void) | undefined
}

type Ask = (role: string) => Promise<Answer>

/** Each with a key of its own, which is listed again afterwards. */
export async function measureDistrust(
  { keys, control }: ProbeIssuer,
  ask: Ask,
  options: DistrustOptions,
): Promise<Distrust[]> {
  const measured: Distrust[] = []
  for (const [endpoint, role] of [
    ['reachable', 'next'],
    ['unreachable', 'spare'],
  ] as const) {
    const key = keys.find((each) => each.role === role)
    const canBlock = endpoint === 'reachable' || control?.setReachable !== undefined
    if (key === undefined || control === undefined || !canBlock) {
      measured.push(unmeasured(endpoint, 'the issuer cannot do what that takes'))
      continue
    }
    const one = { endpoint, kid: key.kid, control, ask: () => ask(role), options }
    // oxlint-disable-next-line no-await-in-loop -- the second needs the endpoint as it was
    measured.push(await measureOne(one))
  }
  return measured
}

interface Measurement {
  readonly endpoint: Distrust['endpoint']
  readonly kid: string
  readonly control: ProbeControl
  readonly ask: () => Promise<Answer>
  readonly options: DistrustOptions
}

async function measureOne(one: Measurement): Promise<Distrust> {
  const { endpoint, kid, control, ask } = one
  // An interrupted probe may have left it out.
  await control.list(kid)
  const before = await ask()
  if (before.said !== 'accepted')
    return unmeasured(endpoint, `a listed key is not trusted (${before.seen})`)
  try {
    await control.unlist(kid)
    const keysAge = rounded((await control.keysAge?.()) ?? null)
    if (endpoint === 'unreachable') await control.setReachable?.(false)
    return { ...(await untilRefused(one)), keysAge }
  } finally {
    if (endpoint === 'unreachable') await control.setReachable?.(true)
    await control.list(kid)
  }
}

const rounded = (seconds: number | null) => seconds && Math.round(seconds * 10) / 10

async function untilRefused({
  endpoint,
  ask,
  options,
}: Measurement): Promise<Omit<Distrust, 'keysAge'>> {
  const { patienceS, withinS, everyMs, onProgress } = options
  const startMs = performance.now()
  for (let asked = 0; ; asked++) {
    // The time of the request counts: the verifier trusted the key at least until then.
    const seconds = (performance.now() - startMs) / 1000
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    const { said, seen } = await ask()
    // Without keys a verifier may fail: it does not trust the key any more.
    const isOut = said === 'refused' || (said === 'unclear' && endpoint === 'unreachable')
    if (isOut)
      return {
        endpoint,
        outcome: asked === 0 || seconds <= withinS ? 'refused' : 'late',
        seconds: rounded(seconds),
        seen,
      }
    if (said === 'unclear') return unmeasured(endpoint, seen)
    if (seconds >= patienceS)
      return { endpoint, outcome: 'accepted', seconds: rounded(seconds), seen }
    onProgress?.(seconds, patienceS)
    // oxlint-disable-next-line no-await-in-loop -- the next question
    await setTimeout(everyMs)
  }
}

const unmeasured = (endpoint: Distrust['endpoint'], seen: string): Distrust => ({
  endpoint,
  outcome: 'cannot-tell',
  seconds: null,
  keysAge: null,
  seen,
})
