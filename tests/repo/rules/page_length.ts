/** Rule of textlint: a page has at most so many words, counted as `wc -w` does. */
import { basename } from 'node:path'
import type { TextlintRuleModule } from '@textlint/types'

const MOST: Readonly<Record<string, number>> = {
  'README.md': 1200,
  'ARCHITECTURE.md': 1500,
  'CHANGELOG.md': 600,
}
const MOST_OF_OTHERS = 2000

const rule: TextlintRuleModule = ({ Syntax, report, RuleError, getSource, getFilePath }) => ({
  [Syntax.Document](page) {
    const most = MOST[basename(getFilePath() ?? '')] ?? MOST_OF_OTHERS
    const words = getSource(page)
      .split(/\s+/)
      .filter((word) => word !== '').length
    if (words > most) report(page, new RuleError(`${words} words, of at most ${most}`))
  },
})
export default rule
