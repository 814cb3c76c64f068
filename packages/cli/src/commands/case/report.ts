import { answer, type Case, type Selection } from '@mintmark/case'
import { plural, safeText, shellWord } from '@mintmark/core'
import type { WriteOptions, WrittenNotice } from '@mintmark/report'
import { findChromium, writeNotices, writeReport } from '@mintmark/report'
import { htmlRenderer } from '@mintmark/web'
import { list, selectionOption, textOption, withCase } from '../../options/options.ts'
import { recipientsOf } from '../../options/recipients.ts'
import { reportOptions } from '../../options/report_options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { type Io, widthOf } from '../../process/io.ts'
import { withProgress } from '../../process/progress.ts'
import { print } from '../../render/print.ts'
import { labelled } from '../../render/wrapped.ts'

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
    interruptible(io, options['for'] === undefined ? NOTHING_WRITTEN : SOME_NOTICES, () =>
      written(investigated, asked, { options, io, selection }),
    ),
  )
}

const NOTHING_WRITTEN: Interrupted = {
  state: 'The case is unchanged, and no report was written.',
  next: 'run the same command again. Answers that the case has are not computed again.',
}

const SOME_NOTICES: Interrupted = {
  state: 'The case is unchanged. Finished notices stay, each complete.',
  next: 'run the same command again, with --force, which replaces them.',
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
  const made = await withProgress(io, async (progress): Promise<Made> => {
    let done = 0
    const onStep = (step: string) => progress.show(step, done++, STEPS)
    const hunts = { dirs: list(options, 'hunts') }
    const found = await answer(investigated, selection, { hunts, onStep })
    const recipients = recipientsOf(found.scope, list(options, 'for'))
    const all: WriteOptions = { ...asked, onFile: onStep }
    return recipients === undefined
      ? [{ out: asked.out, ...(await writeReport(investigated, found, all)) }]
      : await writeNotices(investigated, found, recipients, all)
  })
  for (const { noPdf } of made)
    if (noPdf !== undefined)
      io.err(`mintmark: no report.pdf: ${asked.chromium} could not print: ${safeText(noPdf)}\n`)
  const isReport = list(options, 'for').length === 0
  await print(io, options, documentOf(made, isReport), () => textOf(made, widthOf(io)), 2)
  return DONE
}

type Made = readonly (Pick<WrittenNotice, 'out' | 'files' | 'noPdf'> &
  Partial<Pick<WrittenNotice, 'whom'>>)[]

function documentOf(made: Made, isReport: boolean): object | null {
  const shown = made.map(({ out, files, whom }) => ({
    ...(whom !== undefined && { for: whom.name }),
    out,
    files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  }))
  return isReport ? (shown[0] ?? null) : { notices: shown }
}

/** Files of one folder by what they are for; of several folders, a line each. */
function textOf(made: Made, width: number): string {
  const [only, ...more] = made
  if (only !== undefined && more.length === 0) return `${filesOf(only, width).join('\n')}\n`
  return made
    .map(
      ({ out, whom, files }) =>
        `${safeText(out, 1000)}  ${safeText(whom?.name ?? '')}: ${plural(files.length, 'file')}\n`,
    )
    .join('')
}

const IS_TABLE = /^table-.*\.csv$/

function filesOf({ out, files }: Made[number], width: number): string[] {
  const names = files.map(({ name }) => name)
  const matching = (pattern: RegExp) => names.filter((name) => pattern.test(name))
  const documents = ['report.pdf', 'report.html', 'report.md'].filter((name) =>
    names.includes(name),
  )
  const rows = matching(/\.csv$/).filter((name) => !IS_TABLE.test(name))
  const tables = matching(IS_TABLE).length
  const lists = [
    ['READ', documents.join(', ')],
    ['ROWS', [...rows, ...(tables > 0 ? [`${tables} × table-*.csv`] : [])].join(', ')],
    ['PROGRAMS', matching(/json/).join(', ')],
  ] as const
  // Paths are copied: they are never cut.
  return [
    `WRITTEN   ${plural(files.length, 'file')} in ${safeText(out, 1000)}`,
    ...lists.flatMap(([label, text]) =>
      text === '' ? [] : labelled(label, text, { indent: 10, lines: 9, width }),
    ),
    `CHECK     mintmark report verify ${shellWord(out)}`,
  ]
}

/** Six of the answer, and one a file. */
const STEPS = 15
