/** Language of the pages and of the command line's help: sentences, words, spellings and length of a page. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { projectFiles, ROOT, read } from './repository.ts'
import { breaks, withoutCode, wrongWords } from './wording.ts'

/** Pages not yet rewritten. The list only shrinks: take a page off as soon as it passes. */
const NOT_YET: readonly string[] = []

const MOST_WORDS = 25
/** Words of a page, counted as `wc -w` does. */
const BUDGETS: Readonly<Record<string, number>> = {
  'README.md': 1200,
  'ARCHITECTURE.md': 1500,
  'CHANGELOG.md': 600,
}
const BUDGET = 2000

const pages = projectFiles().filter((file) =>
  /^(?:(?:README|ARCHITECTURE|CHANGELOG|CONTRIBUTING)\.md|docs\/[^/]+\.md)$/.test(file),
)

const countWords = (text: string) => text.split(/\s+/).filter((word) => word !== '').length

/** Prose of a page. Every line keeps its number; code is one word, comments and pictures none. */
function proseOf(page: string): string {
  const outside = page
    .replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1 *$/gm, breaks)
    .replaceAll(/<!--[\s\S]*?-->/g, breaks)
  return withoutCode(outside)
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, breaks)
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^ *<.*$/gm, '')
}

interface Sentence {
  readonly line: number
  readonly words: readonly string[]
}

const ENDS = /[.!?]["')*_]*$/
const BEGINS = /^["'(*_]*[A-Z0-9]/

/** Sentences of paragraphs and of list items; headings and tables have none. */
function sentencesOf(prose: string): Sentence[] {
  const sentences: Sentence[] = []
  let words: string[] = []
  let line = 1
  const end = () => {
    const counted = words.filter((word) => /[\p{L}\p{N}]/u.test(word))
    if (counted.length > 0) sentences.push({ line, words: counted })
    words = []
  }
  for (const [index, text] of prose.split('\n').entries()) {
    const isProse = !/^\s*(?:$|[#|])/.test(text)
    if (!isProse || /^\s*(?:[-*+]|\d+\.)\s/.test(text)) end()
    if (!isProse) continue
    const unmarked = text.trim().replace(/^(?:[-*+>]|\d+\.)\s+/, '')
    for (const word of unmarked.split(/\s+/)) {
      if (ENDS.test(words.at(-1) ?? '') && BEGINS.test(word)) end()
      if (words.length === 0) line = index + 1
      words.push(word)
    }
  }
  end()
  return sentences
}

/** What is wrong with a page, each with its line. */
function faultsOf(file: string, page: string): string[] {
  const prose = proseOf(page)
  const budget = BUDGETS[file] ?? BUDGET
  const total = countWords(page)
  const long = sentencesOf(prose)
    .filter(({ words }) => words.length > MOST_WORDS)
    .map(({ line, words }) => {
      const start = words.slice(0, 6).join(' ')
      return `${file}:${line}: ${words.length} words in a sentence: ${start} …`
    })
  const wrong = wrongWords(file, { line: 1, text: prose })
  const size = total > budget ? [`${file}:1: ${total} words, of at most ${budget}`] : []
  return [...size, ...long, ...wrong]
}

/** Help of a command as a page: each entry is an item of a list, each heading a heading. */
const pageOfHelp = (help: string) =>
  help
    .replaceAll(/^(?:Usage: .*|\S.*:)$/gm, '# $&')
    .replaceAll(/^ {2}\S.*? {2,}(?=\S)/gm, '- ')
    .replaceAll(/^ {2}(?=\S)/gm, '- ')

/** The manual page has the texts of all commands and options, one a line. */
const pageOfMan = (man: string) =>
  man
    .replaceAll(/^\..*$/gm, '')
    .replaceAll(/^(?=.)/gm, '- ')
    .replaceAll('\\-', '-')

const HELP = 'packages/cli/test/golden/help.txt'

/** `judged` is printed by commands and a table of the case, and help speaks of both. */
const faultsOfHelp = (file: string, help: string) =>
  faultsOf(file, help).filter((fault) => !/of at most|: "judged"/.test(fault))

describe('the language of help', () => {
  it('is plain and short in the list of commands', () => {
    assert.equal(faultsOfHelp(HELP, pageOfHelp(read(HELP))).join('\n'), '')
  })

  it('is plain and short for every command and option', () => {
    const args = ['packages/cli/bin/mintmark.mjs', 'man']
    const man = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
    assert.equal(faultsOfHelp('mintmark man', pageOfMan(man)).join('\n'), '')
  })

  it('is checked entry by entry', () => {
    const help = `Options:\n  --a <X>   ${words(20)}\n            ${words(2)}\n  --b  it is told\n`
    assert.equal(pageOfHelp(help).split('\n')[1], `- ${words(20)}`)
    assert.deepEqual(faultsOf(HELP, pageOfHelp(help)), [
      `${HELP}:4: "told": reported, identifies, distinguishes`,
    ])
  })
})

describe('the language of pages', () => {
  for (const page of pages) {
    const faults = faultsOf(page, read(page))
    if (NOT_YET.includes(page))
      it(`${page} is not yet rewritten`, () => {
        assert.notDeepEqual(faults, [], `${page} passes: take it off the list`)
      })
    else
      it(`${page} is plain, short and spelled as agreed`, () => {
        assert.equal(faults.join('\n'), '')
      })
  }

  it('lists no page as not yet rewritten that is gone', () => {
    const gone = NOT_YET.filter((page) => !pages.includes(page))
    assert.deepEqual(gone, [])
  })
})

const words = (count: number) => `Word ${'word '.repeat(count - 2)}word.`
const check = (...lines: string[]) => faultsOf('docs/a.md', lines.join('\n'))

describe('the check of the language', () => {
  it('reports a long sentence with its line, over the ends of lines', () => {
    assert.deepEqual(check('# T', '', `A short one. ${words(20)}`, `\n${words(25)}`), [])
    assert.match(check('# T', '', 'A short one.', words(26)).join(), /^docs\/a\.md:4: 26 words/)
    assert.deepEqual(check(`- ${words(20)}`, `  ${words(20)}`), [])
    assert.match(check(`- ${words(13).slice(0, -1)}`, `  ${words(13)}`).join(), /a\.md:1: 26 words/)
  })

  it('counts neither code, tables, headings nor the targets of links', () => {
    const long = words(40)
    assert.deepEqual(check('```', long, '```', `| ${long} |`, `# ${long}`, `\`${long}\``), [])
    assert.deepEqual(check(`See [a page](${words(40).replaceAll(' ', '-')}) and ${words(20)}`), [])
    assert.deepEqual(check(`- ${words(20)}`, `- ${words(20)}`, `1. ${words(20)}`), [])
  })

  it('reports words of the old dialect and other spellings, outside of code', () => {
    assert.deepEqual(check('# T', 'A copy is told.'), [
      'docs/a.md:2: "told": reported, identifies, distinguishes',
    ])
    assert.deepEqual(check('`theirs` and SHA-256'), [])
    assert.equal(check('| it lies in | Postgres |').length, 2)
  })

  it('reports a page above its budget', () => {
    const page = `${words(20)}\n\n`
    assert.deepEqual(faultsOf('docs/a.md', page.repeat(100)), [])
    assert.deepEqual(faultsOf('README.md', page.repeat(61)), [
      'README.md:1: 1220 words, of at most 1200',
    ])
  })
})
