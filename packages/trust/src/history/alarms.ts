/**
 * Alarms about what a record shows, and claims of tokens about keys: security events, historical keys of OpenID Federation.
 *
 * Each alarm names the two looks between which its cause appeared. Each is raised once for a key or a member, however often
 * it was seen.
 *
 * Source: RFC 8417; OpenID Shared Signals Framework 1.0, section "Subject Members"; RISC 1.0, section "Credential
 * Compromise" for private keys that were published; OpenID Federation 1.0, section "Federation Historical Keys Response".
 *
 * @module
 */

import { createHash } from 'node:crypto'
import type { ListedKey } from '../sources/key.ts'
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
  /** The look that showed it; milliseconds since 1970-01-01 UTC. */
  readonly atMs: number
  /** The look before that did not; undefined where there was none. */
  readonly afterMs: number | undefined
  readonly message: string
}

interface AlarmOptions {
  /** Longest time that a signing key may be listed; undefined: rotation is not checked. */
  readonly longestUseMs?: number | undefined
}

export function alarmDocument({ atMs, afterMs, ...rest }: Alarm): object {
  const after = afterMs === undefined ? null : new Date(afterMs).toISOString()
  return { schema: 'mintmark-key-alarm/1', ...rest, at: new Date(atMs).toISOString(), after }
}

export function alarmsOf(
  all: readonly timeline.Series[],
  histories: readonly timeline.KeyHistory[],
  { longestUseMs }: AlarmOptions = {},
): readonly Alarm[] {
  const announced = all.filter(({ name }) => name.startsWith(timeline.ANNOUNCED))
  const series = all.filter((each) => !announced.includes(each))
  const alarms = [
    ...histories.flatMap((key) => listingAlarms(key, announced)),
    ...histories.flatMap((key) => lateAlarms(key, longestUseMs)),
    ...series.flatMap(keyAlarms),
    ...series.flatMap(metadataAlarms),
    ...sharedAlarms(series),
  ]
  const once = new Map(alarms.toReversed().map((each) => [nameOf(each), each]))
  return [...once.values()].toSorted((a, b) => a.atMs - b.atMs || (a.code < b.code ? -1 : 1))
}

const nameOf = ({ code, document, thumbprint, message }: Alarm) =>
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

/** A key that was listed without notice, or again. */
function listingAlarms(
  history: timeline.KeyHistory,
  announced: readonly timeline.Series[],
): Alarm[] {
  const { key, listings, series: document, issuers } = history
  return listings.flatMap(({ lastAbsentMs: afterMs, firstPresentMs: atMs }, i) => {
    const at = { document, key, atMs, afterMs, issuer: issuers[0] }
    if (i > 0)
      return [alarm('key-back', { ...at, message: 'a key that was unlisted is listed again' })]
    if (afterMs === undefined || isAnnounced(history, atMs, announced)) return []
    return [
      alarm('key-without-notice', { ...at, message: 'a key is listed that nobody announced' }),
    ]
  })
}

function isAnnounced(
  { key, thumbprint }: timeline.KeyHistory,
  atMs: number,
  announced: readonly timeline.Series[],
) {
  const isAhead = key.notBeforeMs !== undefined && key.notBeforeMs > atMs
  return (
    isAhead ||
    announced.some(({ looks }) =>
      looks.some(
        ({ observation, document }) =>
          observation.atMs <= atMs && timeline.lists(document, thumbprint),
      ),
    )
  )
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

/** Private members, expired certificates, and changed algorithms of keys in one look. */
function keyAlarms({ name: document, looks }: timeline.Series): Alarm[] {
  const alarms: Alarm[] = []
  const algorithms = new Map<string, string | undefined>()
  const reported = new Set<string>()
  let before: timeline.Look | undefined
  for (const look of looks) {
    const afterMs = before?.observation.atMs
    const at = { document, atMs: look.observation.atMs, afterMs }
    for (const secret of look.document?.secrets ?? [])
      if (isFirst(reported, secret))
        alarms.push(alarm('private-published', { ...at, message: `${secret} is published` }))
    for (const key of look.document?.keys ?? []) {
      const issuer = timeline.issuerOf(key, look)
      for (const [code, message] of [
        ...stateOf(key, look.observation.atMs),
        ...widened(algorithms, key),
      ])
        if (isFirst(reported, `${code}\0${key.thumbprint}\0${message}`))
          alarms.push(alarm(code, { ...at, key, issuer, message }))
    }
    before = look
  }
  return alarms
}

function isFirst(reported: Set<string>, name: string): boolean {
  if (reported.has(name)) return false
  reported.add(name)
  return true
}

function stateOf(key: ListedKey, atMs: number): (readonly [AlarmCode, string])[] {
  const found: (readonly [AlarmCode, string])[] = []
  if (key.privateMembers.length > 0)
    found.push([
      'private-published',
      `private members are published: ${key.privateMembers.join(', ')}`,
    ])
  const [certificate] = key.certificates
  if (certificate !== undefined && certificate.notAfterMs < atMs)
    found.push(['expired-listed', `its certificate expired on ${day(certificate.notAfterMs)}`])
  if (key.expiresMs !== undefined && key.expiresMs < atMs)
    found.push(['expired-listed', `the key itself says that it expired on ${day(key.expiresMs)}`])
  return found
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** A key that may be used with another algorithm than before, or now with any. */
function widened(
  algorithms: Map<string, string | undefined>,
  { thumbprint, alg }: ListedKey,
): (readonly [AlarmCode, string])[] {
  const known = algorithms.has(thumbprint) ? algorithms.get(thumbprint) : alg
  algorithms.set(thumbprint, alg)
  if (known === undefined || known === alg) return []
  return [['algorithms-widened', `its alg was ${known} and is ${alg ?? 'any'}`]]
}

function metadataAlarms({ name: document, looks }: timeline.Series): Alarm[] {
  const alarms: Alarm[] = []
  let before: timeline.Look | undefined
  for (const look of looks) {
    const [was, is] = [before?.document, look.document]
    if (was !== undefined && is !== undefined && was !== is) {
      const [atMs, afterMs] = [look.observation.atMs, before?.observation.atMs]
      const at = { document, atMs, afterMs, issuer: is.issuer }
      for (const [code, message] of changes(was, is)) alarms.push(alarm(code, { ...at, message }))
    }
    if (is !== undefined) before = look
  }
  return alarms
}

type Metadata = NonNullable<timeline.Look['document']>

function changes(was: Metadata, is: Metadata): (readonly [AlarmCode, string])[] {
  const found: (readonly [AlarmCode, string])[] = []
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
  readonly value: string
  readonly look: timeline.Look
  readonly key: ListedKey
  readonly document: string
}

function sharedAlarms(all: readonly timeline.Series[]): Alarm[] {
  const uses = new Map<string, Use[]>()
  const note = (name: string, use: Use) => {
    const known = uses.get(name) ?? []
    if (!known.some(({ value }) => value === use.value)) uses.set(name, [...known, use])
  }
  for (const { name: document, looks } of all)
    for (const look of looks)
      for (const key of look.document?.keys ?? []) {
        const issuer = timeline.issuerOf(key, look)
        const at = { look, key, document }
        if (key.kid !== undefined)
          note(`kid\0${issuer ?? document}\0${key.kid}`, { ...at, value: key.thumbprint })
        for (const [what, value] of [
          ['issuers', issuer],
          ['classes', timeline.classOf(key, look)],
          ['uses', key.use],
        ] as const)
          if (value !== undefined) note(`${what}\0${key.thumbprint}`, { ...at, value })
      }
  return [...uses].flatMap(([name, found]) => sharedAlarm(name, found))
}

function sharedAlarm(name: string, found: readonly Use[]): readonly Alarm[] {
  const [what = ''] = name.split('\0')
  const byTime = found.toSorted((a, b) => a.look.observation.atMs - b.look.observation.atMs)
  // The second of them made it so.
  const second = byTime[1]
  if (second === undefined) return []
  const { key, look, document } = second
  const { atMs } = look.observation
  const at = { document, key, issuer: timeline.issuerOf(key, look), atMs, afterMs: undefined }
  if (what === 'kid')
    return [alarm('kid-reused', { ...at, message: `one kid names ${found.length} keys` })]
  const values = byTime.map(({ value }) => value).join(', ')
  return [alarm('key-shared', { ...at, message: `one key has ${found.length} ${what}: ${values}` })]
}

const KEY_ALARM_EVENT = 'urn:mintmark:secevent:key-alarm'
const COMPROMISE_EVENT = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'

/** Claims of one event. The same alarm has the same `jti`, whenever it is raised. */
export function eventClaims(raised: Alarm, nowMs: number): Readonly<Record<string, unknown>> {
  const { code, severity, document, thumbprint, kid, issuer, atMs, afterMs, message } = raised
  const name = JSON.stringify([code, document, thumbprint, atMs, message])
  const details = {
    code,
    severity,
    document,
    message,
    thumbprint,
    kid,
    issuer,
    event_timestamp: seconds(atMs),
    not_seen_at: seconds(afterMs),
  }
  const compromise = {
    credential_type: 'signing-key',
    iss: issuer,
    kid,
    event_timestamp: seconds(atMs),
  }
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

/** Claims of the signed JWT of type `jwk-set+jwt`. */
export function historicalKeys(
  histories: readonly timeline.KeyHistory[],
  issuer: string,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const gone = histories.filter(
    ({ issuers, listings }) =>
      issuers.includes(issuer) && listings.at(-1)?.firstAbsentMs !== undefined,
  )
  const keys = gone.flatMap(({ key, listings }) => {
    const [first, last] = [listings[0], listings.at(-1)]
    if (first === undefined || last === undefined) return []
    return [
      {
        ...key.jwk,
        kid: key.kid ?? key.thumbprint,
        use: key.use,
        alg: key.alg ?? key.jwk['alg'],
        iat: seconds(first.firstPresentMs),
        exp: seconds(last.lastPresentMs),
        last_seen_absent: seconds(first.lastAbsentMs),
        first_seen_absent: seconds(last.firstAbsentMs),
      },
    ]
  })
  return { iss: issuer, iat: seconds(nowMs), keys }
}
