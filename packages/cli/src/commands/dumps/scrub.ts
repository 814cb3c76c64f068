import { MintmarkError, safeJson, safeText } from '@mintmark/core'
import type { PublicKey } from '@mintmark/keys'
import {
  type ScrubDocument,
  type ScrubFileOptions,
  scrubFile,
  Unfinished,
  unfinishedFor,
} from '@mintmark/scrub'
import { keysAndOperands } from '../../options/given_keys.ts'
import { flag, placeOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode, NOT_ANSWERED, WRONG_USAGE } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import type { Io } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { scrubText } from '../../render/scrub_text.ts'

const NOTHING_WRITTEN: Interrupted = {
  kept: 'The input is unchanged, and no output was written.',
  next: 'run the same command again. It begins anew.',
}

const USAGE = 'error: give one FILE to scrub: name it first, or behind a -- (see --help)'

export const scrub: Handler = async (args, options, io) => {
  const { publicKeys, operands } = await keysAndOperands(args, options, io)
  const [path] = operands
  if (path === undefined || operands.length > 1) {
    io.err(`${USAGE}\n`)
    return WRONG_USAGE
  }
  if (path === '-')
    throw new MintmarkError(
      'INPUT_INVALID',
      'scrub reads a file more than once: give it a file, not a pipe',
      { option: 'FILE' },
    )
  const asked = askedFor(options, publicKeys)
  const report = asked.report ?? `${asked.out}.report.json`
  tellOfBegun([asked.out, report], io)
  const document = await endingClean(io, (unfinished) =>
    scrubbed(path, { ...asked, unfinished }, io),
  )
  const shown = { document, report }
  const code = exitCodeOf(document)
  await io.out(flag(options, 'json') ? `${safeJson(document, 2)}\n` : scrubText(shown), code, true)
  return code
}

/** A run that was killed could not remove what it had begun. */
function tellOfBegun(places: readonly string[], io: Io): void {
  for (const begun of places.flatMap(unfinishedFor)) {
    io.err(
      `mintmark: ${safeText(begun)} was begun by another run: if that was killed, remove it (it holds nothing that was to be erased)\n`,
    )
  }
}

function askedFor(options: Options, publicKeys: readonly PublicKey[]): ScrubFileOptions {
  const report = placeOption(options, 'report')
  return {
    out: placeOption(options, 'out') ?? '',
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

async function scrubbed(path: string, options: ScrubFileOptions, io: Io): Promise<ScrubDocument> {
  const progress = new Progress(io)
  try {
    return await scrubFile(path, {
      ...options,
      onProgress: ({ step, doneBytes, totalBytes }) =>
        progress.show(STEPS[step], doneBytes, totalBytes),
    })
  } finally {
    progress.end()
  }
}

const ENDINGS = ['SIGTERM', 'SIGHUP'] as const

const goOn = (): void => {}

/** Leaves no half of a file if the process is told to end meanwhile; a file that is too large is an error of the write. */
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

/** What was to be written is written, or it is not: that something was erased is no finding but the purpose. */
function exitCodeOf({ isClean }: ScrubDocument): ExitCode {
  return isClean ? DONE : NOT_ANSWERED
}
