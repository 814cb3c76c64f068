/**
 * Notices, each written to a folder of its own: what concerns one organisation or account, and nobody else.
 *
 * @module
 */
import { join } from 'node:path'
import { type Answer, type Case, type Session, select, type Whom } from '@mintmark/case'
import { accountLines, messageLines } from './exports/accounts_csv.ts'
import { type Redactor, redactorOf } from './model/redaction.ts'
import { buildNotice } from './notice/notice.ts'
import { othersRedactor } from './notice/others.ts'
import { type NoticePart, noticePart } from './notice/part.ts'
import { ReportFolder, seal } from './sealed/folder.ts'
import {
  timelineLines,
  type WriteOptions,
  type WrittenReport,
  writeModel,
  writePages,
} from './write_report.ts'

/** A notice that was written. */
export interface WrittenNotice extends WrittenReport {
  readonly whom: Whom
  readonly out: string
}

/**
 * Writes a notice to `out` where there is one recipient, else one each to a folder of its own below it. Each folder
 * appears whole or not at all.
 *
 * @param answer to the same selection, of which the recipients are
 * @throws {MintmarkError} as `writeReport`
 */
export async function writeNotices(
  { session }: Case,
  answer: Answer,
  recipients: readonly Whom[],
  options: WriteOptions,
): Promise<WrittenNotice[]> {
  const selected = await select(session, options.selection ?? {})
  try {
    const pseudonyms = await redactorOf(session, options.redacted ?? [])
    const places = placesOf(recipients, options.out)
    const written: WrittenNotice[] = []
    for (const [at, whom] of recipients.entries()) {
      const out = places[at] ?? options.out
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      const part = await noticePart(session, answer, selected, whom)
      try {
        const work = { session, part, pseudonyms, options: { ...options, out } }
        // oxlint-disable-next-line no-await-in-loop -- one folder after the other
        written.push({ whom, out, ...(await writeNotice(work)) })
      } finally {
        // oxlint-disable-next-line no-await-in-loop -- before the next one
        await part.concern.selected.close()
      }
    }
    return written
  } finally {
    await selected.close()
  }
}

const MOST_NAME = 60

/** Folders that hold no name of anybody else: `harbour-law`; a second one of that name `harbour-law-2`. */
function placesOf(recipients: readonly Whom[], out: string): string[] {
  if (recipients.length === 1) return [out]
  const used = new Set<string>()
  return recipients.map(({ name }) => {
    const plain = name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
    const folder = plain.replaceAll(/^-+|-+$/g, '').slice(0, MOST_NAME) || 'recipient'
    let place = folder
    for (let nth = 2; used.has(place); nth += 1) place = `${folder}-${nth}`
    used.add(place)
    return join(out, place)
  })
}

interface Work {
  readonly session: Session
  readonly part: NoticePart
  readonly pseudonyms: Redactor
  readonly options: WriteOptions
}

async function writeNotice({ session, part, pseudonyms, options }: Work): Promise<WrittenReport> {
  const { isForced = false, onFile = () => {}, signingKey } = options
  const folder = await ReportFolder.begin(options.out, isForced)
  try {
    const { selected } = part.concern
    const redactor = both(othersRedactor(part.concern), pseudonyms)
    const put = async (name: string, pieces: Parameters<ReportFolder['write']>[1]) => {
      onFile(name)
      await folder.write(name, pieces)
    }
    await put('accounts.csv', accountLines(part.scope.accounts, redactor))
    await put('messages.csv', messageLines(session, selected, redactor))
    await put('timeline.jsonl', timelineLines({ session, selected, redactor }))
    const draft = buildNotice(part, { ...options, replace: redactor.text })
    const report = await writeModel(folder, draft, onFile)
    const noPdf = await writePages(folder, report, options)
    await seal(folder, signingKey)
    await folder.finish(isForced)
    return { report, files: folder.written, ...(noPdf !== undefined && { noPdf }) }
  } catch (cause) {
    await folder.abandon()
    throw cause
  }
}

/** Others first: what stands in their place is no name. */
function both(others: Redactor, pseudonyms: Redactor): Redactor {
  return {
    text: (text) => pseudonyms.text(others.text(text)),
    messageId: (id) => {
      const own = others.messageId(id)
      return own === id ? pseudonyms.messageId(id) : own
    },
  }
}
