import { safeText } from '@mintmark/core'
import { erratumOf, erratumText, readReport, readSigningKey, writeErratum } from '@mintmark/report'
import { fileOption } from '../../options/files.ts'
import { pathOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'

/** Says what two reports say differently; with a folder, writes it as an erratum. Found is a difference. */
export const reportDiff: Handler = async ([before = '', after = ''], options, io) => {
  const pem = await fileOption(options, 'sign')
  const signingKey = pem === undefined ? undefined : readSigningKey(pem)
  const erratum = erratumOf(await readReport(before), await readReport(after))
  const out = pathOption(options, 'out')
  if (out !== undefined) await writeErratum(erratum, out, signingKey)
  await print(io, options, erratum, () => shown(erratumText(erratum)), 2)
  return exitCode({ isFound: erratum.differences.length > 0, isWhole: true })
}

const shown = (text: string) =>
  text
    .split('\n')
    .map((line) => `${safeText(line, 400)}\n`)
    .join('')
