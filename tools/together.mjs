/**
 * Puts short test files together, several in one process: to start Node and to load the code under test takes most
 * of them longer than their tests.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** Packages whose tests keep to themselves: no session of chDB, of which a process has one, no clock that all share. */
const PACKAGES = /^packages.(?:core|dump|keys|logs|scan|scrub)\b/
/** Files in one process: of so many, two processes end at about the same time. */
const MOST = 8
/** What touches other tests of the process: hooks around each of them, its environment, how much memory it takes. */
const REACHES_OUT = /^(?:before|after)Each\(|process\.env\b.* = |memoryUsage|resourceUsage|\bmock\b|process\.on\(/m

/**
 * The files to start, in their order: some as they are, some as one that imports several of a package.
 *
 * @param folder where what imports is written
 * @returns what to start, and the files that it runs
 */
export function together(files, { isLong, folder }) {
  const groups = []
  for (const file of files) {
    const isApart = !PACKAGES.test(file) || isLong(file) || REACHES_OUT.test(readFileSync(file, 'utf8'))
    const home = isApart ? undefined : file.split(path.sep)[1]
    const open = groups.find((group) => home !== undefined && group.home === home && group.files.length < MOST)
    if (open === undefined) groups.push({ home, files: [file] })
    else open.files.push(file)
  }
  return groups.map(({ files: own, home }, number) => ({
    start: path.resolve(own.length === 1 ? own[0] : written(own, path.join(folder, `${home}-${number}.test.mjs`))),
    files: own,
  }))
}

function written(files, to) {
  writeFileSync(to, files.map((file) => `import ${JSON.stringify(pathToFileURL(path.resolve(file)).href)}\n`).join(''))
  return to
}
