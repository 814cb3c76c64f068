/** Language of names of tests and of comments: no word of the old dialect, one spelling of each term. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { projectFiles, read } from './repository.ts'
import { commentsIn, namesIn, type Prose, wrongWords } from './wording.ts'

const MOST_WORDS = 25
const SOURCE = /\.(?:[cm]?[jt]s|svelte|css|sql|go|java)$/
/** These have words of the list as what is searched for. */
const OF_THE_LIST = /^tests\/repo\/src\/(?:wording|language)(?:\.test)?\.ts$/
const HOLDS_TESTS = /^(?:packages\/[a-z]+\/test|tests)\//
const HOLDS_COMMENTS = /^(?:packages\/[a-z]+\/(?:src|app|report|hunts|test)|tests|tools|bench)\//

const sources = projectFiles().filter((file) => SOURCE.test(file) && !OF_THE_LIST.test(file))

function tooLong(file: string, { line, text }: Prose): string[] {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
  return words > MOST_WORDS ? [`${file}:${line}: ${words} words in a name`] : []
}

const faultsOfNames = (file: string, source: string) =>
  namesIn(source).flatMap((name) => tooLong(file, name).concat(wrongWords(file, name)))

const faultsOfComments = (file: string, source: string) =>
  commentsIn(file, source).flatMap((comment) => wrongWords(file, comment))

describe('the language of tests and comments', () => {
  it('is plain in names of tests', () => {
    const files = sources.filter((file) => HOLDS_TESTS.test(file))
    assert.ok(files.flatMap((file) => namesIn(read(file))).length > 2000)
    assert.equal(files.flatMap((file) => faultsOfNames(file, read(file))).join('\n'), '')
  })

  it('is plain in comments', () => {
    const files = sources.filter((file) => HOLDS_COMMENTS.test(file))
    assert.ok(files.flatMap((file) => commentsIn(file, read(file))).length > 5000)
    assert.equal(files.flatMap((file) => faultsOfComments(file, read(file))).join('\n'), '')
  })
})

const names = (...lines: string[]) => faultsOfNames('a.test.ts', lines.join('\n'))
const comments = (file: string, ...lines: string[]) => faultsOfComments(file, lines.join('\n'))

describe('the check of names and comments', () => {
  it('reports words in names with their line', () => {
    assert.deepEqual(names("describe('a', () => {", '  it(', '    `is told of it`,'), [
      'a.test.ts:3: "told": reported, identifies, distinguishes',
    ])
    assert.equal(names("  { name: 'an address of theirs', is: 1 },").length, 2)
    assert.equal(names(`it('${'a word '.repeat(13)}', () => {`).length, 1)
  })

  it('reports words in comments of each language', () => {
    const told = '"told": reported, identifies, distinguishes'
    assert.deepEqual(comments('a.ts', '/**', ' * What it is told.', ' */'), [`a.ts:2: ${told}`])
    assert.deepEqual(comments('a.ts', 'f() // as told'), [
      `a.ts:1: ${told}`,
      'a.ts:1: "as told": rewrite',
    ])
    assert.deepEqual(comments('a.sql', 'SELECT 1 -- is told'), [`a.sql:1: ${told}`])
  })

  it('passes code, names of parameters, text of the program and the term cannot tell', () => {
    assert.deepEqual(names("it('gives `theirs`, or cannot tell', () => {"), [])
    assert.deepEqual(comments('a.ts', '/** @param ours one of `theirs` */', "f('is told')"), [])
  })
})
