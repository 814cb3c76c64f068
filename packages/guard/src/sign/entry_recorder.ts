/** Sends entries to a ledger over HTTP, many in one request, and reports when each is durable. */
import { isObject, type Json, MintmarkError, parseObject, text } from '@mintmark/core'
import {
  encodeEntry,
  type Issuance,
  type Receipt,
  type Revocation,
  writeBundle,
} from '@mintmark/ledger'
import { MAX_ENTRIES_BYTES } from '@mintmark/ledger/http'

/** Resolves once durable. Throws `ENTRY_REFUSED`: it never will be; `LEDGER_FAILED`: not known. */
export type RecordEntry = (entry: Issuance | Revocation) => Promise<Receipt>

const MOST_ENTRIES = 1000
export const MOST_WAITING = 20_000
const LENGTH_BYTES = 2
const TIMEOUT_MS = 10_000

interface Waiting {
  readonly bytes: Uint8Array
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (cause: unknown) => void
}

interface RecorderOptions {
  readonly url: string
  readonly key: string
  readonly timeoutMs?: number | undefined
}

/** One request at a time: later entries go with the next. */
export class EntryRecorder {
  readonly #options: RecorderOptions
  #queue: Waiting[] = []
  #isSending: boolean = false

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /**
   * @throws {MintmarkError} `ENTRY_REFUSED` with `facts.reason`: not recorded, and will not be.
   * `LEDGER_FAILED`: perhaps recorded; the same entry may be sent again
   */
  record(entry: Issuance | Revocation): Promise<Receipt> {
    if (this.#queue.length >= MOST_WAITING) return Promise.reject(failed('too many entries wait'))
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes: encodeEntry(entry), resolve, reject })
      if (!this.#isSending) void this.#sendAll()
    })
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    while (this.#queue.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one request at a time
      await this.#send(this.#nextBatch())
    }
    this.#isSending = false
  }

  #nextBatch(): readonly Waiting[] {
    let left = MAX_ENTRIES_BYTES
    const end = this.#queue.findIndex(({ bytes }, i) => {
      left -= LENGTH_BYTES + bytes.length
      return left < 0 || i >= MOST_ENTRIES
    })
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end)
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#post(batch.map(({ bytes }) => bytes))
      for (const [i, waiting] of batch.entries()) settle(waiting, results[i])
    } catch (cause) {
      const failure = cause instanceof MintmarkError ? cause : failed('no answer', cause)
      for (const { reject } of batch) reject(failure)
    }
  }

  async #post(entries: readonly Uint8Array[]): Promise<readonly unknown[]> {
    const { url, key, timeoutMs = TIMEOUT_MS } = this.#options
    const response = await fetch(`${url.replace(/\/+$/, '')}/entries`, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(writeBundle(entries)),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const results = parseObject(await response.text())?.['results']
    if (response.status === 401) throw failed('the ledger does not know this front end')
    if (!Array.isArray(results) || results.length !== entries.length)
      throw failed(`status ${response.status}`)
    return results
  }
}

function settle({ resolve, reject }: Waiting, result: unknown): void {
  const receipt = isObject(result) ? receiptOf(result) : undefined
  const reason = isObject(result) ? text(result, 'refused') : undefined
  if (receipt !== undefined) resolve(receipt)
  else if (reason !== undefined)
    reject(
      new MintmarkError('ENTRY_REFUSED', `the ledger does not record this: ${reason}`, { reason }),
    )
  else reject(failed((isObject(result) && text(result, 'unavailable')) || 'no result'))
}

function receiptOf(result: Json): Receipt | undefined {
  const { shard, index, isRepeated } = result
  const isReceipt = typeof shard === 'string' && typeof index === 'number'
  return isReceipt ? { shard, index, isRepeated: isRepeated === true } : undefined
}

function failed(why: string, cause?: unknown): MintmarkError {
  return new MintmarkError('LEDGER_FAILED', `the ledger took no entry: ${why}`, {}, { cause })
}
