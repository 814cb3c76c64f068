import { safeJson, safeText } from '@mintmark/core'
import { isWhole, type Verified, verifyReport } from '@mintmark/report'
import { flag, textOption } from '../../options/option_values.ts'
import { pemOf } from '../../options/report_options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { plural } from '../../render/table.ts'

/** Says whether a report is as it was written. Found is a change, or that the key that was given did not sign it. */
export const reportVerify: Handler = async ([folder = ''], options, io) => {
  const key = textOption(options, 'key')
  const verified = await verifyReport(folder, key === undefined ? undefined : await pemOf(key))
  const isGood = isWhole(verified, key !== undefined)
  await io.out(
    flag(options, 'json')
      ? `${safeJson({ isWhole: isGood, ...verified }, 2)}\n`
      : textOf(verified, isGood),
  )
  return exitCode({ isFound: !isGood, isWhole: true })
}

function textOf({ files, signature, key }: Verified, isGood: boolean): string {
  const whole = files.filter(({ state }) => state === 'whole').length
  const wrong = files.filter(({ state }) => state !== 'whole')
  return [
    isGood ? 'whole: every file is as it was written' : 'NOT AS WRITTEN, or not signed as asked',
    `files      ${plural(whole, 'file')} as listed in the MANIFEST`,
    ...wrong.map(({ name, state }) => `${state.padEnd(10)} ${safeText(name)}`),
    `signature  ${SIGNATURES[signature]}`,
    ...(key === null ? [] : [`key        SHA-256 ${key}`]),
    '',
  ].join('\n')
}

const SIGNATURES: Readonly<Record<Verified['signature'], string>> = {
  none: 'none',
  good: 'good, by the key that was given',
  'unknown-key': 'good, by the key in the folder: give --key to know that it is the signer’s',
  bad: 'BAD: of another key, or of another MANIFEST',
}
