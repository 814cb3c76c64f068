/** Until when each key was to be trusted, by key sets and records of the evidence. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import path from 'node:path'
import * as cases from '@mintmark/case'
import { isoOf, MintmarkError, safeText } from '@mintmark/core'
import * as trust from '@mintmark/trust'
import type { Call } from '../process/call.ts'
import { ofShape, sourceOf, type TrustFile } from './trust_file.ts'

export interface KeyTrusts {
  readonly trusts: readonly cases.KeyTrust[]
  /** By SHA-256 of the SPKI. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>
}

interface Found {
  readonly series: readonly trust.Series[]
  readonly sourceOf: (
    observed: trust.Series['observations'][number],
  ) => cases.FactSource | undefined
}

export async function keyTrusts(files: readonly TrustFile[], call: Call): Promise<KeyTrusts> {
  const records = ofShape(files, cases.TRUST_SHAPES.record).filter(
    (file) => path.basename(file.path) === 'observations',
  )
  const folders = records.map((file) => path.dirname(file.path))
  const bodies = new Set(folders.map((folder) => path.join(folder, 'bodies')))
  const isInRecord = (file: TrustFile) => bodies.has(path.dirname(file.path))
  const saved = ofShape(files, cases.KEYS_SHAPE).filter((file) => !isInRecord(file))
  const found = [...(await recordsRead(records, call)), ...(await savedRead(saved, call))]
  const publicKeys = new Map<string, KeyObject>()
  const trusts = found.flatMap((each) =>
    trust.historiesOf(each.series).flatMap((history) => {
      const { spkiSha256, jwk } = history.key
      if (spkiSha256 === undefined) return []
      publicKeys.set(spkiSha256, createPublicKey({ key: { ...jwk }, format: 'jwk' }))
      return trustOf(history, spkiSha256, each)
    }),
  )
  return { trusts, publicKeys }
}

/** A record that was altered is not used. */
async function recordsRead(records: readonly TrustFile[], call: Call): Promise<Found[]> {
  const found: Found[] = []
  for (const file of records) {
    const folder = path.dirname(file.path)
    try {
      // oxlint-disable-next-line no-await-in-loop -- one record at a time bounds the memory
      const content = await trust.KeyRecord.read(folder)
      const lines = new Map(content.observations.map((each, index) => [each, index + 1]))
      found.push({
        // oxlint-disable-next-line no-await-in-loop -- the same
        series: await trust.seriesOf({ ...content, bodyOf: (each) => content.bodyOf(each) }),
        sourceOf: ({ observation }) => sourceOf(file, lines.get(observation) ?? null),
      })
    } catch (error) {
      if (!(error instanceof MintmarkError)) throw error
      call.note(`mintmark: the trust record ${safeText(folder, 200)} is not used: ${error.code}\n`)
    }
  }
  return found
}

/** Saved key sets, folder by folder: files of one name in two folders are two documents. */
async function savedRead(saved: readonly TrustFile[], { now }: Call): Promise<Found[]> {
  const found: Found[] = []
  for (const folder of new Set(saved.map((file) => path.dirname(file.path)))) {
    const own = saved.filter((file) => path.dirname(file.path) === folder)
    const bySha256 = new Map(own.map((file) => [file.sha256, file]))
    const sources = own.map((file) => ({ location: path.resolve(file.path) }))
    // oxlint-disable-next-line no-await-in-loop -- one folder at a time bounds the memory
    const observations = await trust.observationsOf(sources, { now, origins: new Set() })
    found.push({
      // oxlint-disable-next-line no-await-in-loop -- the same
      series: await trust.seriesOf(observations),
      sourceOf: ({ observation }) => {
        const file = bySha256.get(observation.sha256 ?? '')
        return file && sourceOf(file)
      },
    })
  }
  return found
}

function trustOf(history: trust.KeyHistory, spkiSha256: string, found: Found): cases.KeyTrust[] {
  const { key, kids, issuers, classes, listings, thumbprint } = history
  const observations = found.series.find(({ name }) => name === history.series)?.observations ?? []
  const listing = observations.filter(
    ({ document }) => document?.keys.some((each) => each.thumbprint === thumbprint) === true,
  )
  const source = sourceAt(found, listing.at(-1))
  if (source === undefined) return []
  const ended = (why: cases.TrustEnd['why'], ms: number | undefined): cases.TrustEnd[] => {
    // Of a time that no log can have, such as the year 9999, there is no text: it ends nothing.
    const at = ms === undefined ? '' : isoOf(ms)
    return at === '' ? [] : [{ why, at, after: null, source }]
  }
  // A certificate of another key says nothing of this one.
  const certificate = key.isCertifiedOtherwise ? undefined : key.certificates[0]
  const last = listings.at(-1)
  const dated = listing.findLast(({ observation }) => observation.clock !== 'file-time')
  const datedSource = sourceAt(found, dated)
  return [
    {
      spkiSha256,
      kids,
      issuers,
      classes,
      sources: [source],
      ends: [
        ...ended('certificate-ended', certificate?.notAfterMs),
        ...ended('key-expired', key.expiresMs),
        ...unlisted(last, observations, found),
      ].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
      listed:
        dated === undefined || datedSource === undefined
          ? null
          : { at: isoOf(dated.observation.atMs), source: datedSource },
    },
  ]
}

const sourceAt = (found: Found, observed: trust.Series['observations'][number] | undefined) =>
  observed && found.sourceOf(observed)

/** A time that is a file's last change says nothing of when the set was published. */
function unlisted(
  last: trust.KeyHistory['listings'][number] | undefined,
  observations: trust.Series['observations'],
  found: Found,
): cases.TrustEnd[] {
  const { firstAbsentMs, lastPresentMs } = last ?? {}
  if (firstAbsentMs === undefined || lastPresentMs === undefined) return []
  const observed = observations.find(({ observation }) => observation.atMs === firstAbsentMs)
  const source = sourceAt(found, observed)
  if (source === undefined || observed?.observation.clock === 'file-time') return []
  return [{ why: 'unlisted', at: isoOf(firstAbsentMs), after: isoOf(lastPresentMs), source }]
}
