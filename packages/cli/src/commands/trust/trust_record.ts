import { setTimeout } from 'node:timers/promises'
import { plural, safeJson, safeText } from '@mintmark/core'
import { PinnedCheckpoints } from '@mintmark/ledger/log'
import * as trust from '@mintmark/trust'
import { policyOption } from '../../options/policy_option.ts'
import { originsOption } from '../../options/trust_options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { DONE, type ExitCode, exitCode } from '../../process/exit_codes.ts'
import { stopSignal } from '../../process/stopping.ts'

export const trustRecord: Handler = async (call, ...operands) => {
  const everyMs = call.duration('every')
  const ifUnread = everyMs === undefined ? 'own' : 'lost'
  const asked = {
    sources: operands.map(trust.parseSource),
    announced: call.list('announced'),
    origins: originsOption(call),
    ca: await call.file('ca'),
    now: call.now,
  }
  const heads = await PinnedCheckpoints.open(call.text('heads'))
  const record = await trust.KeyRecord.open(call.text('out') ?? '', { seen: heads.seen })
  try {
    const given = { record, ...asked }
    const witnesses = await witnessesOf(record, call)
    const nextAlarms = newAlarms(record)
    await nextAlarms()
    let [isAlarmed, isWitnessed] = [false, true]
    const print = async (round: trust.Round) => {
      await heads.pin([record.content.head])
      for (const problem of round.problems) call.err(`mintmark: ${safeText(problem, 500)}\n`)
      await call.out(textOf(round, call), ifUnread)
      const fresh = await nextAlarms()
      isAlarmed ||= fresh.length > 0
      const line = call.isJson ? alarmLine : trust.alarmText
      await call.out(fresh.map(line).join(''), ifUnread)
      isWitnessed = (await witnesses?.cosign()) ?? true
      if (!isWitnessed)
        call.err(`mintmark: observation ${record.content.head.size}: ${UNWITNESSED}\n`)
    }
    const recordNow = async () => {
      if (everyMs !== undefined) return await goOn(given, everyMs, print)
      const round = await trust.recordOnce(given)
      await print(round)
      return await concluded(round, record, { isAlarmed, isWitnessed }, call)
    }
    const code = await recordNow()
    await call.out(checkpointText(record, call), 'own')
    return code
  } finally {
    await record.close()
  }
}

const UNWITNESSED = 'too few witnesses of the policy have cosigned it'

async function witnessesOf(record: trust.KeyRecord, call: Call) {
  const policy = await policyOption(call)
  if (policy === undefined) return undefined
  const { witnessHttp: http } = await import('@mintmark/ledger/http')
  const onDispute = (text: string) => call.err(`mintmark: ${safeText(text, 500)}\n`)
  return await trust.openWitnesses(record, policy, { http, onDispute })
}

function checkpointText({ content: { checkpoint } }: trust.KeyRecord, call: Call): string {
  if (call.isJson) return `${safeJson({ schema: 'mintmark-key-checkpoint/1', checkpoint })}\n`
  return `\nStore this checkpoint elsewhere: history --checkpoint FILE detects a rewritten\nrecord.\n\n${checkpoint}`
}

async function goOn(
  given: Parameters<typeof trust.recordEvery>[0],
  everyMs: number,
  onRound: (round: trust.Round) => Promise<void>,
): Promise<ExitCode> {
  const signal = stopSignal()
  await trust.recordEvery(given, {
    everyMs,
    onRound,
    isStopped: () => signal.aborted,
    wait: (ms) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
  })
  return DONE
}

async function concluded(
  round: trust.Round,
  record: trust.KeyRecord,
  { isAlarmed, isWitnessed }: { readonly isAlarmed: boolean; readonly isWitnessed: boolean },
  call: Call,
): Promise<ExitCode> {
  const missed = round.written.filter(({ outcome }) => outcome === 'unavailable')
  if (!call.isJson) {
    const known = round.known === 0 ? '' : `; ${round.known} known before`
    await call.out(
      `${plural(round.written.length, 'observation')} recorded${known}; the record has ${record.content.head.size}\n`,
      'own',
    )
  }
  const isEmpty = round.written.length + round.known + round.problems.length === 0
  if (isEmpty) call.err('mintmark: the sources have no key document\n')
  const isRead = !isEmpty && missed.length + round.problems.length === 0
  return exitCode({ isFound: isAlarmed, isWhole: isRead && isWitnessed })
}

const alarmLine = (alarm: trust.Alarm) => `${safeJson(trust.alarmDocument(alarm))}\n`

function newAlarms(record: trust.KeyRecord): () => Promise<readonly trust.Alarm[]> {
  const known = new Set<string>()
  return async () => {
    const series = await trust.seriesOf(record.content)
    const alarms = trust.alarmsOf(series, trust.historiesOf(series))
    const fresh = alarms.filter((alarm) => !known.has(trust.alarmName(alarm)))
    for (const alarm of fresh) known.add(trust.alarmName(alarm))
    return fresh
  }
}

function textOf({ written }: trust.Round, call: Call): string {
  const line = call.isJson ? jsonOf : lineOf
  return written.map((each) => `${line(each)}\n`).join('')
}

const jsonOf = ({ atMs, recordedMs, ...seen }: trust.Observation) =>
  safeJson({
    schema: 'mintmark-key-observation/1',
    at: new Date(atMs).toISOString(),
    recorded: new Date(recordedMs).toISOString(),
    ...seen,
  })

function lineOf({ atMs, outcome, document, why }: trust.Observation): string {
  const time = `${new Date(atMs).toISOString().slice(0, 19)}Z`
  const what = `${time}  ${outcome.padEnd(11)}  ${safeText(document, 44)}`
  return why === undefined ? what : `${what}\n  ${safeText(why, 76)}`
}
