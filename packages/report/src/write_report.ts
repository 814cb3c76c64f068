/**
 * The report of a case, written to a folder in all its forms.
 *
 * @module
 */
import { type Answer, type Case, type Selection, select } from '@mintmark/case'
import { safeJson } from '@mintmark/core'
import { buildReport } from './build_report.ts'
import { accountLines, messageLines } from './exports/accounts_csv.ts'
import { ReportFolder, type Written } from './folder.ts'
import { markdownOf } from './markdown.ts'
import type { Report } from './model.ts'

export interface WriteOptions {
  /** Where the folder will be. */
  readonly out: string
  /** Whether a report that is there already is replaced. */
  readonly isForced?: boolean
  readonly title?: string
  /** What the answer is about, and so the report. */
  readonly selection?: Selection
  /** Called before each file. */
  readonly onFile?: (name: string) => void
}

const asItIs = (text: string) => text

export interface WrittenReport {
  readonly report: Report
  /** Files by name, `MANIFEST` among them. */
  readonly files: readonly Written[]
}

/**
 * Writes the report. The folder appears whole or not at all; the same case and options give the same bytes.
 *
 * @throws {MintmarkError} `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DISK_FULL`, `ENGINE_QUERY`
 */
export async function writeReport(
  { session }: Case,
  answer: Answer,
  options: WriteOptions,
): Promise<WrittenReport> {
  const { isForced = false, onFile = () => {} } = options
  const folder = await ReportFolder.begin(options.out, isForced)
  try {
    const selected = await select(session, options.selection ?? {})
    try {
      const put = async (name: string, pieces: Parameters<ReportFolder['write']>[1]) => {
        onFile(name)
        await folder.write(name, pieces)
      }
      await put('accounts.csv', accountLines(answer.scope.accounts, asItIs))
      await put('messages.csv', messageLines(session, selected, asItIs))
      const report = await buildReport(session, {
        answer,
        selected,
        ...(options.title !== undefined && { title: options.title }),
      })
      await put('report.json', [`${safeJson(report, 1)}\n`])
      await put('report.md', [markdownOf(report)])
      await folder.writeManifest()
      await folder.finish(isForced)
      return { report, files: folder.written }
    } finally {
      await selected.close()
    }
  } catch (cause) {
    await folder.abandon()
    throw cause
  }
}
