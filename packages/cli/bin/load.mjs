/** Loads the command from the few files that `bundle.mjs` made of it; in a clone where a source is newer, from the sources. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Not there in an installed package. */
const SOURCES = new URL('../src/', import.meta.url)
const ROOT = new URL('../../../', import.meta.url)
const DIST = new URL('../dist/', import.meta.url)
export const BUNDLE = new URL('bundle/', DIST)

/** @returns what a module of the command exports: `main`, `gate_receiver` */
export async function load(name) {
  // Beside the code, and not in the folder for temporary files, where others could put it. Root leaves nothing in a clone
  // of somebody's that its owner could not remove. An installed package stays as it was verified.
  const isOwnClone = existsSync(SOURCES) && statSync(SOURCES).uid === (process.geteuid?.() ?? 0)
  if (isOwnClone) enableCompileCache(fileURLToPath(new URL('compiled/', DIST)))
  return await import(isBundled() ? new URL(`${name}.js`, BUNDLE) : new URL(`${name}.ts`, SOURCES))
}

/** Whether there is anything to load, with what it needs. */
export function isSetUp() {
  return existsSync(new URL(existsSync(SOURCES) ? 'node_modules/@mintmark' : 'packages/cli/dist/bundle/made', ROOT))
}

/** Whether there is a bundle, and no source was written since. */
export function isBundled() {
  const madeMs = statSync(new URL('made', BUNDLE), { throwIfNoEntry: false })?.mtimeMs
  if (madeMs === undefined) return false
  return !existsSync(SOURCES) || sources().every((place) => statSync(place).mtimeMs <= madeMs)
}

/** Files that the bundle may be made of, and their folders: one that lost a file is newer, too. */
function sources() {
  const packages = fileURLToPath(new URL('packages/', ROOT))
  const homes = readdirSync(packages).map((name) => path.join(packages, name, 'src'))
  return homes.filter((home) => existsSync(home)).flatMap((home) => [
    home,
    ...readdirSync(home, { recursive: true }).map((name) => path.join(home, name)),
  ])
}
