/**
 * Writes the command into few files below `dist/bundle`, and beside them what V8 compiles of them: see
 * `bin/bundled.cjs`, which loads them. Does nothing where they are of this build and this Node.
 *
 * Of the commands those that search dumps are bundled, with their threads, and what reads the command line.
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import { cachedDataVersionTag } from 'node:v8'
import { underCurrentNode } from '../../tools/current_node.mjs'
import { BUNDLES, NEWEST, newestFolder, ROOT, stampOf } from './bin/bundled.cjs'

await underCurrentNode()

const FIRST_PARTY = /[\\/]packages[\\/]([^\\/]+)[\\/]dist[\\/]src[\\/]/
/** Commands whose start somebody waits for; the others are loaded from the modules that tsc wrote. */
const SEARCHES = /^commands\/dumps\/\w+$/
/** Scripts of threads, by their names in `new URL('./NAME.js', import.meta.url)`. */
const THREADS = { scan_worker: 'scan/dist/src', spill_thread: 'scan/dist/src/gate' }
const ENTRIES = { main: 'cli/dist/src', gate_receiver: 'cli/dist/src', ...THREADS }
/** Of each half of the dump that V8 compiles for. */
const BYTES = 64 << 10
/** Of a heap that V8 compiles for: so little one thread searches alone. */
const HEAP_BYTES = 6 << 20
/** What stands in a kernel where no gate does. */
const KERNEL = { core_pattern: 'core\n', core_pipe_limit: '0\n' }
/** A bundle that was replaced so long ago is in no process that loads more of it. */
const OLD_MS = 24 * 60 * 60_000

try {
  const folder = newestFolder() ?? (await newBundle())
  /** Written last: what this V8 compiles lies beside the chunks. */
  const compiled = path.join(folder, `compiled.${cachedDataVersionTag()}`)
  if (!existsSync(compiled)) {
    inFolder(tmpdir(), compile)
    writeFileSync(compiled, process.version)
  }
} catch (error) {
  console.error(`The command is not bundled, and starts from its modules, slower: ${error.message}`)
}

/** @returns its folder */
async function newBundle() {
  removeOld()
  mkdirSync(BUNDLES, { recursive: true })
  const folder = mkdtempSync(path.join(BUNDLES, 'b-'))
  const inputs = await writeChunks(folder)
  for (const name of Object.keys(THREADS)) writeFileSync(path.join(folder, startOf(name)), startText(name))
  writeFileSync(`${folder}.json`, JSON.stringify({ folder: path.basename(folder), inputs }))
  renameSync(`${folder}.json`, NEWEST)
  return folder
}

function removeOld() {
  if (!existsSync(BUNDLES)) return
  for (const name of readdirSync(BUNDLES)) {
    const file = path.join(BUNDLES, name)
    if (Date.now() - statSync(file).mtimeMs > OLD_MS) rmSync(file, { recursive: true, force: true })
  }
}

/** @returns what the files are made of: for each a stamp */
async function writeChunks(folder) {
  const { rolldown } = await import('rolldown')
  const sources = Object.entries(ENTRIES).map(([name, home]) => [name, path.join(ROOT, 'packages', home, `${name}.js`)])
  const bundle = await rolldown({
    input: Object.fromEntries(sources),
    platform: 'node',
    plugins: [{ name: 'places', transform: (code, id) => withPlaces(code, id, folder) }],
  })
  const { output } = await bundle.write({
    dir: folder,
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
function withPlaces(code, id, folder) {
  if (!FIRST_PARTY.test(id)) return code
  const place = JSON.stringify(path.relative(folder, id).split(path.sep).join('/'))
  const inTime = code.replace(/\bimport\('\.\.\/(commands\/\w+\/\w+)\.js'\)/g, (whole, command) =>
    SEARCHES.test(command) ? whole : `importModule(new URL('../${command}.js', import.meta.url).href)`,
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
  return `require('../../../bin/bundled.cjs').chunkAt(require('node:path').join(__dirname, '${name}.cjs'))\n`
}

function inFolder(home, use) {
  const folder = mkdtempSync(path.join(home, 'mintmark-bundle-'))
  try {
    use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs what is waited for (a scan, a scrub, the gate's receiver) on small dumps with a key, made for that, and keeps
 * what V8 compiled for it.
 */
function compile(folder) {
  const [dump, heap, key, spool, state, procSys] = ['dump', 'heap', 'key.pem', 'spool', 'state', 'sys'].map(
    (name) => path.join(folder, name),
  )
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const small = Buffer.concat([randomBytes(BYTES), Buffer.from(pem), randomBytes(BYTES)])
  writeFileSync(dump, small)
  writeFileSync(heap, Buffer.concat([small, ownHeap()]))
  writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }))
  mkdirSync(procSys)
  for (const [name, value] of Object.entries(KERNEL)) writeFileSync(path.join(procSys, name), value)
  const runs = [
    ['main', 'main', ['--help']],
    ['main', 'main', ['scan', dump]],
    ['main', 'main', ['scan', heap, '--public-key', key]],
    ['main', 'main', ['scrub', dump, '-o', `${dump}.clean`, '--public-key', key]],
    ['main', 'main', ['gate', 'install', '--spool', spool, '--state', state, '--proc-sys', procSys]],
    ['gate_receiver', 'receiveFromKernel', [state, '--check']],
  ]
  for (const [chunk, name, args] of runs) compileFor(chunk, name, args)
}

/** What this process has allocated, on Linux: what scans mostly read, certificates and keys among it. */
function ownHeap() {
  try {
    // The roots, as OpenSSL holds them.
    createSecureContext()
    const [, from = '0', to = '0'] = /^(\w+)-(\w+) .*\[heap\]$/m.exec(readFileSync('/proc/self/maps', 'latin1')) ?? []
    const [begin, end] = [from, to].map((digits) => Number.parseInt(digits, 16))
    const heap = Buffer.alloc(Math.min(HEAP_BYTES, end - begin))
    const memory = openSync('/proc/self/mem', 'r')
    const length = readSync(memory, heap, 0, heap.length, end - heap.length)
    closeSync(memory)
    return heap.subarray(0, length)
  } catch {
    return Buffer.alloc(0)
  }
}

function compileFor(chunk, name, args) {
  const script = `const { bundled, keepCompiled } = require('./bin/bundled.cjs')
keepCompiled()
Promise.resolve(bundled('${chunk}.cjs').${name}(${JSON.stringify(args)})).then((code) => process.exit(code))`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: import.meta.dirname, encoding: 'utf8' })
  // 1: a key was found. What is not compiled before is compiled when it is needed.
  if (status !== 0 && status !== 1) console.error(`${args.join(' ')}: ${status}\n${stderr}`)
}
