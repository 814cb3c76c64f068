import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { parseObject } from '@mintmark/core'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const bin = join(root, 'packages/cli/bin')
const bundles = join(root, 'packages/cli/dist/bundle')
const newest = join(bundles, 'newest.json')
const folder = mkdtempSync(join(tmpdir(), 'mintmark-bundled-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Prints for each chunk whether V8 took what lay compiled beside it: `true`, `false`, or `none` where nothing did. */
const watched = join(folder, 'watched.cjs')
writeFileSync(
  watched,
  `const vm = require('node:vm')
const { Script } = vm
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options)
    const taken = options.cachedData === undefined ? 'none' : this.cachedDataRejected !== true
    process.stderr.write('chunk ' + require('node:path').basename(options.filename) + ' ' + taken + '\\n')
  }
}
`,
)
const dump = join(folder, 'dump')
writeFileSync(dump, 'nothing to find here '.repeat(1000))

function run(args: readonly string[]): {
  readonly chunks: string[]
  readonly out: string
  readonly err: string
} {
  const command = ['-r', watched, join(bin, 'mintmark.mjs'), ...args]
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  const lines = stderr.split('\n')
  return {
    chunks: lines.filter(isChunk),
    out: stdout,
    err: lines.filter((line) => !isChunk(line)).join('\n'),
  }
}

/** The folder of the bundle. */
function newestName(): string {
  const name = parseObject(readFileSync(newest, 'utf8'))?.['folder']
  return typeof name === 'string' ? name : ''
}

function isChunk(line: string): boolean {
  return line.startsWith('chunk ')
}

const isBuilt = run(['--version']).chunks.length > 0
// Built by `tsc -b` alone, the command has no bundle; a set-up tree has one, and CI is set up.
const skip = !isBuilt && process.env['CI'] !== 'true' && 'the command is not bundled: npm run build'

describe('the bundled command', { skip }, () => {
  it('runs from chunks', () => {
    assert.ok(isBuilt)
    assert.ok(run(['scan', dump]).chunks.length > 5)
  })

  it('takes what V8 has compiled, where it is the V8 that compiled', () => {
    const { chunks } = run(['scan', dump])
    assert.deepEqual(
      chunks.filter((line) => line.endsWith(' false')),
      [],
    )
    // Another Node than the one of `npm run build` compiles anew.
    if (existsSync(join(bundles, newestName(), `compiled.${cachedDataVersionTag()}`)))
      assert.deepEqual(
        chunks.filter((line) => !line.endsWith(' true')),
        [],
      )
  })

  it('loads a command that is not in the bundle', () => {
    const { chunks, err } = run(['verdicts', '--case', join(folder, 'none')])
    assert.ok(chunks.length > 0)
    assert.match(err, /^mintmark: there is no case at .* \(CASE_MISSING\)\n$/)
  })

  it('is not used where a package was built again since', () => {
    const built = join(root, 'packages/core/dist/tsconfig.tsbuildinfo')
    const { atime, mtime } = statSync(built)
    try {
      utimesSync(built, atime, new Date(mtime.getTime() + 1000))
      const { chunks, out } = run(['--version'])
      assert.deepEqual(chunks, [])
      assert.match(out, /^\d+\.\d+\.\d+\n$/)
    } finally {
      utimesSync(built, atime, mtime)
    }
    assert.ok(run(['--version']).chunks.length > 0)
  })

  it('is not used where it is damaged', () => {
    const good = readFileSync(newest)
    try {
      for (const bad of ['', '{', '{"folder":"none","inputs":{}}']) {
        writeFileSync(newest, bad)
        assert.match(run(['--version']).out, /^\d+\.\d+\.\d+\n$/)
      }
    } finally {
      writeFileSync(newest, good)
    }
  })

  it('prints what the modules print', () => {
    const plain = `import(${JSON.stringify(join(root, 'packages/cli/dist/src/main.js'))}).then(({ main }) => main(process.argv.slice(1)))`
    const args = ['scan', '--json', dump]
    const { stdout } = spawnSync(process.execPath, ['-e', plain, ...args], { encoding: 'utf8' })
    assert.equal(run(args).out, stdout)
    assert.match(stdout, /"findings"/)
  })
})

it('standard output that takes nothing is told, and ends with 3', () => {
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

it('a scrub whose summary cannot be printed ends with what it did: its report is in a file', () => {
  const out = join(folder, 'unprinted')
  const full = openSync('/dev/full', 'w')
  const command = [join(bin, 'mintmark.mjs'), 'scrub', dump, '-o', out]
  const { status, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  const { isClean } = parseObject(readFileSync(`${out}.report.json`, 'utf8')) ?? {}
  assert.deepEqual([status, isClean, existsSync(out)], [0, true, true])
  assert.equal(stderr, 'mintmark: standard output cannot be written to (ENOSPC)\n')
})

/** The bin of a command that has nothing else, started under what may be another version of Node. */
function bare(home: string, ...flags: readonly string[]) {
  const own = join(folder, home, 'packages/cli')
  cpSync(bin, join(own, 'bin'), { recursive: true })
  cpSync(join(bin, '../package.json'), join(own, 'package.json'))
  const command = [...flags, join(own, 'bin/mintmark.mjs'), 'scan', dump]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('a clone that was not built says what builds it, and ends with 3', () => {
  const { status, stdout, stderr } = bare('clone')
  assert.deepEqual([status, stdout], [3, ''])
  assert.match(stderr, /^mintmark: it is not built: run `node tools\/setup\.mjs`.*\n$/)
})

it('an installed command says which Node it needs where that is older, and ends with 3', () => {
  const older =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.1' } })"
  const { status, stdout, stderr } = bare('installed', '--import', `data:text/javascript,${older}`)
  assert.deepEqual([status, stdout], [3, ''])
  assert.match(stderr, /^mintmark: it needs Node \d+\.\d+ or newer; this is 22\.17\.1\n$/)
})
