/** Whether the gate is as it was installed, and what has come through it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { MintmarkError } from '@mintmark/core'
import { refuseFullDisk } from '../spool/free_space.ts'
import { LOG_NAME } from '../spool/gate_log.ts'
import { boundBytes } from '../spool/memory_pool.ts'
import { reasonOf } from '../spool/reason.ts'
import { Spool } from '../spool/spool.ts'
import { type GateSettings, type GateState, loadState, scriptIn } from './gate_state.ts'
import { checkProgram, type Paths } from './install.ts'
import { type KernelSettings, readKernel } from './kernel_settings.ts'

export interface GateStatus {
  readonly isInstalled: boolean
  readonly kernel: KernelSettings
  readonly state: GateState | undefined
  readonly spool: SpoolCount | undefined
  readonly problems: readonly string[]
}

export interface SpoolCount {
  readonly folder: string
  readonly cores: number
  /** Reports without a core: it could not be scrubbed. */
  readonly withoutCore: number
  readonly atWork: number
  /** Folders of killed receivers; the next one removes them. */
  readonly leftBehind: number
  /** In memory, by all receivers; and the limit. */
  readonly heldBytes: number
  readonly maxHeldBytes: number
  readonly freeBytes: number
  readonly lastProblems: readonly string[]
}

const LAST_PROBLEMS = 5

/** Changes nothing. Runs the program's own check. */
export function gateStatus(paths: Paths): GateStatus {
  const problems: string[] = []
  const kernel = readKernel(paths.procSys)
  const state = orProblem(problems, () => loadState(paths.stateFolder))
  const isInstalled = state !== undefined && kernel.pattern === state.kernel.pattern
  if (state === undefined) problems.push(whyNotInstalled(kernel, paths, problems))
  else if (!isInstalled)
    problems.push('kernel.core_pattern was changed since: cores do not come through the gate')
  else {
    const { pipeLimit } = state.kernel
    if (kernel.pipeLimit !== pipeLimit)
      problems.push(
        `kernel.core_pipe_limit was changed since, from ${pipeLimit} to ${kernel.pipeLimit}`,
      )
    if (state.previous === undefined) problems.push('the setting before it is not known')
  }
  const spool = state && orProblem(problems, () => countSpool(state.settings))
  const hasRoom = spool && orProblem(problems, () => checkRoom(state.settings))
  // It would repeat the problem of the spool.
  if (hasRoom && isInstalled) orProblem(problems, () => checkProgram(scriptIn(paths.stateFolder)))
  return { isInstalled, kernel, state, spool, problems }
}

function whyNotInstalled(
  { pattern }: KernelSettings,
  { stateFolder }: Paths,
  problems: readonly string[],
): string {
  if (!pattern.startsWith(`|${scriptIn(stateFolder)} `)) return 'the gate is not installed'
  const lost = problems.length > 0 ? '' : ', and what it remembers is gone'
  return `kernel.core_pattern names the gate${lost}: no core is written until it is installed again`
}

/** Without room a crash now would leave no core. */
function checkRoom({ spool, limits }: GateSettings): true {
  refuseFullDisk(Spool.open(spool, { isMade: false }), limits.keepFreeBytes)
  return true
}

function countSpool({ spool: folder, limits }: GateSettings): SpoolCount {
  const spool = Spool.open(folder, { isMade: false })
  const entries = spool.entries()
  const cores = entries.filter((name) => hasCore(path.join(spool.folder, name)))
  return {
    folder: spool.folder,
    cores: cores.length,
    withoutCore: entries.length - cores.length,
    atWork: spool.atWork().length,
    leftBehind: spool.leftovers().length,
    heldBytes: spool.bufferedBytes(),
    maxHeldBytes: boundBytes(spool, limits.maxMemoryBytes),
    freeBytes: spool.room().freeBytes,
    lastProblems: problemsOf(path.join(spool.folder, LOG_NAME)),
  }
}

function hasCore(entry: string): boolean {
  try {
    return readdirSync(entry).some((file) => /\.(gz|zst)$/.test(file))
  } catch {
    return false
  }
}

function problemsOf(log: string): readonly string[] {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n')
  return lines.filter((line) => /^\S+ problem /.test(line)).slice(-LAST_PROBLEMS)
}

function orProblem<T>(problems: string[], action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    problems.push(error instanceof MintmarkError ? error.message : reasonOf(error))
    return undefined
  }
}
