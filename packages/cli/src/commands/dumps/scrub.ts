import { safeJson, safeText } from '@mintmark/core'
import type { PublicKey } from '@mintmark/keys'
import type { ScrubDocument, ScrubFileOptions } from '@mintmark/scrub'
import { scrubFile, Unfinished, unfinishedFor } from '@mintmark/scrub'
import { keysAndOperands } from '../../options/given_keys.ts'
import { flag, invalid, pathOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, NOT_ANSWERED, WRONG_USAGE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import type { Io } from '../../process/io.ts'
import { withProgress } from '../../process/progress.ts'
import { scrubText } from '../../render/scrub_text.ts'

const NOTHING_WRITTEN: Interrupted = {
  state: 'The input is unchanged, and no output was written.',
  next: 'run the same command again. It starts from the beginning.',
}

const USAGE = 'error: scrub takes one FILE: name it before the options, or after -- (see --help)'

export const scrub: Handler = async (args, options, io) => {
  const { publicKeys, operands } = await keysAndOperands(args, options, io)
  const [path] = operands
  if (path === undefined || operands.length > 1) {
    io.err(`${USAGE}\n`)
    return WRONG_USAGE
  }
  if (path === '-')
    throw invalid('FILE', 'scrub reads its input more than once: give it a file, not a pipe')
  const asked = askedFor(options, publicKeys)
  const report = asked.report ?? `${asked.out}.report.json`
  reportUnfinished([asked.out, report], io)
  const document = await endingClean(io, (unfinished) =>
    scrubbed(path, { ...asked, unfinished }, io),
  )
  const shown = { document, report }
  const code = exitCodeOf(document)
  await io.out(flag(options, 'json') ? `${safeJson(document, 2)}\n` : scrubText(shown), code, true)
  return code
}

/** A run that was killed could not remove its unfinished files. */
function reportUnfinished(paths: readonly string[], io: Io): void {
  for (const file of paths.flatMap(unfinishedFor))
    io.err(
      `mintmark: ${safeText(file)} is unfinished: if the run that began it was killed, remove the file (it has nothing that was to be erased)\n`,
    )
}

function askedFor(options: Options, publicKeys: readonly PublicKey[]): ScrubFileOptions {
  const report = pathOption(options, 'report')
  return {
    out: pathOption(options, 'out') ?? '',
    publicKeys,
    isForced: flag(options, 'force'),
    published: flag(options, 'published'),
    keepLesser: flag(options, 'keepLesser'),
    keepCandidates: flag(options, 'keepCandidates'),
    structureToo: flag(options, 'structureToo'),
    acceptCut: flag(options, 'acceptCut'),
    ...(report !== undefined && { report }),
  }
}

const STEPS = { searching: 'searching', verifying: 'searching the result', writing: 'writing' }

const scrubbed = (path: string, options: ScrubFileOptions, io: Io): Promise<ScrubDocument> =>
  withProgress(io, (progress) =>
    scrubFile(path, {
      ...options,
      onProgress: ({ step, doneBytes, totalBytes }) =>
        progress.show(STEPS[step], doneBytes, totalBytes),
    }),
  )

const ENDINGS = ['SIGTERM', 'SIGHUP'] as const

const goOn = (): void => {}

/** Leaves no unfinished file if the process is asked to end meanwhile; a too large file is an error of the write. */
async function endingClean<T>(io: Io, work: (unfinished: Unfinished) => Promise<T>): Promise<T> {
  const unfinished = new Unfinished()
  const end = (signal: NodeJS.Signals): void => {
    unfinished.remove()
    // As if there had been no handler: whoever asked sees that it ended by the signal.
    process.removeListener(signal, end)
    process.kill(process.pid, signal)
  }
  for (const signal of ENDINGS) process.on(signal, end)
  process.on('SIGXFSZ', goOn)
  try {
    const remove = () => unfinished.remove()
    return await interruptible(io, NOTHING_WRITTEN, () => work(unfinished), remove)
  } finally {
    for (const signal of ENDINGS) process.removeListener(signal, end)
    process.removeListener('SIGXFSZ', goOn)
  }
}

/** Erased keys are no finding: that is the purpose. */
const exitCodeOf = ({ isClean }: ScrubDocument): ExitCode => (isClean ? DONE : NOT_ANSWERED)
