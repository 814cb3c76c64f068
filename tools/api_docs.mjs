/**
 * Writes the API documentation of every package into `dist/api`: `npm run docs:api`. TypeDoc reads
 * the sources with a compiler of its own: it does not know the one that builds them. Both are
 * fetched when they are needed, so that nobody installs them for anything else.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const TOOLS = ['typedoc@0.28.20', 'typescript@6.0.2']
const TESTS_ALONE = ['testkit']

const packages = readdirSync(join(ROOT, 'packages')).filter(
  (name) => !TESTS_ALONE.includes(name) && existsSync(join(ROOT, 'packages', name, 'src/index.ts')),
)
const work = mkdtempSync(join(tmpdir(), 'mintmark-api-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const tsconfig = join(work, 'tsconfig.json')
const entries = packages.map((name) => join(ROOT, 'packages', name, 'src/index.ts'))
writeFileSync(
  tsconfig,
  JSON.stringify({
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: { rootDir: ROOT, outDir: join(work, 'out'), typeRoots: [join(ROOT, 'node_modules/@types')] },
    files: entries,
    include: [],
  }),
)
const options = {
  name: 'Mintmark',
  out: join(ROOT, 'dist/api'),
  tsconfig,
  readme: 'none',
  excludePrivate: 'true',
  skipErrorChecking: 'true',
  disableSources: 'true',
  treatWarningsAsErrors: 'true',
}
const { status } = spawnSync(
  'npm',
  [
    'exec', '--yes', ...TOOLS.map((tool) => `--package=${tool}`), '--', 'typedoc',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ...entries,
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
process.exitCode = status ?? 1
