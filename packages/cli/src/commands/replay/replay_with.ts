/** What would have stayed unread, had one measure been in place. @module */
import { safeJson } from '@mintmark/core'
import { MEASURES, type WhatIf, whatIf } from '@mintmark/replay/front-end'
import { list, numberOption } from '../../options/option_values.ts'
import type { Options } from '../../process/command.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { type Io, widthOf } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { count, table } from '../../render/table.ts'
import { scaleOption } from './scale_option.ts'

/** Older than any key of the replay. */
const MOST_DAYS = 10_000

export async function replayWith(options: Options, seed: number, io: Io): Promise<ExitCode> {
  const asked = list(options, 'with')
  const isAll = asked.length === 0 || asked.includes('all')
  const rotationDays = numberOption(options, 'rotationAge', { least: 0, most: MOST_DAYS })
  const scale = scaleOption(options)
  const progress = new Progress(io)
  const results = await whatIf({
    seed,
    scale,
    measures: MEASURES.filter((measure) => isAll || asked.includes(measure)),
    rotationDays,
    onProgress: (done, total) => progress.show('showing tokens', done, total),
  })
  progress.end()
  const schema = 'mintmark-replay-with/1'
  await io.out(
    options['json'] === true
      ? `${safeJson({ schema, seed, scale, measures: results }, 2)}\n`
      : textOf(results, widthOf(io)),
  )
  return DONE
}

function textOf(results: readonly WhatIf[], width: number): string {
  const right = 'right'
  const columns = [
    { title: 'WITH' },
    { title: 'FORGED TOKENS', align: right },
    { title: 'REFUSED', align: right },
    { title: 'MESSAGES READ', align: right },
    { title: 'STAYED UNREAD', align: right },
  ] as const
  const rows = results.map(({ measure, tokens, messages }) => [
    measure,
    count(tokens.shown),
    count(tokens.refused),
    count(messages.read),
    count(messages.unread),
  ])
  const assumptions = results.map(
    ({ measure, assumption }) => `  ${measure.padEnd(11)}  ${assumption}\n`,
  )
  return `${table(columns, rows, width)}\nAssumptions\n${assumptions.join('')}${COMMON}`
}

const COMMON = `Each token is shown to the verifier at the time of each access. Whoever was
refused gets no renewed token from the mail service.
`
