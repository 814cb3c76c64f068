import { isatty } from 'node:tty'
import { parseObject } from '@mintmark/core'
import type { CoreOutcome, DroppedFile, Gate } from '@mintmark/coredump'
import {
  arrivalOf,
  arrivalOfFile,
  crashOf,
  GateLog,
  Inlet,
  loadGateScrub,
  receiveCore,
  Spool,
  selfTest,
} from '@mintmark/coredump'
import { flag, invalid, textOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import {
  DONE,
  type ExitCode,
  exitCode,
  NOT_ANSWERED,
  WRONG_USAGE,
} from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { print } from '../../render/print.ts'
import { compressionOf, folderOption, limitsOf, storedKeysOf } from './gate_options.ts'

const STANDARD_INPUT = 0

export const gateReceive: Handler = async (args, options, io) => {
  if (isatty(STANDARD_INPUT) && !flag(options, 'check')) {
    io.err('error: no core on standard input: pipe one into it (see --help)\n')
    return WRONG_USAGE
  }
  return await receiveOne(await gateFrom(options, io), args, options, io)
}

async function gateFrom(options: Options, io: Io): Promise<Gate> {
  const spool = Spool.open(folderOption(options, 'spool'), { isMade: true })
  const publicKeys = await storedKeysOf(options, io)
  return {
    spool,
    log: new GateLog(spool.folder),
    limits: limitsOf(options),
    compression: compressionOf(options),
    loadScrub: () => loadGateScrub(publicKeys, flag(options, 'acceptCut')),
  }
}

async function receiveOne(
  gate: Gate,
  args: readonly string[],
  options: Options,
  io: Io,
): Promise<ExitCode> {
  if (flag(options, 'check')) {
    await selfTest(gate)
    await io.out('Check passed: a core dump would be scrubbed and written\n')
    return DONE
  }
  const inlet = new Inlet(STANDARD_INPUT)
  const dropped = textOption(options, 'dropped')
  const arrival =
    dropped === undefined
      ? arrivalOf(crashOf(args, io.now()), inlet)
      : arrivalOfFile(droppedOf(dropped), inlet)
  const received = await receiveCore(gate, arrival)
  await print(io, options, received, () => `${inWords(received)}\n`, 2)
  return exitCodeOf(received)
}

function inWords(received: CoreOutcome): string {
  if (received.outcome === 'lost') return `no core: ${received.why}`
  if (received.outcome === 'unclean') return `no core, only a report: ${received.folder}`
  const { folder, erasedRanges } = received
  return `${folder}: ${erasedRanges === 0 ? 'nothing to erase' : `${erasedRanges} locations erased`}`
}

function droppedOf(text: string): DroppedFile {
  const { path, bytes, modifiedMs, inode, member } = parseObject(text) ?? {}
  if (typeof path !== 'string' || typeof bytes !== 'number')
    throw invalid('dropped', '--dropped takes what "gate watch" passes on')
  const file = { path, bytes, modifiedMs: Number(modifiedMs), inode: Number(inode) }
  return typeof member === 'string' ? { ...file, member } : file
}

/** By what was erased from the core, as a scan counts it; 3: there is no core. */
export function exitCodeOf(received: CoreOutcome): ExitCode {
  if (received.outcome !== 'core') return NOT_ANSWERED
  const { counts } = received
  return exitCode({ isFound: counts === 'found', isWhole: true, hasLeads: counts === 'lead' })
}
