import { seal, UNREADABLE } from '@mintmark/case'
import { shellWord } from '@mintmark/core'
import { requirePaths } from '@mintmark/logs'
import { list, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { interruptible } from '../../process/interrupted.ts'
import { print } from '../../render/print.ts'
import { count, plural } from '../../render/table.ts'
import { readIn, stateOfCase } from './investigate.ts'

export const ingestFiles: Handler = async (args, options, io) => {
  const paths = [...args, ...list(options, 'directory')]
  await requirePaths(paths)
  return await withCase(options, 'write', async (investigated) => {
    const { location } = investigated
    const { report, sealed } = await interruptible(io, stateOfCase(location), async () => ({
      report: await readIn(investigated, paths, options, io),
      sealed: await seal(investigated),
    }))
    await print(
      io,
      options,
      { ...report, ...sealed },
      () => `${plural(report.added, 'new file')} with ${plural(report.rows, 'record')}, ${count(report.rejected)} rejected
${plural(sealed.duplicates, 'duplicate')} in the whole case
Next:  mintmark evidence --case ${shellWord(location)}\n`,
    )
    const isRead = report.evidence.every(({ shape }) => shape !== UNREADABLE)
    return exitCode({ isFound: false, isWhole: isRead })
  })
}
