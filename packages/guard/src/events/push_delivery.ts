/**
 * Pushes the events of a stream to its receiver, in order, until it has taken each.
 *
 * Source: RFC 8935.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStream } from './event_stream.ts'

const TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000

interface PushOptions {
  readonly stream: EventStream
  readonly url: string
  /** Value of `Authorization`, where the receiver asks for one. */
  readonly authorization: string | undefined
  readonly signal: AbortSignal
  /** Called for an event that the receiver refuses for good. */
  readonly onRefused: (jti: string) => void
}

/** Resolves when the signal is aborted. */
export async function pushEvents({
  stream,
  url,
  authorization,
  signal,
  onRefused,
}: PushOptions): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    /* oxlint-disable no-await-in-loop -- one event after the other */
    await stream.waitForEvent(signal)
    const [event] = stream.oldest(1)
    if (event === undefined) continue
    const outcome = await push(event.set, { url, authorization, signal })
    if (outcome === 'later') {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      continue
    }
    /* oxlint-enable no-await-in-loop */
    pauseMs = FIRST_PAUSE_MS
    if (outcome === 'refused') onRefused(event.jti)
    stream.acknowledge(event.jti)
  }
}

/** 202: taken. 400: refused for good. Anything else is tried again. */
async function push(
  set: string,
  { url, authorization, signal }: Pick<PushOptions, 'url' | 'authorization' | 'signal'>,
): Promise<'taken' | 'refused' | 'later'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/secevent+jwt',
        accept: 'application/json',
        ...(authorization !== undefined && { authorization }),
      },
      body: set,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    if (response.status === 400) return 'refused'
    return response.status === 202 || response.status === 200 ? 'taken' : 'later'
  } catch {
    return 'later'
  }
}
