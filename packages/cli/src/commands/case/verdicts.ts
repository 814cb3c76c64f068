import {
  baseRateText,
  type Case,
  judge,
  judgeSessions,
  outcomeCounts,
  REASONS,
  type SessionVerdict,
  type TokenVerdict,
  tokenVerdicts,
  type VerdictCounts,
  verdictsCsv,
  verdictsOutcome,
} from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { count, minute, plural, table } from '../../render/table.ts'

/** Tokens and sessions that text shows; JSON has more. */
const SHOWN = 20
const LISTED = 100_000

export const verdicts: Handler = (_args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    await judged(investigated, io)
    const { session } = investigated
    const { verdicts: counts, reasons } = await outcomeCounts(session)
    const code = exitCode(await verdictsOutcome(session))
    if (flag(options, 'csv')) {
      for await (const lines of verdictsCsv(session)) await io.out(lines)
      return code
    }
    const limit = flag(options, 'json') ? LISTED : SHOWN
    const tokens = await tokenVerdicts(session, { limit })
    const sessions = await judgeSessions(session, { limit })
    await io.out(
      flag(options, 'json')
        ? `${safeJson({ verdicts: counts, reasons, tokens: tokens.rows, tokensTotal: tokens.total, sessions })}\n`
        : [counted(counts, reasons), tokenTable(tokens.rows, tokens.total), sessionTable(sessions)]
            .filter((part) => part !== '')
            .join('\n'),
    )
    return code
  })

/** Brings the verdicts up to the evidence; does nothing where they are. */
export async function judged(investigated: Case, io: Io): Promise<void> {
  const progress = new Progress(io)
  await judge(investigated, {
    onProgress: (done, total) => progress.show('reconcile', done, total),
  })
  progress.end()
}

function counted(counts: VerdictCounts, reasons: Readonly<Record<string, number>>): string {
  const verdictOf = new Map<string, string>(REASONS.map(({ reason, verdict }) => [reason, verdict]))
  return table(
    [{ title: 'verdict' }, { title: 'reason' }, { title: 'accesses', align: 'right' }],
    Object.entries(counts).flatMap(([verdict, accesses]) =>
      [[verdict, '', count(accesses)]].concat(
        Object.entries(reasons)
          .filter(([reason]) => verdictOf.get(reason) === verdict)
          .map(([reason, times]) => ['', reason, count(times)]),
      ),
    ),
  )
}

function tokenTable(tokens: readonly TokenVerdict[], total: number): string {
  if (total === 0) return ''
  const rows = tokens.map((token) => [
    token.tokenId,
    `${token.verdict} (${token.reason})`,
    token.strength || '-',
    baseRateText(token.baseRate),
    count(token.accesses),
    token.principals.join(' '),
    minute(token.first),
  ])
  const columns = [
    'token id',
    'verdict',
    'strength',
    'base rate',
    'accesses',
    'principals',
    'first',
  ]
  return `${plural(total, 'token')}, the first ${count(rows.length)}:\n${table(
    columns.map((title) => ({ title })),
    rows,
  )}`
}

function sessionTable(sessions: readonly SessionVerdict[]): string {
  if (sessions.length === 0) return ''
  const rows = sessions.map((one) => [
    one.sessionId,
    `${one.verdict} (${one.reason})`,
    one.strength || '-',
    baseRateText(one.baseRate),
    count(one.accesses),
    one.principals.join(' '),
    minute(one.first),
  ])
  return `sessions of accesses without a token id:\n${table(
    ['session id', 'verdict', 'strength', 'base rate', 'accesses', 'principals', 'first'].map(
      (title) => ({
        title,
      }),
    ),
    rows,
  )}`
}
