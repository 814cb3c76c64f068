/**
 * Writes the command and its threads into few files below `dist/bundle`, which load in half of the time that their modules
 * take. `bin/load.mjs` loads them. Does nothing where no source was written since.
 */
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { underCurrentNode } from '../../tools/current_node.mjs'

await underCurrentNode()
const { BUNDLE, isBundled } = await import('./bin/load.mjs')

const PACKAGES = path.join(import.meta.dirname, '..')
const OF_A_PACKAGE = /[\\/]packages[\\/][^\\/]+[\\/]src[\\/]/
/** Scripts of threads and processes are beside the bundle: their modules say `new URL('./NAME.ts', import.meta.url)`. */
const STARTED = {
  bundle_worker: 'ledger/src/tree',
  ingest_worker: 'case/src/ingest',
  provider_process: 'replay/src/live',
  scan_worker: 'scan/src/engine',
  signing_service: 'replay/src/signing',
}
const ENTRIES = { main: 'cli/src', gate_receiver: 'cli/src', ...STARTED }

try {
  if (!isBundled()) await writeBundle(fileURLToPath(BUNDLE))
} catch (error) {
  console.error(`The command is not bundled, and starts from its sources, slower: ${error.message}`)
}

async function writeBundle(place) {
  const { rolldown } = await import('rolldown')
  mkdirSync(path.dirname(place), { recursive: true })
  const folder = mkdtempSync(path.join(path.dirname(place), 'bundle-'))
  const sources = Object.entries(ENTRIES).map(([name, home]) => [name, path.join(PACKAGES, home, `${name}.ts`)])
  const bundle = await rolldown({
    // Paths in the bundle's comments begin here: the same bytes in every clone.
    cwd: PACKAGES,
    input: Object.fromEntries(sources),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id) && !id.startsWith('@mintmark/'),
    plugins: [{ name: 'places', transform: (code, id) => withPlaces(code, id, place) }],
  })
  const { output } = await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
  await bundle.close()
  writeFileSync(path.join(folder, 'made'), `${packagesOf(output).join('\n')}\n`)
  rmSync(place, { recursive: true, force: true })
  // Temporary folders are their owner's alone; the command is for every user.
  chmodSync(folder, 0o755)
  renameSync(folder, place)
}

/** Packages that the bundle loads and does not hold, sorted: `tools/pack.mjs` makes them its dependencies. */
function packagesOf(output) {
  const own = new Set(output.map(({ fileName }) => fileName))
  const loaded = output.flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports])
  const others = loaded.filter((name) => !own.has(name) && !name.startsWith('node:'))
  return [...new Set(others.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)[0]))].sort()
}

/** A module's own address is where its source lies: files that it reads lie around that place. */
function withPlaces(code, id, folder) {
  if (!OF_A_PACKAGE.test(id)) return code
  const place = JSON.stringify(path.relative(folder, id).split(path.sep).join('/'))
  return code.replace(/new URL\(['"]\.\/(\w+)\.ts['"], import\.meta\.url\)|import\.meta\.url/g, (found, name) =>
    name !== undefined && name in STARTED
      ? found.replace('.ts', '.js')
      : found.replace('import.meta.url', `new URL(${place}, import.meta.url).href`),
  )
}
