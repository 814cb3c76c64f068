/**
 * `npm run pack`: writes the package `mintmark` below `release`: what `npm pack` makes of the built workspace, its SBOM, the
 * libraries (`pack_libraries.mjs`), and the SHA-256 of all. The package `mintmark` is the workspace without sources, at the
 * same paths: its files find one another by the same addresses. The same commit gives the same bytes.
 * Usage: node tools/pack.mjs [FOLDER], in a workspace that is set up
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { underCurrentNode } from './current_node.mjs'
import { fail, json, npm, output, packFolder, root, writeJson } from './packing.mjs'

await underCurrentNode()
// Node warns that it strips types, which it does for every command in a clone.
process.removeAllListeners('warning')
const { BUNDLE, isBundled } = await import('../packages/cli/bin/load.mjs')
const { commit } = await import('@mintmark/cli')
const { VERSION } = await import('@mintmark/core')
const { packLibraries } = await import('./pack_libraries.mjs')

const NAME = 'mintmark'
const BIN = 'packages/cli/bin/mintmark.mjs'
const MAN = 'man/mintmark.1'
const HOLDS = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs',
  'packages/case/hunts',
  'packages/cli/bin',
  'packages/cli/dist/bundle',
  'packages/trust/rules',
  'packages/trust/vectors',
  'packages/web/dist/page',
  'packages/web/dist/report',
]
/** Only the pictures of pages: most of the bytes of the whole package. */
const LEFT_OUT = /^docs.img\b/
/**
 * Only cases in folders need chDB, only `trust lint` the parsers, only `replay --live` the last
 * two. The command says so where they are not there.
 */
const OPTIONAL = new Set([
  ...['@ast-grep/lang-csharp', '@ast-grep/lang-go', '@ast-grep/lang-java', '@ast-grep/lang-python', '@ast-grep/napi'],
  ...['@cdktn/hcl2json', 'chdb', 'imapflow', 'oidc-provider'],
])

if (!isBundled() || !existsSync(path.join(root, 'packages/web/dist/page/index.html'))) fail('run `node tools/setup.mjs` first')
const out = path.resolve(process.argv[2] ?? path.join(root, 'release'))
const work = mkdtempSync(path.join(tmpdir(), 'mintmark-pack-'))
try {
  const described = packageJson()
  const tarball = pack(described)
  const bom = path.join(out, tarball.replace(/\.tgz$/, '.cdx.json'))
  writeFileSync(bom, sbom(described))
  const { version, license, engines, gitHead } = described
  const libraries = packLibraries(work, out, { version, license, engines, gitHead })
  const lines = [tarball, path.basename(bom), ...libraries].map((name) => `${sha256(path.join(out, name))}  ${name}\n`)
  writeFileSync(path.join(out, 'SHA256SUMS'), lines.join(''))
  process.stdout.write(lines.join(''))
  if (described.gitHead?.endsWith('-dirty')) console.error('pack: files differ from the commit: nobody else can make these bytes')
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** Third-party packages in the versions that the workspace is tested with. */
function packageJson() {
  const { description, engines, license } = json('package.json')
  const { packages } = json('package-lock.json')
  const needed = readFileSync(new URL('made', BUNDLE), 'utf8').split('\n').filter(Boolean)
  const versions = (names) => Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`].version]))
  return {
    name: NAME,
    version: VERSION,
    description,
    license,
    type: 'module',
    engines,
    bin: { [NAME]: BIN },
    man: [MAN],
    dependencies: versions(needed.filter((name) => !OPTIONAL.has(name))),
    optionalDependencies: versions(needed.filter((name) => OPTIONAL.has(name))),
    gitHead: commit(),
  }
}

/** @returns the tarball's name in `out` */
function pack(described) {
  const folder = path.join(work, NAME)
  for (const name of HOLDS)
    cpSync(path.join(root, name), path.join(folder, name), {
      recursive: true,
      filter: (file) => !LEFT_OUT.test(path.relative(root, file)),
    })
  writeJson(path.join(folder, 'package.json'), described)
  mkdirSync(path.join(folder, path.dirname(MAN)))
  writeFileSync(path.join(folder, MAN), output(process.execPath, [path.join(root, BIN), 'man', '--ignore-config'], root))
  return packFolder(folder, out, [BIN])
}

/** A CycloneDX list of all packages that come with this one, in the versions of the workspace's lockfile. */
function sbom(described) {
  const folder = path.join(work, 'sbom', NAME)
  const lock = json('package-lock.json')
  const others = Object.entries(lock.packages).filter(([place, { link }]) => place.startsWith('node_modules/') && link !== true)
  mkdirSync(folder, { recursive: true })
  writeJson(path.join(folder, 'package.json'), described)
  writeJson(path.join(folder, 'package-lock.json'), { ...lock, name: NAME, packages: { '': described, ...Object.fromEntries(others) } })
  // Leaves what the package does not need out of the copy of the lockfile.
  npm(folder, 'install', '--package-lock-only', '--offline', '--ignore-scripts', '--no-audit', '--no-fund')
  const bom = JSON.parse(npm(folder, 'sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'))
  // npm writes a random number and the time: here those of the commit.
  bom.metadata.timestamp = new Date(commitSeconds() * 1000).toISOString()
  delete bom.serialNumber
  return `${JSON.stringify(bom, null, 2)}\n`
}

/** Seconds since 1970. */
function commitSeconds() {
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' })
  return Number(process.env.SOURCE_DATE_EPOCH ?? stdout ?? 0)
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
