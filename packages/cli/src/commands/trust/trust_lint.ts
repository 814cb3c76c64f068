import { parseAllowList } from '@mintmark/trust'
import * as linter from '@mintmark/trust/lint'
import type { Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Reads source and configuration for verifiers that accept too much. Exit code 1: an error or a warning. */
export const trustLint: Handler = async (call, folder = '') => {
  const rules = linter.readRules()
  const allowed = await call.file('allow')
  const ids = new Set(rules.map(({ id }) => id))
  const allow = allowed === undefined ? [] : parseAllowList(allowed, 'rule', ids)
  const isWithAll = call.flag('all')
  const report = await linter.lint(folder, { rules, allow, nowMs: call.now(), isWithAll })
  const code = exitCode({
    isFound: linter.isLintFound(report),
    isWhole: linter.isLintWhole(report),
  })
  return await call.end(code, {
    json: () => linter.lintDocument(report, rules),
    sarif: () => linter.lintSarif(report, rules, code),
    text: () => linter.lintText(report, rules),
  })
}
