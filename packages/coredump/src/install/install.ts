/** Installs the gate between the kernel and the disk, and removes it. */

import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { errnoOf, MintmarkError, makeFolder, safeText } from '@mintmark/core'
import { Spool } from '../spool/spool.ts'
import {
  type GateSettings,
  type GateState,
  loadState,
  removeState,
  saveState,
  scriptIn,
} from './gate_state.ts'
import {
  type KernelSettings,
  patternFor,
  readKernel,
  refuseReadOnly,
  writeKernel,
} from './kernel_settings.ts'
import { type Programs, receiveScript, SCRIPT_MARK } from './receive_script.ts'
import { writableByOthers } from './writable_by_others.ts'

export interface Paths {
  readonly procSys: string
  readonly stateFolder: string
}

interface Installed {
  readonly state: GateState
  readonly wasThere: boolean
}

const CHECK_PATIENCE_MS = 60_000

/**
 * Checks the program, then sets `kernel.core_pattern`. Installed again, it keeps the first
 * `previous`. @throws {MintmarkError} `GATE_UNFIT`, with the kernel's settings unchanged
 */
export function installGate(paths: Paths, settings: GateSettings, programs: Programs): Installed {
  refuseReadOnly(paths.procSys)
  refuseForeign([programs.node, programs.receiver])
  const spool = Spool.open(settings.spool, { isMade: true })
  const folder = madeFolder(paths.stateFolder)
  refuseForeign([folder])
  const found = readKernel(paths.procSys)
  const old = loadState(folder)
  // More than are taken: of those it starts no program for, the kernel logs itself.
  const kernel = { pattern: patternFor(scriptIn(folder)), pipeLimit: 2 * settings.limits.maxAtOnce }
  const wasThere = found.pattern === kernel.pattern
  if (!wasThere) refuseOtherGate(found)
  const previous = wasThere ? old?.previous : found
  const state = { settings: { ...settings, spool: spool.folder }, kernel, previous }
  saveState(folder, state, receiveScript(programs, folder, spool.folder))
  try {
    checkProgram(scriptIn(folder))
    writeKernel(paths.procSys, kernel)
    return { state, wasThere }
  } catch (error) {
    takeBack(paths, folder, { found, old, programs })
    throw error
  }
}

function madeFolder(folder: string): string {
  try {
    makeFolder(folder, 0o700)
    return realpathSync(folder)
  } catch (cause) {
    const [shown, errno] = [safeText(folder), errnoOf(cause)]
    const message = `the folder of the gate's state, ${shown}, cannot be made: ${errno}`
    throw new MintmarkError('GATE_UNFIT', message, { path: shown, errno }, { cause })
  }
}

export type Uninstalled =
  | { readonly outcome: 'restored'; readonly kernel: KernelSettings }
  | { readonly outcome: 'other-handler'; readonly kernel: KernelSettings }
  | { readonly outcome: 'not-installed'; readonly kernel: KernelSettings }

/** @throws {MintmarkError} `GATE_STATE` if it is not known what was before the gate */
export function uninstallGate(paths: Paths): Uninstalled {
  const kernel = readKernel(paths.procSys)
  const state = loadState(paths.stateFolder)
  if (state === undefined) {
    if (isGate(kernel.pattern) || kernel.pattern.startsWith(`|${scriptIn(paths.stateFolder)} `))
      throw unknownPrevious()
    return { outcome: 'not-installed', kernel }
  }
  if (kernel.pattern !== state.kernel.pattern) {
    removeState(paths.stateFolder)
    return { outcome: 'other-handler', kernel }
  }
  if (state.previous === undefined) throw unknownPrevious()
  try {
    writeKernel(paths.procSys, state.previous)
  } catch (error) {
    putBack(paths.procSys, kernel)
    throw error
  }
  removeState(paths.stateFolder)
  return { outcome: 'restored', kernel: state.previous }
}

function putBack(procSys: string, kernel: KernelSettings): void {
  try {
    writeKernel(procSys, kernel)
  } catch {
    // The reason is reported already.
  }
}

/** Runs it as the kernel would, without an environment. @throws {MintmarkError} `GATE_UNFIT` */
export function checkProgram(script: string): void {
  const { status, signal, stderr, error } = spawnSync(script, ['--check'], {
    cwd: '/',
    env: {},
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: CHECK_PATIENCE_MS,
  })
  if (status === 0) return
  const said = stderr.trim() || (error?.message ?? `it ended with ${status ?? signal}`)
  const message = `the program that would take cores does not run: ${safeText(said, 500)}`
  throw new MintmarkError('GATE_UNFIT', message, { program: safeText(script) })
}

function takeBack(
  paths: Paths,
  folder: string,
  before: { readonly found: KernelSettings; readonly old: GateState | undefined } & {
    readonly programs: Programs
  },
): void {
  const { found, old, programs } = before
  if (old === undefined) removeState(folder)
  else saveState(folder, old, receiveScript(programs, folder, old.settings.spool))
  const { pattern, pipeLimit } = readKernel(paths.procSys)
  if (pattern !== found.pattern || pipeLimit !== found.pipeLimit) writeKernel(paths.procSys, found)
}

function refuseForeign(paths: readonly string[]): void {
  if (process.geteuid?.() !== 0) return
  for (const each of paths) {
    const filePath = writableByOthers(each)
    if (filePath === undefined) continue
    const message = `${safeText(filePath)} can be changed by others than root, who would run it for each crash`
    throw new MintmarkError('GATE_UNFIT', message, { path: safeText(filePath) })
  }
}

function refuseOtherGate({ pattern }: KernelSettings): void {
  if (!isGate(pattern)) return
  const message = `another gate is installed there, ${safeText(pattern)}: uninstall it with its own --state first`
  throw new MintmarkError('GATE_UNFIT', message)
}

function isGate(pattern: string): boolean {
  const program = /^\|(\S+)/.exec(pattern)?.[1]
  if (program === undefined) return false
  try {
    return readFileSync(program, 'latin1').slice(0, 200).includes(SCRIPT_MARK)
  } catch {
    return false
  }
}

function unknownPrevious(): MintmarkError {
  return new MintmarkError(
    'GATE_STATE',
    'the gate is installed, and the kernel.core_pattern before it is not known. Set it by hand: ' +
      '"sysctl -w kernel.core_pattern=core", or what /usr/lib/sysctl.d has (systemctl restart systemd-sysctl)',
  )
}
