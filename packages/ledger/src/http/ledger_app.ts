/**
 * A ledger over HTTP: files that anybody may read, and entries from front ends that have a key.
 * Source: C2SP tlog-tiles; docs/ledger-format.md, section "HTTP", for `POST /entries`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { FrontEnd } from '../home/front_ends.ts'
import type { ReopeningLedger } from '../home/reopening_ledger.ts'
import type { Absence } from '../notes/absence.ts'
import type { Receipt } from '../sequence/admission.ts'
import { decodeEntry, type Issuance, type Revocation } from '../tree/entry.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { parseTilePath, readBundle } from '../tree/tiles.ts'
import { MAX_ADD_CHECKPOINT_BYTES, type Witness } from '../witness/witness.ts'

export const MAX_ENTRIES_BYTES: number = 1 << 20
const MAX_ENTRIES = 4096

interface EntriesDeps {
  readonly append: (entry: Issuance | Revocation) => Promise<Receipt>
  readonly frontEnds: () => readonly FrontEnd[]
  /** What fails now; undefined if all works. */
  readonly trouble?: (() => string | undefined) | undefined
}

interface LedgerAppDeps extends Pick<EntriesDeps, 'trouble'> {
  readonly read: ReadResource
  readonly entries?: EntriesDeps | undefined
  /** Undefined if nobody writes to the ledger here. */
  readonly live?: LiveLedger | undefined
}

export function entriesApp(deps: EntriesDeps): Hono {
  const app = newApp(deps)
  entriesRoute(app, deps)
  return app
}

function newApp({ trouble }: Pick<EntriesDeps, 'trouble'>): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => {
    const failure = trouble?.()
    return failure === undefined ? c.text('ok\n') : c.text(`${failure}\n`, 503)
  })
  app.onError((_error, c) => c.text('the ledger cannot answer\n', 503))
  return app
}

export function ledgerApp(deps: LedgerAppDeps): Hono {
  const app = newApp(deps)
  app.get('/ledger.json', (c) => published(c, deps.read, 'ledger.json', 'application/json'))
  app.get('/:alias/latest', (c) => {
    const path = `${c.req.param('alias')}/latest`
    return published(c, deps.read, path, 'text/plain; charset=utf-8')
  })
  app.get('/:alias/:period/:file{(?:checkpoint|checkpoint\\.unwitnessed|pruned)}', (c) => {
    const { alias, period, file } = c.req.param()
    return published(c, deps.read, `${alias}/${period}/${file}`, 'text/plain; charset=utf-8')
  })
  app.get('/:alias/:period/tile/*', (c) => tile(c, deps.read))
  if (deps.entries !== undefined) entriesRoute(app, deps.entries)
  const { live } = deps
  if (live !== undefined) app.get('/:alias/token/:id/:input', (c) => token(c, live))
  return app
}

/** The key is checked first: without one no body is read. */
function entriesRoute(app: Hono, deps: EntriesDeps): void {
  app.post(
    '/entries',
    async (c, next) => {
      if (isKnown(c.req.header('authorization') ?? '', deps.frontEnds())) return await next()
      return c.text('a key is needed\n', 401, { 'WWW-Authenticate': 'Bearer', Connection: 'close' })
    },
    limitTo(MAX_ENTRIES_BYTES),
    (c) => entries(c, deps),
  )
}

const limitTo = (maxSize: number) =>
  bodyLimit({ maxSize, onError: (c) => c.text('too large\n', 413) })

/** Names are checked before they become part of a path. */
const PATH = /^(?:ledger\.json|[a-z0-9][a-z0-9._-]{0,63}\/(?:latest|[\dT-]{4,13}\/.+))$/

async function published(
  c: Context,
  read: ReadResource,
  path: string,
  type: string,
): Promise<Response> {
  const bytes = PATH.test(path) ? await read(path) : undefined
  if (bytes === undefined) return c.text('not here\n', 404)
  const isTile = path.includes('/tile/')
  const cache = isTile ? 'public, max-age=31536000, immutable' : 'no-cache'
  return c.body(Uint8Array.from(bytes), 200, { 'Content-Type': type, 'Cache-Control': cache })
}

async function tile(c: Context, read: ReadResource): Promise<Response> {
  const path = c.req.path.slice(1)
  const name = /^[^/]+\/[^/]+\/(tile\/.*)$/.exec(path)?.[1] ?? ''
  if (parseTilePath(name) === undefined) return c.text('not here\n', 404)
  return await published(c, read, path, 'application/octet-stream')
}

async function entries(c: Context, { append }: EntriesDeps): Promise<Response> {
  const bundle = readBundle(new Uint8Array(await c.req.arrayBuffer()))
  if (bundle === undefined || bundle.length === 0 || bundle.length > MAX_ENTRIES)
    return c.text(`1 to ${MAX_ENTRIES} entries, each with its length\n`, 400)
  const results = await Promise.all(bundle.map((bytes) => resultOf(bytes, append)))
  const isDown = results.every((result) => 'unavailable' in result)
  return isDown ? c.json({ results }, 503, { 'Retry-After': '1' }) : c.json({ results })
}

type Result = Receipt | { readonly refused: string } | { readonly unavailable: string }

async function resultOf(bytes: Uint8Array, append: EntriesDeps['append']): Promise<Result> {
  try {
    const entry = decodeEntry(bytes)
    return entry.kind === 'opening' ? { refused: 'opening' } : await append(entry)
  } catch (error) {
    if (!(error instanceof MintmarkError)) throw error
    const reason = String(error.facts['reason'] ?? error.code)
    if (error.code === 'INPUT_INVALID') return { refused: 'malformed' }
    const isRefusal = error.code === 'ENTRY_REFUSED' && reason !== 'overrun'
    return isRefusal ? { refused: reason } : { unavailable: reason }
  }
}

function isKnown(authorization: string, frontEnds: readonly FrontEnd[]): boolean {
  const key = /^Bearer ([\w-]{20,200})$/.exec(authorization)?.[1] ?? ''
  const hash = createHash('sha256').update(key).digest()
  return frontEnds.filter(({ keyHash }) => timingSafeEqual(keyHash, hash)).length > 0
}

/** A witness over HTTP. Source: C2SP tlog-witness. */
export function witnessApp(witness: Pick<Witness, 'addCheckpoint' | 'readHash'>): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok\n'))
  app.post('/add-checkpoint', limitTo(MAX_ADD_CHECKPOINT_BYTES), async (c) => {
    const { status, type, body } = await witness.addCheckpoint(await c.req.text())
    return c.body(body, status, { 'Content-Type': type })
  })
  // For a log that is accused of another history.
  app.get('/:hash/checkpoint', async (c) => {
    const text = await witness.readHash(c.req.param('hash'))
    return text === undefined ? c.text('not seen\n', 404) : c.text(text)
  })
  app.onError((_error, c) => c.text('the witness cannot answer\n', 503))
  return app
}

/** Whether a token is recorded. Only its absence is signed: its presence just saves time. */

export type LiveLedger = Pick<ReopeningLedger, 'find' | 'recorded' | 'signAbsence'>

/** Token id and input hash in hexadecimal. An absence states how far the ledger is recorded. */
function token(c: Context, ledger: LiveLedger): Response {
  const { alias = '', id: idHex = '', input = '' } = c.req.param()
  if (!/^[\da-f]{32}$/.test(idHex) || !/^[\da-f]{64}$/.test(input)) return c.text('not here\n', 404)
  const [id, inputHash] = [Buffer.from(idHex, 'hex'), Buffer.from(input, 'hex')]
  const found = ledger.find(alias, id, inputHash)
  const answer =
    typeof found === 'object'
      ? { state: 'recorded', ...found }
      : absent({ alias, id, inputHash, state: found ?? 'unknown' }, ledger)
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
}

function absent(asked: Omit<Absence, 'recorded'>, ledger: LiveLedger) {
  const recorded = ledger.recorded(asked.alias)
  const signature = ledger.signAbsence({ ...asked, recorded })
  return { state: asked.state, ...recorded, signature }
}
