/** Assembles a guard from its configuration, and stops it in order. */
import { safeJson } from '@mintmark/core'
import { PinnedCheckpoints, type Policy, parsePolicy } from '@mintmark/ledger'
import { ledgerClient, liveAnswers, type Routes } from '@mintmark/ledger/http'
import { ClockCheck } from './clock_check.ts'
import { type GuardConfig, parseGuardConfig } from './config/config.ts'
import { EventDelivery, settingsOf } from './events/event_delivery.ts'
import { statementSigner } from './events/statements.ts'
import { Subscriptions } from './events/subscriptions.ts'
import { LedgerFollower, troubleOf } from './follow/ledger_follower.ts'
import { natsFeed } from './follow/push_feed.ts'
import { type FastPath, fastPath } from './http/fast_path.ts'
import type { MetadataDeps } from './http/guard_app.ts'
import { guardApp } from './http/guard_app.ts'
import { EntryRecorder, type RecordEntry } from './sign/entry_recorder.ts'
import { type Alarm, alarmDocument } from './verify/alarms.ts'
import { Callers } from './verify/callers.ts'
import { DistrustedKeys } from './verify/distrusted_keys.ts'
import { Guard } from './verify/guard.ts'
import { KeyFiles, textOfFile } from './verify/keys.ts'
import { type Presentation, PresentationLog } from './verify/presentations.ts'

const CARE_MS = 500

export interface GuardService {
  readonly config: GuardConfig
  readonly guard: Guard
  readonly app: Routes
  readonly fastPath: FastPath
  /** Ends waiting requests, so that a server can stop. */
  readonly abort: () => void
  readonly stop: () => Promise<void>
}

export interface ServiceOptions {
  /** Receives one line for each event that an operator should see. */
  readonly log: (line: string) => void
  readonly onAlarm?: ((alarm: Alarm) => void) | undefined
  readonly now: () => number
}

/** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function startGuard(file: string, options: ServiceOptions): Promise<GuardService> {
  const config = parseGuardConfig(await textOfFile(file))
  const { log, now } = options
  const policy = parsePolicy(await textOfFile(config.ledger.policy))
  const heads = await PinnedCheckpoints.open(config.ledger.heads)
  const distrusted = await DistrustedKeys.open(config.distrust?.file)
  const keyFiles = await KeyFiles.open([...config.issuers.values()])
  const metadata = await metadataOf(config, policy, now)
  const record = await recorderOf(config)
  const stopping = new AbortController()
  const { signal } = stopping
  const streams = await openStreams(config, metadata, log)
  const { delivery } = streams
  const receipts = receiptsOf(config, options)
  // From here on nothing fails: `stop` ends all that was started.
  const clock = new ClockCheck(now)
  const follower = new LedgerFollower({
    ...feedOf(config, clock, options),
    policy,
    seen: heads.seen,
    onHeads: (relied) => heads.pin(relied),
  })
  const guard = new Guard({
    follower,
    keys: () => keyFiles.keys,
    issuers: config.issuers,
    waitMs: config.ledger.waitMilliseconds,
    canaries: config.canaries,
    rememberedTokens: config.rememberedTokens,
    distrusted,
    onDistrust: onDistrustOf(distrusted, options),
    onPresentation: onPresentationOf(streams, receipts),
    onAlarm: onAlarmOf(delivery, options),
    now,
  })
  const watch = new Watch({ config, guard, keyFiles, clock, options })
  const callers = new Callers(config.callers)
  const gauges = () => ({
    ...guard.gauges(),
    clock_ahead_seconds: clock.aheadMs / 1000,
    receipts_lost: receipts?.lost ?? 0,
    security_events_lost: delivery?.dropped ?? 0,
  })
  const shared = { guard, callers, metadata, record, signal, now }
  const app = guardApp({ ...shared, ...streams, isReady: () => watch.isReady, gauges })
  const stop = async () => {
    watch.stop()
    stopping.abort()
    await Promise.all([follower.stop(), delivery?.stop(), receipts?.close(), distrusted.settled()])
  }
  return {
    config,
    guard,
    app,
    fastPath: fastPath({ guard, callers, statements: metadata?.statements }),
    abort: () => stopping.abort(),
    stop,
  }
}

function feedOf({ ledger, issuers }: GuardConfig, clock: ClockCheck, { log, now }: ServiceOptions) {
  return {
    issuers,
    read: ledgerClient(ledger.url, { onDate: (date) => clock.note(date) }),
    live: liveAnswers(ledger.url),
    pushed: ledger.nats && natsFeed(ledger.nats),
    onTrouble: (cause: unknown) => log(eventLine(now(), 'ledger', troubleOf(cause) || 'followed')),
    onStream: (isThere: boolean, cause?: unknown) =>
      log(eventLine(now(), 'nats', lineText(isThere, cause))),
    now,
  }
}

interface Streams {
  readonly delivery: EventDelivery | undefined
  readonly subscriptions: Subscriptions | undefined
}

async function openStreams(
  { streams, subscriptions: made, callers }: GuardConfig,
  metadata: MetadataDeps | undefined,
  log: (line: string) => void,
): Promise<Streams> {
  if (metadata === undefined) return { delivery: undefined, subscriptions: undefined }
  const configured = await Promise.all(streams.map(settingsOf))
  const delivery = new EventDelivery(metadata.statements, log)
  const subscriptions = made && (await Subscriptions.open(made.file, delivery, callers))
  for (const settings of configured) delivery.add(settings)
  return { delivery, subscriptions }
}

function onAlarmOf(
  delivery: EventDelivery | undefined,
  { log, onAlarm }: ServiceOptions,
): (alarm: Alarm) => void {
  return (alarm) => {
    log(safeJson(alarmDocument(alarm)))
    void delivery?.report(alarm)
    onAlarm?.(alarm)
  }
}

function onDistrustOf(
  distrusted: DistrustedKeys,
  { log, now }: ServiceOptions,
): (issuer: string, kid: string) => void {
  return (issuer, kid) => {
    log(eventLine(now(), 'keys', `${kid} of ${issuer} is trusted no more`))
    const onLost = (cause: unknown) =>
      log(eventLine(now(), 'keys', `distrusted in memory alone: ${troubleOf(cause)}`))
    void distrusted.keep().catch(onLost)
  }
}

function receiptsOf(
  { receipts }: GuardConfig,
  { log, now }: ServiceOptions,
): PresentationLog | undefined {
  const onTrouble = (cause: unknown) =>
    log(eventLine(now(), 'receipts', troubleOf(cause) || 'written'))
  return receipts && new PresentationLog(receipts.file, receipts.tenant, onTrouble)
}

/** Undefined if no receipt and no stream wants presented tokens. */
function onPresentationOf(
  { delivery, subscriptions }: Streams,
  receipts: PresentationLog | undefined,
): ((shown: Presentation) => void) | undefined {
  // A receiver may make a stream that asks for them later.
  const mayBeSubscribed = subscriptions !== undefined || delivery?.hasPresentations === true
  if (receipts === undefined && !mayBeSubscribed) return undefined
  return (shown) => {
    receipts?.add(shown)
    if (delivery?.hasPresentations === true) void delivery.present(shown)
  }
}

async function metadataOf(
  { statements, ledger }: GuardConfig,
  policy: Policy,
  now: () => number,
): Promise<MetadataDeps | undefined> {
  if (statements === undefined) return undefined
  const { issuer, key } = statements
  return {
    statements: await statementSigner(issuer, await textOfFile(key), now),
    ledgerUrl: ledger.url,
    policy,
    canRevoke: ledger.frontEndKey !== undefined,
  }
}

async function recorderOf({ ledger }: GuardConfig): Promise<RecordEntry | undefined> {
  if (ledger.frontEndKey === undefined) return undefined
  const key = (await textOfFile(ledger.frontEndKey)).trim()
  const recorder = new EntryRecorder({ url: ledger.entriesUrl ?? ledger.url, key })
  return (entry) => recorder.record(entry)
}

interface Watched {
  readonly config: GuardConfig
  readonly guard: Guard
  readonly keyFiles: KeyFiles
  readonly clock: ClockCheck
  readonly options: ServiceOptions
}

/** Checks what becomes stale: keys, the head, unsettled tokens. */
class Watch {
  readonly #watched: Watched
  readonly #timer: NodeJS.Timeout
  #keyTrouble = ''
  #keyless = ''
  #wasFresh: boolean | undefined
  #reportedLost = 0
  #wasOff: boolean = false

  constructor(watched: Watched) {
    this.#watched = watched
    this.#timer = setInterval(() => void this.check(), CARE_MS)
  }

  get isReady(): boolean {
    const { guard, clock } = this.#watched
    return this.isFresh && guard.follower.unlisted.length === 0 && !clock.isOff
  }

  get isFresh(): boolean {
    const limits = [...this.#watched.config.audiences.values()].map(
      ({ maxHeadAgeMs }) => maxHeadAgeMs,
    )
    return this.#watched.guard.follower.ageMs <= Math.min(...limits)
  }

  async check(): Promise<void> {
    void this.#watched.guard.recheck()
    const { unsettledLost } = this.#watched.guard
    if (unsettledLost > this.#reportedLost)
      this.#log('unsettled', `${unsettledLost} tokens were shown, and no ledger answered for them`)
    this.#reportedLost = unsettledLost
    this.#checkClock()
    if (this.isFresh !== this.#wasFresh) {
      this.#wasFresh = this.isFresh
      this.#log('head', this.isFresh ? 'fresh' : 'stale: audiences follow their policy')
    }
    try {
      if (await this.#watched.keyFiles.refresh())
        this.#log('keys', `${this.#watched.keyFiles.keys.size} keys`)
      this.#keyTrouble = ''
    } catch (cause) {
      const trouble = troubleOf(cause)
      if (trouble !== this.#keyTrouble) this.#log('keys', `as they were: ${trouble}`)
      this.#keyTrouble = trouble
    }
    this.#checkKeyless()
  }

  #checkKeyless(): void {
    const keyless = this.#watched.keyFiles.keyless.join(', ')
    if (keyless !== '' && keyless !== this.#keyless)
      this.#log(
        'keys',
        `the file of keys has none that signs for ${keyless}: its tokens are refused`,
      )
    this.#keyless = keyless
  }

  /** Reports for how many tokens no ledger answered. */
  stop(): void {
    clearInterval(this.#timer)
    const { unsettled } = this.#watched.guard
    if (unsettled > 0)
      this.#log('unsettled', `${unsettled} tokens are forgotten before a ledger answered for them`)
  }

  #checkClock(): void {
    const { isOff, aheadMs } = this.#watched.clock
    if (isOff === this.#wasOff) return
    this.#wasOff = isOff
    const difference = `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`
    this.#log(
      'clock',
      isOff
        ? `this machine is ${difference} the ledger: genuine tokens may be refused for their times`
        : 'as that of the ledger',
    )
  }

  #log(event: string, text: string): void {
    this.#watched.options.log(eventLine(this.#watched.options.now(), event, text))
  }
}

function lineText(isThere: boolean, cause: unknown): string {
  if (isThere) return 'publications are delivered'
  return `lost: the ledger is read instead${cause === undefined ? '' : `: ${troubleOf(cause)}`}`
}

function eventLine(atMs: number, event: string, text: string): string {
  return safeJson({
    schema: 'mintmark-guard-event/1',
    at: new Date(atMs).toISOString(),
    event,
    text,
  })
}
