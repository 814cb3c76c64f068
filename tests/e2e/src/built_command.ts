/** The built command as a user runs it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isObject, type Json } from '@mintmark/core'

/** Folder of the project; this file runs from `tests/e2e/dist/src`. */
export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url))
export const BIN: string = `${ROOT}packages/cli/bin/mintmark.mjs`

/** How a process ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

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

export async function mintmark(...args: readonly string[]): Promise<Ended> {
  return await start(...args).ended
}

/** What a command that found something, or nothing, printed as one JSON object. Any other end is an error. */
export async function answered(...args: readonly string[]): Promise<Json> {
  const { code, out, err } = await mintmark(...args)
  const value: unknown = code === 0 || code === 1 ? JSON.parse(out) : undefined
  if (!isObject(value)) throw new Error(`mintmark ${args.join(' ')} ended with ${code}: ${err}`)
  return value
}

export const rowsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
