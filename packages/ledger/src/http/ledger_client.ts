import { type Json, MintmarkError, parseObject, text } from '@mintmark/core'
import { openHome } from '../home/ledger_home.ts'
import { isPostgresUrl } from '../home/postgres_ledger.ts'
import { isSignedAbsence } from '../notes/absence.ts'
import type { VerifierKey } from '../notes/note.ts'
import { bounded } from '../read/bounded.ts'
import { LedgerReader } from '../read/reader.ts'
import type { Recorded } from '../sequence/sequencer.ts'
import { diskFiles } from '../store/files.ts'
import { PostgresFiles } from '../store/postgres_files.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import type { WitnessHttp } from '../witness/cosigning.ts'

const TIMEOUT_MS = 30_000
/** A bundle of 256 of the longest entries is below this. */
const MAX_BYTES = 32 << 20

interface ClientOptions {
  readonly timeoutMs?: number
  readonly onDate?: (date: string | null) => void
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` unless the file was read, or is known to be absent */
export function ledgerClient(
  url: string,
  { timeoutMs = TIMEOUT_MS, onDate }: ClientOptions = {},
): ReadResource {
  const prefix = url.replace(/\/+$/, '')
  return async (path) => {
    const at = `${prefix}/${path}`
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(at, { redirect: 'error', signal })
      onDate?.(response.headers.get('date'))
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`status ${response.status}`)
      const bytes = await bounded(response.body, MAX_BYTES)
      if (bytes === undefined) throw new Error(`more than ${MAX_BYTES} bytes`)
      return bytes
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new MintmarkError('INPUT_UNREADABLE', `${at} cannot be read: ${why}`, {}, { cause })
    }
  }
}

export interface LiveAnswers {
  /** The newest publication once it differs from `after`; undefined if the server answers none. */
  readonly listen: (after: string, signal: AbortSignal) => Promise<string | undefined>
  /** @param key must have signed `other` and `unknown` */
  readonly ask: (
    alias: string,
    id: Uint8Array,
    inputHash: Uint8Array,
    key: VerifierKey,
  ) => Promise<LedgerAnswer>
}

/** `recorded` is not signed. `no-answer`: plain files, or somebody on the way. `failed`: retry. */
export interface LedgerAnswer {
  readonly state: 'recorded' | 'other' | 'unknown' | 'no-answer' | 'failed'
  /** How far the ledger was recorded when it lacked the token. */
  readonly recorded?: Recorded | undefined
}

const MAX_ANSWER_BYTES = 64 << 10
const LISTEN_TIMEOUT_MS = 30_000
const ASK_TIMEOUT_MS = 1000

export function liveAnswers(url: string): LiveAnswers {
  const prefix = url.replace(/\/+$/, '')
  return {
    listen: async (after, signal) => {
      const until = AbortSignal.any([signal, AbortSignal.timeout(LISTEN_TIMEOUT_MS)])
      const { document } = await answerAt(`${prefix}/feed?after=${after}`, until)
      const publication = document?.['publication']
      return typeof publication === 'string' && /^[\da-f]{1,64}\.\d{1,15}$/.test(publication)
        ? publication
        : undefined
    },
    ask: async (alias, id, inputHash, key) => {
      const at = `${prefix}/${alias}/token/${hex(id)}/${hex(inputHash)}`
      const { status, document } = await answerAt(at, AbortSignal.timeout(ASK_TIMEOUT_MS))
      // A web server with plain files has no such route.
      if (status >= 400 && status < 500) return { state: 'no-answer' }
      const state = document?.['state']
      if (state === 'recorded') return { state }
      if (state !== 'other' && state !== 'unknown') return { state: 'failed' }
      const recorded = recordedIn(document)
      const signature = text(document ?? {}, 'signature') ?? ''
      const isSigned = isSignedAbsence({ alias, id, inputHash, state, recorded }, signature, key)
      return isSigned ? { state, recorded } : { state: 'no-answer' }
    },
  }
}

function recordedIn(document: Json | undefined): Recorded | undefined {
  const [shard, size] = [document?.['shard'], document?.['size']]
  return typeof shard === 'string' && typeof size === 'number' ? { shard, size } : undefined
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Never throws: status 0 means no answer. */
async function answerAt(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly document?: Json | undefined }> {
  try {
    const response = await fetch(url, { redirect: 'error', signal })
    const { ok, status } = response
    if (!ok) return { status }
    const bytes = await bounded(response.body, MAX_ANSWER_BYTES)
    return { status, document: parseObject(bytes?.toString('utf8') ?? '') }
  } catch {
    return { status: 0 }
  }
}

const WITNESS_TIMEOUT_MS = 5000

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

export async function openReader(location: string): Promise<LedgerReader> {
  const read = await readAt(location)
  try {
    return await LedgerReader.open(read)
  } catch (error) {
    // An address may contain a password: not shown.
    if (!isMissing(error) || location.includes('://')) throw error
    throw new MintmarkError('LEDGER_MISSING', `no ledger.json at ${location}: it is no ledger`)
  }
}

async function readAt(location: string): Promise<ReadResource> {
  if (/^https?:\/\//.test(location)) return ledgerClient(location)
  if (!isPostgresUrl(location)) return await inFolder(location)
  const published = new PostgresFiles(location)
  return (path) => published.read(path)
}

const isMissing = (error: unknown): boolean =>
  error instanceof MintmarkError && error.code === 'LEDGER_MISSING'

async function inFolder(folder: string): Promise<ReadResource> {
  if (await diskFiles.isThere(`${folder}/private/store`)) return (await openHome(folder)).read
  const isWhole = await diskFiles.isThere(`${folder}/public/ledger.json`)
  const root = isWhole ? `${folder}/public` : folder
  return async (path) => {
    try {
      return await diskFiles.read(`${root}/${path}`)
    } catch (cause) {
      throw unreadable(`${root}/${path}`, cause)
    }
  }
}

function unreadable(at: string, cause: unknown): MintmarkError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new MintmarkError('INPUT_UNREADABLE', `${at} cannot be read: ${why}`, {}, { cause })
}
