/** Alarms of a record, each raised once, and claims of tokens about keys. */
import { createHash } from 'node:crypto'
import type { ListedKey } from '../sources/key.ts'
import type { KeyDocument } from '../sources/key_document.ts'
import * as timeline from './timeline.ts'

const SEVERITIES = {
  'key-without-notice': 'warning',
  'key-back': 'critical',
  'kid-reused': 'critical',
  'key-shared': 'critical',
  'private-published': 'critical',
  'algorithms-widened': 'warning',
  'issuer-changed': 'critical',
  'endpoint-changed': 'warning',
  'expired-listed': 'warning',
  'rotation-late': 'warning',
} as const

export type AlarmCode = keyof typeof SEVERITIES

export interface Alarm {
  readonly code: AlarmCode
  readonly severity: 'critical' | 'warning'
  readonly document: string
  readonly thumbprint: string | undefined
  readonly kid: string | undefined
  readonly issuer: string | undefined
  /** The observation that showed it; milliseconds since 1970-01-01 UTC. */
  readonly atMs: number
  readonly afterMs: number | undefined
  readonly message: string
}

export function alarmDocument({ atMs, afterMs, ...rest }: Alarm): object {
  const after = afterMs === undefined ? null : new Date(afterMs).toISOString()
  return { schema: 'mintmark-key-alarm/1', ...rest, at: new Date(atMs).toISOString(), after }
}

export function alarmsOf(
  all: readonly timeline.Series[],
  histories: readonly timeline.KeyHistory[],
  { longestUseMs }: { readonly longestUseMs?: number | undefined } = {},
): readonly Alarm[] {
  const announced = all.filter(({ name }) => name.startsWith(timeline.ANNOUNCED))
  const series = all.filter((each) => !announced.includes(each))
  const announcements = announced.flatMap(({ observations }) => observations)
  const alarms = [
    ...histories.flatMap((key) => listingAlarms(key, announcements)),
    ...histories.flatMap((key) => lateAlarms(key, longestUseMs)),
    ...series.flatMap(keyAlarms),
    ...series.flatMap(metadataAlarms),
    ...sharedAlarms(series),
  ]
  const once = new Map(alarms.toReversed().map((each) => [alarmName(each), each]))
  return [...once.values()].toSorted((a, b) => a.atMs - b.atMs || (a.code < b.code ? -1 : 1))
}

export const alarmName = ({ code, document, thumbprint, message }: Alarm): string =>
  [code, document, thumbprint, message].join('\0')

type Named = Pick<Alarm, 'document' | 'atMs' | 'afterMs' | 'message'> & {
  readonly key?: Pick<ListedKey, 'thumbprint' | 'kid'>
  readonly issuer?: string | undefined
}

function alarm(code: AlarmCode, { key, issuer, ...named }: Named): Alarm {
  return {
    code,
    severity: SEVERITIES[code],
    thumbprint: key?.thumbprint,
    kid: key?.kid,
    issuer,
    ...named,
  }
}

function listingAlarms(
  { key, thumbprint, listings, series: document, issuers }: timeline.KeyHistory,
  announcements: readonly timeline.ReadObservation[],
): Alarm[] {
  const isAnnounced = (atMs: number) =>
    (key.notBeforeMs ?? -Infinity) > atMs ||
    announcements.some(
      (entry) => entry.observation.atMs <= atMs && timeline.lists(entry.document, thumbprint),
    )
  return listings.flatMap(({ lastAbsentMs: afterMs, firstPresentMs: atMs }, i) => {
    const at = { document, key, atMs, afterMs, issuer: issuers[0] }
    if (i > 0)
      return alarm('key-back', { ...at, message: 'a key that was unlisted is listed again' })
    return afterMs === undefined || isAnnounced(atMs)
      ? []
      : alarm('key-without-notice', { ...at, message: 'a key is listed that nobody announced' })
  })
}

function lateAlarms(history: timeline.KeyHistory, longestUseMs: number | undefined): Alarm[] {
  const { key, listings, series: document, issuers } = history
  const fromMs = listings[0]?.firstPresentMs
  const toMs = listings.at(-1)?.lastPresentMs
  if (longestUseMs === undefined || fromMs === undefined || toMs === undefined) return []
  if (key.use === 'enc' || toMs - fromMs <= longestUseMs) return []
  const days = Math.floor((toMs - fromMs) / 86_400_000)
  const most = Math.floor(longestUseMs / 86_400_000)
  const message = `a signing key is listed for at least ${days} days, where ${most} are allowed`
  const at = { document, key, atMs: toMs, afterMs: undefined, issuer: issuers[0] }
  return [alarm('rotation-late', { ...at, message })]
}

function keyAlarms({ name: document, observations }: timeline.Series): Alarm[] {
  const algorithms = new Map<string, string | undefined>()
  const reported = new Set<string>()
  const isNew = (each: Alarm) => {
    const { size } = reported
    return reported.add(alarmName(each)).size > size
  }
  return observations.flatMap((entry, i) => {
    const { atMs } = entry.observation
    const at = { document, atMs, afterMs: observations[i - 1]?.observation.atMs }
    const { secrets = [], keys = [] } = entry.document ?? {}
    const alarms = [
      ...secrets.map((secret) =>
        alarm('private-published', { ...at, message: `${secret} is published` }),
      ),
      ...keys.flatMap((key) => {
        const before = algorithms.has(key.thumbprint) ? algorithms.get(key.thumbprint) : key.alg
        algorithms.set(key.thumbprint, key.alg)
        const issuer = timeline.issuerOf(key, entry)
        return stateOf(key, before, atMs).map(([code, message]) =>
          alarm(code, { ...at, key, issuer, message }),
        )
      }),
    ]
    return alarms.filter(isNew)
  })
}

type Change = readonly [AlarmCode, string]

function stateOf(key: ListedKey, before: string | undefined, atMs: number): Change[] {
  const { privateMembers, certificates, expiresMs, alg } = key
  const endMs = certificates[0]?.notAfterMs
  const found: readonly (Change | false)[] = [
    privateMembers.length > 0 && [
      'private-published',
      `private members are published: ${privateMembers.join(', ')}`,
    ],
    endMs !== undefined &&
      endMs < atMs && ['expired-listed', `its certificate expired on ${day(endMs)}`],
    expiresMs !== undefined &&
      expiresMs < atMs && [
        'expired-listed',
        `the key itself says that it expired on ${day(expiresMs)}`,
      ],
    // With another algorithm than before, or now with any.
    before !== undefined &&
      before !== alg && ['algorithms-widened', `its alg was ${before} and is ${alg ?? 'any'}`],
  ]
  return found.filter((each) => each !== false)
}

export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function metadataAlarms({ name: document, observations }: timeline.Series): Alarm[] {
  const read = observations.filter((entry) => entry.document !== undefined)
  return read.flatMap((entry, i) => {
    const [was, is] = [read[i - 1]?.document, entry.document]
    if (was === undefined || is === undefined || was === is) return []
    const [atMs, afterMs] = [entry.observation.atMs, read[i - 1]?.observation.atMs]
    return changes(was, is).map(([code, message]) =>
      alarm(code, { document, atMs, afterMs, issuer: is.issuer, message }),
    )
  })
}

function changes(was: KeyDocument, is: KeyDocument): Change[] {
  const found: Change[] = []
  const [issuerBefore, issuer] = [was.issuer ?? 'none', is.issuer ?? 'none']
  if (was.issuer !== is.issuer)
    found.push(['issuer-changed', `the issuer was ${issuerBefore} and is ${issuer}`])
  for (const name of new Set([...Object.keys(was.endpoints), ...Object.keys(is.endpoints)])) {
    const [old, now] = [was.endpoints[name], is.endpoints[name]]
    if (old !== now)
      found.push(['endpoint-changed', `${name} was ${old ?? 'none'} and is ${now ?? 'none'}`])
  }
  for (const [name, values] of Object.entries(is.algorithms)) {
    const added = (values ?? []).filter((value) => was.algorithms[name]?.includes(value) !== true)
    if (added.length > 0) found.push(['algorithms-widened', `${name} now has ${added.join(', ')}`])
  }
  return found
}

interface Use {
  readonly entry: timeline.ReadObservation
  readonly key: ListedKey
  readonly document: string
}

type Uses = Map<string, Map<string, Use>>

function sharedAlarms(all: readonly timeline.Series[]): Alarm[] {
  const uses: Uses = new Map()
  const note = (name: string, value: string, use: Use) => {
    const known = uses.get(name) ?? new Map<string, Use>()
    uses.set(name, known)
    if (!known.has(value)) known.set(value, use)
  }
  for (const { name: document, observations } of all)
    for (const entry of observations)
      for (const key of entry.document?.keys ?? []) {
        const issuer = timeline.issuerOf(key, entry)
        const at = { entry, key, document }
        if (key.kid !== undefined)
          note(`kid\0${issuer ?? document}\0${key.kid}`, key.thumbprint, at)
        for (const [what, value] of [
          ['issuers', issuer],
          ['classes', timeline.classOf(key, entry)],
          ['uses', key.use],
        ] as const)
          if (value !== undefined) note(`${what}\0${key.thumbprint}`, value, at)
      }
  return [...uses].flatMap(([name, found]) => sharedAlarm(name, [...found]))
}

function sharedAlarm(name: string, found: readonly (readonly [string, Use])[]): Alarm[] {
  const [what] = name.split('\0')
  const timeOf = ([, { entry }]: readonly [string, Use]) => entry.observation.atMs
  const byTime = found.toSorted((a, b) => timeOf(a) - timeOf(b))
  const [, second] = byTime[1] ?? []
  if (second === undefined) return []
  const { key, entry, document } = second
  const { atMs } = entry.observation
  const at = { document, key, issuer: timeline.issuerOf(key, entry), atMs, afterMs: undefined }
  if (what === 'kid')
    return [alarm('kid-reused', { ...at, message: `one kid names ${found.length} keys` })]
  const values = byTime.map(([value]) => value).join(', ')
  return [alarm('key-shared', { ...at, message: `one key has ${found.length} ${what}: ${values}` })]
}

const KEY_ALARM_EVENT = 'urn:mintmark:secevent:key-alarm'
const COMPROMISE_EVENT = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'

/** Claims of one event. The same alarm has the same `jti`, whenever it is raised. */
export function eventClaims(raised: Alarm, nowMs: number): Readonly<Record<string, unknown>> {
  const { code, severity, document, thumbprint, kid, issuer, atMs, afterMs, message } = raised
  const name = JSON.stringify([code, document, thumbprint, atMs, message])
  const event_timestamp = seconds(atMs)
  const named = { code, severity, document, message, thumbprint, kid, issuer }
  const details = { ...named, event_timestamp, not_seen_at: seconds(afterMs) }
  const compromise = { credential_type: 'signing-key', iss: issuer, kid, event_timestamp }
  return {
    jti: createHash('sha256').update(name).digest('base64url').slice(0, 22),
    iat: seconds(nowMs),
    sub_id: { format: 'opaque', id: thumbprint ?? document },
    events: {
      [KEY_ALARM_EVENT]: details,
      ...(code === 'private-published' && { [COMPROMISE_EVENT]: compromise }),
    },
  }
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.floor(ms / 1000))

export function historicalKeys(
  histories: readonly timeline.KeyHistory[],
  issuer: string,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const own = histories.filter(({ issuers }) => issuers.includes(issuer))
  const keys = own.flatMap(({ key, listings }) => {
    const [first, last] = [listings[0], listings.at(-1)]
    if (last?.firstAbsentMs === undefined) return []
    return [
      {
        ...key.jwk,
        kid: key.kid ?? key.thumbprint,
        use: key.use,
        alg: key.alg ?? key.jwk['alg'],
        iat: seconds(first?.firstPresentMs),
        exp: seconds(last.lastPresentMs),
        last_seen_absent: seconds(first?.lastAbsentMs),
        first_seen_absent: seconds(last.firstAbsentMs),
      },
    ]
  })
  return { iss: issuer, iat: seconds(nowMs), keys }
}
