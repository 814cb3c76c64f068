/** The repository as its checks see it: tracked files, packages, their dependencies. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the whole project. */
export const ROOT: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
}

/** Files that git tracks or would track, relative to the root. */
export function projectFiles(): string[] {
  const git = ['ls-files', '--cached', '--others', '--exclude-standard']
  return [...new Set(execFileSync('git', git, { cwd: ROOT, encoding: 'utf8' }).split('\n'))]
    .filter((file) => file !== '')
    .toSorted((a, b) => (a < b ? -1 : 1))
}

/** Names of `@mintmark/` packages that a source text imports. */
export function mintmarkImports(source: string): string[] {
  return [...source.matchAll(/(?:from|import\()\s*'@mintmark\/([a-z]+)[/']/g)].map(
    (match) => match[1] ?? '',
  )
}
