import { type Json, parseObject, safeJson } from '@mintmark/core'
import {
  allVectors,
  chooseVectors,
  judged,
  namedVectors,
  openIssuer,
  type ProbeOptions,
  type ProbeReport,
  parseAllowances,
  probeDocument,
  probeJunit,
  probeMarkdown,
  probeSarif,
  probeText,
  runProbe,
} from '@mintmark/trust'
import { fileOption } from '../../options/files.ts'
import {
  durationOption,
  flag,
  invalid,
  list,
  numberOption,
  textOption,
} from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, exitCode } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { type Progress, withProgress } from '../../process/progress.ts'
import { probeOnSchedule, type Schedule } from './probe_schedule.ts'
import { targetOption } from './probe_target.ts'

/** Between two requests while the probe waits until a key is distrusted. */
const DISTRUST_EVERY_MS = 250

/** Finds out which forged tokens the operator's own verifier accepts. No token is printed. */
export const trustProbe: Handler = async (_operands, options, io) => {
  if (flag(options, 'list')) {
    await io.out(listed(options))
    return DONE
  }
  const once = () => probed(options, io)
  const schedule = scheduleOption(options)
  if (schedule !== undefined) return await probeOnSchedule(once, schedule, io)
  const report = await once()
  const code = exitCode(judged(report))
  await io.out(printed(report, options, code), code)
  return code
}

async function probed(options: Options, io: Io): Promise<ProbeReport> {
  const rate = numberOption(options, 'rate', { least: 0.1, most: 1000, isFraction: true }) ?? 20
  const allow = await allowOption(options)
  const claims = await claimsOption(options)
  const target = await targetOption(options)
  if (target.takes === 'saml' && flag(options, 'distrust'))
    throw invalid('distrust', '--distrust is for targets that take tokens of a key set')
  const [audience, typ] = [textOption(options, 'audience'), textOption(options, 'typ')]
  const opened = await openIssuer(needed(options, 'issuer'), { audience, claims, typ })
  const issuer = target.takes === 'saml' ? { ...opened, acs: target.name } : opened
  const choice = { named: list(options, 'vectors'), isAdvisory: flag(options, 'advisory') }
  const vectors = chooseVectors(choice, target, issuer)
  // A port that changes from run to run would make every alert a new one.
  const name = textOption(options, 'name') ?? target.name
  return await withProgress(io, (progress) =>
    runProbe({
      target: { ...target, name },
      issuer,
      vectors,
      now: io.now,
      rate,
      allow,
      distrust: distrustOption(options, progress),
      onProgress: (done, total) => progress.show('vectors', done, total),
    }),
  )
}

function scheduleOption(options: Options): Schedule | undefined {
  const everyMs = durationOption(options, 'schedule')
  const alarms = textOption(options, 'alarms')
  if (everyMs !== undefined) return { everyMs, alarms }
  if (alarms === undefined) return undefined
  throw invalid('alarms', '--alarms is for a probe with --schedule')
}

function needed(options: Options, name: string): string {
  const value = textOption(options, name)
  if (value === undefined) throw invalid(name, `add --${name}: a probe needs it`)
  return value
}

async function claimsOption(options: Options): Promise<Json | undefined> {
  const source = await fileOption(options, 'claims')
  if (source === undefined) return undefined
  const claims = parseObject(source)
  if (claims === undefined) throw invalid('claims', '--claims takes a file with a JSON object')
  return claims
}

async function allowOption(options: Options): Promise<ProbeOptions['allow']> {
  const source = await fileOption(options, 'allow')
  const ids = new Set(allVectors().map(({ id }) => id))
  return source === undefined ? [] : parseAllowances(source, 'vector', ids)
}

function distrustOption(options: Options, progress: Progress): ProbeOptions['distrust'] {
  if (!flag(options, 'distrust')) return undefined
  const day = { least: 0, most: 86_400, isFraction: true }
  return {
    patienceS: numberOption(options, 'patience', day) ?? 0,
    withinS: numberOption(options, 'within', day) ?? 0,
    everyMs: DISTRUST_EVERY_MS,
    onProgress: (seconds, patienceS) => progress.show('time to distrust', seconds, patienceS),
  }
}

function printed(report: ProbeReport, options: Options, code: ExitCode): string {
  if (flag(options, 'json')) return `${safeJson(probeDocument(report), 2)}\n`
  if (flag(options, 'sarif')) return `${safeJson(probeSarif(report, code), 2)}\n`
  if (flag(options, 'junit')) return probeJunit(report)
  return flag(options, 'md') ? probeMarkdown(report) : probeText(report)
}

function listed(options: Options): string {
  const chosen = namedVectors(list(options, 'vectors'))
  if (flag(options, 'json')) {
    return `${safeJson({ schema: 'mintmark-trust-vectors/1', vectors: chosen }, 2)}\n`
  }
  return chosen
    .map(
      ({ id, family, level, what }) => `${family.padEnd(10)}  ${level.padEnd(8)}  ${id}: ${what}\n`,
    )
    .join('')
}
