export {
  isLintFound,
  isLintWhole,
  type LintFinding,
  type LintReport,
  lint,
} from './lint.ts'
export { type Rule, readRules } from './rule.ts'
