/**
 * Puts short test files together, several in one process: to start Node and to load the code under
 * test takes most of them longer than their tests.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** Packages whose tests keep to themselves: no clock that all share. */
const PACKAGES = /^packages.(?:case|core|dump|keys|logs|scan|scrub)\b/
/** Files in one process: of so many, two processes end at about the same time. */
const MOST = 8
/** Processes of a package that has few files: fewer would leave a core idle, more would each load the code again. */
const LEAST_PROCESSES = availableParallelism()
/** What affects other tests of the process: hooks around each of them, its environment, how much memory it takes. */
const REACHES_OUT = /^(?:before|after)Each\(|process\.env\b.* = |memoryUsage|resourceUsage|\bmock\b|process\.on\(/m

/**
 * The files to start, in their order: some as they are, some as one that imports several of a package.
 * @param folder where what imports is written
 * @returns what to start, and the files that it runs
 */
export function together(files, { isLong, folder }) {
  const homes = Map.groupBy(files, (file) => {
    const isApart = !PACKAGES.test(file) || isLong(file) || REACHES_OUT.test(readFileSync(file, 'utf8'))
    return isApart ? file : file.split(path.sep)[1]
  })
  const groups = [...homes].flatMap(([home, own]) => {
    const count = Math.min(own.length, Math.max(Math.ceil(own.length / MOST), LEAST_PROCESSES))
    // One after the other: each process has its share of the long ones.
    return Object.values(Object.groupBy(own, (file) => own.indexOf(file) % count)).map((each) => ({ home, files: each }))
  })
  return groups.map(({ files: own, home }, number) => ({
    start: path.resolve(own.length === 1 ? own[0] : written(own, path.join(folder, `${home}-${number}.test.mjs`))),
    files: own,
  }))
}

/** Hooks of a file are those of its suite: a case is closed before the next file opens its own. */
function written(files, to) {
  const suites = files.map((file) => {
    const url = pathToFileURL(path.resolve(file)).href
    return `describe(${JSON.stringify(file)}, async () => { await import(${JSON.stringify(url)}) })\n`
  })
  writeFileSync(to, `import { describe } from 'node:test'\n${suites.join('')}`)
  return to
}
