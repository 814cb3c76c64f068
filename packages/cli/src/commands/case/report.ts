import { answer, type Case } from '@mintmark/case'
import { plural, safeText, shellWord } from '@mintmark/core'
import * as reports from '@mintmark/report'
import { htmlRenderer } from '@mintmark/web'
import { selectionOption, withCase } from '../../options/options.ts'
import { recipientsOf, reportOptions } from '../../options/report_options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { DONE, type ExitCode, exitCode } from '../../process/exit_codes.ts'
import { type Interrupted, interruptible } from '../../process/interrupted.ts'
import { labelled } from '../../render/wrapped.ts'

export const report: Handler = async (call) => {
  const missing = ['case', 'out'].find((name) => call.text(name) === undefined)
  if (missing !== undefined) return call.missing(missing)
  const selection = await selectionOption(call)
  const chromium = call.options['pdf'] === false ? undefined : await reports.findChromium()
  const asked: reports.WriteOptions = {
    ...(await reportOptions(call)),
    selection,
    renderHtml: await htmlRenderer(),
    ...(chromium !== undefined && { chromium }),
  }
  return withCase(call, 'read', (investigated) =>
    interruptible(call, call.options['for'] === undefined ? NOTHING_WRITTEN : SOME_NOTICES, () =>
      written(investigated, asked, call),
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
  asked: reports.WriteOptions,
  call: Call,
): Promise<ExitCode> {
  const made = await call.progress(async (progress): Promise<Made> => {
    let done = 0
    const onStep = (step: string) => progress.show(step, done++, STEPS)
    const hunts = { dirs: call.list('hunts') }
    const found = await answer(investigated, asked.selection, { hunts, onStep })
    const recipients = recipientsOf(found.scope, call.list('for'))
    const all: reports.WriteOptions = { ...asked, onFile: onStep }
    return recipients === undefined
      ? [{ out: asked.out, ...(await reports.writeReport(investigated, found, all)) }]
      : await reports.writeNotices(investigated, found, recipients, all)
  })
  for (const { noPdf } of made)
    if (noPdf !== undefined)
      call.err(`mintmark: no report.pdf: ${asked.chromium} could not print: ${safeText(noPdf)}\n`)
  const isReport = call.list('for').length === 0
  await call.print(documentOf(made, isReport), () => writtenText(made, call.width), 2)
  return DONE
}

type Made = readonly (Pick<reports.WrittenNotice, 'out' | 'files' | 'noPdf'> &
  Partial<Pick<reports.WrittenNotice, 'whom'>>)[]

function documentOf(made: Made, isReport: boolean): object | null {
  const shown = made.map(({ out, files, whom }) => ({
    ...(whom !== undefined && { for: whom.name }),
    out,
    files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
  }))
  return isReport ? (shown[0] ?? null) : { notices: shown }
}

function writtenText(made: Made, width: number): string {
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

const STEPS = 15

/** Says what two reports say differently; with a folder, writes it as an erratum. Found is a difference. */
export const reportDiff: Handler = async (call, before = '', after = '') => {
  const pem = await call.file('sign')
  const signingKey = pem === undefined ? undefined : reports.readSigningKey(pem)
  const erratum = reports.erratumOf(
    await reports.readReport(before),
    await reports.readReport(after),
  )
  const out = call.path('out')
  if (out !== undefined) await reports.writeErratum(erratum, out, signingKey)
  await call.print(erratum, () => shown(reports.erratumText(erratum)), 2)
  return exitCode({ isFound: erratum.differences.length > 0, isWhole: true })
}

const shown = (text: string) =>
  text
    .split('\n')
    .map((line) => `${safeText(line, 400)}\n`)
    .join('')

/** Says whether a report is as it was written. Found is a change, or that the key that was given did not sign it. */
export const reportVerify: Handler = async (call, folder = '') => {
  const key = await call.file('key')
  const verified = await reports.verifyReport(folder, key)
  const isGood = reports.isWhole(verified, key !== undefined)
  await call.print({ isWhole: isGood, ...verified }, () => verifiedText(verified, isGood), 2)
  return exitCode({ isFound: !isGood, isWhole: true })
}

function verifiedText({ files, signature, key }: reports.Verified, isGood: boolean): string {
  const whole = files.filter(({ state }) => state === 'whole').length
  const wrong = files.filter(({ state }) => state !== 'whole')
  return [
    isGood
      ? 'whole: every file is as it was written'
      : 'NOT AS WRITTEN, or not signed by the given key',
    `files      ${plural(whole, 'file')} as listed in the MANIFEST`,
    ...wrong.map(({ name, state }) => `${state.padEnd(10)} ${safeText(name)}`),
    `signature  ${SIGNATURES[signature]}`,
    ...(key === null ? [] : [`key        SHA-256 ${key}`]),
    '',
  ].join('\n')
}

const SIGNATURES: Readonly<Record<reports.Verified['signature'], string>> = {
  none: 'none',
  good: 'good, by the given key',
  'unknown-key': 'good, by the key in the folder. Anybody can put one there: give --key',
  bad: 'BAD: by another key, or of another MANIFEST',
}
