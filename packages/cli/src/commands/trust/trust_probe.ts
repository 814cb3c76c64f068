import { setTimeout } from 'node:timers/promises'
import { type Json, MintmarkError, parseObject, plural, safeJson } from '@mintmark/core'
import * as trust from '@mintmark/trust'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE, type ExitCode, exitCode, NOT_ANSWERED } from '../../process/exit_codes.ts'
import { endInterrupted } from '../../process/interrupted.ts'
import type { Progress } from '../../process/progress.ts'
import { stoppable } from '../../process/stopping.ts'

/** Between two requests while the probe waits until a key is distrusted. */
const DISTRUST_EVERY_MS = 250

/** Finds out which forged tokens the operator's own verifier accepts. No token is printed. */
export const trustProbe: Handler = async (call) => {
  if (call.flag('list')) {
    const vectors = trust.namedVectors(call.list('vectors'))
    const json = () => ({ schema: 'mintmark-trust-vectors/1', vectors })
    return await call.end(DONE, { json, text: () => vectors.map(vectorLine).join('') })
  }
  const everyMs = call.duration('schedule')
  if (everyMs !== undefined)
    return await stoppable((stop) => probeOnSchedule(() => probed(call, stop), everyMs, call, stop))
  if (call.text('alarms') !== undefined)
    throw invalid('alarms', '--alarms is for a probe with --schedule')
  const report = await stoppable((stop) =>
    probed(call, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error
      return endInterrupted(call, INTERRUPTED)
    }),
  )
  const code = exitCode(trust.resultOf(report))
  return await call.end(code, {
    json: () => trust.probeDocument(report),
    sarif: () => trust.probeSarif(report, code),
    junit: () => trust.probeJunit(report),
    md: () => trust.probeMarkdown(report),
    text: () => trust.probeText(report),
  })
}

const INTERRUPTED = {
  state: 'The keys of the issuer are as they were before.',
  next: 'run the probe again',
}

async function probed(call: Call, signal: AbortSignal): Promise<trust.ProbeReport> {
  const rate = call.number('rate', { least: 0.1, most: 1000, isFraction: true }) ?? 20
  const allow = await allowOption(call)
  const claims = await claimsOption(call)
  const target = await targetOption(call)
  if (target.takes === 'saml' && call.flag('distrust'))
    throw invalid('distrust', '--distrust is for targets that take tokens of a key set')
  const [audience, typ] = [call.text('audience'), call.text('typ')]
  const opened = await trust.openIssuer(needed(call, 'issuer'), { audience, claims, typ })
  const issuer = target.takes === 'saml' ? { ...opened, acs: target.name } : opened
  const choice = { named: call.list('vectors'), isAdvisory: call.flag('advisory') }
  const vectors = trust.chooseVectors(choice, target, issuer)
  // A port that changes from run to run would make every alert a new one.
  const name = call.text('name') ?? target.name
  return await call.progress((progress) =>
    trust.runProbe({
      target: { ...target, name },
      issuer,
      vectors,
      now: call.now,
      rate,
      allow,
      distrust: distrustOption(call, progress),
      onProgress: (done, total) => progress.show('vectors', done, total),
      signal,
    }),
  )
}

function needed(call: Call, name: string): string {
  const value = call.text(name)
  if (value === undefined) throw invalid(name, `add --${name}: a probe needs it`)
  return value
}

async function claimsOption(call: Call): Promise<Json | undefined> {
  const source = await call.file('claims')
  if (source === undefined) return undefined
  const claims = parseObject(source)
  if (claims === undefined) throw invalid('claims', '--claims takes a file with a JSON object')
  return claims
}

async function allowOption(call: Call): Promise<trust.ProbeOptions['allow']> {
  const source = await call.file('allow')
  const ids = new Set(trust.allVectors().map(({ id }) => id))
  return source === undefined ? [] : trust.parseAllowList(source, 'vector', ids)
}

function distrustOption(call: Call, progress: Progress): trust.ProbeOptions['distrust'] {
  if (!call.flag('distrust')) return undefined
  const day = { least: 0, most: 86_400, isFraction: true }
  return {
    patienceS: call.number('patience', day) ?? 0,
    withinS: call.number('within', day) ?? 0,
    everyMs: DISTRUST_EVERY_MS,
    onProgress: (seconds, patienceS) => progress.show('time to distrust', seconds, patienceS),
  }
}

type Vector = ReturnType<typeof trust.namedVectors>[number]

const vectorLine = ({ id, family, level, what }: Vector): string =>
  `${family.padEnd(10)}  ${level.padEnd(8)}  ${id}: ${what}\n`

async function targetOption(call: Call): Promise<trust.Target> {
  const given = call.text('target') ?? ''
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !/^(?:https?|imaps?):$/.test(url.protocol))
    throw invalid('target', '--target takes an http://, https://, imap:// or imaps:// URL')
  if (url.username !== '' || url.password !== '')
    throw invalid('target', '--target takes no credentials: put a header into --header-file')
  const isMail = url.protocol.startsWith('imap')
  const via = call.text('via') ?? (isMail ? 'oauthbearer' : 'bearer')
  const isMailOnly = via === 'oauthbearer' || via === 'xoauth2'
  if (isMail !== isMailOnly)
    throw invalid('via', `--via ${via} is not for ${url.protocol}// targets`)
  await trust.confirmOwn(url, call.text('run'))
  if (isMailOnly) return trust.imapTarget({ url, mechanism: via, user: call.text('user') ?? '' })
  const http = await httpOptions(url, call)
  if (via === 'introspection') return trust.introspectionTarget(http)
  return via === 'saml' ? trust.samlTarget(http) : trust.bearerTarget(http)
}

async function httpOptions(url: URL, call: Call): Promise<trust.HttpOptions> {
  const headers = await call.file('headerFile')
  const method = call.text('method')
  if (method !== undefined && !/^[A-Za-z]+$/.test(method))
    throw invalid('method', '--method takes the name of an HTTP method, such as POST')
  return {
    url,
    method,
    expect: statuses(call, 'expect'),
    refuse: statuses(call, 'refuse'),
    headers: headers === undefined ? undefined : headersOf(headers),
  }
}

function statuses(call: Call, name: string): ReadonlySet<number> | undefined {
  const given = call.list(name).map(Number)
  if (given.some((status) => !(status >= 100 && status <= 599)))
    throw invalid(name, `--${name} takes HTTP statuses from 100 to 599`)
  return given.length === 0 ? undefined : new Set(given)
}

/** `Name: value` lines. Error messages do not repeat a line: it may be a secret. */
function headersOf(source: string): Record<string, string> {
  const lines = source.split(/\r?\n/).filter((line) => line !== '')
  const headers = new Headers()
  for (const line of lines) {
    const at = line.indexOf(':')
    try {
      headers.append(line.slice(0, at), line.slice(at + 1).trim())
    } catch {
      throw invalid('headerFile', '--header-file: a line is not of the form "Name: value"')
    }
  }
  return Object.fromEntries(headers)
}

const SCHEMA = 'mintmark-probe-event/1'
const ACCEPTED_EVENT = 'urn:mintmark:secevent:forgery-accepted'
const PATIENCE_MS = 10_000

/** Ends with 0 when it is stopped, also amid a run, and with 3 if an alarm is still undelivered. */
async function probeOnSchedule(
  once: () => Promise<trust.ProbeReport>,
  everyMs: number,
  call: Call,
  stop: AbortSignal,
): Promise<ExitCode> {
  const print = (event: object) => call.out(`${safeJson({ schema: SCHEMA, ...event })}\n`, 'lost')
  const streams = await streamsOption(call)
  const run = async () => {
    const report = await once()
    await print(eventOf(report))
    if (trust.resultOf(report).isFound) await streams?.send(alarmOf(report))
  }
  try {
    for (let runs = 0; !stop.aborted; runs++) {
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await run().catch((error: unknown) => {
        if (stop.aborted) return undefined
        // The first one shows whether the command means something.
        if (runs === 0 || !(error instanceof MintmarkError)) throw error
        const { code, message: text } = error
        return print({ at: new Date(call.now()).toISOString(), event: 'failed', code, text })
      })
      // oxlint-disable-next-line no-await-in-loop -- until the next run, or the end
      await setTimeout(everyMs, undefined, { signal: stop }).catch(() => undefined)
    }
  } catch (error) {
    await streams?.stop(0)
    throw error
  }
  const lost = (await streams?.stop(PATIENCE_MS)) ?? 0
  if (lost === 0) return DONE
  call.err(`mintmark: ${plural(lost, 'alarm')} could not be delivered before the end\n`)
  return NOT_ANSWERED
}

async function streamsOption(call: Call) {
  const file = call.text('alarms')
  if (file === undefined) return undefined
  const { openAlarmStreams } = await import('@mintmark/guard/alarm-streams')
  const log = (line: string) => void call.out(`${line}\n`)
  return await openAlarmStreams(file, { log, now: call.now })
}

function eventOf(report: trust.ProbeReport) {
  const result = trust.resultOf(report)
  return {
    at: new Date(report.atMs).toISOString(),
    event: result.isFound ? 'forgery-accepted' : 'probed',
    target: report.target,
    issuer: report.issuer,
    exitCode: exitCode(result),
    accepted: openOnes(report),
    summary: report.summary,
  }
}

function openOnes({ vectors, distrust }: trust.ProbeReport): string[] {
  return [
    ...vectors
      .filter(({ outcome, allowed }) => trust.isAccepted(outcome) && allowed === undefined)
      .map(({ vector }) => vector.id),
    ...distrust
      .filter(({ outcome }) => trust.isAccepted(outcome))
      .map(({ endpoint }) => `distrust-${endpoint}`),
  ]
}

const alarmOf = (report: trust.ProbeReport) => ({
  subject: URL.canParse(report.target)
    ? { format: 'uri', uri: report.target }
    : { format: 'opaque', id: report.target },
  type: ACCEPTED_EVENT,
  details: { schema: SCHEMA, ...eventOf(report) },
})
