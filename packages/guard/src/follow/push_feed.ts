/**
 * Publications as a stream brings them, for as long as somebody wants them.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsAddress } from './nats_address.ts'
import { NatsLine, type StreamPlace } from './nats_line.ts'
import { decodePublication, type Publication } from './publication.ts'

/** Brings publications. None of them is evidence, and any may be missing. */
export interface PushFeed {
  /**
   * Resolves when the signal is aborted; never throws.
   *
   * @param take takes a publication; undefined for a message that is none
   * @param onLine is told whether the stream is there
   */
  readonly follow: (
    take: (publication: Publication | undefined) => void,
    onLine: (isThere: boolean, cause?: unknown) => void,
    signal: AbortSignal,
  ) => Promise<void>
}

const RETRY_MS = 500

/** Publications out of a stream of a NATS server. */
export function natsFeed(address: NatsAddress): PushFeed {
  return {
    follow: async (take, onLine, signal) => {
      let place: StreamPlace | undefined
      let created = ''
      const takeMessage = (sequence: number, data: Uint8Array) => {
        place = { created, sequence }
        take(decodePublication(data))
      }
      while (!signal.aborted) {
        try {
          // oxlint-disable-next-line no-await-in-loop -- one line after the other
          await readLine(address, {
            place,
            onCreated: (name) => {
              created = name
              onLine(true)
            },
            takeMessage,
            signal,
          })
          onLine(false)
        } catch (cause) {
          onLine(false, cause)
        }
        // oxlint-disable-next-line no-await-in-loop -- one line after the other
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

interface Reading {
  readonly place: StreamPlace | undefined
  readonly onCreated: (created: string) => void
  readonly takeMessage: (sequence: number, data: Uint8Array) => void
  readonly signal: AbortSignal
}

async function readLine(address: NatsAddress, reading: Reading): Promise<void> {
  const line = await NatsLine.open(address)
  const close = () => void line.close()
  reading.signal.addEventListener('abort', close)
  try {
    for await (const { sequence, data } of line.messages(reading.place, reading.onCreated))
      reading.takeMessage(sequence, data)
  } finally {
    reading.signal.removeEventListener('abort', close)
    await line.close()
  }
}
