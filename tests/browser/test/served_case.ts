/** The built command, which makes a case and serves it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BIN, mintmark, printedAddress } from '@mintmark/testkit'

/** Runs a command to its end. @throws {Error} where it failed, with what it said */
export async function ran(...args: readonly string[]): Promise<void> {
  const { code, out, err } = await mintmark(...args)
  // 1, 3 and 4 are answers too, which are printed.
  if (code === 2 || out === '') throw new Error(`mintmark ${args.join(' ')}: ${err}`)
}

/** A case that is served. */
export interface Served {
  /** The address that was printed: it can be opened once. */
  readonly entryAddress: string
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** Serves a case until it is stopped. */
export async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [BIN, 'ui', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const entryAddress = await printedAddress(child)
  return {
    entryAddress,
    origin: new URL(entryAddress).origin,
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}
