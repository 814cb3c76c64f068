/**
 * Answers for verifiers beside the files: a wakeup when the ledger publishes, and whether one token is recorded.
 *
 * Neither is evidence: a verifier trusts what hashes to a signed head. They only save it time.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { Context, Hono } from 'hono'
import type { ReopeningLedger } from '../home/reopening_ledger.ts'

/** How long a verifier waits where nothing is published. */
const PATIENCE_MS = 20_000

export interface LiveLedger {
  readonly ledger: Pick<ReopeningLedger, 'find' | 'publications' | 'publishedAfter'>
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
}

export function liveRoutes(app: Hono, live: LiveLedger): void {
  // Counts begin again with each run: a count of an earlier run must not make a verifier wait.
  const run = randomBytes(8).toString('hex')
  app.get('/feed', (c) => feed(c, live, run))
  app.get('/:alias/token/:id/:input', (c) => token(c, live))
}

/** Answers when something new is published, or after some time. */
async function feed(c: Context, { ledger, signal }: LiveLedger, run: string): Promise<Response> {
  const [seenRun, seen] = (c.req.query('after') ?? '').split('.')
  if (seenRun === run && /^\d{1,15}$/.test(seen ?? '')) {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    const until = AbortSignal.any([patience, signal, c.req.raw.signal])
    await ledger.publishedAfter(Number(seen), until)
  }
  return c.json({ publication: `${run}.${ledger.publications}` }, 200, {
    'Cache-Control': 'no-store',
  })
}

/** Token id and hash of the signing input in hexadecimal. */
function token(c: Context, { ledger }: LiveLedger): Response {
  const { alias = '', id = '', input = '' } = c.req.param()
  if (!/^[\da-f]{32}$/.test(id) || !/^[\da-f]{64}$/.test(input)) return c.text('not here\n', 404)
  const found = ledger.find(alias, Buffer.from(id, 'hex'), Buffer.from(input, 'hex'))
  const answer =
    typeof found === 'object' ? { state: 'recorded', ...found } : { state: found ?? 'unknown' }
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
}
