/** What the kernel runs for each core: a process waits, so it imports only what it needs. */
import type { Gate, GateSettings } from '@mintmark/coredump/receiver'
import {
  arrivalOf,
  crashOf,
  GateLog,
  Inlet,
  loadState,
  MintmarkError,
  reasonOf,
  receiveCore,
  Spool,
} from '@mintmark/coredump/receiver'
import type { ExitCode } from './process/exit_codes.ts'

const STANDARD_INPUT = 0

/** Returns 0, or 3 without a core; never 1, with which Node ends where it cannot load this. */
export async function receiveFromKernel(args: readonly string[]): Promise<ExitCode> {
  const [stateFolder = '', ...facts] = args
  const isCheck = facts[0] === '--check'
  try {
    const settings = settingsIn(stateFolder)
    const gate = gateOf(settings)
    if (isCheck) return await check(gate)
    const crash = crashOf(facts, Date.now())
    const wantsNone = crash.wantsNone && !settings.ignoresLimits
    const inlet = new Inlet(STANDARD_INPUT)
    const { outcome } = await receiveCore(gate, arrivalOf({ ...crash, wantsNone }, inlet))
    return outcome === 'core' ? 0 : 3
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
  throw new MintmarkError(
    'GATE_STATE',
    'the gate is not installed, so no core can be received: run "mintmark gate install"',
  )
}

function gateOf(settings: GateSettings): Gate {
  const spool = Spool.open(settings.spool, { isMade: false })
  const { limits, compression, publicKeys, acceptsCut } = settings
  return {
    spool,
    log: new GateLog(spool.folder),
    limits,
    compression,
    async loadScrub() {
      const { loadGateScrub } = await import('@mintmark/coredump')
      return await loadGateScrub(publicKeys, acceptsCut)
    },
  }
}

async function check(gate: Gate): Promise<ExitCode> {
  const { selfTest } = await import('@mintmark/coredump')
  await selfTest(gate)
  return 0
}
