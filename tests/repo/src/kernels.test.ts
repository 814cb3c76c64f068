import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, it } from 'node:test'
import { projectFiles, ROOT, read } from './repository.ts'

const files = projectFiles()
const kernels = files
  .map((file) => /^packages\/([a-z]+)\/assembly\/([a-z_]+)\.ts$/.exec(file))
  .filter((found) => found !== null)

describe('kernels', () => {
  it('are built from the sources beside them', () => {
    const script = path.join(ROOT, 'tools/build-wasm.mjs')
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
  })

  for (const [, home, name] of kernels) {
    it(`${name} has a reference and a property test that holds the two equal`, () => {
      const tests = files.filter(
        (file) =>
          file.startsWith(`packages/${home}/test/`) && file.endsWith(`/${name}.prop.test.ts`),
      )
      assert.equal(tests.length, 1)
      const test = read(tests[0] ?? '')
      assert.match(test, /Reference/)
      assert.match(test, /fc\.property/)
    })
  }
})
