/**
 * Says who has a ledger's folder open, so that a second one is refused with a name.
 *
 * This is the courtesy. What makes a second writer harmless is the fence in the journal: see `journal.ts`.
 *
 * @module
 */
import { errnoOf, type Holder, isAlive, MintmarkError, parseHolder, self } from '@mintmark/core'
import type { Files } from './files.ts'

/**
 * @returns gives the lock back; call it once
 * @throws {MintmarkError} `LEDGER_BUSY` with `facts.pid` and `facts.host` of the holder
 */
export async function lockFolder(files: Files, path: string): Promise<() => Promise<void>> {
  const { held } = files
  if (held.has(path)) throw busy(self())
  held.add(path)
  try {
    await take(files, path)
  } catch (cause) {
    held.delete(path)
    throw cause
  }
  return async () => {
    held.delete(path)
    // A process that was taken for dead must not remove the lock of the one that came after it.
    if ((await holderAt(files, path))?.pid === process.pid) await files.remove(path)
  }
}

async function take(files: Files, path: string): Promise<void> {
  // Linked into its place when it is whole, so that nobody ever reads half a holder.
  const own = `${path}.${process.pid}`
  await files.write(own, Buffer.from(JSON.stringify(self())))
  try {
    if (await isLinked(files, own, path)) return
    const holder = await holderAt(files, path)
    if (holder !== undefined && holder.pid !== process.pid && isAlive(holder)) throw busy(holder)
    await files.remove(path)
    if (!(await isLinked(files, own, path))) throw busy((await holderAt(files, path)) ?? self())
  } finally {
    await files.remove(own)
  }
}

async function isLinked(files: Files, from: string, to: string): Promise<boolean> {
  try {
    await files.link(from, to)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false
    throw cause
  }
}

async function holderAt(files: Files, path: string): Promise<Holder | undefined> {
  const bytes = await files.read(path)
  return bytes && parseHolder(Buffer.from(bytes).toString('utf8'))
}

function busy({ host, pid }: Holder): MintmarkError {
  const message = `the ledger is in use by process ${pid} on ${host}`
  return new MintmarkError('LEDGER_BUSY', message, { pid, host })
}
