import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { commandNames } from '../../src/index.ts'
import { mintmark } from '../fake_io.ts'

/** What bash offers after these words, the last of which is being typed. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { out } = await mintmark('completion', 'bash')
  const typed = words.map((word) => `'${word}'`).join(' ')
  const script = `${out}\nCOMP_WORDS=(mintmark ${typed}); COMP_CWORD=${words.length}; _mintmark; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  assert.equal(stderr, '')
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it('offers the commands, those below another, and their options', async () => {
    assert.deepEqual(await offered('inv'), ['investigate'])
    assert.deepEqual(await offered('gate', 'un'), ['uninstall'])
    assert.deepEqual(await offered('scan', 'core', '--sa'), ['--sarif'])
    assert.deepEqual(await offered('report', 'verify', '--k'), ['--key'])
    assert.deepEqual(await offered('ledger', 'init', '--no-p'), ['--no-progress'])
  })

  it('offers the values that an option takes', async () => {
    assert.deepEqual(await offered('gate', 'install', '--compress', ''), ['zstd', 'gzip'])
    assert.deepEqual(await offered('--color', 'a'), ['auto', 'always'])
  })
})

for (const [shell, line] of [
  ['zsh', (name: string) => `/${name.replaceAll(' ', '/')}:*) known=(`],
  ['fish', (name: string) => `'__mintmark_at "/${name.replaceAll(' ', '/')}"' -l help`],
] as const)
  it(`completion in ${shell} knows every command`, async () => {
    const { code, out } = await mintmark('completion', shell)
    assert.equal(code, 0)
    assert.deepEqual(
      commandNames().filter((name) => !out.includes(line(name))),
      [],
    )
    const { status, error } = spawnSync(shell, ['-n'], { input: out })
    assert.ok(error !== undefined || status === 0, `${shell} cannot read it`)
  })

it('completion in another shell is a wrong usage', async () => {
  assert.equal((await mintmark('completion', 'csh')).code, 2)
  assert.equal((await mintmark('completion', 'constructor')).code, 2)
})

it('the manual page has every command, every option of one, and the exit codes', async () => {
  const { code, out } = await mintmark('man')
  assert.equal(code, 0)
  assert.match(out, /^\.TH MINTMARK 1 .*"mintmark 0\.1\.0"/)
  const page = out.replaceAll('\\-', '-')
  assert.deepEqual(
    commandNames().filter((name) => !page.includes(`\n.SS mintmark ${name} `)),
    [],
  )
  for (const part of ['\n.B --keep-lesser\n', '\n.SH EXIT STATUS\n', '\n.SH FILES\n'])
    assert.ok(page.includes(part), part)
  // A line that begins so would be taken for a request.
  assert.doesNotMatch(out, /^'/m)
})
