import { type CoverageSpan, coverageReport, seal } from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { count, percent, table } from '../../render/table.ts'

export const coverage: Handler = (_args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    await seal(investigated)
    const spans = await coverageReport(investigated.session)
    await io.out(flag(options, 'json') ? `${safeJson(spans)}\n` : listed(spans, widthOf(io)))
    return DONE
  })

function listed(spans: readonly CoverageSpan[], width: number): string {
  return table(
    [
      { title: 'side', drop: 5 },
      { title: 'tenant', least: 8 },
      { title: 'source', least: 6, drop: 2 },
      { title: 'category', least: 12 },
      { title: 'first day', least: 10 },
      { title: 'last day', least: 10 },
      { title: 'records', align: 'right' },
      { title: 'empty hours', align: 'right', drop: 1 },
      { title: 'token id', align: 'right' },
      { title: 'session', align: 'right', drop: 3 },
    ],
    spans.map((span) => [
      span.side,
      span.tenant,
      span.source,
      span.category,
      day(span.first),
      day(span.last),
      count(span.records),
      count(span.hoursEmpty),
      percent(span.fields.token),
      percent(span.fields.session),
    ]),
    width,
  )
}

const day = (iso: string) => iso.slice(0, 10)
