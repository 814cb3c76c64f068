/** Language of the command line's help, and the rules of textlint by which `.ci/run` checks it and the pages. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { TextlintKernelDescriptor } from '@textlint/kernel'
import markdown from '@textlint/textlint-plugin-markdown'
import { createLinter } from 'textlint'
import pageLength from '../rules/page_length.ts'
import sentenceLength from '../rules/sentence_length.ts'
import words from '../rules/words.ts'
import { ROOT, read } from './repository.ts'

const rules = Object.entries({ pageLength, sentenceLength, words })
const linter = createLinter({
  descriptor: new TextlintKernelDescriptor({
    rules: rules.map(([ruleId, rule]) => ({ ruleId, rule })),
    plugins: [{ pluginId: 'markdown', plugin: markdown.default }],
    filterRules: [],
  }),
})

/** What is wrong with a page, each with line and column. */
async function faultsOf(name: string, page: string): Promise<string[]> {
  const { messages } = await linter.lintText(page, name)
  return messages.map(({ loc: { start }, message }) => `${start.line}:${start.column}: ${message}`)
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

/** `judged` is printed by commands and a table of the case, and help speaks of both. */
const faultsOfHelp = async (help: string) =>
  (await faultsOf('help.md', help)).filter((fault) => !/of at most|: "judged"/.test(fault))

describe('the language of help', () => {
  it('is plain and short in the list of commands', async () => {
    assert.deepEqual(await faultsOfHelp(pageOfHelp(read('packages/cli/test/golden/help.txt'))), [])
  })

  it('is plain and short for every command and option', async () => {
    const args = ['packages/cli/bin/mintmark.mjs', 'man']
    const man = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
    assert.deepEqual(await faultsOfHelp(pageOfMan(man)), [])
  })

  it('is checked entry by entry', async () => {
    const help = `Options:\n  --a <X>   ${sentence(20)}\n            ${sentence(2)}\n  --b  it is told\n`
    assert.equal(pageOfHelp(help).split('\n')[1], `- ${sentence(20)}`)
    assert.deepEqual(await faultsOfHelp(pageOfHelp(help)), [
      '4:9: "told": reported, identifies, distinguishes',
    ])
  })
})

const sentence = (count: number) => `Word ${'word '.repeat(count - 2)}word.`
const check = (...lines: string[]) => faultsOf('a.md', lines.join('\n'))

describe('the rules of textlint', () => {
  it('report a long sentence with its line, over the ends of lines', async () => {
    assert.deepEqual(
      await check('# T', '', `A short one. ${sentence(20)}`, `\n${sentence(25)}`),
      [],
    )
    assert.match((await check('# T', '', 'A short one.', sentence(26))).join(), /^4:1: 26 words/)
    assert.deepEqual(await check(`- ${sentence(20)}`, `  ${sentence(20)}`), [])
    assert.match(
      (await check(`- ${sentence(13).slice(0, -1)}`, `  ${sentence(13)}`)).join(),
      /1:3: 26 words/,
    )
    assert.match((await check(`${sentence(20)} \`code\` ${sentence(25)}`)).join(), /26 words/)
  })

  it('count neither code, tables, headings nor the targets of links', async () => {
    const long = sentence(40)
    const table = ['| a |', '|---|', `| ${long} |`]
    assert.deepEqual(
      await check('```', long, '```', '', ...table, '', `# ${long}`, '', `\`${long}\``),
      [],
    )
    assert.deepEqual(
      await check(`See [a page](${sentence(40).replaceAll(' ', '-')}) and ${sentence(20)}`),
      [],
    )
    assert.deepEqual(
      await check(`- ${sentence(20)}`, `- ${sentence(20)}`, `1. ${sentence(20)}`),
      [],
    )
  })

  it('report words of the old dialect and other spellings, outside of code', async () => {
    assert.deepEqual(await check('# T', '', 'A copy', 'is told.'), [
      '4:4: "told": reported, identifies, distinguishes',
    ])
    assert.deepEqual(await check('`theirs` and SHA-256'), [])
    assert.equal((await check('| it lies in | Postgres |', '|---|---|')).length, 2)
  })

  it('report a page above its limit', async () => {
    const page = `${sentence(20)}\n\n`
    assert.deepEqual(await faultsOf('a.md', page.repeat(100)), [])
    assert.deepEqual(await faultsOf('README.md', page.repeat(61)), [
      '1:1: 1220 words, of at most 1200',
    ])
  })
})
