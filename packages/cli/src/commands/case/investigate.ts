import { createHash } from 'node:crypto'
import path from 'node:path'
import * as cases from '@mintmark/case'
import { safeText, shellWord } from '@mintmark/core'
import { requirePaths } from '@mintmark/logs'
import { otherShape } from '../../evidence/evidence_kinds.ts'
import { scanDumps } from '../../evidence/scan_dumps.ts'
import { readTrustEvidence } from '../../evidence/trust_evidence.ts'
import { selectionOption, threadsOption, withCase } from '../../options/options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { answerText } from '../../render/answer.ts'
import { count, plural } from '../../render/table.ts'

export const investigate: Handler = async (call, ...args) => {
  const location = call.text('case') ?? defaultCase(args)
  const selection = await selectionOption(call)
  const paths = [...args, ...call.list('directory')]
  await requirePaths(paths)
  const found = await interruptible(call, stateOfCase(location), async () => {
    const investigated = await cases.openCase(location, { mode: 'write' })
    try {
      const { evidence } = await readIn(investigated, paths, call)
      if (call.options['scan'] !== false) await scanDumps(investigated, evidence, call)
      await readTrustEvidence(investigated.session, call)
      return await answered(investigated, selection, call)
    } finally {
      await investigated.close()
    }
  })
  const code = exitCode(cases.caseOutcome(found.conclusion, call.options['scan'] !== false))
  const shown = { width: call.width, path: nearPath(found.case) }
  return await call.end(code, { json: () => found, text: () => answerText(found, shown) })
}

/** Every file is in the case completely or not at all; what is derived from them is derived again. */
export const stateOfCase = (location: string): Interrupted => ({
  state: `${safeText(nearPath(location), 1000)} has every file that was read to its end.`,
  next: 'run the same command again. It reads only the others.',
})

const answered = (
  investigated: cases.Case,
  selection: cases.Selection,
  call: Call,
): Promise<cases.Answer> =>
  call.progress(async (progress) => {
    let done = 0
    return await cases.answer(investigated, selection, {
      hunts: { dirs: call.list('hunts') },
      onStep: (step) => progress.show(step, done++, 6),
    })
  })

function nearPath(location: string): string {
  const near = path.relative(process.cwd(), location)
  return path.isAbsolute(location) && near !== '' && !near.startsWith('..') ? near : location
}

export function readIn(
  investigated: cases.Case,
  paths: readonly string[],
  call: Call,
): ReturnType<typeof cases.ingest> {
  return call.progress((progress) =>
    cases.ingest(investigated, paths, {
      ...threadsOption(call),
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

export const ingestFiles: Handler = async (call, ...args) => {
  const paths = [...args, ...call.list('directory')]
  await requirePaths(paths)
  return await withCase(call, 'write', async (investigated) => {
    const { location } = investigated
    const { report, sealed } = await interruptible(call, stateOfCase(location), async () => ({
      report: await readIn(investigated, paths, call),
      sealed: await cases.seal(investigated),
    }))
    await call.print(
      { ...report, ...sealed },
      () => `${plural(report.added, 'new file')} with ${plural(report.rows, 'record')}, ${count(report.rejected)} rejected
${plural(sealed.duplicates, 'duplicate')} in the whole case
Next:  mintmark evidence --case ${shellWord(location)}\n`,
    )
    const isRead = report.evidence.every(({ shape }) => shape !== cases.UNREADABLE)
    return exitCode({ isFound: false, isWhole: isRead })
  })
}
