/** Looks at sources without recording them, and the looks of existing records. @module */
import { createHash } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { checkedUrl, type FetchOptions } from '../sources/issuer.ts'
import { isUrl, type Source, seenIn } from '../sources/read_source.ts'
import type { Seen } from '../sources/seen.ts'
import { isRecord, KeyRecord, type RecordContent } from './key_record.ts'
import { factsOf, type Observation } from './observation.ts'

/** Of documents that are held at once; those of one public provider take some hundred kilobytes. */
const MOST_HELD_BYTES = 512 << 20

export interface Looks {
  readonly observations: readonly Observation[]
  /** @throws {MintmarkError} `LEDGER_DAMAGED` for a document of a record that was altered */
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
  for (const { location } of sources) if (isUrl(location)) checkedUrl(location)
  const held = new HeldLooks()
  const problems: string[] = []
  for (const source of sources) {
    /* oxlint-disable no-await-in-loop -- one source at a time bounds the memory */
    try {
      if (!isUrl(source.location) && (await isRecord(source.location))) {
        const content = await KeyRecord.read(source.location)
        held.addRecord(content)
        if (content.unsignedBytes > 0)
          problems.push(`${source.location}: its end is not signed: not read`)
      } else for await (const seen of seenIn(source, options)) held.add(seen, options.now())
    } catch (cause) {
      if (!(cause instanceof MintmarkError) || cause.code !== 'INPUT_UNREADABLE') throw cause
      problems.push(cause.message)
    }
    /* oxlint-enable no-await-in-loop */
  }
  return { observations: held.observations, problems, bodyOf: (each) => held.bodyOf(each) }
}

class HeldLooks {
  readonly observations: Observation[] = []
  readonly #bodies = new Map<string, Uint8Array>()
  readonly #recorded = new Map<Observation, RecordContent>()
  #bytes = 0

  addRecord(content: RecordContent): void {
    for (const observation of content.observations) {
      this.observations.push(observation)
      this.#recorded.set(observation, content)
    }
  }

  add(seen: Seen, recordedMs: number): void {
    const { body } = seen
    const sha256 = body && createHash('sha256').update(body).digest('hex')
    const look = { ...factsOf(seen), recordedMs }
    if (body === undefined || sha256 === undefined) this.observations.push(look)
    else if (this.#isHeld(sha256, body)) this.observations.push({ ...look, sha256, stored: sha256 })
    else {
      const why = `beyond ${MOST_HELD_BYTES >> 20} MiB of documents: not read`
      this.observations.push({ ...look, outcome: 'unavailable', why })
    }
  }

  #isHeld(sha256: string, body: Uint8Array): boolean {
    if (this.#bodies.has(sha256)) return true
    if (this.#bytes + body.length > MOST_HELD_BYTES) return false
    this.#bytes += body.length
    this.#bodies.set(sha256, body)
    return true
  }

  async bodyOf(observation: Observation): Promise<Uint8Array | undefined> {
    const content = this.#recorded.get(observation)
    return content === undefined
      ? this.#bodies.get(observation.stored ?? '')
      : await content.bodyOf(observation)
  }
}
