import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Answer, Case, Selection } from '@mintmark/case'
import { answer, caseOutcome, ingest, openCase } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { requirePaths } from '@mintmark/logs'
import { otherShape } from '../../evidence/evidence_kinds.ts'
import { scanDumps } from '../../evidence/scan_dumps.ts'
import { readTrustEvidence } from '../../evidence/trust_evidence.ts'
import { flag, list, selectionOption, textOption, threadsOption } from '../../options/options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { type Io, widthOf } from '../../process/io.ts'
import { withProgress } from '../../process/progress.ts'
import { answerText } from '../../render/answer.ts'

export const investigate: Handler = async (args, options, io) => {
  const location = textOption(options, 'case') ?? defaultCase(args)
  const selection = await selectionOption(options, io)
  const paths = [...args, ...list(options, 'directory')]
  await requirePaths(paths)
  const found = await interruptible(io, stateOfCase(location), async () => {
    const investigated = await openCase(location, { mode: 'write' })
    try {
      const { evidence } = await readIn(investigated, paths, options, io)
      if (options['scan'] !== false) await scanDumps(investigated, evidence, options, io)
      await readTrustEvidence(investigated.session, io)
      return await answered(investigated, selection, options, io)
    } finally {
      await investigated.close()
    }
  })
  const code = exitCode(caseOutcome(found.conclusion, options['scan'] !== false))
  const shown = { width: widthOf(io), path: nearPath(found.case) }
  await io.out(flag(options, 'json') ? `${safeJson(found, 2)}\n` : answerText(found, shown), code)
  return code
}

/** Every file is in the case completely or not at all; what is derived from them is derived again. */
export const stateOfCase = (location: string): Interrupted => ({
  state: `${safeText(nearPath(location), 1000)} has every file that was read to its end.`,
  next: 'run the same command again. It reads only the others.',
})

const answered = (
  investigated: Case,
  selection: Selection,
  options: Options,
  io: Io,
): Promise<Answer> =>
  withProgress(io, async (progress) => {
    let done = 0
    return await answer(investigated, selection, {
      hunts: { dirs: list(options, 'hunts') },
      onStep: (step) => progress.show(step, done++, 6),
    })
  })

/** A location as somebody here would type it. */
function nearPath(location: string): string {
  const near = path.relative(process.cwd(), location)
  return path.isAbsolute(location) && near !== '' && !near.startsWith('..') ? near : location
}

/** Reads files into the case, with progress. */
export function readIn(
  investigated: Case,
  paths: readonly string[],
  options: Options,
  io: Io,
): ReturnType<typeof ingest> {
  const threads = threadsOption(options)
  return withProgress(io, (progress) =>
    ingest(investigated, paths, {
      ...(threads !== undefined && { threads }),
      otherShape,
      onProgress: ({ bytesRead, bytesTotal }) =>
        progress.show('reading', Math.min(bytesRead, bytesTotal), bytesTotal),
    }),
  )
}

/** The same inputs find their case again; other inputs do not get mixed into it. */
function defaultCase(inputs: readonly string[]): string {
  const names = inputs.map((input) => path.resolve(input)).toSorted()
  const mark = createHash('sha256').update(names.join('\0')).digest('hex').slice(0, 8)
  return path.resolve(`mintmark-case-${mark}`)
}
