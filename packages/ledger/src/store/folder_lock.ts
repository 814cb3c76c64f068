/**
 * Names the process that has a ledger's folder open, and refuses a second one.
 * This only helps people. The fence in the journal makes a second writer harmless: see `journal.ts`.
 */
import { errnoOf, type Holder, isAlive, MintmarkError, parseHolder, self } from '@mintmark/core'
import { type Files, readText } from './files.ts'

/**
 * @returns releases the lock; call it once
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
    // A process that was believed dead must not remove the lock of its successor.
    if ((await holderAt(files, path))?.pid === process.pid) await files.remove(path)
  }
}

async function take(files: Files, path: string): Promise<void> {
  // Linked when it is whole, so that nobody reads half a holder.
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
  return parseHolder((await readText(files, path)) ?? '')
}

function busy({ host, pid }: Holder): MintmarkError {
  const message = `the ledger is in use by process ${pid} on ${host}`
  return new MintmarkError('LEDGER_BUSY', message, { pid, host })
}
