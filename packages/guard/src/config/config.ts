/**
 * The configuration of a guard, `mintmark-guard/1`. Unknown members are refused: a typing error in
 * a policy must not make another policy. Source: docs/guard-reference.md, "Configuration".
 */
import * as v from 'valibot'
import type { StreamConfig } from '../events/event_delivery.ts'
import { ALARM_EVENT, COMPROMISE_EVENT } from '../events/security_events.ts'
import { DEFAULT_STREAM, isNatsUrl, type NatsAddress, STREAM_NAME } from '../follow/nats_address.ts'
import type { Caller } from '../verify/callers.ts'
import type { AudiencePolicy, IssuerPolicy } from '../verify/policies.ts'
import {
  address,
  assertCallers,
  assertEach,
  CALLER,
  flag,
  invalidSetting,
  listenOn,
  numberOr,
  parseSettings,
  text,
  textLike,
  texts,
} from './settings.ts'

interface ConfiguredIssuer extends IssuerPolicy {
  readonly keys: string
  readonly maxKeyAgeMs: number | undefined
}

export interface GuardConfig {
  readonly host: string
  readonly port: number
  readonly ledger: {
    readonly url: string
    readonly policy: string
    readonly heads?: string | undefined
    readonly waitMilliseconds: number
    readonly frontEndKey?: string | undefined
    readonly entriesUrl?: string | undefined
    readonly nats?: NatsAddress | undefined
  }
  /** Who the guard is where it signs itself, and the file with its private key. */
  readonly statements?: { readonly issuer: string; readonly key: string } | undefined
  readonly issuers: ReadonlyMap<string, ConfiguredIssuer>
  readonly audiences: ReadonlyMap<string, AudiencePolicy>
  readonly callers: readonly Caller[]
  readonly streams: readonly StreamConfig[]
  /** File of the streams that receivers make; undefined if they make none. */
  readonly subscriptions?: { readonly file: string } | undefined
  readonly canaries: ReadonlySet<string>
  /** File of distrusted keys, which an alarm shows to be stolen; undefined: they stay trusted. */
  readonly distrust?: { readonly file: string } | undefined
  readonly rememberedTokens: number
  readonly receipts?: { readonly file: string; readonly tenant?: string | undefined } | undefined
}

const DAY_MS = 86_400_000
const REMEMBERED_TOKENS = 65_536
const MOST_REMEMBERED = 10_000_000

const name = textLike(/^[\w-]{1,64}$/, 'letters, digits, - and _')

const ledger = v.strictObject({
  url: address,
  policy: text,
  heads: v.optional(text),
  waitMilliseconds: numberOr(250, 10, 10_000),
  frontEndKey: v.optional(text),
  entriesUrl: v.optional(address),
  nats: v.optional(
    v.strictObject({
      url: v.pipe(text, v.check(isNatsUrl, 'nats://HOST:PORT or tls://HOST:PORT')),
      stream: v.optional(textLike(STREAM_NAME, 'letters, digits, - and _'), DEFAULT_STREAM),
      credentialsFile: v.optional(text),
    }),
  ),
})

const issuer = v.pipe(
  v.strictObject({
    issuer: text,
    class: text,
    keys: text,
    types: v.optional(texts, ['at+jwt']),
    maxLifetimeSeconds: numberOr(3600, 1, 366 * 86_400),
    maxKeyAgeDays: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(36_500))),
    takesHighS: flag,
  }),
  v.transform(
    (row): ConfiguredIssuer => ({
      issuer: row.issuer,
      issuerClass: row.class,
      keys: row.keys,
      types: new Set(row.types.map((type) => type.toLowerCase().replace(/^application\//, ''))),
      maxLifetimeMs: 1000 * row.maxLifetimeSeconds,
      maxKeyAgeMs: row.maxKeyAgeDays && row.maxKeyAgeDays * DAY_MS,
      takesHighS: row.takesHighS,
    }),
  ),
)

const audience = v.pipe(
  v.strictObject({
    audience: text,
    classes: texts,
    mode: v.picklist(['enforce', 'enforce-with-grace', 'monitor']),
    graceSeconds: numberOr(10, 1, 300),
    whenStale: v.optional(v.picklist(['recorded', 'none', 'all']), 'recorded'),
    maxHeadAgeSeconds: numberOr(30, 2, 86_400),
    username: v.optional(text, 'sub'),
  }),
  v.transform(
    (row): AudiencePolicy => ({
      audience: row.audience,
      classes: new Set(row.classes),
      mode: row.mode,
      graceMs: 1000 * row.graceSeconds,
      whenStale: row.whenStale,
      maxHeadAgeMs: 1000 * row.maxHeadAgeSeconds,
      usernameClaim: row.username,
    }),
  ),
)

const stream = v.pipe(
  v.strictObject({
    id: name,
    audience: text,
    caller: text,
    presentations: flag,
    push: v.optional(v.strictObject({ url: address, authorizationFile: v.optional(text) })),
  }),
  v.transform(
    ({ presentations, ...row }): StreamConfig => ({
      ...row,
      requested: presentations ? undefined : [ALARM_EVENT, COMPROMISE_EVENT],
    }),
  ),
)

const file = v.optional(v.strictObject({ file: text }))

const document = v.strictObject({
  $schema: v.optional(v.string()),
  schema: v.literal('mintmark-guard/1'),
  listen: listenOn(8480),
  ledger,
  statements: v.optional(
    v.strictObject({
      issuer: v.pipe(
        text,
        v.transform((url) => url.replace(/\/+$/, '')),
      ),
      key: text,
    }),
  ),
  issuers: v.array(issuer),
  audiences: v.array(audience),
  callers: v.array(
    v.strictObject({
      ...CALLER,
      audiences: texts,
      mayRevoke: flag,
      maySubscribe: flag,
      pushTo: v.optional(v.array(address), []),
    }),
  ),
  streams: v.optional(v.array(stream), []),
  subscriptions: file,
  canaries: v.optional(v.array(text), []),
  distrust: file,
  rememberedTokens: numberOr(REMEMBERED_TOKENS, 0, MOST_REMEMBERED),
  receipts: v.optional(v.strictObject({ file: text, tenant: v.optional(text) })),
})

export const guardSettings: v.GenericSchema = document

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.option`, the path of the wrong member */
export function parseGuardConfig(source: string): GuardConfig {
  const { schema: _, $schema: __, listen, ...settings } = parseSettings(source, document)
  const audiences = byName('audiences', settings.audiences, (row) => row.audience)
  const issuers = byName('issuers', settings.issuers, (row) => row.issuer)
  const classes = new Set(settings.issuers.map(({ issuerClass }) => issuerClass))
  for (const [i, row] of settings.audiences.entries())
    if (![...row.classes].every((each) => classes.has(each)))
      throw invalidSetting(`audiences[${i}].classes`, 'names a class that no issuer has')
  assertCallers(settings.callers)
  if (settings.streams.length + (settings.subscriptions ? 1 : 0) > 0 && !settings.statements)
    throw invalidSetting('streams', 'need statements, whose key signs the events')
  assertEach('streams', settings.streams, ({ id }) => id, 'id')
  for (const [i, { caller }] of settings.streams.entries())
    if (!settings.callers.some(({ name: known }) => known === caller))
      throw invalidSetting(`streams[${i}].caller`, 'names one that is not configured')
  return {
    ...settings,
    ...listen,
    issuers,
    audiences,
    callers: settings.callers.map((row, i) => ({
      ...row,
      audiences: row.audiences.map((each) => {
        const known = audiences.get(each)
        if (known !== undefined) return known
        throw invalidSetting(`callers[${i}].audiences`, 'names one that is not configured')
      }),
    })),
    canaries: new Set(settings.canaries),
  }
}

function byName<T>(list: string, rows: readonly T[], nameOf: (row: T) => string): Map<string, T> {
  const map = new Map(rows.map((row) => [nameOf(row), row]))
  if (rows.length === 0 || map.size < rows.length)
    throw invalidSetting(list, `names no ${list.replace(/s$/, '')}, or one twice`)
  return map
}
