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
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { type Io, widthOf } from '../../process/io.ts'
import { withProgress } from '../../process/progress.ts'
import { print } from '../../render/print.ts'
import { type ColumnOf, count, listed, plural, RIGHT, table } from '../../render/table.ts'

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
    const found = await verdictsOf(investigated, flag(options, 'json'), io)
    const { outcome, verdicts: counts, reasons, tokens, tokensTotal, sessions } = found
    const width = widthOf(io)
    const document = { verdicts: counts, reasons, tokens, tokensTotal, sessions }
    await print(io, options, document, () =>
      [
        counted(counts, reasons, width),
        tokenTable(tokens.slice(0, SHOWN), tokensTotal, width),
        sessionTable(sessions.slice(0, SHOWN), width),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    )
    return exitCode(outcome)
  })

type Found = Pick<Answer, 'verdicts' | 'reasons' | 'tokens' | 'tokensTotal' | 'sessions'> & {
  readonly outcome: Outcome
}

/** From the answer cache where it has all that is asked for. */
async function verdictsOf(investigated: Case, isAll: boolean, io: Io): Promise<Found> {
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
export const judged = (investigated: Case, io: Io): Promise<unknown> =>
  withProgress(io, (progress) =>
    sealAndReconcile(investigated, {
      onProgress: (done, total) => progress.show('reconcile', done, total),
    }),
  )

function counted(
  counts: VerdictCounts,
  reasons: Readonly<Record<string, number>>,
  width: number,
): string {
  const verdictOf = new Map<string, string>(REASONS.map(({ reason, verdict }) => [reason, verdict]))
  return table(
    [{ title: 'verdict' }, { title: 'reason' }, { title: 'accesses', ...RIGHT }],
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
  const shown = tokens.length < total ? `, the first ${count(tokens.length)}` : ''
  const title = `${plural(total, 'token')}${shown} (why one: mintmark why TOKEN):`
  const ids: ColumnOf<TokenVerdict> = ['token id', ({ tokenId }) => tokenId, { least: 36 }]
  return `${title}\n${listed(tokens, width, [ids, ...COLUMNS])}`
}

function sessionTable(sessions: readonly SessionVerdict[], width: number): string {
  if (sessions.length === 0) return ''
  const ids: ColumnOf<SessionVerdict> = ['session id', ({ sessionId }) => sessionId, { least: 36 }]
  return `sessions of accesses without a token id:\n${listed(sessions, width, [ids, ...COLUMNS])}`
}

const COLUMNS: readonly ColumnOf<TokenVerdict | SessionVerdict>[] = [
  ['verdict', ({ verdict, reason }) => `${verdict} (${reason})`, { least: 28 }],
  ['strength', ({ strength }) => strength || '-', { least: 11 }],
  ['base rate', ({ baseRate }) => baseRateText(baseRate), { least: 12, drop: 4 }],
  ['accesses', ({ accesses }) => count(accesses), { ...RIGHT, drop: 1 }],
  ['principals', ({ principals }) => principals.join(' '), { least: 14, drop: 2 }],
  ['first', ({ first }) => first.slice(0, 10), { least: 10, drop: 3 }],
]
