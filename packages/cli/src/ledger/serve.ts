/**
 * A ledger or a witness at work: opened, listening, and closed again in good order.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { MintmarkError } from '@mintmark/core'
import {
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
  await readDescription(folder)
  const frontEnds = parseFrontEnds(await readPrivate(`${folder}/private/front-ends`))
  if (options.heads === undefined)
    warn('no --heads: a ledger restored from a back-up is noticed only by those who saw more of it')
  const seen = await seenHeads(options.heads)
  const ledger = await openFolderLedger(folder, {
    now,
    seen,
    onHeads: keeper(options.heads, seen),
  })
  const read = (path: string) => diskFiles.read(`${folder}/public/${path}`)
  try {
    const app = ledgerApp({ append: (entry) => ledger.append(entry), read, frontEnds })
    const { url, stop } = await listen(app, host, port)
    return { url, failed: ledger.failed, stop: inTurn(stop, () => ledger.close()) }
  } catch (cause) {
    await ledger.close()
    throw cause
  }
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
