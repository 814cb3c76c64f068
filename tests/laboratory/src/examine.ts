/** Probes a verifier strict, with each planted fault, and for its time to distrust. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  chooseVectors,
  isAccepted,
  openIssuer,
  type ProbeIssuer,
  type ProbeOptions,
  type ProbeReport,
  runProbe,
  startIssuer,
} from '@mintmark/trust'
import type { Cache, FaultName, Place, Specimen, Way } from './specimen.ts'

export interface FoundFault {
  readonly fault: FaultName
  /** Vectors that are accepted with it, and not without. */
  readonly vectors: readonly string[]
  /** Controls that do not hold, and vectors that end as cannot tell. */
  readonly untold: readonly string[]
}

export interface MeasuredCache {
  readonly cache: Cache
  /** Seconds from the fetch of the keys to the first refusal; Infinity: accepted until the end; null: cannot tell. */
  readonly reachableS: number | null
  readonly unreachableS: number | null
  /** What was seen at the end of each. */
  readonly seen: readonly string[]
}

export interface Examined {
  readonly specimen: Specimen
  readonly versions: readonly string[]
  /** Of the strict verifier: how many vectors, and which of them it accepts. */
  readonly asked: number
  readonly accepted: readonly string[]
  readonly untold: readonly string[]
  readonly faults: readonly FoundFault[]
  readonly caches: readonly MeasuredCache[]
}

/** What is probed here needs no sparing; requests follow one another anyway. */
const RATE = 1000
/** Beyond the longest lifetime of a cache that is configured here. */
const PATIENCE_S = 9
const EVERY_MS = 100

/** @returns undefined where a part of it is not installed */
export async function examine(specimen: Specimen): Promise<Examined | undefined> {
  const versions = specimen.versions()
  if (versions === undefined) return undefined
  const folder = await mkdtemp(path.join(tmpdir(), 'mintmark-laboratory-'))
  const { token, isSaml = false } = specimen
  const serve = { folder, host: '127.0.0.1', port: 0, hasSaml: isSaml }
  const running = await startIssuer({ ...serve, algorithm: token?.algorithm })
  try {
    const { url, audience } = running
    const place = {
      issuer: url,
      audience,
      jwksUri: `${url}/keys`,
      metadata: `${url}/saml/metadata`,
    }
    const bench = { specimen, place, issuer: await openIssuer(folder, token) }
    return { specimen, versions, ...(await examined(bench)) }
  } finally {
    await running.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Bench {
  readonly specimen: Specimen
  readonly place: Place
  readonly issuer: ProbeIssuer
}

async function examined(bench: Bench): Promise<Omit<Examined, 'specimen' | 'versions'>> {
  const strict = await probe(bench, {})
  const accepted = acceptedOf(strict)
  const faults: FoundFault[] = []
  for (const fault of bench.specimen.faults) {
    // oxlint-disable-next-line no-await-in-loop -- one server of a specimen after the other
    const report = await probe(bench, { fault })
    const vectors = acceptedOf(report).filter((id) => !accepted.includes(id))
    faults.push({ fault, vectors, untold: untoldOf(report) })
  }
  const caches: MeasuredCache[] = []
  // oxlint-disable-next-line no-await-in-loop -- as above
  for (const cache of bench.specimen.caches ?? []) caches.push(await measured(bench, cache))
  return { asked: strict.vectors.length, accepted, untold: untoldOf(strict), faults, caches }
}

const acceptedOf = ({ vectors }: ProbeReport) =>
  vectors.filter(({ outcome }) => isAccepted(outcome)).map(({ vector }) => vector.id)

function untoldOf({ controls, vectors }: ProbeReport): string[] {
  const broken = controls.filter(({ expected, outcome }) => outcome !== expected)
  const untold = vectors.filter(({ outcome }) => outcome === 'cannot-tell')
  return [
    ...broken.map(({ id, seen }) => `${id}: ${seen}`),
    ...untold.map(({ vector, seen }) => `${vector.id}: ${seen}`),
  ]
}

async function measured(bench: Bench, cache: Cache): Promise<MeasuredCache> {
  const wanted = { patienceS: PATIENCE_S, withinS: 0, everyMs: EVERY_MS }
  const { distrust } = await probe(bench, cache.way, wanted)
  const [reachableS = null, unreachableS = null] = distrust.map(({ outcome, seconds, keysAge }) => {
    if (outcome === 'accepted') return Number.POSITIVE_INFINITY
    return seconds === null ? null : seconds + (outcome === 'late' ? (keysAge ?? 0) : 0)
  })
  return { cache, reachableS, unreachableS, seen: distrust.map(({ seen }) => seen) }
}

/** With `distrust`, one vector alone: it is about keys. */
async function probe(
  { specimen, place, issuer: opened }: Bench,
  way: Way,
  distrust?: ProbeOptions['distrust'],
): Promise<ProbeReport> {
  const { target, close } = await specimen.open(place, way)
  try {
    const issuer = { ...opened, acs: target.name }
    const named = distrust === undefined ? [] : ['alg-none']
    const vectors = chooseVectors({ named, isAdvisory: false }, target, issuer)
    return await runProbe({ target, issuer, vectors, distrust, rate: RATE, now: () => Date.now() })
  } finally {
    await close?.()
  }
}
