import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsAddress } from './nats_address.ts'
import { NatsStream, type StreamPosition } from './nats_stream.ts'
import { decodePublication, type Publication } from './publication.ts'

/** No publication is evidence, and any may be missing. */
export interface PushFeed {
  /**
   * Resolves when the signal is aborted; never throws.
   * @param take receives a publication; undefined for any other message
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
      /* oxlint-disable no-await-in-loop -- one connection after the other */
      while (!signal.aborted) {
        try {
          const stream = await NatsStream.open(address)
          const close = () => void stream.close()
          signal.addEventListener('abort', close)
          try {
            const isOnLine = () => onStream(true)
            for await (const { data, ...at } of stream.messages(position, isOnLine)) {
              position = at
              take(decodePublication(data))
            }
          } finally {
            signal.removeEventListener('abort', close)
            await stream.close()
          }
          onStream(false)
        } catch (cause) {
          onStream(false, cause)
        }
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
      /* oxlint-enable no-await-in-loop */
    },
  }
}
