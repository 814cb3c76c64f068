/** Observations of sources: recorded, once or repeatedly, or held in memory. */
import { createHash } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { checkedUrl, type FetchOptions, type Known } from '../sources/issuer.ts'
import { isUrl, type Source, seenIn } from '../sources/read_source.ts'
import type { Seen } from '../sources/seen.ts'
import { isRecord, KeyRecord, type RecordContent } from './key_record.ts'
import { factsOf, type Observation } from './observation.ts'

/** Of documents that are held at once; those of one public provider take some hundred kilobytes. */
const MOST_HELD_BYTES = 512 << 20

interface Observed {
  readonly observations: readonly Observation[]
  readonly bodyOf: (observation: Observation) => Promise<Uint8Array | undefined>
  readonly problems: readonly string[]
}

/**
 * Also those of records among them.
 * @throws {MintmarkError} `INPUT_INVALID`; or a record was altered
 */
export async function observationsOf(
  sources: readonly Source[],
  options: FetchOptions,
): Promise<Observed> {
  assertUrls(sources)
  const observations: Observation[] = []
  const problems: string[] = []
  const held = new Map<string, Uint8Array>()
  const records = new Map<Observation, RecordContent>()
  let heldBytes = 0
  const hold = (seen: Seen): Observation => {
    const { body } = seen
    const sha256 = hashOf(seen)
    const observation = { ...factsOf(seen), recordedMs: options.now() }
    if (body === undefined || sha256 === undefined) return observation
    const size = held.has(sha256) ? 0 : body.length
    if (heldBytes + size > MOST_HELD_BYTES) {
      const why = `beyond ${MOST_HELD_BYTES >> 20} MiB of documents: not read`
      return { ...observation, outcome: 'unavailable', why }
    }
    heldBytes += size
    held.set(sha256, body)
    return { ...observation, sha256, stored: sha256 }
  }
  for (const source of sources) {
    /* oxlint-disable no-await-in-loop -- one source at a time bounds the memory */
    try {
      if (!isUrl(source.location) && (await isRecord(source.location))) {
        const content = await KeyRecord.read(source.location)
        for (const each of content.observations) {
          observations.push(each)
          records.set(each, content)
        }
        if (content.unsignedBytes > 0)
          problems.push(`${source.location}: its end is not signed: not read`)
      } else for await (const seen of seenIn(source, options)) observations.push(hold(seen))
    } catch (cause) {
      if (!(cause instanceof MintmarkError) || cause.code !== 'INPUT_UNREADABLE') throw cause
      problems.push(cause.message)
    }
    /* oxlint-enable no-await-in-loop */
  }
  const bodyOf = async (each: Observation) =>
    (await records.get(each)?.bodyOf(each)) ?? held.get(each.stored ?? '')
  return { observations, problems, bodyOf }
}

function assertUrls(sources: readonly Source[]): void {
  for (const { location } of sources) if (isUrl(location)) checkedUrl(location)
}

interface RecorderOptions extends Omit<FetchOptions, 'known' | 'wasRead'> {
  readonly record: KeyRecord
  readonly sources: readonly Source[]
  readonly announced?: readonly string[]
}

export interface Round {
  readonly written: readonly Observation[]
  readonly known: number
  readonly problems: readonly string[]
}

const MOST_AT_ONCE = 500
const MOST_BYTES_AT_ONCE = 64 << 20

/** Errors of one source: the others are still read. */
const SOURCE_CODES: ReadonlySet<string> = new Set(['INPUT_UNREADABLE', 'PROGRAM_MISSING'])

/** One observation of every source. @throws {MintmarkError} `INPUT_INVALID` for a source that means nothing */
export async function recordOnce(options: RecorderOptions): Promise<Round> {
  assertUrls(options.sources)
  const announced = (options.announced ?? []).map((location) => ({ location, isAnnounced: true }))
  const rounds: Round[] = []
  for (const source of [...announced, ...options.sources]) {
    // oxlint-disable-next-line no-await-in-loop -- a record has one writer
    rounds.push(await recordSource(source, options))
  }
  return {
    written: rounds.flatMap(({ written }) => written),
    known: rounds.reduce((sum, { known }) => sum + known, 0),
    problems: rounds.flatMap(({ problems }) => problems),
  }
}

async function recordSource(
  source: Source,
  options: RecorderOptions,
): Promise<Round & { retryAfterMs?: number | undefined }> {
  const { record, now } = options
  const have = new Set(record.content.observations.map(nameOf))
  const written: Observation[] = []
  const problems: string[] = []
  let waiting: Seen[] = []
  let waitingBytes = 0
  let known = 0
  let retryAfterMs: number | undefined
  const write = async () => {
    written.push(...(await record.append(waiting, now())))
    waiting = []
    waitingBytes = 0
  }
  try {
    for await (const each of seenIn(source, { ...options, ...knownIn(record) })) {
      const seen = source.isAnnounced === true ? announcement(each, now()) : each
      retryAfterMs = seen.retryAfterMs ?? retryAfterMs
      // Reading a saved file again is the same observation; asking a server again is not.
      if (seen.clock !== 'fetched' && have.has(nameOf({ ...seen, sha256: hashOf(seen) }))) known++
      else waiting.push(seen)
      waitingBytes += seen.body?.length ?? 0
      if (waiting.length >= MOST_AT_ONCE || waitingBytes >= MOST_BYTES_AT_ONCE) await write()
    }
  } catch (cause) {
    const isOfSource = cause instanceof MintmarkError && SOURCE_CODES.has(cause.code)
    if (!isOfSource) throw cause
    problems.push(cause.message)
  }
  await write()
  return { written, known, problems, retryAfterMs }
}

/** An announcement counts from now, whatever the file says. */
function announcement(seen: Seen, atMs: number): Seen {
  return { ...seen, document: `announced:${seen.document}`, atMs, clock: 'fetched' }
}

const nameOf = ({ document, atMs, outcome, sha256 }: Omit<Observation, 'recordedMs'>) =>
  [document, atMs, outcome, sha256].join('\0')

const hashOf = ({ body }: Seen) => body && createHash('sha256').update(body).digest('hex')

function knownIn(record: KeyRecord): Required<Pick<FetchOptions, 'known' | 'wasRead'>> {
  const lastAt = (url: string) =>
    record.content.observations.findLast(
      ({ document, outcome, clock }) =>
        document === url && outcome === 'read' && clock === 'fetched',
    )
  const known = async (url: string): Promise<Known | undefined> => {
    const last = lastAt(url)
    const etag = last?.headers?.['etag']
    if (last?.sha256 === undefined || etag === undefined) return undefined
    const body = await record.content.bodyOf(last)
    return body && { etag, sha256: last.sha256, body }
  }
  return { known, wasRead: (url) => lastAt(url) !== undefined }
}

export interface Schedule {
  readonly everyMs: number
  readonly wait: (ms: number) => Promise<void>
  readonly isStopped: () => boolean
  readonly onRound: (round: Round) => Promise<void>
}

/** A source that does not answer is asked half as often each time, down to this many times less. */
const MOST_BACK_OFF = 32

export async function recordEvery(options: RecorderOptions, schedule: Schedule): Promise<void> {
  assertUrls(options.sources)
  if ((options.announced ?? []).length > 0)
    await schedule.onRound(await recordOnce({ ...options, sources: [] }))
  const due = options.sources.map((source) => ({ source, atMs: options.now(), slower: 1 }))
  /* oxlint-disable no-await-in-loop -- one source after the other, each in its time */
  while (!schedule.isStopped()) {
    const next = due.reduce((a, b) => (b.atMs < a.atMs ? b : a))
    const waitMs = next.atMs - options.now()
    if (waitMs > 0) await schedule.wait(waitMs)
    if (schedule.isStopped()) return
    const round = await recordSource(next.source, options)
    const isAnswered =
      round.problems.length === 0 && !round.written.some(({ outcome }) => outcome === 'unavailable')
    next.slower = isAnswered ? 1 : Math.min(next.slower * 2, MOST_BACK_OFF)
    next.atMs = options.now() + Math.max(schedule.everyMs * next.slower, round.retryAfterMs ?? 0)
    await schedule.onRound(round)
  }
  /* oxlint-enable no-await-in-loop */
}
