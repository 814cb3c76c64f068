import { safeJson } from '@mintmark/core'
import { parseAllowances } from '@mintmark/trust'
import * as linter from '@mintmark/trust/lint'
import type { Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Reads source and configuration for verifiers that accept too much. Exit code 1: an error or a warning. */
export const trustLint: Handler = async (call, folder = '') => {
  const rules = linter.readRules()
  const allowed = await call.file('allow')
  const ids = new Set(rules.map(({ id }) => id))
  const allow = allowed === undefined ? [] : parseAllowances(allowed, 'rule', ids)
  const isWithAll = call.flag('all')
  const report = await linter.lint(folder, { rules, allow, nowMs: call.now(), isWithAll })
  const code = exitCode({
    isFound: linter.isLintFound(report),
    isWhole: linter.isLintWhole(report),
  })
  const isJson = call.isJson
  const document = isJson
    ? linter.lintDocument(report, rules)
    : linter.lintSarif(report, rules, code)
  const isText = !isJson && !call.flag('sarif')
  await call.out(isText ? linter.lintText(report, rules) : `${safeJson(document, 2)}\n`, code)
  return code
}
