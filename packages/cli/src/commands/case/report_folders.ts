/** Reports that are written: how two of them differ, and whether one is as it was written. @module */
import { safeText } from '@mintmark/core'
import type { Verified } from '@mintmark/report'
import {
  erratumOf,
  erratumText,
  isWhole,
  readReport,
  readSigningKey,
  verifyReport,
  writeErratum,
} from '@mintmark/report'
import { fileOption } from '../../options/files.ts'
import { pathOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'
import { plural } from '../../render/table.ts'

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

/** Says whether a report is as it was written. Found is a change, or that the key that was given did not sign it. */
export const reportVerify: Handler = async ([folder = ''], options, io) => {
  const key = await fileOption(options, 'key')
  const verified = await verifyReport(folder, key)
  const isGood = isWhole(verified, key !== undefined)
  await print(
    io,
    options,
    { isWhole: isGood, ...verified },
    () => verifiedText(verified, isGood),
    2,
  )
  return exitCode({ isFound: !isGood, isWhole: true })
}

function verifiedText({ files, signature, key }: Verified, isGood: boolean): string {
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
