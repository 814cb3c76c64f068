/* oxlint-disable no-await-in-loop -- one case after the other */
/** Runs the live replay, investigates the logs of both runs, and compares that with the truth. */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  answer,
  messageRows,
  openCase,
  type Session,
  select,
  type VerdictCounts,
} from '@mintmark/case'
import { isoOf, safeText, shellWord, utcMs } from '@mintmark/core'
import {
  differences,
  type LiveRun,
  type Outcome,
  outcomeOf,
  replayLive,
} from '@mintmark/replay/live'
import type { Call } from '../../process/call.ts'
import { type ExitCode, FOUND, NOT_ANSWERED } from '../../process/exit_codes.ts'
import { endInterrupted } from '../../process/interrupted.ts'
import { stopSignal } from '../../process/stopping.ts'
import { count, plural, table } from '../../render/table.ts'
import { readIn } from '../case/investigate.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/mintmark.mjs', import.meta.url))

/** @returns 1 where the forger was found and nothing differs, as investigations do; 3 where something differs */
export async function replayLiveHere(call: Call, seed: number): Promise<ExitCode> {
  const out = call.path('out') ?? (await mkdtemp(path.join(tmpdir(), 'mintmark-replay-')))
  const signal = stopSignal()
  const startedMs = call.now()
  const onStep = (step: string) =>
    call.note(`${String(Math.round((call.now() - startedMs) / 1000)).padStart(3)} s  ${step} …\n`)
  try {
    const mintmark = [process.execPath, COMMAND] as const
    const runs = await replayLive({ out, seed, mintmark, onStep, signal, now: call.now })
    const compared: ComparedRun[] = []
    for (const run of runs) {
      onStep(`${run.name}: mintmark investigate ${shellWord(run.logs)}`)
      signal.throwIfAborted()
      compared.push(await investigated(run, path.join(out, run.name, 'case'), call))
    }
    const seconds = Math.round((call.now() - startedMs) / 1000)
    await call.print(documentOf(out, compared), () => liveText(out, compared, seconds, call.width))
    const agrees = compared.every(({ differences: found }) => found.length === 0)
    return agrees ? FOUND : NOT_ANSWERED
  } catch (cause) {
    if (!signal.aborted) throw cause
    return endInterrupted(call, {
      state: `All programs are stopped. Logs so far are in ${safeText(out, 1000)}.`,
      next: 'run the same command again with another --out. It starts from the beginning.',
    })
  }
}

async function investigated(run: LiveRun, folder: string, call: Call): Promise<ComparedRun> {
  const opened = await openCase(folder, { mode: 'write' })
  try {
    await readIn(opened, [run.logs], call)
    const found = await answer(opened)
    const tokens = new Map(found.tokens.map(({ tokenId, verdict }) => [tokenId, verdict]))
    const read = await messagesOf(opened.session)
    const accounts = found.scope.accounts
      .filter(({ mailbox }) => read.has(mailbox))
      .map(({ mailbox, first, last }) => ({
        mailbox,
        messages: read.get(mailbox) ?? [],
        firstMs: utcMs(first) ?? 0,
        lastMs: utcMs(last) ?? 0,
      }))
    const said: Outcome = { tokens, accounts }
    const truth = outcomeOf(run.forgeries)
    return {
      run,
      folder,
      truth,
      said,
      verdicts: found.verdicts,
      differences: differences(truth, said),
    }
  } finally {
    await opened.close()
  }
}

async function messagesOf(session: Session): Promise<Map<string, string[]>> {
  const selected = await select(session, {})
  try {
    const read = new Map<string, string[]>()
    for await (const rows of messageRows(session, selected))
      for (const row of rows) {
        if (Number(row['is_read']) !== 1) continue
        const account = String(row['account'])
        read.set(account, [...(read.get(account) ?? []), String(row['item_id'])].toSorted(byText))
      }
    return read
  } finally {
    await selected.close()
  }
}

const plain = (outcome: Outcome) => ({
  tokens: Object.fromEntries(outcome.tokens),
  accounts: outcome.accounts,
})

const documentOf = (out: string, compared: readonly ComparedRun[]): object => ({
  schema: 'mintmark-replay-live/1',
  out,
  runs: compared.map(({ run, folder, truth, said, verdicts, differences: found }) => ({
    name: run.name,
    logs: run.logs,
    truthFile: run.truth,
    case: folder,
    genuineLogins: run.genuineLogins,
    genuineReads: run.genuineReads,
    forgeriesRefused: run.forgeries.filter(({ isRefused }) => isRefused).length,
    alarms: run.alarms,
    verdicts,
    truth: plain(truth),
    said: plain(said),
    differences: found,
  })),
})

const byText = (a: string, b: string) => (a < b ? -1 : 1)

interface ComparedRun {
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

function liveText(
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
