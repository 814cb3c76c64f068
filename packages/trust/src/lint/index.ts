export { isLintFound, isLintWhole, type LintFinding, type LintReport, lint } from './lint.ts'
export { lintDocument, lintSarif, lintText } from './output.ts'
export { CONFIG_LANGUAGES, type Rule, readRules } from './rule.ts'
