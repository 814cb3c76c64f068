/** Both runs of the live replay on a terminal: the truth and the answer side by side. */
import type { VerdictCounts } from '@mintmark/case'
import { isoOf, safeText, shellWord } from '@mintmark/core'
import type { LiveRun, Outcome } from '@mintmark/replay/live'
import { count, plural, table } from './table.ts'

export interface ComparedRun {
  readonly run: LiveRun
  readonly folder: string
  readonly truth: Outcome
  readonly said: Outcome
  readonly verdicts: VerdictCounts
  readonly differences: readonly string[]
}

const WHAT = {
  monitor: 'the guard only watches, as it was in 2023',
  enforce: 'the guard refuses',
} as const

export function liveText(
  out: string,
  runs: readonly ComparedRun[],
  seconds: number,
  width: number,
): string {
  return `${runs.map((run) => runText(run, width)).join('\n')}
Both runs took ${seconds} s. Logs, truth and cases are in ${safeText(out, 500)}
Next:  mintmark report --case ${shellWord(runs[0]?.folder ?? '')} --out REPORT\n`
}

function runText(
  { run, folder, truth, said, differences: found }: ComparedRun,
  width: number,
): string {
  const refused = run.forgeries.filter(({ isRefused }) => isRefused).length
  const alarms = Object.entries(run.alarms).map(([alarm, times]) => `${count(times)} ${alarm}`)
  const rows = table(
    [{ title: '' }, { title: 'the forger wrote down' }, { title: 'mintmark investigate says' }],
    [
      ['forged tokens', tokens(truth, 'unissued'), tokens(said, 'unissued')],
      ['reused ids', tokens(truth, 'mismatched'), tokens(said, 'mismatched')],
      ['mailboxes', mailboxes(truth), mailboxes(said)],
      ['messages', messages(truth), messages(said)],
      ['first, last', period(truth), period(said)],
    ],
    width,
  )
  const comparison =
    found.length === 0
      ? 'They agree: every token, mailbox, message and time.'
      : `They differ:\n${found.map((each) => `  ${safeText(each, 300)}`).join('\n')}`
  return `${run.name}: ${WHAT[run.name]}
${plural(run.genuineLogins, 'genuine login')} and ${plural(run.genuineReads, 'message')} read; ${count(run.forgeries.length)} forged tokens shown, ${count(refused)} refused; alarms: ${alarms.join(', ') || 'none'}

${rows}
${comparison}
  logs   ${safeText(run.logs, 500)}
  truth  ${safeText(run.truth, 500)}
  case   ${safeText(folder, 500)}
`
}

const tokens = (outcome: Outcome, verdict: string) =>
  count([...outcome.tokens.values()].filter((each) => each === verdict).length)

const mailboxes = ({ accounts }: Outcome) =>
  accounts.length === 0
    ? 'none'
    : accounts.map(({ mailbox }) => mailbox.split('@')[0] ?? '').join(', ')

const messages = ({ accounts }: Outcome) =>
  count(accounts.reduce((sum, account) => sum + account.messages.length, 0))

function period({ accounts }: Outcome): string {
  if (accounts.length === 0) return '—'
  const first = Math.min(...accounts.map(({ firstMs }) => firstMs))
  const last = Math.max(...accounts.map(({ lastMs }) => lastMs))
  return `${isoOf(first).slice(11, 19)}, ${isoOf(last).slice(11, 19)}`
}
