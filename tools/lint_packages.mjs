/**
 * Runs `mintmark trust lint` on packages of others, and prints a table row for each: version, files, errors and warnings,
 * and files that were not examined. People decide whether a finding is right: docs/trust-lint.md.
 * Usage: node tools/lint_packages.mjs [--list] PACKAGE..., where PACKAGE is NAME@VERSION of npm, deb:NAME of Debian,
 * or src:NAME for its source, where apt has lists of sources
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const MINTMARK = path.join(import.meta.dirname, '../packages/cli/bin/mintmark.mjs')
const isListed = process.argv.includes('--list')
const work = mkdtempSync(path.join(tmpdir(), 'mintmark-lint-packages-'))

try {
  for (const name of process.argv.slice(2).filter((each) => each !== '--list')) console.log(row(name))
} finally {
  rmSync(work, { recursive: true, force: true })
}

function row(name) {
  const folder = mkdtempSync(path.join(work, 'package-'))
  const [from] = /^(?:deb|src):/.exec(name) ?? []
  const isDebian = from !== undefined
  const fetched = { 'deb:': fromDebian, 'src:': fromDebianSource }[from] ?? fromNpm
  const file = fetched(isDebian ? name.slice(4) : name, folder)
  if (file === undefined) return `| ${name} | not fetched | | | |`
  // What npm has is built code: it is in folders that are skipped elsewhere.
  const { stdout } = spawnSync(process.execPath, [MINTMARK, 'trust', 'lint', folder, '--json', ...(isDebian ? [] : ['--all'])], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const { findings, coverage } = JSON.parse(stdout)
  const found = findings.filter(({ level }) => level !== 'note')
  if (isListed) for (const { rule, file: at, line } of found) console.log(`  ${rule} ${at}:${line}`)
  return `| ${file} | ${coverage.files} | ${found.length} | ${findings.length - found.length} | ${coverage.unread.length} |`
}

function fromNpm(name, folder) {
  const { stdout } = spawnSync('npm', ['pack', '--silent', '--pack-destination', work, name], { encoding: 'utf8' })
  const file = stdout.trim().split('\n').at(-1) ?? ''
  const { status } = spawnSync('tar', ['xzf', path.join(work, file), '-C', folder, '--strip-components=1'])
  return file === '' || status !== 0 ? undefined : file.replace(/\.tgz$/, '')
}

function fromDebian(name, folder) {
  const at = path.join(folder, 'download')
  mkdirSync(at)
  spawnSync('apt-get', ['download', '-q', name], { cwd: at })
  const [file] = readdirSync(at)
  if (file === undefined || spawnSync('dpkg', ['-x', path.join(at, file), folder]).status !== 0) return undefined
  rmSync(at, { recursive: true })
  return file.replace(/_[^_]*\.deb$/, '')
}

function fromDebianSource(name, folder) {
  const at = path.join(folder, 'download')
  mkdirSync(at)
  spawnSync('apt-get', ['source', '--download-only', '-q', name], { cwd: at })
  const file = readdirSync(at).find((each) => each.endsWith('.dsc'))
  const to = path.join(folder, 'source')
  if (file === undefined || spawnSync('dpkg-source', ['-x', file, to], { cwd: at }).status !== 0) return undefined
  rmSync(at, { recursive: true })
  return file.replace(/\.dsc$/, '')
}
