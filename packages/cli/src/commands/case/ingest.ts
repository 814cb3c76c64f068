import { seal, UNREADABLE } from '@mintmark/case'
import { safeJson, shellWord } from '@mintmark/core'
import { requirePaths } from '@mintmark/logs'
import { flag, list, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { interruptible } from '../../process/interrupted.ts'
import { count, plural } from '../../render/table.ts'
import { keptIn, readIn } from './investigate.ts'

export const ingestFiles: Handler = async (args, options, io) => {
  const paths = [...args, ...list(options, 'directory')]
  await requirePaths(paths)
  return await withCase(options, 'write', async (investigated) => {
    const { report, sealed } = await interruptible(io, keptIn(investigated.location), async () => ({
      report: await readIn(investigated, paths, options, io),
      sealed: await seal(investigated),
    }))
    await io.out(
      flag(options, 'json')
        ? `${safeJson({ ...report, ...sealed })}\n`
        : `${plural(report.added, 'new file')} with ${plural(report.rows, 'record')}, ${count(report.rejected)} rejected
${plural(sealed.duplicates, 'duplicate')} in the whole case
Next:  mintmark evidence --case ${shellWord(investigated.location)}\n`,
    )
    const isRead = report.evidence.every(({ shape }) => shape !== UNREADABLE)
    return exitCode({ isFound: false, isWhole: isRead })
  })
}
