/** Runs a probe. Controls between vectors: a target that locks callers out would refuse all. */
import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import { Forge, SamlForge, Unforgeable } from '../forge/forge.ts'
import type { Answer, Target } from '../targets/targets.ts'
import type { Vector } from '../vectors/catalogue.ts'
import type { ProbeControl, ProbeIssuer } from './probe_issuer.ts'
import * as probed from './report.ts'

export interface ProbeOptions {
  readonly target: Target
  readonly issuer: ProbeIssuer
  readonly vectors: readonly Vector[]
  readonly now: () => number
  readonly rate: number
  readonly allow?: readonly probed.Exemption[] | undefined
  readonly distrust?: DistrustOptions | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const CONTROL_EVERY = 10

type Asked = Pick<probed.VectorResult, 'outcome' | 'seen' | 'signer'>

export const runProbe = (options: ProbeOptions): Promise<probed.ProbeReport> =>
  new Run(options).report()

class Run {
  readonly #options: ProbeOptions
  #nextMs = 0
  #failed: probed.Control | undefined

  constructor(options: ProbeOptions) {
    this.#options = options
  }

  async report(): Promise<probed.ProbeReport> {
    const { target, issuer, now, distrust: wanted } = this.#options
    const atMs = now()
    const first = await this.#controls('first')
    const results = first.every(holds) ? await this.#all() : []
    const isLastAsked = first.every(holds) && this.#failed === undefined
    const last = isLastAsked ? await this.#controls('last') : []
    const controls = [...first, ...(this.#failed === undefined ? last : [this.#failed])]
    const areControlsSound = controls.every(holds)
    const vectors = areControlsSound
      ? results
      : this.#options.vectors.map((vector) => ({ vector, ...UNCONTROLLED }))
    // After the controls: a verifier that could not reach its keys may refuse genuine tokens for a while.
    const ask = (role: string) => this.#ask(this.#forge().token({ by: role }))
    const distrust =
      areControlsSound && wanted !== undefined ? await measureDistrust(issuer, ask, wanted) : []
    return {
      target: target.name,
      issuer: issuer.issuer,
      atMs,
      controls,
      ...this.#withExemptions(vectors, distrust, atMs),
    }
  }

  async #ask(token: string): Promise<Answer> {
    const { rate, target, signal } = this.#options
    signal?.throwIfAborted()
    const nowMs = performance.now()
    const waitMs = this.#nextMs - nowMs
    this.#nextMs = Math.max(nowMs, this.#nextMs) + 1000 / rate
    if (waitMs > 0) await setTimeout(waitMs)
    return await target.ask(token)
  }

  async #controls(when: 'first' | 'last'): Promise<probed.Control[]> {
    const genuine = await this.#genuineControl(when)
    const garbage = await this.#ask(this.#isSaml ? garbageResponse() : garbageToken())
    return [genuine, { id: `garbage-${when}`, expected: 'refused', ...asked(garbage) }]
  }

  async #genuineControl(when: 'first' | 'last'): Promise<probed.Control> {
    const answer = await this.#ask(this.#genuine())
    return { id: `genuine-${when}`, expected: 'accepted', ...asked(answer) }
  }

  get #isSaml(): boolean {
    return this.#options.target.takes === 'saml'
  }

  #genuine(): string {
    const forge = this.#forge()
    try {
      return this.#isSaml ? new SamlForge(forge).response() : forge.token()
    } catch (error) {
      if (!(error instanceof Unforgeable)) throw error
      const message = `no genuine token can be made: ${error.message}`
      throw new MintmarkError('INPUT_INVALID', message, { option: 'issuer' })
    }
  }

  async #all(): Promise<probed.VectorResult[]> {
    const { vectors } = this.#options
    const asked = new Map<Vector, Asked>()
    for (const vector of vectors.toSorted((a, b) => isLast(a) - isLast(b))) {
      /* oxlint-disable no-await-in-loop -- one request at a time */
      asked.set(vector, await this.#one(vector))
      this.#options.onProgress?.(asked.size, vectors.length)
      if (asked.size % CONTROL_EVERY !== 0) continue
      const control = await this.#genuineControl('last')
      /* oxlint-enable no-await-in-loop */
      if (holds(control)) continue
      this.#failed = control
      break
    }
    return vectors.map((vector) => Object.assign({ vector }, asked.get(vector) ?? NOT_ASKED))
  }

  async #one(vector: Vector): Promise<Asked> {
    try {
      const forge = this.#forge()
      const token = await vector.forge(forge)
      const signer = vector.axis === 'key' ? signerOf(forge) : undefined
      if (vector.first === 'unlist') return { ...(await this.#unlisted(vector)), signer }
      if (vector.first === 'show') await this.#ask(forge.token())
      return { ...asked(await this.#ask(token)), signer }
    } catch (error) {
      if (error instanceof Unforgeable) return { outcome: 'cannot-tell', seen: error.message }
      throw error
    }
  }

  async #unlisted(vector: Vector): Promise<Asked> {
    const { control } = this.#options.issuer
    if (control === undefined) throw new Unforgeable('the issuer can take no key out of its set')
    const { kid } = this.#forge().key('leaving')
    const ask = async () => asked(await this.#ask(await vector.forge(this.#forge())))
    // An interrupted probe may have left it out.
    await control.list(kid)
    // Verifiers that keep each key for itself have it only once they have looked it up.
    await ask()
    await control.unlist(kid)
    try {
      const once = await ask()
      if (once.outcome !== 'accepted') return once
      const again = await ask()
      return again.outcome === 'refused' ? { outcome: 'late', seen: again.seen } : once
    } finally {
      await control.list(kid)
    }
  }

  #forge(): Forge {
    return new Forge(this.#options.issuer, this.#options.now())
  }

  #withExemptions(
    results: readonly probed.VectorResult[],
    distrust: readonly probed.Distrust[],
    atMs: number,
  ) {
    const { allow = [] } = this.#options
    const inForce = new Map(
      allow.filter((entry) => probed.isInForce(entry, atMs)).map((entry) => [entry.id, entry]),
    )
    const vectors = results.map((result): probed.VectorResult => {
      const allowed = probed.isAccepted(result.outcome) ? inForce.get(result.vector.id) : undefined
      return { ...result, allowed }
    })
    const used = new Set(vectors.map(({ allowed }) => allowed))
    const unusedExemptions = allow.filter((entry) => !used.has(entry))
    return { vectors, distrust, summary: probed.summaryOf(vectors, distrust), unusedExemptions }
  }
}

function signerOf({ signer }: Forge): probed.Signer | undefined {
  if (signer === undefined) return undefined
  const spki = createPublicKey(signer.privateKey).export({ format: 'der', type: 'spki' })
  return { kid: signer.kid, spkiSha256: createHash('sha256').update(spki).digest('hex') }
}

const isLast = ({ first }: Vector) => Number(first === 'unlist')

const NOT_ASKED: Asked = { outcome: 'cannot-tell', seen: 'not asked' }
const UNCONTROLLED: Asked = { outcome: 'cannot-tell', seen: 'the controls do not hold' }

const garbageToken = () =>
  [24, 96, 64].map((length) => randomBytes(length).toString('base64url')).join('.')

const garbageResponse = () =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${randomBytes(48).toString('hex')}</samlp:Response>`

const asked = ({ said, seen }: Answer): Pick<probed.Control, 'outcome' | 'seen'> => ({
  outcome: said === 'unclear' ? 'cannot-tell' : said,
  seen,
})

const holds = ({ expected, outcome }: probed.Control) => outcome === expected

export interface DistrustOptions {
  readonly patienceS: number
  /** Refused within so many seconds is refused; later is late. */
  readonly withinS: number
  readonly everyMs: number
  readonly onProgress?: ((seconds: number, patienceS: number) => void) | undefined
}

type Ask = (role: string) => Promise<Answer>

/** Each with a key of its own, which is listed again afterwards. */
async function measureDistrust(
  { keys, control }: ProbeIssuer,
  ask: Ask,
  options: DistrustOptions,
): Promise<probed.Distrust[]> {
  const measured: probed.Distrust[] = []
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
  readonly endpoint: probed.Distrust['endpoint']
  readonly kid: string
  readonly control: ProbeControl
  readonly ask: () => Promise<Answer>
  readonly options: DistrustOptions
}

async function measureOne(one: Measurement): Promise<probed.Distrust> {
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
}: Measurement): Promise<Omit<probed.Distrust, 'keysAge'>> {
  const { patienceS, withinS, everyMs, onProgress } = options
  const startMs = performance.now()
  for (let times = 0; ; times++) {
    // The time of the request counts: the verifier trusted the key at least until then.
    const seconds = (performance.now() - startMs) / 1000
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    const { said, seen } = await ask()
    // Without keys a verifier may fail: it does not trust the key any more.
    const isOut = said === 'refused' || (said === 'unclear' && endpoint === 'unreachable')
    if (isOut)
      return {
        endpoint,
        outcome: times === 0 || seconds <= withinS ? 'refused' : 'late',
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

const unmeasured = (endpoint: probed.Distrust['endpoint'], seen: string): probed.Distrust => {
  return { endpoint, outcome: 'cannot-tell', seconds: null, keysAge: null, seen }
}
