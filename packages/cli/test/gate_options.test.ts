/** Options of the gate that decide what may reach the disk. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { mintmark } from './fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-gate-options-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const BEFORE = 'core\n'
const kernel = join(folder, 'kernel')
mkdirSync(kernel)
writeFileSync(join(kernel, 'core_pattern'), BEFORE)
writeFileSync(join(kernel, 'core_pipe_limit'), '0\n')
const dropped = join(folder, 'dropped')
mkdirSync(dropped)

let spools = 0
const newSpool = () => join(folder, `spool-${spools++}`)

const CALLS: Readonly<Record<string, readonly string[]>> = {
  install: ['--state', join(folder, 'state'), '--proc-sys', kernel],
  receive: ['--check'],
  watch: [dropped, '--raw', 'keep', '--once'],
}

describe('a core that cannot be scrubbed', () => {
  for (const [command, options] of Object.entries(CALLS))
    for (const value of ['always', 'auto', ''])
      it(`is kept by no value of --keep-unscrubbed: ${command}, "${value}"`, async () => {
        const spool = newSpool()
        const call = ['gate', command, '--spool', spool, ...options]
        const { code, err } = await mintmark(...call, `--keep-unscrubbed=${value}`)
        assert.equal(code, 2)
        assert.match(err, /keep-unscrubbed/)
        assert.equal(existsSync(spool), false)
        assert.equal(readFileSync(join(kernel, 'core_pattern'), 'utf8'), BEFORE)
      })

  it('is not kept, which a configuration may say', async () => {
    const options = CALLS['watch'] ?? []
    const call = ['gate', 'watch', '--spool', newSpool(), ...options, '--keep-unscrubbed', 'never']
    assert.equal((await mintmark(...call)).code, 0)
  })
})
