/**
 * Writes the command into few files below `dist/bundle`, and beside them what V8 compiles of them: see
 * `bin/bundled.cjs`, which loads them. Does nothing where they are of this build.
 *
 * Of the commands those that search dumps are bundled, with their threads, and what reads the command line.
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { HOME, isOfThisBuild, MADE_OF, ROOT, stampOf } from './bin/bundled.cjs'

const FIRST_PARTY = /[\\/]packages[\\/]([^\\/]+)[\\/]dist[\\/]src[\\/]/
/** Commands whose start somebody waits for; the others are loaded from the modules that tsc wrote. */
const SEARCHES = /^commands\/(scan|scrub|gate_\w+)$/
/** Scripts of threads, by their names in `new URL('./NAME.js', import.meta.url)`. */
const THREADS = { scan_worker: 'scan/dist/src', spill_thread: 'scan/dist/src/gate' }
/** Of each half of the dump. */
const BYTES = 64 << 10
/** What stands in a kernel where no gate does. */
const KERNEL = { core_pattern: 'core\n', core_pipe_limit: '0\n' }
const ENTRIES = { main: 'cli/dist/src', gate_receiver: 'cli/dist/src', ...THREADS }

if (!isOfThisBuild()) {
  rmSync(HOME, { recursive: true, force: true })
  const inputs = await writeChunks()
  for (const name of Object.keys(THREADS)) writeFileSync(path.join(HOME, startOf(name)), startText(name))
  writeFileSync(path.join(HOME, MADE_OF), JSON.stringify(inputs))
}
/** Written last: what this V8 compiles lies beside the chunks. */
const compiled = path.join(HOME, `compiled.${cachedDataVersionTag()}`)
if (!existsSync(compiled)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bundle-'))
  try {
    train(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  writeFileSync(compiled, process.version)
}

/** @returns what the files are made of: for each a stamp */
async function writeChunks() {
  const { rolldown } = await import('rolldown')
  const sources = Object.entries(ENTRIES).map(([name, folder]) => [name, path.join(ROOT, 'packages', folder, `${name}.js`)])
  const bundle = await rolldown({
    input: Object.fromEntries(sources),
    platform: 'node',
    plugins: [{ name: 'places', transform: withPlaces }],
  })
  const { output } = await bundle.write({
    dir: HOME,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
  })
  await bundle.close()
  const modules = output.flatMap((chunk) => chunk.moduleIds ?? [])
  const packages = new Set(modules.map((id) => FIRST_PARTY.exec(id)?.[1]).filter(Boolean))
  const files = [...packages].sort().map((name) => `packages/${name}/dist/tsconfig.tsbuildinfo`)
  return Object.fromEntries(['package-lock.json', ...files].map((file) => [file, stampOf(path.join(ROOT, file))]))
}

/** A module's own address is where tsc wrote it; a bundled thread is beside the bundle. */
function withPlaces(code, id) {
  if (!FIRST_PARTY.test(id)) return code
  const place = JSON.stringify(path.relative(HOME, id).split(path.sep).join('/'))
  const inTime = code.replace(/\bimport\('\.\/(commands\/\w+)\.js'\)/g, (whole, command) =>
    SEARCHES.test(command) ? whole : `importModule(new URL('./${command}.js', import.meta.url).href)`,
  )
  return inTime.replace(/new URL\('\.\/(\w+)\.js', import\.meta\.url\)|import\.meta\.url/g, (_, name) => {
    if (name in THREADS) return `new URL('./${startOf(name)}', import.meta.url)`
    const own = `new URL(${place}, import.meta.url)`
    return name === undefined ? `${own}.href` : `new URL('./${name}.js', ${own})`
  })
}

/** What a thread starts with: Node would load a chunk without what V8 has compiled of it. */
function startOf(name) {
  return `start_${name}.cjs`
}

function startText(name) {
  return `require('../../bin/bundled.cjs').bundled('${name}.cjs')\n`
}

/**
 * Runs what is waited for (a scan, a scrub, the gate's receiver) on a small dump with a key, made for that, and keeps
 * what V8 compiled for it.
 */
function train(folder) {
  const dump = path.join(folder, 'dump')
  const key = path.join(folder, 'key.pem')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(dump, Buffer.concat([randomBytes(BYTES), Buffer.from(pem), randomBytes(BYTES)]))
  writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }))
  const [spool, state, procSys] = ['spool', 'state', 'sys'].map((name) => path.join(folder, name))
  mkdirSync(procSys)
  for (const [name, value] of Object.entries(KERNEL)) writeFileSync(path.join(procSys, name), value)
  const gate = ['gate', 'install', '--spool', spool, '--state', state, '--proc-sys', procSys]
  const runs = [
    ['main', 'main', ['--help']],
    ['main', 'main', ['scan', dump]],
    ['main', 'main', ['scan', dump, '--public-key', key]],
    ['main', 'main', ['scrub', dump, '-o', `${dump}.clean`, '--public-key', key]],
    ['main', 'main', gate],
    ['gate_receiver', 'receiveFromKernel', [state, '--check']],
  ]
  for (const [chunk, name, args] of runs) {
    const script = `const { bundled, keepCompiled } = require('./bin/bundled.cjs')
keepCompiled()
Promise.resolve(bundled('${chunk}.cjs').${name}(${JSON.stringify(args)})).then((code) => process.exit(code))`
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: import.meta.dirname, encoding: 'utf8' })
    // What is not compiled before is compiled when it is needed.
    if (status !== 0 && status !== 1) console.error(`${args.join(' ')}: ${status}\n${stderr}`)
  }
}
