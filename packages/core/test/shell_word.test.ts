/** Words that are copied into a shell. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { shellWord } from '../src/shell_word.ts'

/** What a POSIX shell makes of it: NUL ends each word. */
function readBack(word: string): string {
  const { stdout, status } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${word}`], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  return stdout
}

it('leaves usual names as they are', () => {
  for (const name of ['crash-2021-04.dmp', 'dumps/a+b_c,1.core', 'clickhouse://h:9000/x'])
    assert.equal(shellWord(name), name)
})

it('is one word, whatever it is made of', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...`a1'"$\`;|&<>()*?[]{}~#!=% -^\\é鍵`.split('')),
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 8 }), (names) => {
      assert.equal(
        readBack(names.map(shellWord).join(' ')),
        names.map((name) => `${name}\0`).join(''),
      )
    }),
    { numRuns: 60 },
  )
  assert.equal(readBack(shellWord('')), '\0')
})

it('escapes what a terminal would obey', () => {
  assert.equal(shellWord('a\u001b[31m\n'), String.raw`'a\x1b[31m\n'`)
})
