'use strict'
/**
 * Loads the command from the few files that `bundle.mjs` made of it, with what V8 has compiled of them before: a small
 * scan, and each thread of a large one, then takes half of the processor time until it searches.
 *
 * Nothing of it is needed. Where those files are missing, or made of another build than the one that lies there, the
 * command is loaded from the modules that tsc wrote; where V8 is another one, it compiles them anew.
 */
const { readFileSync, statSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const v8 = require('node:v8')
const vm = require('node:vm')

const ROOT = path.join(__dirname, '..', '..', '..')
/** Each bundle has a folder of its own here: a process goes on with the one that it began with. */
const BUNDLES = path.join(__dirname, '..', 'dist', 'bundle')
/** Tells of the newest bundle in which folder it is and what it was made of; replaced once that is whole. */
const NEWEST = path.join(BUNDLES, 'newest.json')

/** What a chunk is given: what Node gives a module, and what imports for it. */
const NAMES = 'exports, require, module, __filename, __dirname, importModule'
/** V8 forgets how a script imports where it takes it compiled. */
const importModule = (url) => import(url)

/** Chunks by their path: each is run once, as `require` has it. */
const chunks = new Map()

/** @returns what a chunk of the bundle exports, or undefined where there is none of this build */
function bundled(name) {
  try {
    const folder = newestFolder()
    return folder === undefined ? undefined : chunkAt(path.join(folder, name))
  } catch {
    // Damaged, or removed meanwhile.
    return undefined
  }
}

/** @returns the folder of the bundle that is of this build, if there is one */
function newestFolder() {
  const text = contentOf(NEWEST, 'utf8')
  if (text === undefined) return undefined
  const { folder, inputs } = JSON.parse(text)
  const isOfThisBuild = Object.entries(inputs).every(([file, stamp]) => stampOf(path.join(ROOT, file)) === stamp)
  return isOfThisBuild ? path.join(BUNDLES, folder) : undefined
}

/** What tells one state of a file from another: milliseconds, which copies of a tree keep. */
function stampOf(file) {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${Math.round(found.mtimeMs)} ${found.size}`
}

/** What a chunk exports: also for a thread, which is to be of the same bundle as what started it. */
function chunkAt(file) {
  const known = chunks.get(file)
  if (known !== undefined) return known.module.exports
  const source = readFileSync(file, 'utf8')
  const script = new vm.Script(`(function (${NAMES}) {${source}\n})`, {
    filename: file,
    cachedData: contentOf(compiledOf(file)),
  })
  const module = { exports: {} }
  chunks.set(file, { module, script })
  script.runInThisContext()(module.exports, requireFrom(file), module, file, path.dirname(file), importModule)
  return module.exports
}

/** `require` of a chunk: other chunks are loaded as it was, all else by Node. */
function requireFrom(file) {
  const outside = createRequire(file)
  return (name) => (name.startsWith('./') ? chunkAt(path.join(path.dirname(file), name)) : outside(name))
}

/** What this V8, under the flags that it has now, has compiled of a chunk. */
const compiledOf = (file) => `${file}.${v8.cachedDataVersionTag()}`

function contentOf(file, encoding) {
  try {
    return readFileSync(file, encoding)
  } catch {
    return undefined
  }
}

/**
 * From now on what is compiled of the chunks stays, until it is written beside them at the end of this process:
 * `bundle.mjs` asks for it.
 */
function keepCompiled() {
  v8.setFlagsFromString('--no-flush-bytecode')
  process.on('exit', () => {
    // V8 takes what was compiled under the flags of a later run only.
    v8.setFlagsFromString('--flush-bytecode')
    for (const [file, { script }] of chunks) keepLarger(compiledOf(file), script.createCachedData())
  })
}

/** More was compiled in the longer of two runs. */
function keepLarger(file, content) {
  if (content.length > (contentOf(file)?.length ?? 0)) writeFileSync(file, content)
}

module.exports = { bundled, BUNDLES, chunkAt, keepCompiled, NEWEST, newestFolder, ROOT, stampOf }
