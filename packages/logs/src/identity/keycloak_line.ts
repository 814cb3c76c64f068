/**
 * Keycloak's events as its logger writes them: `type="CODE_TO_TOKEN", realmId="…", …` in a line of a log.
 *
 * Older versions put no quotes around values, or single ones around those with blanks; then a value with
 * `, name=` in it reads as two, which is why the first of two values with one name counts: Keycloak writes its
 * own fields before those that a client chose.
 *
 * The time in front of a line has no zone. It is read as UTC, as every time without one.
 *
 * Source: keycloak, JBossLoggingEventListenerProvider.java, 2016 to 2026.
 *
 * @module
 */
import { type Json, utcMs } from '@mintmark/core'

const START = /\b(?:type|operationType)="?[A-Z][A-Z_0-9]{2,60}"?(?=,|$)/
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/
const PAIR = /([A-Za-z_][\w.-]{0,60})=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,]*))(?:,\s*|$)/y
const MAX_LINE = 65_536
const MAX_PAIRS = 200

/** Fields of an event itself; every other name is one of its details. */
const OWN: ReadonlySet<string> = new Set(
  'type operationType realmId realmName clientId userId sessionId ipAddress error resourceType resourcePath'.split(
    ' ',
  ),
)

/**
 * The event in one line of a log, in the form that the event store exports; undefined if there is none.
 *
 * @param atMs when the line was written, if the line itself does not say so
 */
export function keycloakEventOfLine(line: string, atMs?: number): Json | undefined {
  if (line.length > MAX_LINE) return undefined
  const start = START.exec(line)
  if (start === null) return undefined
  const before = line.slice(0, start.index)
  const time = utcMs(TIME.exec(before)?.[0].replace(',', '.')) ?? atMs
  const event = new Map<string, unknown>()
  const details = new Map<string, unknown>()
  PAIR.lastIndex = start.index
  for (let count = 0; count < MAX_PAIRS; count++) {
    const pair = PAIR.exec(line)
    const name = pair?.[1]
    if (pair === null || name === undefined) break
    const value = pairValueOf(pair)
    const into = OWN.has(name) ? event : details
    if (!into.has(name) && value !== 'null') into.set(name, value)
    if (PAIR.lastIndex >= line.length) break
  }
  PAIR.lastIndex = 0
  if (!event.has('realmId') && !event.has('realmName')) return undefined
  return Object.fromEntries([...event, ['time', time], ['details', Object.fromEntries(details)]])
}

function pairValueOf(pair: RegExpExecArray): string {
  if (pair[2] !== undefined) return pair[2].replaceAll(/\\(["\\])/g, '$1')
  return pair[3] ?? (pair[4] ?? '').trim()
}
