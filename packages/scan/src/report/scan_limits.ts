/** What a scan did not or could not examine, reported beside its result. */
import type { ErrorFacts } from '@mintmark/core'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { howToUnpack } from '../packing/packers.ts'
import { acrossFiles, type GivenKey } from './given_keys.ts'

/**
 * - `anchor-flood`: so many offsets looked like one encoding that not all could be examined.
 * - `search-cut`: a search of whole windows found more that looks like keys than it can examine in
 *   time.
 * - `detector-failed`: an internal error while an offset was examined; the rest was.
 * - `unreadable`: a part of the file could not be read.
 * - `thread-failed`: a thread ended while it searched a window; the rest was searched.
 * - `many-keys`: more public keys than are searched for.
 * - `many-hits`: more hits than a report holds; those in front are in it. Of `keys`: more than are
 *   searched for by value.
 * - `not-unpacked`: the file is an archive, or a machine's dump of packed pages: only its packed
 *   bytes were searched.
 * - `unpack-failed`: a packed file is damaged, cut or too large; what came out was searched.
 * - `packed-unsearched`: packed data amid other bytes was not opened, or not to its end; the name
 *   says why.
 * - `changed`: the file was written to while it was searched.
 * - `nothing-unpacked`: a packed file is damaged or cut, and nothing came out: only its packed
 *   bytes were searched.
 */
export type LimitCode =
  | 'anchor-flood'
  | 'search-cut'
  | 'detector-failed'
  | 'unreadable'
  | 'thread-failed'
  | 'many-keys'
  | 'many-hits'
  | 'not-unpacked'
  | 'unpack-failed'
  | 'nothing-unpacked'
  | 'packed-unsearched'
  | 'changed'

export const HITS_OF: Readonly<Record<Certainty, string>> = {
  verified: 'verified locations',
  unverified: 'unverified locations',
  protected: 'locations of tokens and encrypted keys',
}

export interface ScanLimit {
  readonly code: LimitCode
  readonly message: string
  /** How often, where first (`offset`), and for which encoding (`anchor`). */
  readonly facts: ErrorFacts
}

export const TOO_MANY_PACKED = 'more parts than are opened'

export interface LimitSeen {
  readonly code: LimitCode
  readonly name: string
  readonly offset: number
  readonly count?: number
}

const MESSAGES: Readonly<Record<LimitCode, (name: string, count: number) => string>> = {
  'anchor-flood': (name, count) =>
    `too many locations look like ${name}: in ${windows(count)} not all were examined (--deep examines more)`,
  'search-cut': (name) => `the search for ${name} was cut short: too much looks like it`,
  'detector-failed': (name, count) => `an internal error while examining ${name}, ${times(count)}`,
  unreadable: (_, count) => `${windows(count)} of the file could not be read`,
  'thread-failed': (_, count) =>
    `a thread failed: ${windows(count)} of the file ${count === 1 ? 'was' : 'were'} not searched`,
  'many-keys': (_, count) =>
    `${said(count)} more public keys were discovered than are searched for`,
  'not-unpacked': (name) =>
    `packed by ${name}: what it holds was not searched, ${howToUnpack(name)}`,
  'unpack-failed': (name) => `${name} could not unpack it to its end: what came out was searched`,
  'nothing-unpacked': (name) =>
    `${name} could unpack nothing of it, which is cut or damaged: what it holds was not searched`,
  'packed-unsearched': (name, count) =>
    `${count === 1 ? 'packed data in it was' : `${said(count)} packed parts of it were`} not searched: ${name}`,
  changed: () => 'it was written to while it was searched',
  'many-hits': (name, count) =>
    name === 'keys'
      ? 'too many keys were found to look for each value of all of them'
      : `${said(count)} more ${name} were found and counted, and not reported one by one`,
}

const said = (count: number) => count.toLocaleString('en-US')
const windows = (count: number) => (count === 1 ? 'one part' : `${said(count)} parts`)
const times = (count: number) => (count === 1 ? 'once' : `${said(count)} times`)

export interface LimitView {
  readonly limit: (limit: LimitSeen) => LimitSeen
}

/** Joins occurrences of one code and name, in the order first seen in the file. */
export class LimitList {
  readonly #seen = new Map<string, { seen: LimitSeen; count: number }>()
  readonly #view: LimitView | undefined

  constructor(view?: LimitView) {
    this.#view = view
  }

  add(seen: LimitSeen, count: number = seen.count ?? 1): void {
    const name = `${seen.code} ${seen.name}`
    const known = this.#seen.get(name)
    if (known === undefined) this.#seen.set(name, { seen, count })
    else {
      // Each thread reports a search that was cut: the number of threads says nothing.
      if (seen.code !== 'search-cut') known.count += count
      if (seen.offset < known.seen.offset) known.seen = seen
    }
  }

  addAll(all: readonly LimitSeen[]): void {
    for (const seen of all) this.add(seen)
  }

  seen(): readonly LimitSeen[] {
    return [...this.#seen.values()].map(({ seen: { code, name, offset }, count }) => {
      return { code, name, offset, count }
    })
  }

  list(): readonly ScanLimit[] {
    const inFile = [...this.#seen.values()].map(({ seen, count }) => {
      return { seen: this.#view?.limit(seen) ?? seen, count }
    })
    const all = inFile.toSorted(
      (a, b) => a.seen.offset - b.seen.offset || (a.seen.code < b.seen.code ? -1 : 1),
    )
    return all.map(({ seen: { code, name, offset }, count }) => ({
      code,
      message: MESSAGES[code](name, count),
      facts: { count, offset, ...(name === '' ? {} : { anchor: name }) },
    }))
  }
}

/** Adds a limit. Where not all was searched, a key without a finding is no longer absent. */
export function withLimit<
  T extends { readonly limits: readonly ScanLimit[]; readonly given: readonly GivenKey[] },
>(report: T, limit: LimitSeen): T {
  const more = new LimitList()
  more.add(limit)
  const given = acrossFiles([report.given], false)
  return { ...report, limits: [...report.limits, ...more.list()], absent: [], given }
}
