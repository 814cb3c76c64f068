import path from 'node:path'
import { answer, type Case, type Selection } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { findChromium, type WriteOptions, writeReport } from '@mintmark/report'
import { htmlRenderer } from '@mintmark/web'
import { flag, list, selectionOption, textOption, withCase } from '../../options/options.ts'
import { reportOptions } from '../../options/report_options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import type { Io } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { count } from '../../render/table.ts'

/** Writes the report of a case to a folder. */
export const report: Handler = async (_args, options, io) => {
  const missing = ['case', 'out'].find((name) => textOption(options, name) === undefined)
  if (missing !== undefined) {
    io.err(`error: required option '--${missing}' not specified\n(see --help)\n`)
    return WRONG_USAGE
  }
  const selection = await selectionOption(options, io)
  const chromium = options['pdf'] === false ? undefined : await findChromium()
  const asked: WriteOptions = {
    ...(await reportOptions(options)),
    selection,
    renderHtml: await htmlRenderer(),
    ...(chromium !== undefined && { chromium }),
  }
  return withCase(options, 'read', (investigated) =>
    interruptible(io, NOTHING_WRITTEN, () =>
      written(investigated, asked, { options, io, selection }),
    ),
  )
}

const NOTHING_WRITTEN: Interrupted = {
  kept: 'The case is unchanged, and no report was written.',
  next: 'run the same command again. What the case has answered is kept.',
}

async function written(
  investigated: Case,
  asked: WriteOptions,
  {
    options,
    io,
    selection,
  }: { readonly options: Options; readonly io: Io; readonly selection: Selection },
): Promise<ExitCode> {
  const progress = new Progress(io)
  let done = 0
  const found = await answer(investigated, selection, {
    hunts: { dirs: list(options, 'hunts') },
    onStep: (step) => progress.show(step, done++, STEPS),
  })
  const { files, noPdf } = await writeReport(investigated, found, {
    ...asked,
    onFile: (name) => progress.show(name, done++, STEPS),
  })
  progress.end()
  if (noPdf !== undefined)
    io.err(`mintmark: no report.pdf: ${asked.chromium} could not print: ${safeText(noPdf)}\n`)
  const shown = files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))
  await io.out(
    flag(options, 'json')
      ? `${safeJson({ out: asked.out, files: shown }, 2)}\n`
      : shown
          .map(({ name, bytes }) => `${placeOf(asked.out, name)}  ${count(bytes)} bytes\n`)
          .join(''),
  )
  return DONE
}

/** Six of the answer, and one a file. */
const STEPS = 15

const placeOf = (out: string, name: string) => safeText(path.join(out, name), 1000)
