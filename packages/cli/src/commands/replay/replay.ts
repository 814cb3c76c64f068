import { safeText, shellWord } from '@mintmark/core'
import { replayStorm0558 } from '@mintmark/replay'
import {
  flag,
  invalid,
  numberOption,
  pathOption,
  scaleOption,
  textOption,
} from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { withProgress } from '../../process/progress.ts'
import { print } from '../../render/print.ts'
import { count } from '../../render/table.ts'

const INCOMPLETE: Interrupted = {
  state: 'The logs are incomplete: the folder has no logs/ and no truth.json.',
  next: 'run the same command again. It starts from the beginning.',
}

export const replay: Handler = async (args, options, io) => {
  if (args[0] !== 'storm-0558') throw invalid('scenario', 'the only scenario is storm-0558')
  const seed = numberOption(options, 'seed', { least: 0, most: 4_294_967_295 }) ?? 558
  if (flag(options, 'live'))
    return await (await import('./replay_live.ts')).replayLiveHere(options, seed, io)
  if (options['with'] !== undefined)
    return await (await import('./replay_with.ts')).replayWith(options, seed, io)
  const out = pathOption(options, 'out')
  if (out === undefined) throw invalid('out', 'add --out FOLDER: the logs are written there')
  if (textOption(options, 'frontEnd') !== undefined)
    return await (await import('./replay_front_end.ts')).replayFrontEnd(options, { out, seed }, io)
  const scale = scaleOption(options)
  const summary = await withProgress(io, (progress) =>
    interruptible(io, INCOMPLETE, () =>
      replayStorm0558({
        out,
        seed,
        scale,
        onProgress: ({ done, total }) => progress.show('writing', done, total),
      }),
    ),
  )
  const { accesses, issuances, organisations, logs, dump, dumpLacks, truth } = summary
  const dumpText =
    dump === undefined
      ? `There is no core dump, because no process could be made to write one: ${safeText(dumpLacks ?? '', 200)}`
      : `The core dump of a signing service that crashed:\n  ${dump}`
  await print(
    io,
    options,
    summary,
    () => `${count(accesses)} accesses and ${count(issuances)} issuances of ${count(organisations)} organisations in ${logs}
${dumpText}
The truth is in ${truth}

Next:  mintmark investigate ${shellWord(logs)} --case ${shellWord(`${out}/case`)}\n`,
  )
  return DONE
}
