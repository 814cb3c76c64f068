import { safeJson } from '@mintmark/core'
import { parseAllowances } from '@mintmark/trust'
import {
  isLintFound,
  isLintWhole,
  lint,
  lintDocument,
  lintSarif,
  lintText,
  readRules,
} from '@mintmark/trust/lint'
import { fileOption } from '../../options/files.ts'
import { flag } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Reads source and configuration for verifiers that accept too much. Exit code 1: an error or a warning. */
export const trustLint: Handler = async ([folder = ''], options, io) => {
  const rules = readRules()
  const allowed = await fileOption(options, 'allow')
  const ids = new Set(rules.map(({ id }) => id))
  const allow = allowed === undefined ? [] : parseAllowances(allowed, 'rule', ids)
  const isWithAll = flag(options, 'all')
  const report = await lint(folder, { rules, allow, nowMs: io.now(), isWithAll })
  const code = exitCode({ isFound: isLintFound(report), isWhole: isLintWhole(report) })
  const isJson = flag(options, 'json')
  const document = isJson ? lintDocument(report, rules) : lintSarif(report, rules, code)
  const isText = !isJson && !flag(options, 'sarif')
  await io.out(isText ? lintText(report, rules) : `${safeJson(document, 2)}\n`, code)
  return code
}
