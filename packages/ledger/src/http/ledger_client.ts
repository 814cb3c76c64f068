/** The public files of a ledger over HTTP. @module */
import { MintmarkError, parseObject } from '@mintmark/core'
import type { ReadResource } from '../tree/tile_tree.ts'

const TIMEOUT_MS = 30_000
/** A bundle of 256 of the longest entries is below this. */
const MAX_BYTES = 32 << 20

interface ClientOptions {
  readonly timeoutMs?: number
  /** Receives the `Date` of each answer. */
  readonly onDate?: (date: string | null) => void
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` for everything but a file, and its absence */
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
      return await bodyOf(response)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new MintmarkError('INPUT_UNREADABLE', `${at} cannot be read: ${why}`, {}, { cause })
    }
  }
}

/** What a running ledger answers beside its files. Neither is evidence. */
export interface LiveAnswers {
  /** Resolves to the newest publication once it is another than `after`; undefined where the server answers none. */
  readonly listen: (after: string, signal: AbortSignal) => Promise<string | undefined>
  readonly ask: (alias: string, id: Uint8Array, inputHash: Uint8Array) => Promise<LedgerAnswer>
}

/**
 * The ledger's answer about one token, without proof. `no-answer`: a web server with plain files. `failed`: no answer this
 * time, so unpublished entries are unknown.
 */
export type LedgerAnswer = 'recorded' | 'other' | 'unknown' | 'no-answer' | 'failed'

const LISTEN_TIMEOUT_MS = 30_000
const ASK_TIMEOUT_MS = 1000

export function liveAnswers(url: string): LiveAnswers {
  const prefix = url.replace(/\/+$/, '')
  return {
    listen: async (after, signal) => {
      const until = AbortSignal.any([signal, AbortSignal.timeout(LISTEN_TIMEOUT_MS)])
      const publication = await member(`${prefix}/feed?after=${after}`, 'publication', until)
      return /^[\da-f]{1,64}\.\d{1,15}$/.test(publication) ? publication : undefined
    },
    ask: async (alias, id, inputHash) => {
      const at = `${prefix}/${alias}/token/${hex(id)}/${hex(inputHash)}`
      return await wordAt(at, AbortSignal.timeout(ASK_TIMEOUT_MS))
    },
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** A web server with plain files has no such file: it says so with a status of 400 to 499. */
async function wordAt(url: string, signal: AbortSignal): Promise<LedgerAnswer> {
  try {
    const response = await fetch(url, { redirect: 'error', signal })
    if (response.status >= 400 && response.status < 500) return 'no-answer'
    const state = parseObject(Buffer.from(await bodyOf(response)).toString('utf8'))?.['state']
    return state === 'recorded' || state === 'other' || state === 'unknown' ? state : 'failed'
  } catch {
    return 'failed'
  }
}

/** A text in the JSON object at a URL; `''` where there is none. Never throws. */
async function member(url: string, name: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'error', signal })
    const document = parseObject(Buffer.from(await bodyOf(response)).toString('utf8'))
    const value = response.ok ? document?.[name] : undefined
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined
  for await (const part of body ?? []) {
    length += part.length
    if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
