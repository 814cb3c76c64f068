/** Loads the command from the few files that `bundle.mjs` made of this build; else from the modules that tsc wrote. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const DIST = new URL('../dist/', import.meta.url)
/** Not there in an installed package. */
const MODULES = new URL('src/', DIST)
const PACKAGES = new URL('../../', import.meta.url)
export const BUNDLE = new URL('bundle/', DIST)

/** @returns what a module of the command exports: `main`, `gate_receiver` */
export async function load(name) {
  // Beside the code, and not in the folder for temporary files, where others could put it. Root leaves nothing in a clone
  // of somebody's that its owner could not remove. An installed package stays as it was verified.
  const isOwnClone = existsSync(MODULES) && statSync(DIST).uid === (process.geteuid?.() ?? 0)
  if (isOwnClone) enableCompileCache(fileURLToPath(new URL('compiled/', DIST)))
  return await import(isBundled() ? new URL(`${name}.js`, BUNDLE) : new URL(`${name}.js`, MODULES))
}

/** Whether there is anything to load. */
export function isBuilt() {
  return isBundled() || existsSync(new URL('main.js', MODULES))
}

/** Whether there is a bundle, and no package was built since. */
export function isBundled() {
  const madeMs = timeOf(new URL('made', BUNDLE))
  if (madeMs === 0) return false
  const builds = readdirSync(PACKAGES).map((name) => timeOf(new URL(`${name}/dist/tsconfig.tsbuildinfo`, PACKAGES)))
  return builds.every((builtMs) => builtMs <= madeMs)
}

/** When a file was written; 0 where there is none. */
function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
