/** What a scan did not or could not examine, reported beside its result. */
import type { ErrorFacts } from '@mintmark/core'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { howToUnpack } from '../packing/packers.ts'
import { acrossFiles, type GivenKey } from './given_keys.ts'

/**
 * - `anchor-flood`: so many offsets looked like one encoding that not all could be examined.
 * - `search-cut`: a search of whole windows found more that looks like keys than it can examine in time.
 * - `detector-failed`: an internal error while an offset was examined; the rest was.
 * - `unreadable`: a part of the file could not be read.
 * - `thread-failed`: a thread ended while it searched a window; the rest was searched.
 * - `many-keys`: more public keys than are searched for.
 * - `many-hits`: more hits than a report holds; those in front are in it. Of `keys`: more than are searched for by value.
 * - `not-unpacked`: the file is an archive, or a machine's dump of packed pages: only its packed bytes were searched.
 * - `unpack-failed`: a packed file is damaged, cut or too large; what came out was searched.
 * - `packed-unsearched`: packed data amid other bytes was not opened, or not to its end; the name says why.
 * - `changed`: the file was written to while it was searched.
 * - `nothing-unpacked`: a packed file is damaged or cut, and nothing came out: only its packed bytes were searched.
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

/** What `many-hits` calls the hits of each class. */
export const HITS_OF: Readonly<Record<Certainty, string>> = {
  proven: 'verified locations',
  candidate: 'unverified locations',
  lesser: 'locations of tokens and encrypted keys',
}

export interface ScanLimit {
  readonly code: LimitCode
  readonly message: string
  /** How often, where first (`offset`), and for which encoding (`anchor`). */
  readonly facts: ErrorFacts
}

/** Of `packed-unsearched`: there is more of it than is opened. */
export const TOO_MANY_PACKED = 'more parts than are opened'

/** One occurrence, before those of one kind are put together. */
export interface LimitSeen {
  readonly code: LimitCode
  /** The anchor or search, where there is one. */
  readonly name: string
  /** From the file's start. */
  readonly offset: number
  /** How often; once where absent. */
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

/** Bytes of a file in another order: where in the file a limit is. */
export interface LimitView {
  readonly limit: (limit: LimitSeen) => LimitSeen
}

/** Puts occurrences of one code and name together, in the order in which they were first seen in the file. */
export class LimitList {
  readonly #seen = new Map<string, { seen: LimitSeen; count: number }>()
  readonly #view: LimitView | undefined

  /** @param view through which the file was searched; findings get offsets of the file */
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

  /** Each with its count, as another list takes it. */
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

/** The same report with one limit more. Where not all was searched, a key without a finding is no longer absent. */
export function withLimit<
  T extends { readonly limits: readonly ScanLimit[]; readonly given: readonly GivenKey[] },
>(report: T, limit: LimitSeen): T {
  const more = new LimitList()
  more.add(limit)
  const given = acrossFiles([report.given], false)
  return { ...report, limits: [...report.limits, ...more.list()], absent: [], given }
}
