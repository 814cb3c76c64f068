import path from 'node:path'
import { type Answer, answer } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { writeReport } from '@mintmark/report'
import { flag, list, selectionOption, textOption, withCase } from '../options.ts'
import type { Handler } from '../program.ts'
import { Progress } from '../progress.ts'
import { count } from '../render/table.ts'

/** Writes the report of a case to a folder: 1 where the case has found something. */
export const report: Handler = async (_args, options, io) => {
  const selection = await selectionOption(options, io)
  const out = textOption(options, 'out') ?? ''
  const title = textOption(options, 'title')
  return withCase(options, 'read', async (investigated) => {
    const progress = new Progress(io)
    let done = 0
    const found: Answer = await answer(investigated, selection, {
      hunts: { dirs: list(options, 'hunts') },
      onStep: (step) => progress.show(step, done++, 6),
    })
    progress.end()
    const { files } = await writeReport(investigated, found, {
      out,
      isForced: flag(options, 'force'),
      selection,
      ...(title !== undefined && { title }),
    })
    const shown = files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))
    await io.out(
      flag(options, 'json')
        ? `${safeJson({ out, files: shown }, 2)}\n`
        : shown
            .map(({ name, bytes }) => `${safeText(path.join(out, name))}  ${count(bytes)} bytes\n`)
            .join(''),
    )
    return found.scope.accesses > 0 ? 1 : 0
  })
}
