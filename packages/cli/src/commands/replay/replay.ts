import { MintmarkError, safeJson, safeText, shellWord } from '@mintmark/core'
import { replayStorm0558 } from '@mintmark/replay'
import { flag, numberOption, placeOption, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { Progress } from '../../process/progress.ts'
import { count } from '../../render/table.ts'
import { scaleOption } from './scale_option.ts'

export const replay: Handler = async (args, options, io) => {
  if (args[0] !== 'storm-0558')
    throw new MintmarkError('INPUT_INVALID', 'the only scenario is storm-0558', {
      option: 'scenario',
    })
  const seed = numberOption(options, 'seed', { least: 0, most: 4_294_967_295 }) ?? 558
  if (!Number.isInteger(seed))
    throw new MintmarkError('INPUT_INVALID', '--seed takes a whole number', { option: 'seed' })
  if (flag(options, 'live'))
    return await (await import('./replay_live.ts')).replayLiveHere(options, seed, io)
  if (options['with'] !== undefined)
    return await (await import('./replay_with.ts')).replayWith(options, seed, io)
  const out = placeOption(options, 'out')
  if (out === undefined)
    throw new MintmarkError('INPUT_INVALID', '--out names the folder to write to', {
      option: 'out',
    })
  if (textOption(options, 'frontEnd') !== undefined)
    return await (await import('./replay_front_end.ts')).replayFrontEnd(options, { out, seed }, io)
  const progress = new Progress(io)
  const summary = await replayStorm0558({
    out,
    seed,
    scale: scaleOption(options),
    onProgress: ({ done, total }) => progress.show('writing', done, total),
  })
  progress.end()
  await io.out(
    flag(options, 'json')
      ? `${safeJson(summary)}\n`
      : `${count(summary.accesses)} accesses and ${count(summary.issuances)} issuances of ${count(summary.organisations)} organisations in ${summary.logs}
${summary.dump === undefined ? `No process could be made to leave its core: ${safeText(summary.dumpLacks ?? '', 200)}` : `The core of a signing service that crashed is ${summary.dump}`}
The truth is in ${summary.truth}

Next:  mintmark investigate ${shellWord(summary.logs)} --case ${shellWord(`${out}/case`)}\n`,
  )
  return DONE
}
