/** The case of the hostile logs. */
import { join } from 'node:path'
import { type Answer, answer, type Case, ingest, openCase } from '@mintmark/case'
import { writeHostileLogs } from '@mintmark/testkit'

/** Writes the logs, and answers for them. The caller closes the case. */
export async function hostileCase(
  folder: string,
): Promise<{ readonly opened: Case; readonly answered: Answer }> {
  const logs = writeHostileLogs(folder)
  const opened = await openCase(join(folder, 'case'))
  await ingest(opened, [logs], { threads: 1 })
  return { opened, answered: await answer(opened) }
}
