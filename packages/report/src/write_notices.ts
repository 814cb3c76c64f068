/** Notices, each in a folder of its own: what concerns one recipient, and nobody else. */
import { join } from 'node:path'
import { type Answer, type Case, type Session, select, type Whom } from '@mintmark/case'
import { type Redactor, redactorOf } from './model/redaction.ts'
import { buildNotice } from './notice/notice.ts'
import { type NoticePart, noticePart, othersRedactor } from './notice/part.ts'
import {
  type WriteOptions,
  type WrittenReport,
  writeFolder,
  writeSelected,
} from './write_report.ts'

export interface WrittenNotice extends WrittenReport {
  readonly whom: Whom
  readonly out: string
}

/**
 * One recipient: to `out`; several: below it. `answer` is to their selection.
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
    const folders = foldersOf(recipients, options.out)
    const written: WrittenNotice[] = []
    for (const [at, whom] of recipients.entries()) {
      const out = folders[at] ?? options.out
      // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
      const part = await noticePart(session, answer, selected, whom)
      try {
        const redactor = both(othersRedactor(part.concern), pseudonyms)
        // oxlint-disable-next-line no-await-in-loop -- one folder after the other
        const made = await writeNotice(part, session, redactor, { ...options, out })
        written.push({ whom, out, ...made })
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

function foldersOf(recipients: readonly Whom[], out: string): string[] {
  if (recipients.length === 1) return [out]
  const used = new Set<string>()
  return recipients.map(({ name }) => {
    const plain = name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
    const folder = plain.replaceAll(/^-+|-+$/g, '').slice(0, MOST_NAME) || 'recipient'
    let filePath = folder
    for (let nth = 2; used.has(filePath); nth += 1) filePath = `${folder}-${nth}`
    used.add(filePath)
    return join(out, filePath)
  })
}

const writeNotice = (
  part: NoticePart,
  session: Session,
  redactor: Redactor,
  options: WriteOptions,
): Promise<WrittenReport> =>
  writeFolder(options, async (put) => {
    const { selected } = part.concern
    await writeSelected(put, part.scope.accounts, { session, selected, redactor })
    return buildNotice(part, { ...options, replace: redactor.text })
  })

/** Others first: their replacements are not names. */
const both = (others: Redactor, pseudonyms: Redactor): Redactor => ({
  text: (text) => pseudonyms.text(others.text(text)),
  messageId: (id) => {
    const own = others.messageId(id)
    return own === id ? pseudonyms.messageId(id) : own
  },
})
