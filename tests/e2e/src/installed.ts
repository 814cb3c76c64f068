/** The package `mintmark`, as `tools/pack.mjs` makes it and npm installs it, in folders of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './built_command.ts'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Whose a process is: a user's and a group's number. */
export interface Who {
  readonly uid?: number
  readonly gid?: number
}

/** Runs a program to its end. Nothing of the workspace is in its environment. */
export function run(
  cwd: string,
  command: string,
  args: readonly string[],
  who: Who = {},
  env: NodeJS.ProcessEnv = environment(cwd),
): Ended {
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28, ...who } as const
  const { status, stdout, stderr } = spawnSync(command, args, options)
  return { code: status, out: stdout, err: stderr }
}

const environment = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
})

/** Starts a program that goes on. */
export function startIn(cwd: string, command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, {
    cwd,
    env: environment(cwd),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Packs the built workspace into a new folder. @returns names of what is there */
export function pack(out: string): string[] {
  const { code, err } = run(
    ROOT,
    process.execPath,
    ['tools/pack.mjs', out],
    {},
    { ...process.env, npm_config_loglevel: 'error' },
  )
  if (code !== 0) throw new Error(`pack ended with ${code}: ${err}`)
  return readdirSync(out).toSorted((a, b) => (a < b ? -1 : 1))
}

/**
 * Installs a tarball with npm, without running any script of a package: nothing is compiled.
 * @param folder a new folder, in which npm runs
 */
export function install(folder: string, tarball: string, ...flags: readonly string[]): void {
  mkdirSync(folder)
  // npm's own settings, of this user, say where packages come from.
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...flags, tarball]
  const { code, err } = run(folder, 'npm', args, {}, process.env)
  if (code !== 0) throw new Error(`npm install ended with ${code}: ${err}`)
}

/** Whether npm reaches its registry. */
export function reachesRegistry(folder: string): boolean {
  const args = ['view', 'commander', 'version', '--fetch-retries=0', '--prefer-online']
  return run(folder, 'npm', args, {}, process.env).code === 0
}

export const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

/** What is below a folder: each file with when it was written and its length. */
export function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const { mtimeMs, size } = statSync(join(folder, name))
      return `${name} ${mtimeMs} ${size}`
    })
}
