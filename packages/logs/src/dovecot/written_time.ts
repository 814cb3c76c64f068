/**
 * The time in front of a line of a mail log, which often names no year and no zone. Neither is
 * guessed. A session's id holds the instant at which its connection came ({@link readSessionId}).
 * Source: `log_timestamp` of dovecot (default `%b %d %H:%M:%S `); RFC 3164 and RFC 5424 for syslog.
 */
import { utcMs } from '@mintmark/core'
import type { FileZone } from '../model/adapter.ts'
import { address } from '../ual/fields.ts'

export interface WrittenTime {
  readonly year: number | undefined
  /** The instant that it would be in UTC, in the year that it names or in the one that is given. */
  readonly inUtc: (year: number) => number | undefined
  /** Whether it names its zone, so that {@link WrittenTime.inUtc} is the instant. */
  readonly isZoned: boolean
}

const ISO =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,9})?) ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?(?=\s|$)/
const OLD =
  /^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?= |$)/
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** The time with which a line begins, behind a syslog priority; undefined if it begins with none. */
export function writtenTime(line: string): WrittenTime | undefined {
  const text = line.replace(/^<\d{1,3}>(?:1 )?/, '')
  const iso = ISO.exec(text)
  if (iso !== null) {
    const [, date = '', clock = '', zone = ''] = iso
    const atMs = utcMs(`${date}T${clock}${zone}`)
    return atMs === undefined
      ? undefined
      : { year: Number(date.slice(0, 4)), inUtc: () => atMs, isZoned: zone !== '' }
  }
  const old = OLD.exec(text)
  const month = MONTHS.indexOf(old?.[1] ?? '') + 1
  if (old === null || month === 0) return undefined
  const day = `${String(month).padStart(2, '0')}-${(old[2] ?? '').padStart(2, '0')}`
  const inUtc = (year: number) => utcMs(`${year}-${day}T${old[3]}Z`)
  return { year: undefined, inUtc, isZoned: false }
}

const QUARTER_MS = 900_000
/** Zones are between UTC-12:00 and UTC+14:00, on quarters of an hour. */
const ZONES = { westmostMs: -12 * 3_600_000, eastmostMs: 14 * 3_600_000 }
/** Times are cut to a second, and a login that takes longer than three minutes is cut off. */
const EARLY_MS = 1000
const LOGIN_MS = 240_000
/**
 * A session without a year must be shorter, and no farther from the logins that prove the zone: two rounds of an id come
 * within 29 days of each other in the calendar.
 */
const SESSION_MS = 24 * 86_400_000
/** From 1996 to 2094. */
const FIRST_ROUND = 3
const LAST_ROUND = 13

interface ProvenTime {
  readonly zoneMs: number
  readonly atMs: number
}

export const provenAtLogin = (time: WrittenTime, startMs: number): ProvenTime | undefined =>
  only(time, startMs, (local, start) => {
    const ahead = local - start
    const zoneMs = Math.floor((ahead + EARLY_MS) / QUARTER_MS) * QUARTER_MS
    const isZone = zoneMs >= ZONES.westmostMs && zoneMs <= ZONES.eastmostMs
    return isZone && ahead - zoneMs < LOGIN_MS ? { zoneMs, atMs: local - zoneMs } : undefined
  })

export const provenInSession = (
  time: WrittenTime,
  startMs: number,
  { aheadMs, firstMs, lastMs }: FileZone,
): ProvenTime | undefined =>
  only(time, startMs, (local, start) => {
    const atMs = local - aheadMs
    const sinceMs = atMs - start
    const isSession = sinceMs >= -EARLY_MS && sinceMs < SESSION_MS
    const isNear = atMs > firstMs - SESSION_MS && atMs < lastMs + SESSION_MS
    return isSession && isNear ? { zoneMs: aheadMs, atMs } : undefined
  })

/** The one reading that fits, over all years and rounds; undefined if there is none, or more than one. */
function only(
  time: WrittenTime,
  startMs: number,
  fit: (localMs: number, startMs: number) => ProvenTime | undefined,
): ProvenTime | undefined {
  const found: ProvenTime[] = []
  for (let round = FIRST_ROUND; round <= LAST_ROUND; round++) {
    const start = startMs + round * ROUND_MS
    const year = new Date(start).getUTCFullYear()
    for (const each of time.year === undefined ? [year - 1, year, year + 1] : [time.year]) {
      const local = time.inUtc(each)
      const fitting = local === undefined ? undefined : fit(local, start)
      if (fitting !== undefined) found.push(fitting)
    }
  }
  return found.length === 1 ? found[0] : undefined
}

/*
 * What the session id of a Dovecot login says: when the connection came, from which port and
 * address.
 * Source: dovecot, `client_get_session_id` in src/login-common/client-common.c, 2.1 to 2.4; and ids
 * of a 2.4.1.
 */

/** After so long the time in an id begins again. */
export const ROUND_MS: number = 2 ** 48 / 1000

interface SessionOrigin {
  /** When the connection came: milliseconds since 1970-01-01 UTC, or since then and some {@link ROUND_MS}. */
  readonly startMs: number
  readonly ip: string
  readonly port: number
}

/** Undefined for an id of another make. What follows a colon, the number of a part of a session, is left out. */
export function readSessionId(id: string): SessionOrigin | undefined {
  const [spelled = ''] = id.split(':', 1)
  if (!/^(?:[A-Za-z0-9+/]{16}){1,2}$/.test(spelled)) return undefined
  const bytes = Buffer.from(spelled, 'base64')
  return {
    startMs: bytes.readUIntLE(0, 6) / 1000,
    port: bytes.readUInt16LE(6),
    ip: ipOf(bytes.subarray(8)),
  }
}

function ipOf(bytes: Buffer): string {
  if (bytes.length === 4) return address([...bytes].join('.'))
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16))
  return address(groups.join(':'))
}
