/** Network addresses in a text, in any spelling of one that the case has. */
import { readAddress } from '@mintmark/core'
import type { Finder, Found } from './decoded.ts'

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`
/** `203.0.113.99`; `203-0-113-99` in names of hosts and files. */
const V4 = /(?<!\d)\d{1,3}([._-])\d{1,3}\1\d{1,3}\1\d{1,3}(?!\d)/g
const V6 = v6Pattern(':')
/** A file name has no colon. */
const V6_IN_NAMES = [v6Pattern('-'), v6Pattern('_')]
/** `Chrome/106.0.0.0` is a version. */
const VERSION = /[a-z]\/$/i
const WORD_BEFORE = /[\p{L}\p{N}]$/u
const WORD_AFTER = /^[\p{L}\p{N}]/u

function v6Pattern(mark: string): RegExp {
  const start = `(?:(?<![0-9a-f${mark}])|(?<=[0-9a-f]{5})(?=${mark}))`
  const isLong = `(?=[0-9a-f${mark}]*${mark}${mark}|${mark}?(?:[0-9a-f]{1,4}${mark}){7})`
  return new RegExp(`${start}${isLong}(?:[0-9a-f]{0,4}${mark}){2,}(?:${IPV4}|[0-9a-f]{1,4})?`, 'gi')
}

interface Part {
  readonly at: number
  readonly end: number
  readonly ip: string
}

/**
 * @param known addresses of the case, canonical: found whatever letters are next to them
 * @param label gives the replacement of a canonical address
 */
export function addressFinder(known: ReadonlySet<string>, label: (ip: string) => string): Finder {
  const isV6Known = [...known].some((ip) => ip.includes(':'))
  return (text) => {
    const parts = [
      ...v6Parts(text, V6, (parsed) => knownFirst(parsed, known, (one) => isApart(text, one))),
      ...(isV6Known ? V6_IN_NAMES : []).flatMap((pattern) =>
        v6Parts(text, pattern, (parsed) => parsed.find(({ ip }) => known.has(ip))),
      ),
      ...v4Parts(text, known),
    ]
    return parts
      .toSorted((a, b) => a.at - b.at || b.end - a.end)
      .map(({ at, end, ip }): Found => ({ at, end, replacement: () => label(ip) }))
  }
}

const knownFirst = (
  parts: readonly Part[],
  known: ReadonlySet<string>,
  isTaken: (part: Part) => boolean,
) => parts.find(({ ip }) => known.has(ip)) ?? parts.slice(0, 1).find(isTaken)

function isApart(text: string, { at, end }: Part): boolean {
  return !(
    WORD_BEFORE.test(text.slice(0, at).slice(-2)) || WORD_AFTER.test(text.slice(end, end + 2))
  )
}

function v6Parts(
  text: string,
  pattern: RegExp,
  choose: (parts: readonly Part[]) => Part | undefined,
): Part[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: run, index }) => {
    const part = choose(readings(run, index))
    return part === undefined ? [] : [part]
  })
}

/** As it is; without a port after it; without a word before it, such as `face:` or `ip:`. */
function readings(run: string, index: number): Part[] {
  const spelled = run.replaceAll(/[-_]/g, ':')
  const isPair = (at: number) => spelled.startsWith('::', at)
  const first = spelled.startsWith(':') && !isPair(0) ? 1 : 0
  const last = spelled.endsWith(':') && !isPair(run.length - 2) ? run.length - 1 : run.length
  const afterWord = spelled.indexOf(':', first) + 1
  const beforePort = spelled.lastIndexOf(':', last - 1)
  const ranges: readonly (readonly [number, number])[] = [
    [first, last],
    [first, beforePort],
    [afterWord, last],
    [afterWord, beforePort],
  ]
  return ranges.flatMap(([from, to]) => {
    const { ip } = readAddress(spelled.slice(from, Math.max(from, to)))
    return ip === '' ? [] : [{ at: index + from, end: index + to, ip }]
  })
}

function v4Parts(text: string, known: ReadonlySet<string>): Part[] {
  const parts: Part[] = []
  const pattern = new RegExp(V4)
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { 0: spelled, 1: mark, index: at } = match
    const end = at + spelled.length
    const plain = spelled.replaceAll(/[_-]/g, '.')
    const bare = plain.replaceAll(/\b0+(?=\d)/g, '')
    const isKnown = known.has(mark === '.' ? bare : plain)
    const isOther = mark === '.' && isAddress(text, at, end, spelled)
    if (isKnown || isOther) parts.push({ at, end, ip: isKnown ? bare : spelled })
    // An address may begin within: `2024-05-01-203-0-113-99`.
    else pattern.lastIndex = at + 1
  }
  return parts
}

/** That no record has: not a version, and no part of a longer number. */
function isAddress(text: string, at: number, end: number, spelled: string): boolean {
  const before = text.slice(Math.max(0, at - 2), at)
  const after = text.slice(end, end + 2)
  if (VERSION.test(before) || /\d\.$/.test(before) || /^\.\d/.test(after)) return false
  return !WORD_BEFORE.test(before) && !WORD_AFTER.test(after) && readAddress(spelled).ip !== ''
}
