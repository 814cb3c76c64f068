import { safeText } from '@mintmark/core'
import { isWhole, type Verified, verifyReport } from '@mintmark/report'
import { fileOption } from '../../options/files.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'
import { plural } from '../../render/table.ts'

/** Says whether a report is as it was written. Found is a change, or that the key that was given did not sign it. */
export const reportVerify: Handler = async ([folder = ''], options, io) => {
  const key = await fileOption(options, 'key')
  const verified = await verifyReport(folder, key)
  const isGood = isWhole(verified, key !== undefined)
  await print(io, options, { isWhole: isGood, ...verified }, () => textOf(verified, isGood), 2)
  return exitCode({ isFound: !isGood, isWhole: true })
}

function textOf({ files, signature, key }: Verified, isGood: boolean): string {
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

const SIGNATURES: Readonly<Record<Verified['signature'], string>> = {
  none: 'none',
  good: 'good, by the given key',
  'unknown-key': 'good, by the key in the folder. Anybody can put one there: give --key',
  bad: 'BAD: by another key, or of another MANIFEST',
}
