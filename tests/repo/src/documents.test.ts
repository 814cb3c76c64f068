import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { projectFiles, ROOT, read } from './repository.ts'

const files = projectFiles()
const documents = files.filter((file) => file.endsWith('.md'))

describe('documents', () => {
  it('are those that a newcomer looks for', () => {
    const wanted = ['README', 'ARCHITECTURE', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG'].map(
      (n) => `${n}.md`,
    )
    assert.deepEqual(
      [...wanted, 'LICENSE'].filter((file) => !files.includes(file)),
      [],
    )
  })

  it('link to files that exist', () => {
    const dead = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => path.join(path.dirname(file), match[1] ?? ''))
        .filter((target) => !existsSync(path.join(ROOT, target)))
        .map((target) => `${file} -> ${target}`),
    )
    assert.deepEqual(dead, [])
  })

  it('name sources that exist', () => {
    const named =
      /(?<=`|node --test )(?:packages|tests|tools|bench|[a-z]+\/src)\/[\w/.]+\.(?:ts|mjs)/g
    const dead = documents.flatMap((file) =>
      (read(file).match(named) ?? [])
        .filter((name) => !existsSync(path.join(ROOT, name)))
        .filter((name) => !existsSync(path.join(ROOT, 'packages', name)))
        .map((name) => `${file}: ${name}`),
    )
    assert.deepEqual(dead, [])
  })

  it('name a file for npm from ./ on: npm takes folder/file for a repository of GitHub', () => {
    const wrong = documents.filter((file) => /npm install.* [\w-]+\/\S+\.tgz/.test(read(file)))
    assert.deepEqual(wrong, [])
  })

  it('speak of the project alone: no path of a machine, no registry', () => {
    const texts = files.filter((file) => /\.(md|ts|mjs|json|sql|sh)$|^\.ci\/run$/.test(file))
    // Each is written so that this file does not hold it.
    const telling = /(?<![\w.])[/](?:work|root)[/](?!drive)|registry[.]npmjs|deb[.]debian/
    const wrong = texts.filter((file) => file !== 'package-lock.json' && telling.test(read(file)))
    assert.deepEqual(wrong, [])
  })

  it('hold no private key outside tests, and nothing that a command wrote', () => {
    const homes = new Set(['.ci', 'bench', 'docker', 'docs', 'packages', 'tests', 'tools'])
    const stray = files.filter((file) => file.includes('/') && !homes.has(file.split('/')[0] ?? ''))
    const keys = files.filter(
      (file) =>
        !/^bench\/|\/test\//.test(file) && /-----BEGIN [A-Z ]*PRIVATE[ ]KEY-----/.test(read(file)),
    )
    assert.deepEqual([stray, keys], [[], []])
  })
})

describe('docs/errors.md', () => {
  const codes = [...read('packages/core/src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(
    (m) => m[1],
  )
  const headings = [...read('docs/errors.md').matchAll(/^## ([A-Z_]+)$/gm)].map((m) => m[1])

  it('has a heading for every code, and no other', () => {
    assert.ok(codes.length > 5)
    assert.deepEqual(new Set(headings), new Set(codes))
  })

  it('names only codes that a test asserts', () => {
    const tests = files.filter(
      (file) => file.endsWith('.test.ts') && !file.startsWith('tests/repo'),
    )
    const text = tests.map(read).join('\n')
    assert.deepEqual(
      codes.filter((code) => code !== undefined && !text.includes(`'${code}'`)),
      [],
    )
  })
})

describe('sources', () => {
  it('have no unfinished business', () => {
    const unfinished = /TO[D]O|FIX[M]E|X[X]X/
    const wrong = files.filter(
      (file) => /\.(ts|mjs|sql)$/.test(file) && unfinished.test(read(file)),
    )
    assert.deepEqual(wrong, [])
  })
})
