/** What makes packages of a folder, for `pack.mjs` and `pack_libraries.mjs`. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.dirname(import.meta.dirname)

/**
 * `npm pack`, with the same permissions whoever runs it.
 * @param programs paths below the folder that can be run
 * @returns the tarball's name in `out`
 */
export function packFolder(folder, out, programs = []) {
  // npm packs the bits that this user's files have.
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
  for (const program of programs) chmodSync(path.join(folder, program), 0o755)
  mkdirSync(out, { recursive: true })
  const [{ filename }] = JSON.parse(npm(folder, 'pack', '--json', '--ignore-scripts', '--pack-destination', out))
  return filename
}

export function npm(cwd, ...args) {
  return output('npm', args, cwd)
}

/** What a program prints. */
export function output(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) fail(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

export function json(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'))
}

export function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

export function fail(why) {
  console.error(`pack: ${why}`)
  process.exit(3)
}
