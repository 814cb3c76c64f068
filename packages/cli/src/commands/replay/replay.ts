import { safeText, shellWord } from '@mintmark/core'
import { replayStorm0558 } from '@mintmark/replay'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { count } from '../../render/table.ts'

const INCOMPLETE: Interrupted = {
  state: 'The logs are incomplete: the folder has no logs/ and no truth.json.',
  next: 'run the same command again. It starts from the beginning.',
}

export const replay: Handler = async (call, scenario) => {
  if (scenario !== 'storm-0558') throw invalid('scenario', 'the only scenario is storm-0558')
  const seed = call.number('seed', { least: 0, most: 4_294_967_295 }) ?? 558
  if (call.flag('live')) return await (await import('./replay_live.ts')).replayLiveHere(call, seed)
  if (call.options['with'] !== undefined)
    return await (await import('./replay_with.ts')).replayWith(call, seed, scaleOf(call))
  const out = call.path('out')
  if (out === undefined) throw invalid('out', 'add --out FOLDER: the logs are written there')
  if (call.text('frontEnd') !== undefined)
    return await (await import('./replay_front_end.ts')).replayFrontEnd(call, out, seed)
  const scale = scaleOf(call)
  const summary = await call.progress((progress) =>
    interruptible(call, INCOMPLETE, () =>
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
  await call.print(
    summary,
    () => `${count(accesses)} accesses and ${count(issuances)} issuances of ${count(organisations)} organisations in ${logs}
${dumpText}
The truth is in ${truth}

Next:  mintmark investigate ${shellWord(logs)} --case ${shellWord(`${out}/case`)}\n`,
  )
  return DONE
}

const scaleOf = (call: Call): number =>
  call.number('scale', { least: 0.001, most: 1000, isFraction: true }) ?? 1
