import { MintmarkError, safeJson, safeText, shellWord } from '@mintmark/core'
import { replayStorm0558 } from '@mintmark/replay'
import { flag, numberOption, placeOption, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { Progress } from '../../process/progress.ts'
import { count } from '../../render/table.ts'
import { scaleOption } from './scale_option.ts'

const NOT_WHOLE: Interrupted = {
  kept: 'What was written is not whole: the folder has no logs/ and no truth.json.',
  next: 'run the same command again. It begins anew.',
}

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
  const scale = scaleOption(options)
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
    progress.show('writing', done, total)
  const summary = await interruptible(io, NOT_WHOLE, () =>
    replayStorm0558({ out, seed, scale, onProgress }),
  )
  progress.end()
  await io.out(
    flag(options, 'json')
      ? `${safeJson(summary)}\n`
      : `${count(summary.accesses)} accesses and ${count(summary.issuances)} issuances of ${count(summary.organisations)} organisations in ${summary.logs}
${summary.dump === undefined ? `No process could be made to leave its core: ${safeText(summary.dumpLacks ?? '', 200)}` : `The core dump of a signing service that crashed:\n  ${summary.dump}`}
The truth is in ${summary.truth}

Next:  mintmark investigate ${shellWord(summary.logs)} --case ${shellWord(`${out}/case`)}\n`,
  )
  return DONE
}
