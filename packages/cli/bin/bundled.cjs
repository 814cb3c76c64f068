'use strict'
/**
 * Loads the command from the few files that `bundle.mjs` made of it, with what V8 has compiled of them before: a
 * command, and each thread that it starts, then runs a third of a second of processor time sooner.
 *
 * Nothing of it is needed. Where those files are missing, or made of another build than the one that lies there, the
 * command is loaded from the modules that tsc wrote; where V8 is another one, it compiles them anew.
 */
const { readFileSync, statSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const v8 = require('node:v8')
const vm = require('node:vm')

const HOME = path.join(__dirname, '..', 'dist', 'bundle')
const ROOT = path.join(__dirname, '..', '..', '..')
/** What the files were made of: written last, so that it is there only beside all of them. */
const MADE_OF = 'made_of.json'

/** What a chunk is given: what Node gives a module, and what imports for it. */
const NAMES = 'exports, require, module, __filename, __dirname, importModule'
/** V8 forgets how a script imports where it takes it compiled. */
const importModule = (url) => import(url)

/** Chunks by their path: each is run once, as `require` has it. */
const chunks = new Map()

/** @returns what a chunk of the bundle exports, or undefined where there is none of this build */
function bundled(name) {
  return isOfThisBuild() ? chunkAt(path.join(HOME, name)) : undefined
}

let isFresh

function isOfThisBuild() {
  isFresh ??= isAsMade()
  return isFresh
}

function isAsMade() {
  try {
    const inputs = Object.entries(JSON.parse(readFileSync(path.join(HOME, MADE_OF), 'utf8')))
    return inputs.every(([file, stamp]) => stampOf(path.join(ROOT, file)) === stamp)
  } catch {
    return false
  }
}

/** What tells one state of a file from another: milliseconds, which copies of a tree keep. */
function stampOf(file) {
  const { mtimeMs, size } = statSync(file)
  return `${Math.floor(mtimeMs)} ${size}`
}

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
  script.runInThisContext()(module.exports, requireFrom(file), module, file, HOME, importModule)
  return module.exports
}

/** `require` of a chunk: other chunks are loaded as it was, all else by Node. */
function requireFrom(file) {
  const outside = createRequire(file)
  return (name) => (name.startsWith('./') ? chunkAt(path.join(HOME, name)) : outside(name))
}

/** Of this V8 under the flags that it has now. */
const compiledOf = (file) => `${file}.${v8.cachedDataVersionTag()}`

function contentOf(file) {
  try {
    return readFileSync(file)
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

module.exports = { bundled, HOME, isOfThisBuild, keepCompiled, MADE_OF, ROOT, stampOf }
