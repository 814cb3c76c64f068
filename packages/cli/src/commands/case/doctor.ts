/** `doctor`: what exports can answer, and which export would change that. No case is made. */
import * as cases from '@mintmark/case'
import { isoOf, safeText } from '@mintmark/core'
import type { Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { count, listed, percent, plural, RIGHT } from '../../render/table.ts'
import { labelled, wrapped } from '../../render/wrapped.ts'

const SHOWN = 10

const MOST_NAME = 24

export const doctor: Handler = async (call, ...paths) => {
  const found = await call.progress((progress) =>
    cases.survey(paths, (bytes) => progress.show('read', bytes, 0)),
  )
  const questions = cases.questionsOf(found)
  await call.print(documentOf(found, questions), () =>
    described(found, questions, { nowMs: call.now(), width: call.width }),
  )
  const isWhole = questions.length > 0 && questions.every(({ answer }) => answer === 'yes')
  return exitCode({ isFound: false, isWhole })
}

const documentOf = (
  { logs, statements, ...rest }: cases.Survey,
  questions: readonly cases.Question[],
) => ({
  ...rest,
  statements: Object.fromEntries(statements),
  logs: logs.map(({ firstMs, lastMs, silences, ...log }) => ({
    ...log,
    silences: silences.map((one) => ({ from: isoOf(one.fromMs), to: isoOf(one.toMs) })),
    first: isoOf(firstMs),
    last: isoOf(lastMs),
    keptDays: cases.keptDaysOf({ firstMs, lastMs, silences, ...log }),
  })),
  questions: questions.map(({ lacking, ...question }) => ({
    ...question,
    lacking: lacking.map(({ fromMs, toMs, ...one }) => ({
      ...one,
      from: toMs === 0 ? null : isoOf(fromMs),
      to: toMs === 0 ? null : isoOf(toMs),
    })),
  })),
})

interface Shown {
  readonly nowMs: number
  readonly width: number
}

function described(
  found: cases.Survey,
  questions: readonly cases.Question[],
  shown: Shown,
): string {
  const tenants = [...new Set(questions.map(({ tenant }) => tenant))]
  const parts = tenants.map((tenant) =>
    ofTenant(
      tenant,
      found.logs.filter((log) => log.tenant === tenant),
      questions.filter((one) => one.tenant === tenant),
      shown,
    ),
  )
  return [summary(found), ...parts, toExport(questions, shown)]
    .filter((part) => part !== '')
    .join('\n')
}

function summary({ files, unread, rejectedRows, statements }: cases.Survey): string {
  const lines = [
    `${plural(files, 'file')}, ${plural(rejectedRows, 'row')} that could not be read`,
    ...[...statements].map(([code, number]) => `${code}: said by ${plural(number, 'file')}`),
    ...unread
      .slice(0, SHOWN)
      .map(({ path, reason }) => `no records: ${safeText(path, 60)} (${safeText(reason, 40)})`),
    ...(unread.length > SHOWN ? [`no records: ${plural(unread.length - SHOWN, 'more file')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

function ofTenant(
  tenant: string,
  logs: readonly cases.LogSeen[],
  questions: readonly cases.Question[],
  { nowMs, width }: Shown,
): string {
  const title =
    tenant === '' && logs.length === 0
      ? 'ALL TENANTS'
      : `TENANT ${safeText(tenant, 60) || 'not named'}`
  const logTable = listed(logs, width, [
    ['log', nameOf],
    ['first', ({ firstMs }) => day(firstMs), { least: 10 }],
    ['last', ({ lastMs }) => day(lastMs), { least: 10 }],
    ['records', ({ records }) => count(records), RIGHT],
    ['with id', (log) => percent(log.withToken / log.records), { ...RIGHT, drop: 1 }],
    ['at the source', (log) => deletion(log, nowMs), { least: 15 }],
  ])
  return `${title}\n${logs.length === 0 ? '' : logTable}${questions.map((one) => answered(one, width)).join('')}`
}

const nameOf = ({ side, category }: cases.LogSeen) =>
  safeText(side === 'issuance' ? category : `${category} accesses`, MOST_NAME)

function deletion(log: cases.LogSeen, nowMs: number): string {
  const days = cases.keptDaysOf(log)
  if (days === 0) return ''
  const firstMs = log.firstMs + days * DAY_MS
  const lastMs = log.lastMs + days * DAY_MS
  if (lastMs < nowMs) return `gone ${day(lastMs)}`
  return firstMs < nowMs ? `going to ${day(lastMs)}` : `goes ${day(firstMs)}`
}

function answered({ question, answer, period, lacking }: cases.Question, width: number): string {
  const when = period === null ? '' : `, ${period.from.slice(0, 10)} to ${period.to.slice(0, 10)}`
  const why = lacking.map((one) => `${WHY[one.how]} ${one.name}${timeOf(one)}`).join('; ')
  const said = `${question} ${ANSWERS[answer]}${when}${why === '' ? '' : `. ${why}`}`
  return `${labelled(answer.toUpperCase(), said, { width, indent: 6, lines: 4 }).join('\n')}\n`
}

const timeOf = ({ how, fromMs, toMs }: cases.Lacking) =>
  how === 'silent' ? `, ${day(fromMs)} to ${day(toMs)}` : ''

const ANSWERS = { yes: 'Yes', part: 'In part', no: 'No' } as const
const WHY: Readonly<Record<cases.Lacking['how'], string>> = {
  missing: 'Missing:',
  short: 'Too short:',
  silent: 'No record for days:',
  'no-ids': 'Without token ids:',
}

function toExport(questions: readonly cases.Question[], shown: Shown): string {
  const wanted = cases.exportsWanted(questions)
  return wanted.length === 0 ? '' : `TO EXPORT\n${wanted.map((one) => howTo(one, shown)).join('')}`
}

function howTo(one: cases.Lacking, { nowMs, width }: Shown): string {
  const { name, portal, command, licence, fromMs, toMs, keptDays } = one
  const said = (label: string, text: string) =>
    labelled(`  ${label}`, text, { width, indent: 12, lines: 6 })
  const lines = [
    ...wrapped(toMs === 0 ? `- ${name}` : `- ${name}, ${day(fromMs)} to ${day(toMs)}`, width, 2),
    ...(portal === 'none' ? [] : said('menu', portal)),
    // Whole, to be copied.
    `  command   ${command}`,
    ...said('licence', licence),
    ...(keptDays === 0 ? [] : said('deadline', deadline(fromMs, toMs, keptDays * DAY_MS, nowMs))),
  ]
  return `${lines.join('\n')}\n`
}

function deadline(fromMs: number, toMs: number, keptMs: number, nowMs: number): string {
  if (toMs + keptMs < nowMs)
    return `the source deleted the last of it on ${day(toMs + keptMs)}, unless it is stored elsewhere`
  if (fromMs + keptMs < nowMs)
    return `the source is deleting it, the last on ${day(toMs + keptMs)}: export it now`
  return `the source begins to delete it on ${day(fromMs + keptMs)}`
}

const DAY_MS = 86_400_000
const day = (ms: number) => isoOf(ms).slice(0, 10)
