/**
 * The file that says what a guard does: `mintmark-guard/1`.
 *
 * Every member is known or refused: a policy with a slip of the pen must not be read as another policy.
 *
 * Source: docs/guard-reference.md, section "Configuration".
 *
 * @module
 */

import { ALARM_EVENT, COMPROMISE_EVENT } from '../events/alarm_events.ts'
import type { StreamConfig } from '../events/event_delivery.ts'
import { DEFAULT_STREAM, isNatsUrl, type NatsAddress, STREAM_NAME } from '../follow/nats_address.ts'
import type { Caller } from '../verify/callers.ts'
import type { AudiencePolicy, IssuerPolicy, Mode, WhenStale } from '../verify/policies.ts'
import { addressOf, knownCallerOf, type Members, openConfig } from './members.ts'

interface ConfiguredIssuer extends IssuerPolicy {
  /** File with its keys. */
  readonly keys: string
  readonly maxKeyAgeMs: number | undefined
}

export interface GuardConfig {
  readonly host: string
  readonly port: number
  readonly ledger: {
    readonly url: string
    /** File of a tlog-policy. */
    readonly policy: string
    /** File that keeps the highest heads. */
    readonly heads: string | undefined
    readonly waitMs: number
    /** File with the key of a front end: for revocations. */
    readonly frontEndKey: string | undefined
    /** Where entries are sent, if that is not `url`. */
    readonly entriesUrl: string | undefined
    /** Stream that brings what the ledger publishes. */
    readonly nats: NatsAddress | undefined
  }
  /** Who the guard is where it signs itself, and the file with its private key. */
  readonly statements: { readonly issuer: string; readonly key: string } | undefined
  readonly issuers: ReadonlyMap<string, ConfiguredIssuer>
  readonly audiences: ReadonlyMap<string, AudiencePolicy>
  readonly callers: readonly Caller[]
  readonly streams: readonly StreamConfig[]
  /** Where streams stand that receivers make themselves; undefined where they make none. */
  readonly subscriptions: { readonly file: string } | undefined
  readonly canaries: ReadonlySet<string>
  /** Where keys stand that an alarm proves to be out; undefined where they are trusted all the same. */
  readonly distrust: { readonly file: string } | undefined
  /** Tokens whose signature is not verified anew when they are shown again. */
  readonly rememberedTokens: number
  /** Where receipts go, and the tenant that they name. */
  readonly receipts: { readonly file: string; readonly tenant: string | undefined } | undefined
}

const GUARD_SCHEMA = 'mintmark-guard/1'
const MODES: readonly Mode[] = ['enforce', 'enforce-with-grace', 'monitor']
const STALE: readonly WhenStale[] = ['recorded', 'none', 'all']
const DAY_MS = 86_400_000
/** Some hundred bytes each. */
const REMEMBERED_TOKENS = 65_536
const MOST_REMEMBERED = 10_000_000

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.option`, the path of the member that is wrong */
export function parseGuardConfig(source: string): GuardConfig {
  const top = openConfig(source, GUARD_SCHEMA)
  const audiences = byName(top.list('audiences').map(audienceOf), ({ audience }) => audience, top)
  const config: GuardConfig = {
    ...addressOf(top, 8480),
    ledger: ledgerOf(top.object('ledger')),
    statements: statementsOf(top.optional('statements')),
    issuers: byName(top.list('issuers').map(issuerOf), ({ issuer }) => issuer, top),
    audiences,
    callers: top.list('callers').map((row) => callerOf(row, audiences)),
    streams: (top.optionalList('streams') ?? []).map(streamOf),
    subscriptions: fileOf(top.optional('subscriptions')),
    canaries: new Set(top.textsOr('canaries', [])),
    distrust: fileOf(top.optional('distrust')),
    rememberedTokens: top.numberOr('rememberedTokens', REMEMBERED_TOKENS, 0, MOST_REMEMBERED),
    receipts: receiptsOf(top.optional('receipts')),
  }
  const hasStreams = config.streams.length > 0 || config.subscriptions !== undefined
  if (hasStreams && config.statements === undefined)
    throw top.invalid('streams', 'need statements, whose key signs the events')
  top.done()
  return config
}

function byName<T>(rows: readonly T[], nameOf: (row: T) => string, top: Members): Map<string, T> {
  const map = new Map(rows.map((row) => [nameOf(row), row]))
  if (rows.length === 0 || map.size < rows.length)
    throw top.invalid('', 'names no issuer or audience, or one twice')
  return map
}

function ledgerOf(row: Members): GuardConfig['ledger'] {
  const ledger = {
    url: row.text('url'),
    policy: row.text('policy'),
    heads: row.optionalText('heads'),
    waitMs: row.numberOr('waitMilliseconds', 250, 10, 10_000),
    frontEndKey: row.optionalText('frontEndKey'),
    entriesUrl: row.optionalText('entriesUrl'),
    nats: natsOf(row.optional('nats')),
  }
  for (const name of ['url', 'entriesUrl'] as const)
    if (!/^https?:\/\//.test(ledger[name] ?? ledger.url))
      throw row.invalid(name, 'is to begin with http:// or https://')
  row.done()
  return ledger
}

function natsOf(row: Members | undefined): NatsAddress | undefined {
  if (row === undefined) return undefined
  const nats = {
    url: row.text('url'),
    stream: row.textOr('stream', DEFAULT_STREAM),
    credentialsFile: row.optionalText('credentialsFile'),
  }
  if (!isNatsUrl(nats.url)) throw row.invalid('url', 'is to be nats://HOST:PORT or tls://HOST:PORT')
  if (!STREAM_NAME.test(nats.stream))
    throw row.invalid('stream', 'is to be letters, digits, - and _')
  row.done()
  return nats
}

function statementsOf(row: Members | undefined): GuardConfig['statements'] {
  if (row === undefined) return undefined
  const statements = { issuer: row.text('issuer').replace(/\/+$/, ''), key: row.text('key') }
  row.done()
  return statements
}

function issuerOf(row: Members): ConfiguredIssuer {
  const days = row.numberOr('maxKeyAgeDays', Number.POSITIVE_INFINITY, 1, 36_500)
  const types = row.textsOr('types', ['at+jwt']).map((type) => type.toLowerCase())
  const issuer = {
    issuer: row.text('issuer'),
    issuerClass: row.text('class'),
    keys: row.text('keys'),
    types: new Set(types.map((type) => type.replace(/^application\//, ''))),
    maxLifetimeMs: 1000 * row.numberOr('maxLifetimeSeconds', 3600, 1, 366 * 86_400),
    maxKeyAgeMs: Number.isFinite(days) ? days * DAY_MS : undefined,
    takesHighS: row.flagOr('takesHighS', false),
  }
  row.done()
  return issuer
}

function audienceOf(row: Members): AudiencePolicy {
  const audience = {
    audience: row.text('audience'),
    classes: new Set(row.texts('classes')),
    mode: row.oneOf('mode', MODES),
    graceMs: 1000 * row.numberOr('graceSeconds', 10, 1, 300),
    whenStale: row.oneOfOr('whenStale', STALE, 'recorded'),
    maxHeadAgeMs: 1000 * row.numberOr('maxHeadAgeSeconds', 30, 2, 86_400),
    usernameClaim: row.textOr('username', 'sub'),
  }
  row.done()
  return audience
}

function callerOf(row: Members, audiences: ReadonlyMap<string, AudiencePolicy>): Caller {
  const own = row.texts('audiences').map((name) => {
    const audience = audiences.get(name)
    if (audience === undefined) throw row.invalid('audiences', 'names one that is not configured')
    return audience
  })
  const caller = {
    ...knownCallerOf(row),
    audiences: own,
    mayRevoke: row.flagOr('mayRevoke', false),
    maySubscribe: row.flagOr('maySubscribe', false),
    pushTo: row.textsOr('pushTo', []),
  }
  row.done()
  return caller
}

function streamOf(row: Members): StreamConfig {
  const push = row.optional('push')
  const stream = {
    id: row.text('id'),
    audience: row.text('audience'),
    caller: row.text('caller'),
    requested: row.flagOr('presentations', false) ? undefined : [ALARM_EVENT, COMPROMISE_EVENT],
    push: push && {
      url: push.text('url'),
      authorizationFile: push.optionalText('authorizationFile'),
    },
  }
  if (!/^[\w-]{1,64}$/.test(stream.id)) throw row.invalid('id', 'is to be letters, digits, - and _')
  push?.done()
  row.done()
  return stream
}

function fileOf(row: Members | undefined): { readonly file: string } | undefined {
  if (row === undefined) return undefined
  const named = { file: row.text('file') }
  row.done()
  return named
}

function receiptsOf(row: Members | undefined): GuardConfig['receipts'] {
  if (row === undefined) return undefined
  const receipts = { file: row.text('file'), tenant: row.optionalText('tenant') }
  row.done()
  return receipts
}
