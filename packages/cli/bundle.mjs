/**
 * Writes the command and its threads into few files below `dist/bundle`, which load in half of the time that their modules
 * take. `bin/load.mjs` loads them. Does nothing where they are of this build.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { underCurrentNode } from '../../tools/current_node.mjs'

await underCurrentNode()
const { BUNDLE, isBundled } = await import('./bin/load.mjs')

const PACKAGES = path.join(import.meta.dirname, '..')
const OF_A_PACKAGE = /[\\/]packages[\\/][^\\/]+[\\/]dist[\\/]src[\\/]/
/** Scripts of threads stand beside the bundle: their modules say `new URL('./NAME.js', import.meta.url)`. */
const THREADS = {
  bundle_worker: 'ledger/dist/src/tree',
  ingest_worker: 'case/dist/src/ingest',
  scan_worker: 'scan/dist/src/engine',
  spill_thread: 'scan/dist/src/hold',
}
const ENTRIES = { main: 'cli/dist/src', gate_receiver: 'cli/dist/src', ...THREADS }

try {
  if (!isBundled()) await writeBundle(fileURLToPath(BUNDLE))
} catch (error) {
  console.error(`The command is not bundled, and starts from its modules, slower: ${error.message}`)
}

async function writeBundle(place) {
  const { rolldown } = await import('rolldown')
  const folder = mkdtempSync(path.join(path.dirname(place), 'bundle-'))
  const sources = Object.entries(ENTRIES).map(([name, home]) => [name, path.join(PACKAGES, home, `${name}.js`)])
  const bundle = await rolldown({
    input: Object.fromEntries(sources),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id) && !id.startsWith('@mintmark/'),
    plugins: [{ name: 'places', transform: (code, id) => withPlaces(code, id, place) }],
  })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
  await bundle.close()
  writeFileSync(path.join(folder, 'made'), '')
  rmSync(place, { recursive: true, force: true })
  renameSync(folder, place)
}

/** A module's own address is where tsc wrote it: files that it reads lie around that place. */
function withPlaces(code, id, folder) {
  if (!OF_A_PACKAGE.test(id)) return code
  const place = JSON.stringify(path.relative(folder, id).split(path.sep).join('/'))
  return code.replace(/new URL\('\.\/(\w+)\.js', import\.meta\.url\)|import\.meta\.url/g, (found, name) =>
    name !== undefined && name in THREADS ? found : found.replace('import.meta.url', `new URL(${place}, import.meta.url).href`),
  )
}
