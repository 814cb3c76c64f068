import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import * as cases from '@mintmark/case'
import { type Json, safeJson } from '@mintmark/core'
import { buildReport } from './build_report.ts'
import { accountLines, messageLines, tableFiles } from './exports/csv.ts'
import {
  accessEvent,
  huntEvent,
  incidentEvent,
  issuanceEvent,
  redactedEvents,
  timesketchRow,
} from './exports/events.ts'
import { markdownOf } from './model/markdown.ts'
import type { Cover, Report } from './model/model.ts'
import { type Redactor, redactorOf } from './model/redaction.ts'
import { printPdf } from './pdf.ts'
import { type ReportFolder, sealedFolder, type Written } from './sealed/folder.ts'
import { withFiles } from './sections/appendices.ts'
import { TOKENS_SHOWN } from './sections/lineage.ts'
import { bundleText } from './stix/bundle.ts'

export interface WriteOptions extends Omit<Cover, 'replace'> {
  readonly out: string
  readonly isForced?: boolean
  readonly selection?: cases.Selection
  readonly signingKey?: KeyObject
  /** Renders the report as a self-contained page; left out: no `report.html`, and no PDF of it. */
  readonly renderHtml?: (report: Report, paper: Paper) => string | Promise<string>
  readonly paper?: Paper
  readonly chromium?: string
  readonly onFile?: (name: string) => void
}

export interface WrittenReport {
  readonly report: Report
  readonly files: readonly Written[]
  readonly noPdf?: string
}

export type Paper = 'a4' | 'letter'

const MOST_ADDRESSES = 100_000

/**
 * The same case and options give the same bytes.
 * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DISK_FULL`, `ENGINE_QUERY`
 */
export const writeReport = async (
  { session }: cases.Case,
  answer: cases.Answer,
  options: WriteOptions,
): Promise<WrittenReport> =>
  await writeFolder(options, async (put) => {
    const selected = await cases.select(session, options.selection ?? {})
    try {
      const redactor = await redactorOf(session, options.redacted ?? [])
      return await writeExports(put, { session, selected, redactor }, answer, options)
    } finally {
      await selected.close()
    }
  })

export type Put = (name: string, pieces: Parameters<ReportFolder['write']>[1]) => Promise<void>

/** Complete or not at all; `write` writes the files beside the report. */
export const writeFolder = (
  options: WriteOptions,
  write: (put: Put) => Promise<Report>,
): Promise<WrittenReport> =>
  sealedFolder(options.out, options, async (folder) => {
    const { onFile = () => {} } = options
    const draft = await write(async (name, pieces) => {
      onFile(name)
      await folder.write(name, pieces)
    })
    const report = await writeModel(folder, draft, onFile)
    const noPdf = await writePages(folder, report, options)
    return { report, files: folder.written, ...(noPdf !== undefined && { noPdf }) }
  })

interface Rows {
  readonly session: cases.Session
  readonly selected: cases.Selected
  readonly redactor: Redactor
}

export async function writeSelected(
  put: Put,
  accounts: readonly cases.AccountScope[],
  { session, selected, redactor }: Rows,
): Promise<void> {
  await put('accounts.csv', accountLines(accounts, redactor))
  await put('messages.csv', messageLines(session, selected, redactor))
  await put('timeline.jsonl', timelineLines({ session, selected, redactor }))
}

async function writeExports(
  put: Put,
  rows: Rows,
  answer: cases.Answer,
  cover: Cover,
): Promise<Report> {
  const { session, selected, redactor } = rows
  await writeSelected(put, answer.scope.accounts, rows)
  const uses = await cases.tokenUses(session, selected, { limit: TOKENS_SHOWN })
  const draft = buildReport({ ...cover, answer, uses, replace: redactor.text })
  await put('events.ocsf.ndjson', eventLines(rows, answer, draft, uses.rows))
  const addresses = await cases.accountAddresses(session, selected, { limit: MOST_ADDRESSES })
  const sighted = await cases.sightedAccounts(session, selected)
  await put('bundle.stix.json', bundleText({ answer, report: draft, addresses, sighted, redactor }))
  return draft
}

async function writeModel(
  folder: ReportFolder,
  draft: Report,
  onFile: (name: string) => void,
): Promise<Report> {
  onFile('report.json')
  for (const { name, lines } of tableFiles(draft.sections)) {
    // oxlint-disable-next-line no-await-in-loop -- one file after the other, in the order of the report
    await folder.write(name, lines)
  }
  const report = withFiles(draft, folder.written)
  await folder.write('report.json', [`${safeJson(report, 1)}\n`])
  await folder.write('report.md', [markdownOf(report)])
  return report
}

async function writePages(
  folder: ReportFolder,
  report: Report,
  { renderHtml, chromium, paper = 'a4', onFile = () => {} }: WriteOptions,
): Promise<string | undefined> {
  if (renderHtml === undefined) return undefined
  onFile(HTML)
  await folder.write(HTML, [await renderHtml(report, paper)])
  if (chromium === undefined) return undefined
  onFile(PDF)
  const printed = await printPdf(chromium, join(folder.path, HTML))
  if ('problem' in printed) return printed.problem
  await folder.write(PDF, [printed.pdf])
  return undefined
}

const HTML = 'report.html'
const PDF = 'report.pdf'

const lineOf = (row: Json) => `${safeJson(row)}\n`

async function* timelineLines({ session, selected, redactor }: Rows): AsyncGenerator<string> {
  for await (const rows of redactedEvents(session, selected, redactor))
    yield rows.map((row) => lineOf(timesketchRow(row))).join('')
}

async function* eventLines(
  { session, selected, redactor }: Rows,
  answer: cases.Answer,
  report: Report,
  uses: readonly cases.TokenUse[],
): AsyncGenerator<string> {
  const events = [
    incidentEvent(answer, report),
    ...answer.hunts.map(huntEvent),
    ...uses.map((use) => issuanceEvent(redactedUse(use, redactor))),
  ]
  for (const event of events) if (event !== undefined) yield lineOf(event)
  for await (const rows of redactedEvents(session, selected, redactor))
    yield rows.map((row) => lineOf(accessEvent(row))).join('')
}

function redactedUse(use: cases.TokenUse, { text }: Redactor): cases.TokenUse {
  const { issued, sessionId } = use
  return {
    ...use,
    sessionId: text(sessionId),
    issued: issued === null ? null : { ...issued, principal: text(issued.principal) },
  }
}
