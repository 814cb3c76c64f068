/**
 * Puts short test files together, several in one process: to start Node and to load the code under test takes most
 * of them longer than their tests.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Packages whose tests keep to themselves: no session of chDB, of which a process has one, no clock that all share. */
const PACKAGES = /^packages.(?:core|coredump|dump|keys|logs|scan|scrub)\b/
/** Files in one process: of so many, two processes end at about the same time. */
const MOST = 8
/** A test that kills, or fills, or measures processes. */
const APART = /fault|gate_|native|floods/
/** What touches other tests of the process: hooks around each of them, its environment, how much memory it takes. */
const REACHES_OUT = /^(?:before|after)Each\(|process\.env\b.* = |memoryUsage|resourceUsage|\bmock\b|process\.on\(/m

/**
 * The files to start, in their order: some as they are, some as one that imports several of a package.
 *
 * @param files built test files, relative to `root`
 * @param folder where what imports is written
 */
export function together(files, { root, folder, sourceOf, isLong }) {
  const groups = []
  for (const file of files) {
    const isShort = PACKAGES.test(file) && !isLong(file) && !isApart(path.join(root, sourceOf(file)))
    const home = file.split(path.sep).slice(0, 2).join(path.sep)
    if (!isShort) groups.push({ files: [file] })
    else {
      const open = groups.find((group) => group.home === home && group.files.length < MOST)
      if (open === undefined) groups.push({ home, files: [file] })
      else open.files.push(file)
    }
  }
  return groups.map((group, number) => written(group.files, path.join(folder, `${number}.test.mjs`), root))
}

/** The files that one of {@link together} imports, relative to `root`. */
export function putTogether(file, root) {
  const imports = readFileSync(file, 'utf8').matchAll(/"(file:[^"]+)"/g)
  return Array.from(imports, ([, url]) => path.relative(root, fileURLToPath(url)))
}

function isApart(source) {
  return APART.test(path.basename(source)) || REACHES_OUT.test(readFileSync(source, 'utf8'))
}

function written(files, to, root) {
  if (files.length === 1) return files[0]
  const urls = files.map((file) => pathToFileURL(path.join(root, file)).href)
  writeFileSync(to, urls.map((url) => `import ${JSON.stringify(url)}\n`).join(''))
  return to
}
