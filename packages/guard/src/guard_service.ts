/**
 * Puts a guard together as its configuration says, and takes it down in good order.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { MintmarkError, safeJson } from '@mintmark/core'
import {
  diskFiles,
  formatHeads,
  type Head,
  highestHeads,
  parseHeads,
  parsePolicy,
  replaceDurably,
  type SeenHead,
} from '@mintmark/ledger'
import type { Hono } from 'hono'
import { type Alarm, alarmDocument } from './alarms.ts'
import { type GuardConfig, parseGuardConfig } from './config.ts'
import { Guard } from './guard.ts'
import { guardApp } from './guard_app.ts'
import { KeyFiles } from './key_files.ts'
import { LedgerFollower, troubleOf } from './ledger_follower.ts'
import { liveAnswers, servedLedger } from './served_ledger.ts'

/** Keys and unsettled tokens are looked at this often. */
const CARE_MS = 500

export interface GuardService {
  readonly config: GuardConfig
  readonly guard: Guard
  readonly app: Hono
  readonly stop: () => Promise<void>
}

export interface ServiceOptions {
  /** Takes one line for each thing that somebody should know of. */
  readonly log: (line: string) => void
  readonly onAlarm?: ((alarm: Alarm) => void) | undefined
  readonly now: () => number
}

/** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function startGuard(file: string, options: ServiceOptions): Promise<GuardService> {
  const config = parseGuardConfig(await textOf(file))
  const { log, now } = options
  const policy = parsePolicy(await textOf(config.ledger.policy))
  const seen = await seenHeads(config.ledger.heads)
  const sources = [...config.issuers.values()].map(({ issuer, maxKeyAgeMs, keys }) => {
    return { issuer, maxKeyAgeMs, file: keys }
  })
  const keyFiles = await KeyFiles.open(sources)
  const follower = new LedgerFollower({
    read: servedLedger(config.ledger.url),
    live: liveAnswers(config.ledger.url),
    policy,
    seen,
    onHeads: keeper(config.ledger.heads, seen),
    onTrouble: (cause) => log(eventLine(now(), 'ledger', troubleOf(cause) || 'followed')),
    now,
  })
  const guard = new Guard({
    follower,
    keys: () => keyFiles.ring,
    issuers: config.issuers,
    waitMs: config.ledger.waitMs,
    onAlarm: (alarm) => {
      log(safeJson(alarmDocument(alarm)))
      options.onAlarm?.(alarm)
    },
    now,
  })
  const watch = new Watch(config, guard, keyFiles, options)
  const timer = setInterval(() => void watch.look(), CARE_MS)
  const isReady = () => watch.isFresh
  const app = guardApp({ guard, callers: config.callers, isReady })
  const stop = async () => {
    clearInterval(timer)
    await follower.stop()
  }
  return { config, guard, app, stop }
}

/** Looks after what goes stale: keys, the head, tokens that nobody could tell of. */
class Watch {
  readonly #config: GuardConfig
  readonly #guard: Guard
  readonly #keyFiles: KeyFiles
  readonly #options: ServiceOptions
  #keyTrouble = ''
  #wasFresh: boolean | undefined

  constructor(config: GuardConfig, guard: Guard, keyFiles: KeyFiles, options: ServiceOptions) {
    this.#config = config
    this.#guard = guard
    this.#keyFiles = keyFiles
    this.#options = options
  }

  /** Whether the head is younger than every audience asks for. */
  get isFresh(): boolean {
    const limits = [...this.#config.audiences.values()].map(({ maxHeadAgeMs }) => maxHeadAgeMs)
    return this.#guard.follower.ageMs <= Math.min(...limits)
  }

  async look(): Promise<void> {
    void this.#guard.recheck()
    if (this.isFresh !== this.#wasFresh) {
      this.#wasFresh = this.isFresh
      this.#log('head', this.isFresh ? 'fresh' : 'stale: audiences follow their policy')
    }
    try {
      if (await this.#keyFiles.refresh()) this.#log('keys', `${this.#keyFiles.ring.size} keys`)
      this.#keyTrouble = ''
    } catch (cause) {
      const trouble = troubleOf(cause)
      if (trouble !== this.#keyTrouble) this.#log('keys', `as they were: ${trouble}`)
      this.#keyTrouble = trouble
    }
  }

  #log(event: string, text: string): void {
    this.#options.log(eventLine(this.#options.now(), event, text))
  }
}

function eventLine(atMs: number, event: string, text: string): string {
  return safeJson({
    schema: 'mintmark-guard-event/1',
    at: new Date(atMs).toISOString(),
    event,
    text,
  })
}

async function seenHeads(file: string | undefined): Promise<readonly SeenHead[]> {
  const bytes = file === undefined ? undefined : await diskFiles.read(file)
  return bytes === undefined ? [] : parseHeads(Buffer.from(bytes).toString('utf8'))
}

/** Keeps the highest heads in the file before they are relied on. */
function keeper(
  file: string | undefined,
  seen: readonly SeenHead[],
): (heads: readonly Head[]) => Promise<void> {
  let highest = highestHeads(seen)
  return async (heads) => {
    if (file === undefined) return
    highest = highestHeads([...highest.values(), ...heads])
    await replaceDurably(diskFiles, file, Buffer.from(formatHeads(highest.values())))
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const message = `${path} cannot be read: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
  }
}
