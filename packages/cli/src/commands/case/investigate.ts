import { createHash } from 'node:crypto'
import path from 'node:path'
import {
  type Answer,
  answer,
  type Case,
  caseOutcome,
  ingest,
  openCase,
  type Selection,
} from '@mintmark/case'
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
import { Progress } from '../../process/progress.ts'
import { answerText } from '../../render/answer.ts'

export const investigate: Handler = async (args, options, io) => {
  const location = textOption(options, 'case') ?? defaultCase(args)
  const selection = await selectionOption(options, io)
  const paths = [...args, ...list(options, 'directory')]
  await requirePaths(paths)
  const found = await interruptible(io, keptIn(location), async () => {
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
  const shown = { width: widthOf(io), place: nearPath(found.case) }
  await io.out(flag(options, 'json') ? `${safeJson(found, 2)}\n` : answerText(found, shown), code)
  return code
}

/** Every file is in the case whole, or not at all; what is derived from them is derived again. */
export const keptIn = (location: string): Interrupted => ({
  kept: `${safeText(nearPath(location), 1000)} keeps every file that was read whole.`,
  next: 'run the same command again. It reads only the rest.',
})

async function answered(
  investigated: Case,
  selection: Selection,
  options: Options,
  io: Io,
): Promise<Answer> {
  const progress = new Progress(io)
  let done = 0
  try {
    return await answer(investigated, selection, {
      hunts: { dirs: list(options, 'hunts') },
      onStep: (step) => progress.show(step, done++, 6),
    })
  } finally {
    progress.end()
  }
}

/** A place as somebody here would type it. */
function nearPath(place: string): string {
  const near = path.relative(process.cwd(), place)
  return path.isAbsolute(place) && near !== '' && !near.startsWith('..') ? near : place
}

/** Reads files into the case, with progress. */
export async function readIn(
  investigated: Case,
  paths: readonly string[],
  options: Options,
  io: Io,
): ReturnType<typeof ingest> {
  const threads = threadsOption(options)
  const progress = new Progress(io)
  try {
    return await ingest(investigated, paths, {
      ...(threads !== undefined && { threads }),
      otherShape,
      onProgress: ({ bytesRead, bytesTotal }) =>
        progress.show('reading', Math.min(bytesRead, bytesTotal), bytesTotal),
    })
  } finally {
    progress.end()
  }
}

/** The same inputs find their case again; other inputs do not get mixed into it. */
function defaultCase(inputs: readonly string[]): string {
  const names = inputs.map((input) => path.resolve(input)).toSorted()
  const mark = createHash('sha256').update(names.join('\0')).digest('hex').slice(0, 8)
  return path.resolve(`mintmark-case-${mark}`)
}
