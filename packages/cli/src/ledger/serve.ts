/**
 * A ledger or a witness at work: opened, listening, and closed again in good order.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { MintmarkError } from '@mintmark/core'
import {
  type AskWitness,
  Cosigning,
  type Description,
  diskFiles,
  formatHeads,
  type Head,
  highestHeads,
  openFolderLedger,
  openFolderWitness,
  type Policy,
  parseHeads,
  readDescription,
  replaceDurably,
  type SeenHead,
} from '@mintmark/ledger'
import { ledgerApp, parseFrontEnds } from './ledger_app.ts'
import { listen } from './listen.ts'
import { witnessApp } from './witness_app.ts'

interface Address {
  readonly host: string
  readonly port: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
}

export interface Served {
  readonly url: string
  /** Rejects when the service can go on no more. */
  readonly failed: Promise<never>
  readonly stop: () => Promise<void>
}

const never = new Promise<never>(() => undefined)

/** The second is done whatever the first comes to. */
function inTurn(first: () => Promise<void>, second: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await first()
    } finally {
      await second()
    }
  }
}

export async function serveWitness(folder: string, { host, port, now }: Address): Promise<Served> {
  const { witness, close } = await openFolderWitness(folder, now)
  try {
    const { url, stop } = await listen(witnessApp(witness), host, port)
    return { url, failed: never, stop: inTurn(stop, close) }
  } catch (cause) {
    await close()
    throw cause
  }
}

export interface LedgerServeOptions extends Address {
  /** File outside of the ledger that keeps the highest heads. */
  readonly heads: string | undefined
  readonly policy: Policy | undefined
  readonly warn: (text: string) => void
}

export async function serveLedger(folder: string, options: LedgerServeOptions): Promise<Served> {
  const { host, port, now, warn } = options
  const description = await readDescription(folder)
  const frontEnds = parseFrontEnds(await readPrivate(`${folder}/private/front-ends`))
  if (options.heads === undefined)
    warn('no --heads: a ledger restored from a back-up is noticed only by those who saw more of it')
  const seen = await seenHeads(options.heads)
  const ledger = await openFolderLedger(folder, {
    now,
    seen,
    onHeads: keeper(options.heads, seen),
    witnesses: witnessesOf(options.policy, description),
  })
  const read = (path: string) => diskFiles.read(`${folder}/public/${path}`)
  const stopping = new AbortController()
  try {
    const live = { ledger, signal: stopping.signal }
    const app = ledgerApp({ append: (entry) => ledger.append(entry), read, frontEnds, live })
    const { url, stop } = await listen(app, host, port)
    const stopAll = () => {
      stopping.abort()
      return stop()
    }
    return { url, failed: ledger.failed, stop: inTurn(stopAll, () => ledger.close()) }
  } catch (cause) {
    await ledger.close()
    throw cause
  }
}

/** Those of the policy that have a URL. */
function witnessesOf(policy: Policy | undefined, { key }: Description): Cosigning | undefined {
  if (policy === undefined) return undefined
  const isKnown = policy.logs.some((log) => log.key.name === key.name && log.key.id === key.id)
  if (!isKnown)
    throw new MintmarkError('INPUT_INVALID', 'the policy does not name the key of this ledger', {
      option: 'policy',
    })
  return new Cosigning(policy, askWitness)
}

const WITNESS_TIMEOUT_MS = 5000
const MAX_ANSWER_LETTERS = 64 << 10

const askWitness: AskWitness = async (url, body) => {
  const response = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'error',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    signal: AbortSignal.timeout(WITNESS_TIMEOUT_MS),
  })
  const text = await response.text()
  return { status: response.status, body: text.slice(0, MAX_ANSWER_LETTERS) }
}

async function readPrivate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const message = `${path} cannot be read: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
  }
}

async function seenHeads(file: string | undefined): Promise<readonly SeenHead[]> {
  const bytes = file === undefined ? undefined : await diskFiles.read(file)
  return bytes === undefined ? [] : parseHeads(Buffer.from(bytes).toString('utf8'))
}

/** Keeps the highest heads in the file, durably, before they are published. */
function keeper(
  file: string | undefined,
  seen: readonly SeenHead[],
): (heads: readonly Head[]) => Promise<void> {
  let highest = highestHeads(seen)
  return async (heads) => {
    if (file === undefined) return
    highest = highestHeads([...highest.values(), ...heads])
    await replaceDurably(diskFiles, file, Buffer.from(formatHeads(highest.values())))
  }
}

/** Resolves when the process is asked to end. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
