/** Which messages would have stayed unread with one measure. */
import { MEASURES, type WhatIf, whatIf } from '@mintmark/replay/front-end'
import type { Call } from '../../process/call.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { count, listed, RIGHT } from '../../render/table.ts'

const MOST_DAYS = 10_000

export async function replayWith(call: Call, seed: number, scale: number): Promise<ExitCode> {
  const asked = call.list('with')
  const isAll = asked.length === 0 || asked.includes('all')
  const rotationDays = call.number('rotationAge', {
    least: 0,
    most: MOST_DAYS,
    isFraction: true,
  })
  const results = await call.progress((progress) =>
    whatIf({
      seed,
      scale,
      measures: MEASURES.filter((measure) => isAll || asked.includes(measure)),
      rotationDays,
      onProgress: (done, total) => progress.show('verifying tokens', done, total),
    }),
  )
  const document = { schema: 'mintmark-replay-with/1', seed, scale, measures: results }
  await call.print(document, () => textOf(results, call.width), 2)
  return DONE
}

function textOf(results: readonly WhatIf[], width: number): string {
  const rows = listed(results, width, [
    ['WITH', ({ measure }) => measure],
    ['FORGED TOKENS', ({ tokens }) => count(tokens.shown), RIGHT],
    ['REFUSED', ({ tokens }) => count(tokens.refused), RIGHT],
    ['MESSAGES READ', ({ messages }) => count(messages.read), RIGHT],
    ['STAYED UNREAD', ({ messages }) => count(messages.unread), RIGHT],
  ])
  const assumptions = results.map(
    ({ measure, assumption }) => `  ${measure.padEnd(11)}  ${assumption}\n`,
  )
  return `${rows}\nAssumptions\n${assumptions.join('')}${COMMON}`
}

const COMMON = `The verifier gets each token at the time of each access. A client that was
refused gets no renewed token from the mail service.
`
