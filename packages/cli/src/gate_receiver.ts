/**
 * What the kernel runs for each core, by the script of `gate install`: no command, since a process waits for it while
 * it is loaded.
 *
 * Imports nothing that reading does not need.
 *
 * @module
 */
import {
  arrivalOf,
  crashOf,
  type FirstBytes,
  type Gate,
  GateLog,
  type GateSettings,
  Inlet,
  loadState,
  MintmarkError,
  reasonOf,
  receiveCore,
  Spool,
} from '@mintmark/scan/receiver'
import { exitCodeOf } from './gate_exit.ts'
import type { ExitCode } from './io.ts'

const STANDARD_INPUT = 0

/**
 * @param args the folder of the gate's state, then what the kernel tells of the crash, or `--check` alone
 * @param first what was read before this was loaded
 */
export async function receiveFromKernel(
  args: readonly string[],
  first: FirstBytes | undefined,
): Promise<ExitCode> {
  const [stateFolder = '', ...told] = args
  const isCheck = told[0] === '--check'
  try {
    const settings = settingsIn(stateFolder)
    const gate = gateOf(settings)
    if (isCheck) return await check(gate)
    const crash = crashOf(told, Date.now())
    const wantsNone = crash.wantsNone && !settings.ignoresLimits
    const inlet = new Inlet(STANDARD_INPUT, first)
    return exitCodeOf(await receiveCore(gate, arrivalOf({ ...crash, wantsNone }, inlet)))
  } catch (error) {
    const why = error instanceof MintmarkError ? error.message : reasonOf(error)
    if (isCheck) process.stderr.write(`${why}\n`)
    // The kernel called this: nobody reads what it prints.
    else new GateLog(undefined).problem(`no core: ${why}`)
    return 3
  }
}

function settingsIn(stateFolder: string): GateSettings {
  const state = loadState(stateFolder)
  if (state !== undefined) return state.settings
  throw new MintmarkError('GATE_STATE', 'the gate is not installed: there is no state')
}

function gateOf(settings: GateSettings): Gate {
  const spool = Spool.open(settings.spool, { isMade: false })
  const { limits, zstd, publicKeys } = settings
  return {
    spool,
    log: new GateLog(spool.folder),
    limits,
    compressor: zstd === undefined ? { kind: 'gzip' } : { kind: 'zstd', program: zstd },
    async loadScrub() {
      const { compileLess } = await import('./compiling.ts')
      compileLess()
      const { loadGateScrub } = await import('@mintmark/scan/gate')
      return await loadGateScrub(publicKeys)
    },
  }
}

async function check(gate: Gate): Promise<ExitCode> {
  const { selfTest } = await import('@mintmark/scan/gate')
  await selfTest(gate)
  return 0
}
