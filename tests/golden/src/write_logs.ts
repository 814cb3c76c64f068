/** Writes the logs of a world into a folder, each with the accident that its page names. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Tenant, tenantOf } from './clients.ts'
import type { Access, Expanded, SignIn } from './expand.ts'
import { accessRecord, diagnosticLine, groupedCsv, logonRecord, purviewCsv } from './exports.ts'
import { drawn } from './made_ids.ts'
import { cell, type Line, peopleOf, timeOf } from './notation.ts'

/** Writes every log of the page that is in the case. */
export function writeLogs(folder: string, logs: readonly Line[], world: Expanded): void {
  for (const line of logs) {
    const log = cell(line, 'log')
    const accident = line['accident'] ?? ''
    const home = path.join(folder, `${cell(line, 'owner')}-${log}`)
    if (log.startsWith('audit')) writeAudit(home, log, accident, world)
    else writeSignIns(home, log, accident, tenantOf(cell(line, 'owner')), world.signIns)
  }
}

function writeSignIns(
  home: string,
  log: string,
  accident: string,
  owner: Tenant,
  all: readonly SignIn[],
): void {
  const isOurs = owner.id === tenantOf('ours').id
  const own = all.filter(
    (signIn) => signIn.log === log && (isOurs || signIn.person.home.id === owner.id),
  )
  const kept = own.filter((row) => !isLost(accident, row))
  if (accident === 'grouped by hour without token ids') {
    writeFileSync(`${home}.csv`, groupedCsv(kept))
    return
  }
  const behind = Number(/^times (\d+) hours behind$/.exec(accident)?.[1] ?? 0) * 3_600_000
  const cut = /^1 in (\d+) lines cut at (\d+) characters$/.exec(accident)
  const lines = kept.map((signIn) => {
    const hasIds = accident !== 'without token and request ids'
    const text = diagnosticLine(signIn, owner, behind, hasIds)
    if (cut === null || drawn(`cut ${signIn.id}`, Number(cut[1])) > 0) return text
    return text.slice(0, Number(cut[2]))
  })
  writeFileSync(`${home}.json`, `${lines.join('\n')}\n`)
}

function writeAudit(home: string, log: string, accident: string, world: Expanded): void {
  const isFolded = accident === 'token ids in lower case'
  const accesses = world.accesses.filter((row) => !isLost(accident, row))
  const logons = log === 'audit with sign-ins' ? world.signIns.filter(isLogon) : []
  const records = [...accesses, ...logons]
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((row) =>
      'messages' in row
        ? accessRecord(row, (token) => (isFolded ? token.toLowerCase() : token))
        : logonRecord(row),
    )
  const cut = /^cells cut at (\d+) characters$/.exec(accident)?.[1]
  if (cut === undefined) writeFileSync(`${home}.json`, `${JSON.stringify(records)}\n`)
  else writeFileSync(`${home}.csv`, purviewCsv(records, Number(cut)))
  const gap = windowOf(accident)
  if (accident.startsWith('extractor'))
    writeFileSync(
      `${home}-extractor.log`,
      `[ERROR] Window ${iso(gap.fromMs)} -> ${iso(gap.toMs)} has 5000+ events. SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.\n`,
    )
}

const isLogon = ({ log }: SignIn) => log === 'interactive'
const iso = (ms: number) => new Date(ms).toISOString()

/** Whether the accident takes this row away. */
function isLost(accident: string, row: SignIn | Access): boolean {
  const share = /^1 in (\d+) rows missing$/.exec(accident)?.[1]
  if (share !== undefined) return drawn(`lost ${row.id}`, Number(share)) === 0
  const { fromMs, toMs } = windowOf(accident)
  const whose = /\bof (\S+) missing$/.exec(accident)?.[1]
  const isTheirs = whose === undefined || peopleOf(whose).includes(row.person.word)
  return isTheirs && row.atMs >= fromMs && row.atMs < toMs
}

interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** `rows of day 20 from 10:00 to 11:00 …`; nothing where it names no time. */
function windowOf(accident: string): Window {
  const named = /\bday (\d+) from (\d\d:\d\d) to (\d\d:\d\d)\b/.exec(accident)
  if (named === null) return { fromMs: 0, toMs: 0 }
  const [, day = '', from = '', to = ''] = named
  return { fromMs: timeOf(Number(day), from), toMs: timeOf(Number(day), to) }
}
