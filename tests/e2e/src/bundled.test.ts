import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ROOT } from './built_command.ts'

const bin = join(ROOT, 'packages/cli/bin')
const made = join(ROOT, 'packages/cli/dist/bundle/made')
const folder = mkdtempSync(join(tmpdir(), 'mintmark-bundled-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Prints each file of the command that is loaded, by its path below the packages. */
const watched = join(folder, 'watched.mjs')
writeFileSync(
  watched,
  `import { registerHooks } from 'node:module'
import { writeSync } from 'node:fs'
registerHooks({
  load(url, context, next) {
    const [, file] = /\\/packages\\/(.*\\/(?:dist|src)\\/.*)/.exec(url) ?? []
    if (file !== undefined) writeSync(2, 'loaded ' + file + '\\n')
    return next(url, context)
  },
})
`,
)
const dump = join(folder, 'dump')
writeFileSync(dump, 'nothing to find here '.repeat(1000))

function run(args: readonly string[]): {
  readonly loaded: string[]
  readonly out: string
  readonly err: string
} {
  const command = ['--import', watched, join(bin, 'mintmark.mjs'), ...args]
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  const lines = stderr.split('\n')
  return {
    loaded: lines.filter(isLoaded).map((line) => line.slice(LOADED.length)),
    out: stdout,
    err: lines.filter((line) => !isLoaded(line)).join('\n'),
  }
}

const LOADED = 'loaded '
function isLoaded(line: string): boolean {
  return line.startsWith(LOADED)
}
const isOfBundle = (file: string) => file.startsWith('cli/dist/bundle/')

describe('the bundled command', () => {
  for (const args of [['--version'], ['scan', dump], ['verdicts', '--case', join(folder, 'none')]])
    it(`loads nothing else for ${args[0]}`, () => {
      const { loaded } = run(args)
      assert.ok(loaded.length > 0)
      assert.deepEqual(
        loaded.filter((file) => !isOfBundle(file)),
        [],
      )
    })

  it('may be read by every user', () => {
    assert.equal(statSync(join(made, '..')).mode & 0o777, 0o755)
  })

  it('is not used where a source was written since', () => {
    const source = join(ROOT, 'packages/core/src/index.ts')
    const { atime, mtime } = statSync(source)
    try {
      utimesSync(source, atime, new Date(statSync(made).mtimeMs + 1000))
      const { loaded, out } = run(['--version'])
      assert.deepEqual(loaded.filter(isOfBundle), [])
      assert.match(out, /^\d+\.\d+\.\d+\b/)
    } finally {
      utimesSync(source, atime, mtime)
    }
    assert.ok(run(['--version']).loaded.some(isOfBundle))
  })

  it('prints what the sources print', () => {
    const plain = `import(${JSON.stringify(join(ROOT, 'packages/cli/src/main.ts'))}).then(({ main }) => main(process.argv.slice(1)))`
    const args = ['scan', '--json', dump]
    const { stdout } = spawnSync(process.execPath, ['-e', plain, ...args], { encoding: 'utf8' })
    assert.equal(run(args).out, stdout)
    assert.match(stdout, /"findings"/)
  })
})

it('a failed write to standard output is reported, and ends with 3', () => {
  const full = openSync('/dev/full', 'w')
  const command = [join(bin, 'mintmark.mjs'), 'scan', dump]
  const { status, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  assert.deepEqual(
    [status, stderr],
    [3, 'mintmark: standard output cannot be written to (ENOSPC)\n'],
  )
})

/** The bin of a command that has nothing else, started under what may be another version of Node. */
function bare(home: string, ...flags: readonly string[]) {
  const own = join(folder, home, 'packages/cli')
  cpSync(bin, join(own, 'bin'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(folder, home, 'package.json'))
  const command = [...flags, join(own, 'bin/mintmark.mjs'), 'scan', dump]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('a clone that was not set up says what sets it up, and ends with 3', () => {
  const { status, stdout, stderr } = bare('clone')
  assert.deepEqual([status, stdout], [3, ''])
  assert.match(stderr, /^mintmark: it is not set up: run `node tools\/setup\.mjs`.*\n$/)
})

it('an installed command says which Node it needs where that is older, and ends with 3', () => {
  const older =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.1' } })"
  const { status, stdout, stderr } = bare('installed', '--import', `data:text/javascript,${older}`)
  assert.deepEqual([status, stdout], [3, ''])
  assert.match(stderr, /^mintmark: it needs Node \d+\.\d+ or newer; this is 22\.17\.1\n$/)
})
