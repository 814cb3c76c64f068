import { type CoverageSpan, coverageReport, seal } from '@mintmark/case'
import { withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { print } from '../../render/print.ts'
import { count, listed, percent, RIGHT } from '../../render/table.ts'

export const coverage: Handler = (_args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    await seal(investigated)
    const spans = await coverageReport(investigated.session)
    await print(io, options, spans, () => spanTable(spans, widthOf(io)))
    return DONE
  })

const spanTable = (spans: readonly CoverageSpan[], width: number) =>
  listed(spans, width, [
    ['side', ({ side }) => side, { drop: 5 }],
    ['tenant', ({ tenant }) => tenant, { least: 8 }],
    ['source', ({ source }) => source, { least: 6, drop: 2 }],
    ['category', ({ category }) => category, { least: 12 }],
    ['first day', ({ first }) => first.slice(0, 10), { least: 10 }],
    ['last day', ({ last }) => last.slice(0, 10), { least: 10 }],
    ['records', ({ records }) => count(records), RIGHT],
    ['empty hours', ({ hoursEmpty }) => count(hoursEmpty), { ...RIGHT, drop: 1 }],
    ['token id', ({ fields }) => percent(fields.token), RIGHT],
    ['session', ({ fields }) => percent(fields.session), { ...RIGHT, drop: 3 }],
  ])
