/**
 * Looks at sources without writing them down, and at records that were written before.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { checkedUrl, type FetchOptions } from '../sources/issuer.ts'
import { isUrl, type Source, seenIn } from '../sources/read_source.ts'
import { isRecord, KeyRecord } from './key_record.ts'
import { factsOf, type Observation } from './observation.ts'

export interface Looks {
  readonly observations: readonly Observation[]
  readonly bodyOf: (observation: Observation) => Promise<Uint8Array | undefined>
  /** Sources that could not be read at all, in words. */
  readonly problems: readonly string[]
}

/**
 * Every look that sources give now, and those of records among them.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a source that means nothing; what a record throws that was altered
 */
export async function looksAt(sources: readonly Source[], options: FetchOptions): Promise<Looks> {
  for (const { place } of sources) if (isUrl(place)) checkedUrl(place)
  const bodies = new Map<string, Uint8Array>()
  const observations: Observation[] = []
  const problems: string[] = []
  const recorded: ((observation: Observation) => Promise<Uint8Array | undefined>)[] = []
  const own = new Set<Observation>()
  for (const source of sources) {
    /* oxlint-disable no-await-in-loop -- one source at a time bounds the memory */
    if (!isUrl(source.place) && (await isRecord(source.place))) {
      const content = await KeyRecord.read(source.place)
      observations.push(...content.observations)
      recorded.push(content.bodyOf)
      continue
    }
    try {
      for await (const seen of seenIn(source, options)) {
        const { body } = seen
        const stored = body && createHash('sha256').update(body).digest('hex')
        if (stored !== undefined && body !== undefined) bodies.set(stored, body)
        const observation = {
          ...factsOf(seen),
          recordedMs: options.now(),
          sha256: stored,
          stored,
        }
        observations.push(observation)
        own.add(observation)
      }
    } catch (cause) {
      if (!(cause instanceof MintmarkError) || cause.code === 'INPUT_INVALID') throw cause
      problems.push(cause.message)
    }
    /* oxlint-enable no-await-in-loop */
  }
  return { observations, problems, bodyOf }

  async function bodyOf(observation: Observation): Promise<Uint8Array | undefined> {
    if (own.has(observation)) return bodies.get(observation.stored ?? '')
    for (const read of recorded) {
      // oxlint-disable-next-line no-await-in-loop -- the first that has it
      const body = await read(observation).catch(() => undefined)
      if (body !== undefined) return body
    }
    return undefined
  }
}
