import { safeJson, safeText } from '@mintmark/core'
import { erratumOf, erratumText, readReport, readSigningKey, writeErratum } from '@mintmark/report'
import { flag, placeOption, textOption } from '../../options/option_values.ts'
import { pemOf } from '../../options/report_options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Says what two reports say differently; with a folder, writes it as an erratum. Found is a difference. */
export const reportDiff: Handler = async ([before = '', after = ''], options, io) => {
  const key = textOption(options, 'sign')
  const signingKey = key === undefined ? undefined : readSigningKey(await pemOf(key))
  const erratum = erratumOf(await readReport(before), await readReport(after))
  const out = placeOption(options, 'out')
  if (out !== undefined) await writeErratum(erratum, out, signingKey)
  const text = flag(options, 'json') ? `${safeJson(erratum, 2)}\n` : shown(erratumText(erratum))
  await io.out(text)
  return exitCode({ isFound: erratum.differences.length > 0, isWhole: true })
}

const shown = (text: string) =>
  text
    .split('\n')
    .map((line) => `${safeText(line, 400)}\n`)
    .join('')
