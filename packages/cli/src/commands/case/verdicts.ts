import {
  type Answer,
  baseRateText,
  type Case,
  finishedAnswer,
  judgedOutcome,
  type Outcome,
  outcomeCounts,
  REASONS,
  type SessionVerdict,
  sealAndReconcile,
  sessionVerdicts,
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
import { type Io, widthOf } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { type Column, count, plural, table } from '../../render/table.ts'

/** Tokens and sessions that text shows; JSON has more. */
const SHOWN = 20
const LISTED = 100_000

export const verdicts: Handler = (_args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    const { session } = investigated
    if (flag(options, 'csv')) {
      await judged(investigated, io)
      for await (const lines of verdictsCsv(session)) await io.out(lines)
      return exitCode(await verdictsOutcome(session))
    }
    const found = await listed(investigated, flag(options, 'json'), io)
    const { outcome, verdicts: counts, reasons, tokens, tokensTotal, sessions } = found
    const width = widthOf(io)
    await io.out(
      flag(options, 'json')
        ? `${safeJson({ verdicts: counts, reasons, tokens, tokensTotal, sessions })}\n`
        : [
            counted(counts, reasons, width),
            tokenTable(tokens.slice(0, SHOWN), tokensTotal, width),
            sessionTable(sessions.slice(0, SHOWN), width),
          ]
            .filter((part) => part !== '')
            .join('\n'),
    )
    return exitCode(outcome)
  })

type Listed = Pick<Answer, 'verdicts' | 'reasons' | 'tokens' | 'tokensTotal' | 'sessions'> & {
  readonly outcome: Outcome
}

/** From the answer cache where it has all that is asked for. */
async function listed(investigated: Case, isAll: boolean, io: Io): Promise<Listed> {
  const answer = await finishedAnswer(investigated)
  if (answer !== undefined && !(isAll && answer.tokensTotal > answer.tokens.length))
    return { ...answer, outcome: judgedOutcome(answer.conclusion.judged) }
  await judged(investigated, io)
  const { session } = investigated
  const limit = isAll ? LISTED : SHOWN
  const tokens = await tokenVerdicts(session, { limit })
  return {
    ...(await outcomeCounts(session)),
    tokens: tokens.rows,
    tokensTotal: tokens.total,
    sessions: await sessionVerdicts(session, { limit }),
    outcome: await verdictsOutcome(session),
  }
}

/** Brings the verdicts up to the evidence; does nothing where they are. */
export async function judged(investigated: Case, io: Io): Promise<void> {
  const progress = new Progress(io)
  await sealAndReconcile(investigated, {
    onProgress: (done, total) => progress.show('reconcile', done, total),
  })
  progress.end()
}

function counted(
  counts: VerdictCounts,
  reasons: Readonly<Record<string, number>>,
  width: number,
): string {
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
    width,
  )
}

function tokenTable(tokens: readonly TokenVerdict[], total: number, width: number): string {
  if (total === 0) return ''
  const rows = tokens.map((token) => [token.tokenId, ...cells(token)])
  const shown = rows.length < total ? `, the first ${count(rows.length)}` : ''
  const title = `${plural(total, 'token')}${shown} (why one: mintmark why TOKEN):`
  return `${title}\n${table([{ title: 'token id', least: 36 }, ...COLUMNS], rows, width)}`
}

function sessionTable(sessions: readonly SessionVerdict[], width: number): string {
  if (sessions.length === 0) return ''
  const rows = sessions.map((one) => [one.sessionId, ...cells(one)])
  const columns = [{ title: 'session id', least: 36 }, ...COLUMNS]
  return `sessions of accesses without a token id:\n${table(columns, rows, width)}`
}

const COLUMNS: readonly Column[] = [
  { title: 'verdict', least: 28 },
  { title: 'strength', least: 11 },
  { title: 'base rate', least: 12, drop: 4 },
  { title: 'accesses', align: 'right', drop: 1 },
  { title: 'principals', least: 14, drop: 2 },
  { title: 'first', least: 10, drop: 3 },
]

function cells(one: TokenVerdict | SessionVerdict): string[] {
  return [
    `${one.verdict} (${one.reason})`,
    one.strength || '-',
    baseRateText(one.baseRate),
    count(one.accesses),
    one.principals.join(' '),
    one.first.slice(0, 10),
  ]
}
