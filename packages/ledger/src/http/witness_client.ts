/** Witnesses over HTTP, as a ledger asks them. @module */
import type { WitnessHttp } from '../witness/cosigning.ts'

const WITNESS_TIMEOUT_MS = 5000
const MAX_ANSWER_BYTES = 64 << 10

export const witnessHttp: WitnessHttp = {
  post: (url, body) =>
    fetched(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    }),
  get: (url) => fetched(url, {}),
}

/** A witness may answer without end: only the size of an answer is read. */
async function fetched(url: string, init: RequestInit): Promise<{ status: number; body: string }> {
  const ending = new AbortController()
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(WITNESS_TIMEOUT_MS)])
  const response = await fetch(url, { ...init, redirect: 'error', signal })
  const parts: Uint8Array[] = []
  let left = MAX_ANSWER_BYTES
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined
  for await (const part of body ?? []) {
    parts.push(part.subarray(0, left))
    left -= part.length
    if (left <= 0) break
  }
  ending.abort()
  return { status: response.status, body: Buffer.concat(parts).toString('utf8') }
}
