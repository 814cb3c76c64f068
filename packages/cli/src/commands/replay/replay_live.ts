/* oxlint-disable no-await-in-loop -- one case after the other */
/** Runs the live replay, investigates the logs of both runs, and compares that with the truth. */

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { answer, messageRows, openCase, type Session, select } from '@mintmark/case'
import { safeText, shellWord, utcMs } from '@mintmark/core'
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
import { type ComparedRun, liveText } from '../../render/live_text.ts'
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
