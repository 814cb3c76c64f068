/** Programs of the system that a test needs: where one is missing the test is skipped, and fails under CI=true. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Debian's own: the package python3-cryptography is of this Python alone. */
export const PYTHON = '/usr/bin/python3'

/** Source of a victim. */
export const sourceOf = (name: string): string =>
  fileURLToPath(new URL(`../../programs/${name}`, import.meta.url))

/** Where a program lies, or undefined. Those of administrators are looked for as well. */
export function programAt(name: string): string | undefined {
  if (name.startsWith('/')) return isProgram(name) ? name : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Something else than a program: why it is not here, or undefined. */
export type Missing = () => string | undefined

export const missingInPython = (module: string): string | undefined =>
  spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0
    ? undefined
    : `the module ${module} of ${PYTHON}`

/** The library of Erlang that makes keys. */
export const missingInErlang: Missing = () => {
  const load =
    '{module, _} = code:load_file(crypto), {module, _} = code:load_file(public_key), halt().'
  const options = ['-noshell', '-noinput', '-eval', load]
  return spawnSync('erl', options).status === 0 ? undefined : 'erlang-crypto, erlang-public-key'
}

/** Headers and library of mbedTLS. */
export const missingMbedTls: Missing = () =>
  spawnSync('gcc', ['-E', '-include', 'mbedtls/pk.h', '-xc', '/dev/null']).status === 0
    ? undefined
    : 'libmbedtls-dev'

/**
 * `describe` for tests that need programs (all need gcore and gdb).
 * @param needs names of programs, and checks whether other things are there
 */
export function describeVictim(
  name: string,
  needs: readonly (string | Missing)[],
  tests: () => void,
): void {
  const absent = ['gcore', 'gdb', ...needs].flatMap((need) =>
    typeof need === 'string' ? (programAt(need) === undefined ? need : []) : (need() ?? []),
  )
  // Checks of one victim come one after the other, whatever victims do beside each other.
  if (absent.length === 0) describe(name, { concurrency: 1 }, tests)
  else if (process.env['CI'] === 'true')
    it(name, () => assert.fail(`missing under CI: ${absent.join(', ')}`))
  else void it.skip(`${name} (missing: ${absent.join(', ')})`)
}
