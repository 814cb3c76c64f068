import { MintmarkError } from '@mintmark/core'
import { WatchedFrontEnds } from '../home/front_ends.ts'
import { type LedgerHome, openHome } from '../home/ledger_home.ts'
import { PinnedCheckpoints } from '../home/pinned_checkpoints.ts'
import { ReopeningLedger } from '../home/reopening_ledger.ts'
import type { Description } from '../notes/description.ts'
import type { Policy } from '../notes/policy.ts'
import type { Issuance, Revocation } from '../tree/entry.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { Cosigning } from '../witness/cosigning.ts'
import { openFolderWitness } from '../witness/witness.ts'
import { Feed } from './feed.ts'
import { entriesApp, ledgerApp, witnessApp } from './ledger_app.ts'
import { witnessHttp } from './ledger_client.ts'
import { listen } from './listen.ts'

interface Address {
  readonly host: string
  readonly port: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
}

export interface RunningServer {
  readonly url: string
  readonly issuersUrl?: string | undefined
  readonly failed: Promise<never>
  readonly stop: () => Promise<void>
}

const never = new Promise<never>(() => undefined)

function bothEnd(first: () => Promise<void>, second: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await first()
    } finally {
      await second()
    }
  }
}

export async function serveWitness(
  folder: string,
  { host, port, now }: Address,
): Promise<RunningServer> {
  const { witness, close } = await openFolderWitness(folder, now)
  try {
    const { url, stop } = await listen(witnessApp(witness), { host, port })
    return { url, failed: never, stop: bothEnd(stop, close) }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** @returns what is stopped before the ledger is closed */
type Forward = (
  publications: Pick<ReopeningLedger, 'publications' | 'publishedAfter'>,
  read: ReadResource,
) => { readonly stop: () => Promise<void> }

export interface LedgerServeOptions extends Address {
  readonly heads: string | undefined
  readonly policy: Policy | undefined
  /** Port for entries alone; undefined: the public one. */
  readonly issuersPort?: number | undefined
  readonly forward?: Forward | undefined
  /** Time of another clock that an operator read: milliseconds since 1970-01-01 UTC. */
  readonly confirmedMs?: number | undefined
  readonly warn: (text: string) => void
}

export async function serveLedger(
  folder: string,
  options: LedgerServeOptions,
): Promise<RunningServer> {
  const frontEnds = await WatchedFrontEnds.open(folder, options.warn)
  const home = await openHome(folder)
  try {
    const ledger = await openReopening(home, options)
    return await listenFor(ledger, { home, frontEnds, options })
  } catch (cause) {
    frontEnds.stop()
    await home.close()
    throw cause
  }
}

const DUTIES = [
  {
    failure: (ledger: ReopeningLedger) => ledger.trouble,
    health: (ledger: ReopeningLedger) => ledger.health,
    said: 'no entry is taken in',
    begins: 'entries are not taken in',
    ends: 'entries are taken in again',
  },
  {
    failure: (ledger: ReopeningLedger) => ledger.publishFailure,
    health: (ledger: ReopeningLedger) => ledger.publishFailure,
    said: 'nothing is published',
    begins: 'entries are taken in, and not published',
    ends: 'entries are published again',
  },
] as const

/** Warns once at the begin and at the end of a failure. */
function watchTrouble(ledger: ReopeningLedger, warn: (text: string) => void): () => void {
  const failing = new Set<string>()
  const timer = setInterval(() => {
    // While the store is unavailable, the ledger itself warns.
    if (ledger.isShut) return
    for (const { failure, begins, ends } of DUTIES) {
      const cause = failure(ledger)
      if (cause !== undefined && !failing.has(begins)) warn(`${begins}: ${reasonOf(cause)}`)
      if (cause === undefined && failing.has(begins)) warn(ends)
      if (cause === undefined) failing.delete(begins)
      else failing.add(begins)
    }
  }, CARE_MS)
  timer.unref()
  return () => clearInterval(timer)
}

const troubleOf = (ledger: ReopeningLedger) =>
  DUTIES.find(({ health }) => health(ledger) !== undefined)?.said

const CARE_MS = 500

async function openReopening(
  home: LedgerHome,
  { heads, now, confirmedMs, policy, warn }: LedgerServeOptions,
): Promise<ReopeningLedger> {
  if (heads === undefined)
    warn('no --heads: a ledger restored from a back-up is noticed only by those who saw more of it')
  const pinned = await PinnedCheckpoints.open(heads)
  return await ReopeningLedger.open(home, {
    now,
    confirmedMs,
    seen: pinned.seen,
    onHeads: (published) => pinned.pinOwn(published),
    witnesses: witnessesOf(policy, home.description, warn),
    onNotice: warn,
    onTrouble: (cause) => warn(cause === undefined ? 'open again' : `shut: ${reasonOf(cause)}`),
  })
}

async function listenFor(
  ledger: ReopeningLedger,
  {
    home,
    frontEnds,
    options,
  }: {
    readonly home: LedgerHome
    readonly frontEnds: WatchedFrontEnds
    readonly options: LedgerServeOptions
  },
): Promise<RunningServer> {
  const stopping = new AbortController()
  const forwarding = options.forward?.(ledger, home.read)
  const closeStore = bothEnd(() => ledger.close(), home.close)
  const close = bothEnd(() => forwarding?.stop() ?? Promise.resolve(), closeStore)
  try {
    const feed = new Feed(ledger, stopping.signal)
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
      live: ledger,
      ...(own === undefined && { entries }),
    })
    const { url, stop } = await listen(app, options, (...asked) => feed.answer(...asked)).catch(
      async (cause: unknown) => {
        stopping.abort()
        await own?.stop()
        throw cause
      },
    )
    const stopWatching = watchTrouble(ledger, options.warn)
    const stopAll = async () => {
      stopping.abort()
      stopWatching()
      frontEnds.stop()
      await Promise.all([stop(), own?.stop()])
    }
    return { url, issuersUrl: own?.url, failed: ledger.failed, stop: bothEnd(stopAll, close) }
  } catch (cause) {
    await close()
    throw cause
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

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
