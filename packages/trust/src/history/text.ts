import { plural, safeText } from '@mintmark/core'
import type { Accepted } from '@mintmark/ledger/log'
import type { RecordContent } from '../record/key_record.ts'
import { setBack } from '../record/observation.ts'
import type { Alarm } from './alarms.ts'
import type { Answer, KeyHistory, Listing, Series } from './timeline.ts'

const WIDTH = 80

/** `2023-05-15 08:00:00Z`. */
export const time = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`

const line = (text: string) => `${safeText(text, WIDTH)}\n`

interface Folding {
  readonly hanging?: string
  readonly most?: number
}

export function folded(
  text: string,
  indent = '  ',
  { hanging = indent, most = 4 * WIDTH }: Folding = {},
): string {
  const lines: string[] = []
  let [rest, before] = [safeText(text, most), indent]
  while (before.length + rest.length > WIDTH) {
    const width = WIDTH - before.length
    const space = rest.lastIndexOf(' ', width)
    const cut = space > width / 2 ? space : width
    lines.push(`${before}${rest.slice(0, cut)}\n`)
    rest = rest.slice(cut).trimStart()
    before = hanging
  }
  return [...lines, `${before}${rest}\n`].join('')
}

const MOST_LISTED = 10

export function listedText<T>(rows: readonly T[], textOf: (row: T) => string): string {
  const more = rows.length - MOST_LISTED
  const tail = more > 0 ? `  and ${more} more: --json lists all\n` : ''
  return rows.slice(0, MOST_LISTED).map(textOf).join('') + tail
}

interface Described {
  readonly title: string
  readonly help: string
}

export const ruleText = <T>(
  name: string,
  { title, help }: Described,
  found: readonly T[],
  textOf: (finding: T) => string,
): string => folded(`${name}: ${title}`, '') + listedText(found, textOf) + folded(help)

export function keyText(history: KeyHistory, isWithDocument = true): string {
  const { key, thumbprint, kids, issuers, classes, listings, series } = history
  const kind = `${key.kty} ${key.crv ?? key.bits}`
  const facts = [kind, key.use, key.alg, ...classes.map((name) => `class ${name}`)]
  const name = kids.length === 0 ? '(no kid)' : kids.map((kid) => safeText(kid, 40)).join(', ')
  return [
    line(`${name}  ${facts.filter((fact) => fact !== undefined).join(', ')}`),
    line(`  thumbprint ${thumbprint}`),
    ...issuers.map((issuer) => folded(`issuer ${issuer}`)),
    ...(isWithDocument ? [folded(`in ${series}`)] : []),
    ...listings.map(listingText),
  ].join('')
}

function listingText(listing: Listing): string {
  const { lastAbsentMs, firstPresentMs, lastPresentMs, firstAbsentMs } = listing
  const [first, last] = [time(firstPresentMs), time(lastPresentMs)]
  return [
    lastAbsentMs === undefined
      ? line(`  listed at the first observation, ${first}`)
      : line(`  came after ${time(lastAbsentMs)}, by ${first}`),
    firstAbsentMs === undefined
      ? line(`  listed at the last observation, ${last}`)
      : line(`  went after ${last}, by ${time(firstAbsentMs)}`),
  ].join('')
}

const STANDINGS = { listed: 'LISTED', absent: 'NOT LISTED', unknown: 'CANNOT TELL' } as const

export function answerText(
  { series, issuers, classes }: KeyHistory,
  answer: Answer,
  atMs: number,
): string {
  const { standing, beforeMs, afterMs } = answer
  const observations = [
    beforeMs === undefined ? 'no observation before' : `observation before: ${time(beforeMs)}`,
    afterMs === undefined ? 'no observation after' : `observation after: ${time(afterMs)}`,
  ]
  const facts = [
    ...issuers.map((each) => `issuer ${each}`),
    ...classes.map((each) => `class ${each}`),
  ]
  return [
    line(`${STANDINGS[standing]} at ${time(atMs)}`),
    folded(`in ${series}`),
    ...facts.map((fact) => folded(fact)),
    ...observations.map((each) => line(`  ${each}`)),
  ].join('')
}

export function alarmText(alarm: Alarm): string {
  const { code, severity, document, kid, atMs, afterMs, message } = alarm
  const since =
    afterMs === undefined ? `at ${time(atMs)}` : `after ${time(afterMs)}, by ${time(atMs)}`
  return [
    line(`${severity === 'critical' ? 'CRITICAL' : 'WARNING '}  ${code}`),
    folded(kid === undefined ? message : `kid ${safeText(kid, 60)}: ${message}`),
    folded(`in ${document}`),
    line(`  ${since}`),
  ].join('')
}

export function recordText(
  { head, unsignedBytes, observations }: RecordContent,
  series: readonly Series[],
): string {
  const unavailable = series.reduce((sum, each) => sum + each.unavailable, 0)
  const counted = `${plural(head.size, 'observation')} of ${plural(series.length, 'document')}`
  const parts = [`${counted}, unaltered since they were signed (${head.origin})`]
  if (unavailable > 0)
    parts.push(
      `${plural(unavailable, 'observation')} without an answer: nothing is known of these times`,
    )
  if (unsignedBytes > 0)
    parts.push(`${unsignedBytes} bytes behind the last signed observation are not read`)
  const back = setBack(observations)
  if (back > 0)
    parts.push(
      `${plural(back, 'observation')} recorded at an earlier time than one before: the clock was wrong, and times of observations cannot be relied on`,
    )
  return parts.map((part) => folded(part, '')).join('')
}

export interface RecordProof {
  readonly isAsked: boolean
  readonly accepted: Accepted | undefined
  readonly pinnedSize: number | undefined
}

export function proofText(
  { head }: RecordContent,
  { isAsked, accepted, pinnedSize }: RecordProof,
): string {
  const parts: string[] = []
  if (pinnedSize !== undefined)
    parts.push(
      `It extends the pinned checkpoint: the first ${plural(pinnedSize, 'observation')} are the same.`,
    )
  if (accepted !== undefined) {
    const { size } = accepted.head
    const names = accepted.witnesses.map(
      ({ name, timeSeconds }) => `${safeText(name, 40)} at ${witnessTime(timeSeconds)}`,
    )
    parts.push(`Witnessed up to observation ${size} of ${head.size}: ${names.join(', ')}.`)
    if (size < head.size)
      parts.push(
        `${plural(head.size - size, 'later observation')}: signed by the record's own key alone.`,
      )
  } else if (isAsked) parts.push(`NOT WITNESSED: too few witnesses of the policy. ${OWN_KEY}`)
  else if (pinnedSize === undefined) parts.push(`No witness was asked for (--policy). ${OWN_KEY}`)
  return parts.map((part) => folded(part, '')).join('')
}

const OWN_KEY =
  "Whoever has the record's key can sign another past; a head that others keep reveals it."

const witnessTime = (seconds: number) =>
  seconds * 1000 <= 8.64e15 ? time(seconds * 1000) : `${seconds} s`
