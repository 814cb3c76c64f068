/** The built command as a user runs it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Folder of the project. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))
export const BIN: string = `${ROOT}packages/cli/bin/mintmark.mjs`

/** How a process ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A process that was started, and how it will have ended. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts the command. */
export function start(...args: readonly string[]): Running {
  return startNode(BIN, ...args)
}

/** Starts Node itself with these arguments, where the project's packages resolve. */
export function startNode(...args: readonly string[]): Running {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  return { process: child, ended }
}

/** Runs the command to its end, whatever that is. */
export async function mintmark(...args: readonly string[]): Promise<Ended> {
  return await start(...args).ended
}

/** The first address that a process prints, while it runs on. Rejects where it ends without one. */
export function printedAddress(child: ChildProcess): Promise<string> {
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
