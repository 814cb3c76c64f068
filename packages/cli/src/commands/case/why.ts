/** `why`: an access, token or session, its record, what was looked for, what would settle it. */
import * as cases from '@mintmark/case'
import { isoOf, safeText } from '@mintmark/core'
import { withCase } from '../../options/options.ts'
import type { Handler } from '../../process/call.ts'
import { type ExitCode, exitCode } from '../../process/exit_codes.ts'
import { count, listed, minute, plural, RIGHT } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'
import { reconciled } from './verdicts.ts'

export const why: Handler = (call, id = '') =>
  withCase(call, 'read', async (investigated) => {
    await reconciled(investigated, call)
    const found = await cases.explain(investigated.session, id.trim())
    await call.print(found, () => described(id, found, call.width))
    return codeOf(found)
  })

function codeOf({ whys }: cases.Explained): ExitCode {
  const some = (is: (access: cases.Why['access']) => boolean) =>
    whys.some(({ access }) => is(access))
  return exitCode({
    isFound: some(({ strength }) => strength === 'established'),
    isWhole:
      whys.length > 0 && !some(({ verdict, strength }) => verdict === 'undetermined' && !strength),
    hasLeads: some(({ strength }) => strength === 'lead'),
  })
}

function described(id: string, found: cases.Explained, width: number): string {
  if (found.kind === 'unknown') return unused(id, found.issuances, width)
  const head =
    found.kind === 'access'
      ? ''
      : `${found.kind} ${safeText(id, 100)}: ${plural(found.accesses, 'access', 'accesses')}, ${plural(found.outcomes, 'outcome')}, each by its first access\n\n`
  return `${head}${found.whys.map((each) => one(each, width)).join('\n')}`
}

function unused(id: string, issuances: readonly cases.IssuanceSeen[], width: number): string {
  const name = safeText(id, 100)
  if (issuances.length > 0)
    return `No access has ${name}. It was issued:\n${issued(issuances, width)}`
  return `Nothing in this case has the id ${name}: no access, token or session.\nGive a record's own id, a token id in any spelling, or a session id as logged.\n`
}

const LINES = 6

function one(found: cases.Why, width: number): string {
  const { access, text } = found
  const strength = access.strength === '' ? '' : `, ${access.strength}`
  const field = (name: string) => access.fields.find((each) => each.name === name)?.value ?? ''
  const parts: readonly (readonly [string, string])[] = [
    [
      'ACCESS',
      `${minute(access.at)} ${field('operation')} by ${field('principal') || field('principal_id')} from ${field('ip') || 'nowhere'}, mailbox ${field('mailbox') || '-'}, client ${field('client') || '-'}`,
    ],
    ['MEANS', `${text.means} It cannot mean ${text.cannotMean}`],
    ...found.access.hunts.map(({ hunt, why: said }) => ['HUNT', `${hunt}: ${said}`] as const),
    ['LOOKED FOR', lookedFor(found)],
    ['BASE RATE', found.rate === null ? '' : cases.baseRateText(found.rate)],
    ['SETTLED BY', found.settledBy],
  ]
  const lines = parts
    .filter(([, said]) => said !== '')
    .flatMap(([title, said]) => labelled(title, safeText(said, 1000), { width, lines: LINES }))
  return `${access.verdict} (${access.reason})${strength}
${lines.join('\n')}

LOGS OF ITS TENANT IN THAT TIME
${logs(found.logs, width)}${losses(found)}
THIS TOKEN ID
${found.lookedFor.tokenId === '' ? 'The record has none that can be looked up.\n' : issued(found.ofTokenId, width)}
SIGN-INS OF THE PRINCIPAL AROUND IT
${issued(found.near, width)}
RECORD  ${safeText(access.evidence.path, 400)}, line ${access.evidence.line}
${record(found, width)}`
}

function lookedFor({ lookedFor: { tokenId, sessionId, from, to, tenant } }: cases.Why): string {
  const session = sessionId === '' ? '' : `session ${sessionId}`
  const what = tokenId === '' ? session : `token ${tokenId}`
  const when = `issued ${minute(from)} to ${minute(to)} by tenant ${tenant || 'unknown'}`
  return what === '' ? `no id to look for; it would be ${when}` : `${what}, ${when}`
}

function logs(looked: readonly cases.LogLooked[], width: number): string {
  if (looked.length === 0) return 'None of its logs of issued tokens is in this case.\n'
  return listed(looked, width, [
    ['log', (log) => `${log.category}${log.quality === 'whole' ? '' : ` (${log.quality})`}`],
    ['hours', (log) => `${log.hoursPresent} of ${log.hours}`, RIGHT],
    ['issued', (log) => count(log.issued), RIGHT],
    ['with id', (log) => count(log.withToken), RIGHT],
    ['whole log', ({ first, last }) => `${first.slice(0, 10)} to ${last.slice(0, 10)}`],
  ])
}

function losses({ losses: lost }: cases.Why): string {
  const lines = lost.map(({ code, category, fromMs, toMs, records }) => {
    const times = [fromMs, toMs].map((ms) => minute(isoOf(ms))).join(' to ')
    const span = fromMs <= 0 ? 'at any time' : times
    const number = records === 0 ? 'an unknown number of records' : plural(records, 'record')
    return `lost: ${number}, ${code}${category === '' ? '' : ` of ${category}`}, ${span}\n`
  })
  return lines.join('')
}

function issued(rows: readonly cases.IssuanceSeen[], width: number): string {
  if (rows.length === 0) return 'No log has any.\n'
  return listed(rows, width, [
    ['at, UTC', ({ at }) => minute(at).slice(0, 16), { least: 16 }],
    [
      'log',
      ({ category, outcome }) => (outcome === 'issued' ? category : `${category} (${outcome})`),
    ],
    ['for', ({ principal }) => principal],
    ['from', ({ ip }) => ip, { least: 15 }],
  ])
}

const PROBLEMS: Readonly<Record<cases.Why['raw']['problem'], string>> = {
  '': '',
  'file-missing': 'No file is at this path. Where it is now, investigate it again.\n',
  'file-changed': 'The file has changed since it was read: it is not shown.\n',
  'row-not-found': 'The record was not found on its line.\n',
}

function record({ raw }: cases.Why, width: number): string {
  const text = `${safeText(raw.text, 4_000)}${raw.isCut ? ' …' : ''}`
  const columns = width === Infinity ? text.length : width
  const lines = text.match(new RegExp(`.{1,${Math.max(1, columns)}}`, 'gu')) ?? []
  return `${PROBLEMS[raw.problem]}${raw.text === '' ? '' : `${lines.join('\n')}\n`}`
}
