/**
 * The packages for programs that others write: four libraries, and the three that they import. Their workspaces
 * export sources: here are modules without types, types beside them, and of `exports` what others may import.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { json, output, packFolder, root, writeJson } from './packing.mjs'

/** What anybody may import. What only these packages import of one another is exported beside it. */
const LIBRARIES = {
  core: ['.'],
  keys: ['.'],
  dump: ['.'],
  scan: ['.'],
  logs: ['.'],
  ledger: ['.', './http'],
  guard: ['.', './express', './fastify', './hono', './oidc-provider'],
}
const SCOPE = '@mintmark/'

/**
 * @param work a folder that nobody else uses
 * @param described what each package.json says: version, license, engines, gitHead
 * @returns names of tarballs in `out`
 */
export function packLibraries(work, out, described) {
  const homes = Object.keys(LIBRARIES).map((name) => path.join('packages', name))
  // Types are what tsc writes; the rest is the sources without them.
  output(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-b', ...homes], root)
  const sources = Object.fromEntries(Object.keys(LIBRARIES).map((name) => [name, filesOf(name)]))
  const imported = new Set(Object.values(sources).flatMap((files) => files.flatMap(({ text }) => importsIn(text))))
  return Object.entries(LIBRARIES).map(([name, open]) => {
    const folder = path.join(work, 'libraries', name)
    for (const { file, text } of sources[name]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    }
    for (const file of [path.join('packages', name, 'README.md'), 'LICENSE'])
      copyFileSync(path.join(root, file), path.join(folder, path.basename(file)))
    const siblings = [...imported].filter((id) => id.startsWith(`${SCOPE}${name}/`)).map((id) => id.replace(`${SCOPE}${name}`, '.'))
    writeJson(path.join(folder, 'package.json'), packageJson(name, [...new Set([...open, ...siblings.sort()])], described))
    return packFolder(folder, out)
  })
}

/** A module and its types of each source. */
function filesOf(name) {
  const home = path.join(root, 'packages', name)
  const names = readdirSync(path.join(home, 'src'), { recursive: true }).filter((file) => file.endsWith('.ts'))
  return names.sort().flatMap((source) => {
    const built = path.join('dist', 'src', source.replace(/\.ts$/, ''))
    const module = stripTypeScriptTypes(readFileSync(path.join(home, 'src', source), 'utf8'))
    const types = readFileSync(path.join(home, `${built}.d.ts`), 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
    return [
      { file: `${built}.js`, text: builtNames(module) },
      { file: `${built}.d.ts`, text: builtNames(types) },
    ]
  })
}

/** Sources name one another as they are called: `./a.ts`. */
function builtNames(text) {
  return text.replace(/((?:from |import\(|new URL\()(['"])\.[^'"]*)\.ts(?=\2)/g, '$1.js')
}

function importsIn(text) {
  return [...text.matchAll(/(?:from |import\()['"](@mintmark\/[^'"]+)['"]/g)].map(([, id]) => id)
}

function packageJson(name, subpaths, { version, ...described }) {
  const { dependencies, peerDependencies, peerDependenciesMeta, sideEffects, type, exports } = json(`packages/${name}/package.json`)
  const [, description] = readFileSync(path.join(root, 'packages', name, 'README.md'), 'utf8').split(/\n{2,}/)
  return {
    name: `${SCOPE}${name}`,
    version,
    description: description.replaceAll('\n', ' '),
    ...described,
    type,
    sideEffects,
    exports: Object.fromEntries(subpaths.map((subpath) => [subpath, targetsOf(name, exports, subpath)])),
    dependencies,
    peerDependencies,
    peerDependenciesMeta,
  }
}

/** Where a subpath leads: for types, and when it runs. */
function targetsOf(name, exports, subpath) {
  const [, module] = /^\.\/src\/(.+)\.ts$/.exec(exports[subpath] ?? '') ?? []
  if (module === undefined) throw new Error(`${SCOPE}${name} does not export ${subpath} from its sources`)
  return { types: `./dist/src/${module}.d.ts`, default: `./dist/src/${module}.js` }
}
