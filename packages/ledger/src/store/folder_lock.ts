/** The lock of a ledger's folder. The fence in `journal.ts` makes a second writer harmless. */
import { MintmarkError, takeLock } from '@mintmark/core'
import type { Files } from './files.ts'

/**
 * @returns releases the lock; call it once
 * @throws {MintmarkError} `LEDGER_BUSY` with `facts.pid` and `facts.host` of the holder
 */
export async function lockFolder(files: Files, path: string): Promise<() => Promise<void>> {
  const taken = await takeLock(files, path)
  if (typeof taken === 'function') return taken
  const { host, pid } = taken
  const message = `the ledger is in use by process ${pid} on ${host}`
  throw new MintmarkError('LEDGER_BUSY', message, { pid, host })
}
