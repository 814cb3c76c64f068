/** The built command as a user runs it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Folder of the project; this file runs from `tests/browser/dist/test`. */
export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url))
const BIN = `${ROOT}packages/cli/bin/mintmark.mjs`

/** Runs a command to its end. @throws {Error} where it failed, with what it said */
export async function mintmark(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  await once(child, 'close')
  // 1 is "found something".
  if (child.exitCode !== 0 && child.exitCode !== 1)
    throw new Error(`mintmark ${args.join(' ')}: ${err}`)
}

/** A case that is served. */
export interface Served {
  /** The address that was printed: it can be opened once. */
  readonly entrance: string
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** Serves a case until it is stopped. */
export async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [BIN, 'ui', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const entrance = await printedAddress(child)
  return {
    entrance,
    origin: new URL(entrance).origin,
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    },
  }
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const [url] = /http:\S+(?=\s)/.exec(printed) ?? []
      if (url !== undefined) resolve(url)
    })
    child.on('close', () => reject(new Error(`it ended: ${printed}`)))
  })
}
