/** Rule of textlint: a sentence has at most 25 words. A piece of code is one word. */
import type { TextlintRuleModule } from '@textlint/types'
import { StringSource } from 'textlint-util-to-string'

/** Sentences by their ends. A splitter for many languages takes "of 2016. It" for an abbreviation. */
const SENTENCE = /\S.*?(?:[.!?]["')]*(?=\s+["'(]*[A-Z0-9])|$)/gsu

const MOST_WORDS = 25

const rule: TextlintRuleModule = ({ Syntax, report, RuleError, locator }) => ({
  [Syntax.Paragraph](paragraph) {
    // oxlint-disable-next-line no-unsafe-type-assertion -- one library says of the tree that it is read-only, one does not
    const tree = paragraph as ConstructorParameters<typeof StringSource>[0]
    const source = new StringSource(tree, {
      replacer: ({ node, maskValue }) => (node.type === 'Code' ? maskValue('X') : undefined),
    })
    for (const { 0: sentence, index } of source.toString().matchAll(SENTENCE)) {
      const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
      if (words.length <= MOST_WORDS) continue
      const start = words.slice(0, 6).join(' ')
      const padding = locator.at(source.originalIndexFromIndex(index) ?? 0)
      report(
        paragraph,
        new RuleError(`${words.length} words in a sentence: ${start} …`, { padding }),
      )
    }
  },
})
export default rule
