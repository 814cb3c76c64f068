import * as cases from '@mintmark/case'
import { withCase } from '../../options/options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { type ColumnOf, count, listed, plural, RIGHT, table } from '../../render/table.ts'

const SHOWN = 20
const LISTED = 100_000

export const verdicts: Handler = (call) =>
  withCase(call, 'read', async (investigated) => {
    const { session } = investigated
    if (call.flag('csv')) {
      await reconciled(investigated, call)
      const code = exitCode(await cases.verdictsOutcome(session))
      for await (const lines of cases.verdictsCsv(session)) await call.out(lines, code)
      return code
    }
    const found = await verdictsOf(investigated, call.isJson, call)
    const { outcome, verdicts: counts, reasons, tokens, tokensTotal, sessions } = found
    const width = call.width
    const document = { verdicts: counts, reasons, tokens, tokensTotal, sessions }
    await call.print(document, () =>
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

type Found = Pick<cases.Answer, 'verdicts' | 'reasons' | 'tokens' | 'tokensTotal' | 'sessions'> & {
  readonly outcome: cases.Outcome
}

async function verdictsOf(investigated: cases.Case, isAll: boolean, call: Call): Promise<Found> {
  const answer = await cases.finishedAnswer(investigated)
  if (answer !== undefined && !(isAll && answer.tokensTotal > answer.tokens.length))
    return { ...answer, outcome: cases.verdictOutcome(answer.conclusion.judged) }
  await reconciled(investigated, call)
  const { session } = investigated
  const limit = isAll ? LISTED : SHOWN
  const tokens = await cases.tokenVerdicts(session, { limit })
  return {
    ...(await cases.outcomeCounts(session)),
    tokens: tokens.rows,
    tokensTotal: tokens.total,
    sessions: await cases.sessionVerdicts(session, { limit }),
    outcome: await cases.verdictsOutcome(session),
  }
}

export const reconciled = (investigated: cases.Case, call: Call): Promise<unknown> =>
  call.progress((progress) =>
    cases.sealAndReconcile(investigated, {
      onProgress: (done, total) => progress.show('reconcile', done, total),
    }),
  )

function counted(
  counts: cases.VerdictCounts,
  reasons: Readonly<Record<string, number>>,
  width: number,
): string {
  const verdictOf = new Map<string, string>(
    cases.REASONS.map(({ reason, verdict }) => [reason, verdict]),
  )
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

function tokenTable(tokens: readonly cases.TokenVerdict[], total: number, width: number): string {
  if (total === 0) return ''
  const shown = tokens.length < total ? `, the first ${count(tokens.length)}` : ''
  const title = `${plural(total, 'token')}${shown} (why one: mintmark why TOKEN):`
  const ids: ColumnOf<cases.TokenVerdict> = ['token id', ({ tokenId }) => tokenId, { least: 36 }]
  return `${title}\n${listed(tokens, width, [ids, ...COLUMNS])}`
}

function sessionTable(sessions: readonly cases.SessionVerdict[], width: number): string {
  if (sessions.length === 0) return ''
  const ids: ColumnOf<cases.SessionVerdict> = [
    'session id',
    ({ sessionId }) => sessionId,
    { least: 36 },
  ]
  return `sessions of accesses without a token id:\n${listed(sessions, width, [ids, ...COLUMNS])}`
}

const COLUMNS: readonly ColumnOf<cases.TokenVerdict | cases.SessionVerdict>[] = [
  ['verdict', ({ verdict, reason }) => `${verdict} (${reason})`, { least: 28 }],
  ['strength', ({ strength }) => strength || '-', { least: 11 }],
  ['base rate', ({ baseRate }) => cases.baseRateText(baseRate), { least: 12, drop: 4 }],
  ['accesses', ({ accesses }) => count(accesses), { ...RIGHT, drop: 1 }],
  ['principals', ({ principals }) => principals.join(' '), { least: 14, drop: 2 }],
  ['first', ({ first }) => first.slice(0, 10), { least: 10, drop: 3 }],
]
