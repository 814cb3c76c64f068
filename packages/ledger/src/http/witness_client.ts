/** Witnesses over HTTP, as a ledger asks them. @module */

import { bounded } from '../read/bounded.ts'
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

async function fetched(url: string, init: RequestInit): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(WITNESS_TIMEOUT_MS)
  const response = await fetch(url, { ...init, redirect: 'error', signal })
  const body = await bounded(response.body, MAX_ANSWER_BYTES)
  return { status: response.status, body: body?.toString('utf8') ?? '' }
}
