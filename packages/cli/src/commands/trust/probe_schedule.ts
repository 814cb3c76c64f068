/**
 * A probe that is repeated: acceptance of a forged token is an alarm, on standard output and in a guard's streams.
 *
 * @module
 */
import { setTimeout } from 'node:timers/promises'
import { MintmarkError, plural, safeJson } from '@mintmark/core'
import type { AlarmStreams } from '@mintmark/guard/alarm-streams'
import { isAccepted, judged, type ProbeReport } from '@mintmark/trust'
import { DONE, type ExitCode, exitCode, NOT_ANSWERED } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { stopSignal } from '../../process/stopping.ts'

const SCHEMA = 'mintmark-probe-event/1'
const ACCEPTED_EVENT = 'urn:mintmark:secevent:forgery-accepted'
/** How long receivers have for the alarms still pending at the end. */
const PATIENCE_MS = 10_000

export interface Schedule {
  readonly everyMs: number
  readonly alarms: string | undefined
}

/** Ends with 0 when it is stopped, and with 3 if an alarm could not be delivered by then. */
export async function probeOnSchedule(
  once: () => Promise<ProbeReport>,
  { everyMs, alarms }: Schedule,
  io: Io,
): Promise<ExitCode> {
  const stop = stopSignal()
  const log = (line: string) => void io.out(`${line}\n`)
  const streams = alarms === undefined ? undefined : await opened(alarms, log, io)
  try {
    await repeat(once, { everyMs, streams, stop }, io)
  } catch (error) {
    await streams?.stop(0)
    throw error
  }
  const lost = (await streams?.stop(PATIENCE_MS)) ?? 0
  if (lost === 0) return DONE
  io.err(`mintmark: ${plural(lost, 'alarm')} could not be delivered before the end\n`)
  return NOT_ANSWERED
}

interface Repetition {
  readonly everyMs: number
  readonly streams: AlarmStreams | undefined
  readonly stop: AbortSignal
}

async function repeat(
  once: () => Promise<ProbeReport>,
  { everyMs, streams, stop }: Repetition,
  io: Io,
): Promise<void> {
  for (let runs = 0; !stop.aborted; runs++) {
    // oxlint-disable-next-line no-await-in-loop -- one run after the other
    await run(once, streams, io).catch((error: unknown) => {
      // The first one shows whether the command means something.
      if (runs === 0 || !(error instanceof MintmarkError)) throw error
      return reportFailure(error, io)
    })
    // oxlint-disable-next-line no-await-in-loop -- until the next run, or the end
    await setTimeout(everyMs, undefined, { signal: stop }).catch(() => undefined)
  }
}

async function opened(file: string, log: (line: string) => void, io: Io): Promise<AlarmStreams> {
  const { openAlarmStreams } = await import('@mintmark/guard/alarm-streams')
  return await openAlarmStreams(file, { log, now: io.now })
}

async function run(
  once: () => Promise<ProbeReport>,
  streams: AlarmStreams | undefined,
  io: Io,
): Promise<void> {
  const report = await once()
  await io.out(`${safeJson(eventOf(report))}\n`)
  if (judged(report).isFound) await streams?.send(alarmOf(report))
}

async function reportFailure({ code, message }: MintmarkError, io: Io): Promise<void> {
  const at = new Date(io.now()).toISOString()
  await io.out(`${safeJson({ schema: SCHEMA, at, event: 'failed', code, text: message })}\n`)
}

function eventOf(report: ProbeReport) {
  const result = judged(report)
  return {
    schema: SCHEMA,
    at: new Date(report.atMs).toISOString(),
    event: result.isFound ? 'forgery-accepted' : 'probed',
    target: report.target,
    issuer: report.issuer,
    exitCode: exitCode(result),
    accepted: openOnes(report),
    summary: report.summary,
  }
}

function openOnes({ vectors, distrust }: ProbeReport): string[] {
  return [
    ...vectors
      .filter(({ outcome, allowed }) => isAccepted(outcome) && allowed === undefined)
      .map(({ vector }) => vector.id),
    ...distrust
      .filter(({ outcome }) => isAccepted(outcome))
      .map(({ endpoint }) => `distrust-${endpoint}`),
  ]
}

const alarmOf = (report: ProbeReport) => ({
  subject: URL.canParse(report.target)
    ? { format: 'uri', uri: report.target }
    : { format: 'opaque', id: report.target },
  type: ACCEPTED_EVENT,
  details: eventOf(report),
})
