/**
 * A ledger or a witness at work: opened, listening, and closed again in good order.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { MintmarkError } from '@mintmark/core'
import { FanOut, type NatsAddress } from '@mintmark/guard'
import {
  Cosigning,
  type Description,
  type Issuance,
  KeptHeads,
  type LedgerHome,
  openFolderWitness,
  openHome,
  type Policy,
  type Revocation,
  StandingLedger,
  type WitnessHttp,
} from '@mintmark/ledger'
import { entriesApp, type FrontEnd, ledgerApp, parseFrontEnds } from './ledger_app.ts'
import { listen } from './listen.ts'
import { witnessApp } from './witness_app.ts'

interface Address {
  readonly host: string
  readonly port: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
}

export interface Served {
  readonly url: string
  /** Where front ends send entries, if that is elsewhere. */
  readonly issuersUrl?: string | undefined
  /** Rejects when the service can go on no more. */
  readonly failed: Promise<never>
  readonly stop: () => Promise<void>
}

const never = new Promise<never>(() => undefined)

/** The second is done whatever the first comes to. */
function inTurn(first: () => Promise<void>, second: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await first()
    } finally {
      await second()
    }
  }
}

export async function serveWitness(folder: string, { host, port, now }: Address): Promise<Served> {
  const { witness, close } = await openFolderWitness(folder, now)
  try {
    const { url, stop } = await listen(witnessApp(witness), { host, port })
    return { url, failed: never, stop: inTurn(stop, close) }
  } catch (cause) {
    await close()
    throw cause
  }
}

export interface LedgerServeOptions extends Address {
  /** File outside of the ledger that keeps the highest heads. */
  readonly heads: string | undefined
  readonly policy: Policy | undefined
  /** Port on which front ends send entries, and nobody else is answered; undefined: the same as for the public. */
  readonly issuersPort?: number | undefined
  /** Stream that publications are handed on to. */
  readonly nats?: NatsAddress | undefined
  /** The time that somebody read from another clock: milliseconds since 1970-01-01 UTC. */
  readonly confirmedMs?: number | undefined
  readonly warn: (text: string) => void
}

export async function serveLedger(folder: string, options: LedgerServeOptions): Promise<Served> {
  const frontEnds = await WatchedFrontEnds.open(folder, options.warn)
  const home = await openHome(folder)
  try {
    const ledger = await openStanding(home, options)
    return await listenFor(ledger, { home, frontEnds, options })
  } catch (cause) {
    frontEnds.stop()
    await home.close()
    throw cause
  }
}

/** Who may append, as the file says it now: whoever is taken out of it can append no more a moment later. */
class WatchedFrontEnds {
  #known: readonly FrontEnd[]
  #trouble = ''
  readonly #timer: NodeJS.Timeout

  private constructor(folder: string, known: readonly FrontEnd[], warn: (text: string) => void) {
    this.#known = known
    this.#timer = setInterval(() => void this.#look(folder, warn), CARE_MS)
    this.#timer.unref()
  }

  static async open(folder: string, warn: (text: string) => void): Promise<WatchedFrontEnds> {
    return new WatchedFrontEnds(folder, parseFrontEnds(await readFrontEnds(folder)), warn)
  }

  get known(): readonly FrontEnd[] {
    return this.#known
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(folder: string, warn: (text: string) => void): Promise<void> {
    try {
      this.#known = parseFrontEnds(await readFrontEnds(folder))
      this.#trouble = ''
    } catch (cause) {
      const trouble = reasonOf(cause)
      if (trouble !== this.#trouble) warn(`front ends stay as they were: ${trouble}`)
      this.#trouble = trouble
    }
  }
}

/** What a ledger may fail to do, and how that is told. */
const DUTIES = [
  {
    failure: (ledger: StandingLedger) => ledger.trouble,
    said: 'no entry is taken in',
    begins: 'entries are not taken in',
    ends: 'entries are taken in again',
  },
  {
    failure: (ledger: StandingLedger) => ledger.publishFailure,
    said: 'nothing is published',
    begins: 'entries are taken in, and not published',
    ends: 'entries are published again',
  },
] as const

/** Each is told once where it begins, and once where it ends. */
function watchTrouble(ledger: StandingLedger, warn: (text: string) => void): () => void {
  const told = new Set<string>()
  const timer = setInterval(() => {
    // While the store is away, the ledger itself says so.
    if (ledger.isShut) return
    for (const { failure, begins, ends } of DUTIES) {
      const cause = failure(ledger)
      if (cause !== undefined && !told.has(begins)) warn(`${begins}: ${reasonOf(cause)}`)
      if (cause === undefined && told.has(begins)) warn(ends)
      if (cause === undefined) told.delete(begins)
      else told.add(begins)
    }
  }, CARE_MS)
  timer.unref()
  return () => clearInterval(timer)
}

const troubleOf = (ledger: StandingLedger) =>
  DUTIES.find(({ failure }) => failure(ledger) !== undefined)?.said

/** Between two looks at what may have changed. */
const CARE_MS = 500

async function openStanding(
  home: LedgerHome,
  { heads, now, confirmedMs, policy, warn }: LedgerServeOptions,
): Promise<StandingLedger> {
  if (heads === undefined)
    warn('no --heads: a ledger restored from a back-up is noticed only by those who saw more of it')
  const kept = await KeptHeads.open(heads)
  return await StandingLedger.open(home, {
    now,
    confirmedMs,
    seen: kept.seen,
    onHeads: (published) => kept.keep(published),
    witnesses: witnessesOf(policy, home.description, warn),
    onNotice: warn,
    onTrouble: (cause) => warn(cause === undefined ? 'open again' : `shut: ${reasonOf(cause)}`),
  })
}

async function listenFor(
  ledger: StandingLedger,
  {
    home,
    frontEnds,
    options,
  }: {
    readonly home: LedgerHome
    readonly frontEnds: WatchedFrontEnds
    readonly options: LedgerServeOptions
  },
): Promise<Served> {
  const stopping = new AbortController()
  const fanOut = fanOutOf(ledger, home, options)
  const closeStore = inTurn(() => ledger.close(), home.close)
  const close = inTurn(() => fanOut?.stop() ?? Promise.resolve(), closeStore)
  try {
    const live = { ledger, signal: stopping.signal }
    const append = (entry: Issuance | Revocation) => ledger.append(entry)
    const trouble = () => troubleOf(ledger)
    const entries = { append, frontEnds: () => frontEnds.known, trouble }
    const { host, issuersPort } = options
    const own =
      issuersPort === undefined
        ? undefined
        : await listen(entriesApp(entries), { host, port: issuersPort })
    const app = ledgerApp({
      read: home.read,
      trouble,
      live,
      ...(own === undefined && { entries }),
    })
    const { url, stop } = await listen(app, options).catch(async (cause: unknown) => {
      await own?.stop()
      throw cause
    })
    const stopWatching = watchTrouble(ledger, options.warn)
    const stopAll = async () => {
      stopping.abort()
      stopWatching()
      frontEnds.stop()
      await Promise.all([stop(), own?.stop()])
    }
    return { url, issuersUrl: own?.url, failed: ledger.failed, stop: inTurn(stopAll, close) }
  } catch (cause) {
    await close()
    throw cause
  }
}

function fanOutOf(
  ledger: StandingLedger,
  { read }: LedgerHome,
  { nats, warn }: LedgerServeOptions,
): FanOut | undefined {
  if (nats === undefined) return undefined
  const onTrouble = (cause: unknown) =>
    warn(cause === undefined ? 'NATS: handed on again' : `NATS: not handed on: ${reasonOf(cause)}`)
  return new FanOut({ read, publications: ledger, address: nats, onTrouble })
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** Those of the policy that have a URL. */
function witnessesOf(
  policy: Policy | undefined,
  { key }: Description,
  onDispute: (text: string) => void,
): Cosigning | undefined {
  if (policy === undefined) return undefined
  const isKnown = policy.logs.some((log) => log.key.name === key.name && log.key.id === key.id)
  if (!isKnown)
    throw new MintmarkError('INPUT_INVALID', 'the policy does not name the key of this ledger', {
      option: 'policy',
    })
  return new Cosigning(policy, witnessHttp, { onDispute })
}

const WITNESS_TIMEOUT_MS = 5000
const MAX_ANSWER_BYTES = 64 << 10

const witnessHttp: WitnessHttp = {
  post: (url, body) =>
    fetched(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    }),
  get: (url) => fetched(url, {}),
}

/** A witness may answer for ever: no more of it is read than an answer has. */
async function fetched(url: string, init: RequestInit): Promise<{ status: number; body: string }> {
  const ending = new AbortController()
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(WITNESS_TIMEOUT_MS)])
  const response = await fetch(url, { ...init, redirect: 'error', signal })
  const parts: Uint8Array[] = []
  let left = MAX_ANSWER_BYTES
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined
  for await (const part of body ?? []) {
    parts.push(part.subarray(0, left))
    left -= part.length
    if (left <= 0) break
  }
  ending.abort()
  return { status: response.status, body: Buffer.concat(parts).toString('utf8') }
}

/** Of a folder that lacks even these it is said that it is no ledger. */
async function readFrontEnds(folder: string): Promise<string> {
  const path = `${folder}/private/front-ends`
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const message = `${path} cannot be read: ${errno}`
    if (errno === 'ENOENT')
      throw new MintmarkError(
        'LEDGER_MISSING',
        `no private/front-ends at ${folder}: it is no ledger`,
      )
    throw new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
  }
}

/** Resolves when the process is asked to end. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
