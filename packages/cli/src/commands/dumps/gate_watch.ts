import { realpathSync } from 'node:fs'
import path from 'node:path'
import { safeText } from '@mintmark/core'
import { FolderWatch, GateLog, Spool, type WatchCount } from '@mintmark/coredump'
import { flag, list, numberOption, textOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, exitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import { note } from '../../process/io.ts'
import { stopSignal } from '../../process/stopping.ts'
import { print } from '../../render/print.ts'
import { folderOption, limitsOf } from './gate_options.ts'

const USAGE = 'error: give one DIR to watch: name it first, or behind a -- (see --help)'

export const gateWatch: Handler = async (args, options, io) => {
  const { keysAndOperands } = await import('../../options/given_keys.ts')
  const { operands } = await keysAndOperands(args, options, io)
  const [folder] = operands
  if (folder === undefined || operands.length > 1) {
    io.err(`${USAGE}\n`)
    return WRONG_USAGE
  }
  // Wrong limits are reported now, not at the first dump.
  limitsOf(options)
  const all = list(options, 'publicKey')
  // Of an option that takes several files, the last one is the folder where no operand is left.
  const keyFiles = args.length > 0 ? all : all.slice(0, -1)
  const spool = Spool.open(folderOption(options, 'spool'), { isMade: true })
  const watch = new FolderWatch({
    folder: folderOf(folder),
    spool,
    log: new GateLog(spool.folder),
    call: { node: process.execPath, args: receiveCall(spool.folder, options, keyFiles) },
    isRemoved: textOption(options, 'raw') === 'remove',
    quietMs:
      1000 * (numberOption(options, 'settle', { least: 0, most: 86_400, isFraction: true }) ?? 5),
  })
  if (flag(options, 'once')) {
    const count = await watch.sweepOnce()
    await print(io, options, count, () => inWords(count))
    return exitCode({
      isFound: count.withKeys > 0,
      isWhole: count.failed === 0 && count.left === 0,
      hasLeads: count.withLeads > 0,
    })
  }
  note(
    io,
    `mintmark: watching ${safeText(folder)}; results are logged in ${spool.folder}/gate.log\n`,
  )
  // A core that is being received when this ends is lost, its raw dump is not: it is received again.
  await watch.run(stopSignal())
  return DONE
}

/** Without links; the watch reports a folder that does not exist. */
function folderOf(given: string): string {
  try {
    return realpathSync(given)
  } catch {
    return path.resolve(given)
  }
}

function receiveCall(
  spool: string,
  options: Options,
  keyFiles: readonly string[],
): readonly string[] {
  const keys = keyFiles.flatMap((file) => ['--public-key', realpathSync(file)])
  const names = ['max-memory', 'max-size', 'max-at-once', 'keep-free', 'compress'] as const
  const given = names.flatMap((name) => {
    const value = textOption(
      options,
      name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    )
    return value === undefined ? [] : [`--${name}`, value]
  })
  const main = realpathSync(process.argv[1] ?? '')
  const cut = flag(options, 'acceptCut') ? ['--accept-cut'] : []
  return [main, 'gate', 'receive', '--spool', spool, ...given, ...cut, ...keys]
}

const inWords = ({ landed, withKeys, withLeads, failed, left, waiting }: WatchCount): string =>
  `${landed} written, ${withKeys} of them with erased keys, ${withLeads} with unverified keys; ${failed} failed, ${left} not received (see gate.log), ${waiting} incomplete or received by another watch\n`
