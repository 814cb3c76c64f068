/** The sign-in logs of a tenant on disk. */
import { DAY, monthOf } from '../world/calendar.ts'
import type { SignIn } from '../world/events.ts'
import { cellsOf, csvRow, type FramedFiles, titlesOf, UNFRAMED } from '../world/framed_files.ts'
import type { Organisation } from '../world/world.ts'
import {
  CATEGORIES,
  diagnostic,
  members,
  PORTAL_APP_COLUMNS,
  PORTAL_COLUMNS,
  rowOf,
  TABLE_COLUMNS,
} from './sign_in_layouts.ts'

export function writeSignIns(
  files: FramedFiles,
  of: Organisation,
  signIns: readonly SignIn[],
): number {
  if (of.signIns === 'portal') return writePortal(files, of, signIns)
  if (of.signIns === 'records') return writeBatches(files, of, signIns)
  const isMissing = of.habits.includes('no-non-interactive')
  const logged = signIns.filter(({ category }) => !isMissing || category !== 'non-interactive')
  for (const signIn of logged) writeOne(files, of, signIn)
  return logged.length
}

const withHead = (titles: readonly string[]) => ({ ...UNFRAMED, opening: csvRow(titles) })

const TABLE = withHead(titlesOf(TABLE_COLUMNS))
const PORTAL = withHead(titlesOf(PORTAL_COLUMNS))
const GRAPH = {
  opening:
    '{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[\n',
  between: ',\n',
  closing: '\n]}\n',
}

function writeOne(files: FramedFiles, of: Organisation, signIn: SignIn): void {
  const row = rowOf(of, signIn)
  const month = monthOf(signIn.token.atMs)
  if (of.signIns === 'log-analytics')
    files.append(`SigninLogs-${month}.csv`, TABLE, csvRow(cellsOf(TABLE_COLUMNS, row)))
  else if (of.signIns === 'graph') {
    const event = `"signInEventTypes":["${CATEGORIES[signIn.category].event}"]`
    files.append(`signIns-${month}.json`, GRAPH, `{${members(row)},${event}}`)
  } else files.append(`insights-logs-signin-${month}.json`, UNFRAMED, `${diagnostic(row)}\n`)
}

function writeBatches(files: FramedFiles, of: Organisation, signIns: readonly SignIn[]): number {
  for (let at = 0; at < signIns.length; at += 20) {
    const rows = signIns.slice(at, at + 20).map((signIn) => diagnostic(rowOf(of, signIn)))
    const name = `eventhub-signin-${monthOf(signIns[at]?.token.atMs ?? 0)}.json`
    files.append(name, UNFRAMED, `{"records":[${rows.join(',')}]}\n`)
  }
  return signIns.length
}

/** The portal groups what was not interactive: one row for a day's sign-ins of one kind. */
function writePortal(files: FramedFiles, of: Organisation, signIns: readonly SignIn[]): number {
  const groups = new Map<string, { last: SignIn; count: number }>()
  let rows = 0
  for (const signIn of signIns) {
    const { token, category } = signIn
    if (category === 'interactive') {
      const name = `InteractiveSignIns_${monthOf(token.atMs)}.csv`
      files.append(name, PORTAL, csvRow(cellsOf(PORTAL_COLUMNS, rowOf(of, signIn))))
      rows++
      continue
    }
    const day = Math.floor(token.atMs / DAY)
    const key = [category, day, token.app.id, token.resource.id, token.holder, token.ip].join()
    groups.set(key, { last: signIn, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  for (const { last, count } of groups.values()) writeGroup(files, of, last, count)
  return rows + groups.size
}

function writeGroup(files: FramedFiles, of: Organisation, signIn: SignIn, count: number): void {
  const { category } = signIn
  const isUser = category === 'non-interactive'
  const isManaged = category === 'managed-identity'
  const kind = isUser ? 'NonInteractive' : isManaged ? 'MSI' : 'Application'
  const columns = isUser ? PORTAL_COLUMNS : PORTAL_APP_COLUMNS
  const titles = [...titlesOf(columns), ...(isManaged ? ['Managed Identity type'] : [])]
  const cells = [...cellsOf(columns, rowOf(of, signIn)), ...(isManaged ? ['System assigned'] : [])]
  if (count > 1) {
    cells[titles.indexOf('Request ID')] = ''
    cells[titles.indexOf('Unique token identifier')] = ''
  }
  files.append(
    `${kind}SignIns_${monthOf(signIn.token.atMs)}.csv`,
    withHead([...titles, 'Aggregated sign-in count']),
    csvRow([...cells, String(count)]),
  )
}
