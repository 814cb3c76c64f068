import { type CoverageSpan, coverageReport, seal } from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { count, minute, percent, table } from '../../render/table.ts'

export const coverage: Handler = (_args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    await seal(investigated)
    const spans = await coverageReport(investigated.session)
    await io.out(flag(options, 'json') ? `${safeJson(spans)}\n` : listed(spans))
    return DONE
  })

function listed(spans: readonly CoverageSpan[]): string {
  return table(
    [
      { title: 'side' },
      { title: 'tenant' },
      { title: 'source' },
      { title: 'category' },
      { title: 'first' },
      { title: 'last' },
      { title: 'records', align: 'right' },
      { title: 'empty hours', align: 'right' },
      { title: 'token id', align: 'right' },
      { title: 'session', align: 'right' },
    ],
    spans.map((span) => [
      span.side,
      span.tenant,
      span.source,
      span.category,
      minute(span.first),
      minute(span.last),
      count(span.records),
      count(span.hoursEmpty),
      percent(span.fields.token),
      percent(span.fields.session),
    ]),
  )
}
