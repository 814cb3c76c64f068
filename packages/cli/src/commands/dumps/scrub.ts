import { safeText } from '@mintmark/core'
import type { PublicKey } from '@mintmark/keys'
import {
  type ScrubDocument,
  type ScrubFileOptions,
  scrubFile,
  Unfinished,
  unfinishedFor,
} from '@mintmark/scrub'
import { keysAndOperands } from '../../options/given_keys.ts'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE, NOT_ANSWERED } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { scrubText } from '../../render/scrub_text.ts'

const NOTHING_WRITTEN: Interrupted = {
  state: 'The input is unchanged, and no output was written.',
  next: 'run the same command again. It starts from the beginning.',
}

const USAGE = 'scrub takes one FILE: name it before the options, or after --'

export const scrub: Handler = async (call, ...args) => {
  const { publicKeys, operands } = await keysAndOperands(args, call)
  const [path] = operands
  if (path === undefined || operands.length > 1) return call.wrongUsage(USAGE)
  if (path === '-')
    throw invalid('FILE', 'scrub reads its input more than once: give it a file, not a pipe')
  const asked = askedFor(call, publicKeys)
  const report = asked.report ?? `${asked.out}.report.json`
  reportUnfinished([asked.out, report], call)
  const document = await endingClean(call, (unfinished) =>
    scrubbed(path, { ...asked, unfinished }, call),
  )
  // Erased keys are no finding: that is the purpose.
  const code = document.isClean ? DONE : NOT_ANSWERED
  const text = () => scrubText({ document, report })
  return await call.end(code, { json: () => document, text }, true)
}

function reportUnfinished(paths: readonly string[], call: Call): void {
  for (const file of paths.flatMap(unfinishedFor))
    call.err(
      `mintmark: ${safeText(file)} is unfinished: if the run that began it was killed, remove the file (it has nothing that was to be erased)\n`,
    )
}

function askedFor(call: Call, publicKeys: readonly PublicKey[]): ScrubFileOptions {
  const report = call.path('report')
  return {
    out: call.path('out') ?? '',
    publicKeys,
    isForced: call.flag('force'),
    published: call.flag('published'),
    keepLesser: call.flag('keepLesser'),
    keepCandidates: call.flag('keepCandidates'),
    structureToo: call.flag('structureToo'),
    acceptCut: call.flag('acceptCut'),
    ...(report !== undefined && { report }),
  }
}

const STEPS = { searching: 'searching', verifying: 'searching the result', writing: 'writing' }

const scrubbed = (path: string, options: ScrubFileOptions, call: Call): Promise<ScrubDocument> =>
  call.progress((progress) =>
    scrubFile(path, {
      ...options,
      onProgress: ({ step, doneBytes, totalBytes }) =>
        progress.show(STEPS[step], doneBytes, totalBytes),
    }),
  )

const ENDINGS = ['SIGTERM', 'SIGHUP'] as const

const goOn = (): void => {}

/** Leaves no unfinished file if the process is asked to end meanwhile; a too large file is an error of the write. */
async function endingClean<T>(
  call: Call,
  work: (unfinished: Unfinished) => Promise<T>,
): Promise<T> {
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
    return await interruptible(call, NOTHING_WRITTEN, () => work(unfinished), remove)
  } finally {
    for (const signal of ENDINGS) process.removeListener(signal, end)
    process.removeListener('SIGXFSZ', goOn)
  }
}
