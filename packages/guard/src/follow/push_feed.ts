/** Publications that a NATS stream delivers. @module */
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsAddress } from './nats_address.ts'
import { NatsStream, type StreamPosition } from './nats_stream.ts'
import { decodePublication, type Publication } from './publication.ts'

/** Delivers publications. None of them is evidence, and any may be missing. */
export interface PushFeed {
  /**
   * Resolves when the signal is aborted; never throws.
   *
   * @param take receives a publication; undefined for a message that is none
   * @param onStream receives whether the stream is connected
   */
  readonly follow: (
    take: (publication: Publication | undefined) => void,
    onStream: (isThere: boolean, cause?: unknown) => void,
    signal: AbortSignal,
  ) => Promise<void>
}

const RETRY_MS = 500

export function natsFeed(address: NatsAddress): PushFeed {
  return {
    follow: async (take, onStream, signal) => {
      let position: StreamPosition | undefined
      let created = ''
      const takeMessage = (sequence: number, data: Uint8Array) => {
        position = { created, sequence }
        take(decodePublication(data))
      }
      while (!signal.aborted) {
        try {
          // oxlint-disable-next-line no-await-in-loop -- one connection after the other
          await readStream(address, {
            position,
            onCreated: (name) => {
              created = name
              onStream(true)
            },
            takeMessage,
            signal,
          })
          onStream(false)
        } catch (cause) {
          onStream(false, cause)
        }
        // oxlint-disable-next-line no-await-in-loop -- one connection after the other
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

interface Reading {
  readonly position: StreamPosition | undefined
  readonly onCreated: (created: string) => void
  readonly takeMessage: (sequence: number, data: Uint8Array) => void
  readonly signal: AbortSignal
}

async function readStream(address: NatsAddress, reading: Reading): Promise<void> {
  const stream = await NatsStream.open(address)
  const close = () => void stream.close()
  reading.signal.addEventListener('abort', close)
  try {
    for await (const { sequence, data } of stream.messages(reading.position, reading.onCreated))
      reading.takeMessage(sequence, data)
  } finally {
    reading.signal.removeEventListener('abort', close)
    await stream.close()
  }
}
