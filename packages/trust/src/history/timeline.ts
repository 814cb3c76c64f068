/** When each key was listed. The time between two observations is unknown. */
import { rememberedOf } from '@mintmark/core'
import type { Observation } from '../record/observation.ts'
import { readDocument } from '../sources/document.ts'
import type { ListedKey } from '../sources/key.ts'
import type { KeyDocument } from '../sources/key_document.ts'

export interface ReadObservation {
  readonly observation: Observation
  readonly document: KeyDocument | undefined
}

export interface Series {
  readonly name: string
  readonly observations: readonly ReadObservation[]
  readonly unavailable: number
  readonly why?: string | undefined
}

/** A run of observations that list a key. Times are milliseconds since 1970-01-01 UTC. */
export interface Listing {
  readonly lastAbsentMs: number | undefined
  readonly firstPresentMs: number
  readonly lastPresentMs: number
  readonly firstAbsentMs: number | undefined
}

export interface KeyHistory {
  readonly series: string
  readonly thumbprint: string
  readonly key: ListedKey
  readonly issuers: readonly string[]
  readonly classes: readonly string[]
  readonly kids: readonly string[]
  readonly listings: readonly Listing[]
}

export interface Content {
  readonly observations: readonly Observation[]
  readonly bodyOf: (observation: Observation) => Promise<Uint8Array | undefined>
}

export async function seriesOf({ observations, bodyOf }: Content): Promise<readonly Series[]> {
  const read = new Map<string, KeyDocument | undefined>()
  const byName = new Map<
    string,
    { observations: ReadObservation[]; unavailable: number; why?: string | undefined }
  >()
  for (const observation of observations) {
    const { document: name, stored, outcome } = observation
    const series = byName.get(name) ?? { observations: [], unavailable: 0 }
    byName.set(name, series)
    if (outcome === 'unavailable') {
      series.unavailable++
      series.why = observation.why
      continue
    }
    if (stored !== undefined && !read.has(stored)) {
      // oxlint-disable-next-line no-await-in-loop -- one document at a time bounds the memory
      const body = await bodyOf(observation)
      const found = body && readDocument(body)
      read.set(stored, found !== undefined && 'document' in found ? found.document : undefined)
    }
    const document = stored === undefined ? undefined : read.get(stored)
    series.observations.push({ observation, document })
  }
  return [...byName].map(([name, series]) => ({
    name,
    unavailable: series.unavailable,
    why: series.why,
    observations: series.observations.toSorted((a, b) => a.observation.atMs - b.observation.atMs),
  }))
}

export const ANNOUNCED = 'announced:'

export function historiesOf(all: readonly Series[]): readonly KeyHistory[] {
  return all.flatMap((series) => {
    if (series.name.startsWith(ANNOUNCED)) return []
    const seen = series.observations.flatMap((entry) =>
      (entry.document?.keys ?? []).map((key) => ({ key, entry })),
    )
    const byKey = Map.groupBy(seen, ({ key }) => key.thumbprint)
    return [...byKey].flatMap(([thumbprint, own]) => {
      const last = own.at(-1)?.key
      if (last === undefined) return []
      return {
        series: series.name,
        thumbprint,
        key: last,
        issuers: distinct(own.map(({ key, entry }) => issuerOf(key, entry))),
        classes: distinct(own.map(({ key, entry }) => classOf(key, entry))),
        kids: distinct(own.map(({ key }) => key.kid)),
        listings: listingsOf(series.observations, thumbprint),
      }
    })
  })
}

const distinct = (values: readonly (string | undefined)[]) =>
  [...new Set(values)].filter((value) => value !== undefined)

export function issuerOf(
  key: ListedKey,
  { observation, document }: ReadObservation,
): string | undefined {
  return key.issuer ?? document?.issuer ?? observation.issuer
}

export function classOf(key: ListedKey, { observation }: ReadObservation): string | undefined {
  return key.className ?? observation.className
}

const thumbprintsOf = rememberedOf(
  ({ keys }: KeyDocument) => new Set(keys.map(({ thumbprint }) => thumbprint)),
)

export function lists(document: KeyDocument | undefined, thumbprint: string): boolean {
  return document !== undefined && thumbprintsOf(document).has(thumbprint)
}

function listingsOf(
  observations: readonly ReadObservation[],
  thumbprint: string,
): readonly Listing[] {
  const listings: Listing[] = []
  let open:
    | { lastAbsentMs: number | undefined; firstPresentMs: number; lastPresentMs: number }
    | undefined
  let lastAbsentMs: number | undefined
  for (const { observation, document } of observations) {
    const { atMs } = observation
    if (lists(document, thumbprint)) {
      open ??= { lastAbsentMs, firstPresentMs: atMs, lastPresentMs: atMs }
      open.lastPresentMs = atMs
    } else {
      if (open !== undefined) listings.push({ ...open, firstAbsentMs: atMs })
      open = undefined
      lastAbsentMs = atMs
    }
  }
  if (open !== undefined) listings.push({ ...open, firstAbsentMs: undefined })
  return listings
}

export interface Answer {
  readonly standing: 'listed' | 'absent' | 'unknown'
  readonly beforeMs: number | undefined
  readonly afterMs: number | undefined
}

export function standingAt(series: Series, thumbprint: string, atMs: number): Answer {
  const before = series.observations.findLast(({ observation }) => observation.atMs <= atMs)
  const after = series.observations.find(({ observation }) => observation.atMs >= atMs)
  const times = { beforeMs: before?.observation.atMs, afterMs: after?.observation.atMs }
  const [was, is] = [before, after].map((entry) => entry && lists(entry.document, thumbprint))
  if (was === undefined || was !== is) return { standing: 'unknown', ...times }
  return { standing: was ? 'listed' : 'absent', ...times }
}

/** Whether an id names a key: its kid, thumbprint, SPKI SHA-256, or the SHA-1 or SHA-256 of a certificate. */
export function isKey({ key, thumbprint, kids }: KeyHistory, id: string): boolean {
  const hex = id.toLowerCase().replaceAll(':', '')
  const hashes = [key.spkiSha256, ...key.certificates.flatMap(({ sha1, sha256 }) => [sha1, sha256])]
  return thumbprint === id || kids.includes(id) || hashes.includes(hex)
}
