/** Rule of textlint: no word of the old dialect, one spelling of each term; code is left alone. */
import type { TextlintRuleModule } from '@textlint/types'
import { BANNED, SPELLINGS } from '../src/wording.ts'

const rule: TextlintRuleModule = ({ Syntax, report, RuleError, locator }) => ({
  [Syntax.Str](text) {
    for (const [pattern, use] of [...BANNED, ...SPELLINGS]) {
      const match = pattern.exec(text.value)
      if (match === null) continue
      const { 0: word, index } = match
      report(text, new RuleError(`"${word}": ${use}`, { padding: locator.at(index) }))
    }
  },
})
export default rule
