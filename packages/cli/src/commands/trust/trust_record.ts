import { setTimeout } from 'node:timers/promises'
import { plural, safeJson, safeText } from '@mintmark/core'
import { PinnedCheckpoints } from '@mintmark/ledger/log'
import {
  type Alarm,
  alarmDocument,
  alarmsOf,
  alarmText,
  historiesOf,
  KeyRecord,
  type Observation,
  parseSource,
  RecordWitnesses,
  type Round,
  recordEvery,
  recordOnce,
  seriesOf,
} from '@mintmark/trust'
import { fileOption } from '../../options/files.ts'
import { durationOption, flag, list, textOption } from '../../options/option_values.ts'
import { policyOption } from '../../options/policy_option.ts'
import { originsOption } from '../../options/trust_options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, exitCode } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { stopSignal } from '../../process/stopping.ts'

export const trustRecord: Handler = async (operands, options, io) => {
  const everyMs = durationOption(options, 'every')
  const asked = {
    sources: operands.map(parseSource),
    announced: list(options, 'announced'),
    origins: originsOption(options),
    ca: await fileOption(options, 'ca'),
    now: io.now,
  }
  const heads = await PinnedCheckpoints.open(textOption(options, 'heads'))
  const record = await KeyRecord.open(textOption(options, 'out') ?? '', { seen: heads.seen })
  try {
    const given = { record, ...asked }
    const witnesses = await witnessesOf(record, options, io)
    const alarms = new NewAlarms(record)
    await alarms.next()
    let [isAlarmed, isWitnessed] = [false, true]
    const print = async (round: Round) => {
      await heads.pin([record.head])
      for (const problem of round.problems) io.err(`mintmark: ${safeText(problem, 500)}\n`)
      await io.out(textOf(round, options))
      const fresh = await alarms.next()
      isAlarmed ||= fresh.length > 0
      const line = flag(options, 'json') ? alarmLine : alarmText
      await io.out(fresh.map(line).join(''))
      isWitnessed = (await witnesses?.cosign()) ?? true
      if (!isWitnessed) io.err(`mintmark: look ${record.head.size}: ${UNWITNESSED}\n`)
    }
    const looks = async () => {
      if (everyMs !== undefined) return await goOn(given, everyMs, print)
      const round = await recordOnce(given)
      await print(round)
      return await concluded(round, record, { isAlarmed, isWitnessed }, options, io)
    }
    const code = await looks()
    await io.out(checkpointText(record, options))
    return code
  } finally {
    await record.close()
  }
}

const UNWITNESSED = 'too few witnesses of the policy have cosigned it'

/** Loaded only where witnesses are asked. */
async function witnessesOf(record: KeyRecord, options: Options, io: Io) {
  const policy = await policyOption(options)
  if (policy === undefined) return undefined
  const { witnessHttp: http } = await import('@mintmark/ledger/http')
  const onDispute = (text: string) => io.err(`mintmark: ${safeText(text, 500)}\n`)
  return await RecordWitnesses.open(record, policy, { http, onDispute })
}

function checkpointText({ signed: { checkpoint } }: KeyRecord, options: Options): string {
  if (flag(options, 'json'))
    return `${safeJson({ schema: 'mintmark-key-checkpoint/1', checkpoint })}\n`
  return `\nStore this checkpoint elsewhere: history --checkpoint FILE detects a rewritten\nrecord.\n\n${checkpoint}`
}

async function goOn(
  given: Parameters<typeof recordEvery>[0],
  everyMs: number,
  onRound: (round: Round) => Promise<void>,
): Promise<ExitCode> {
  const signal = stopSignal()
  await recordEvery(given, {
    everyMs,
    onRound,
    isStopped: () => signal.aborted,
    wait: (ms) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
  })
  return DONE
}

async function concluded(
  round: Round,
  record: KeyRecord,
  { isAlarmed, isWitnessed }: { readonly isAlarmed: boolean; readonly isWitnessed: boolean },
  options: Options,
  io: Io,
): Promise<ExitCode> {
  const missed = round.written.filter(({ outcome }) => outcome === 'unavailable')
  if (!flag(options, 'json')) {
    const known = round.known === 0 ? '' : `; ${round.known} known before`
    await io.out(
      `${plural(round.written.length, 'look')} recorded${known}; the record has ${record.head.size}\n`,
    )
  }
  const isEmpty = round.written.length + round.known + round.problems.length === 0
  if (isEmpty) io.err('mintmark: the sources have no key document\n')
  const isRead = !isEmpty && missed.length + round.problems.length === 0
  return exitCode({ isFound: isAlarmed, isWhole: isRead && isWitnessed })
}

const alarmLine = (alarm: Alarm) => `${safeJson(alarmDocument(alarm))}\n`

/** Alarms of a record that it did not raise when it was asked before. */
class NewAlarms {
  readonly #record: KeyRecord
  readonly #known = new Set<string>()

  constructor(record: KeyRecord) {
    this.#record = record
  }

  async next(): Promise<readonly Alarm[]> {
    const { observations } = this.#record
    const bodyOf = (each: Observation) => this.#record.bodyOf(each)
    const series = await seriesOf({ observations, bodyOf })
    return alarmsOf(series, historiesOf(series)).filter((alarm) => {
      const name = JSON.stringify([alarm.code, alarm.document, alarm.thumbprint, alarm.message])
      const isNew = !this.#known.has(name)
      this.#known.add(name)
      return isNew
    })
  }
}

function textOf({ written }: Round, options: Options): string {
  const line = flag(options, 'json') ? jsonOf : lineOf
  return written.map((each) => `${line(each)}\n`).join('')
}

const jsonOf = ({ atMs, recordedMs, ...seen }: Observation) =>
  safeJson({
    schema: 'mintmark-key-observation/1',
    at: new Date(atMs).toISOString(),
    recorded: new Date(recordedMs).toISOString(),
    ...seen,
  })

function lineOf({ atMs, outcome, document, why }: Observation): string {
  const time = `${new Date(atMs).toISOString().slice(0, 19)}Z`
  const what = `${time}  ${outcome.padEnd(11)}  ${safeText(document, 44)}`
  return why === undefined ? what : `${what}\n  ${safeText(why, 76)}`
}
