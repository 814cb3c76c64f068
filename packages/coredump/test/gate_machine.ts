/** A machine for tests of the gate: nothing of the real one is changed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { GateSettings, Paths } from '../src/index.ts'
import { place } from './gate_world.ts'

/** What is in the kernel's setting at first. */
export const BEFORE: string = '|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h %d %F'

export interface Machine {
  readonly paths: Paths
  readonly settings: GateSettings
  readonly programs: { readonly node: string; readonly receiver: string }
  /** The kernel's two settings as they are. */
  readonly kernel: () => string[]
  /** Sets the first of them. */
  readonly pattern: (text: string) => void
}

/** A machine: what stands for the kernel's settings, a folder for the gate's own, and a program to run. */
export function machine(script = 'process.exit(0)'): Machine {
  const procSys = place('sys')
  const home = place('home')
  for (const folder of [procSys, home]) mkdirSync(folder, { mode: 0o755 })
  writeFileSync(path.join(procSys, 'core_pattern'), `${BEFORE}\n`)
  writeFileSync(path.join(procSys, 'core_pipe_limit'), '16\n')
  const receiver = path.join(home, "it's receiver.mjs")
  writeFileSync(receiver, script)
  const settings: GateSettings = {
    spool: place('spool'),
    limits: { maxMemoryBytes: 'auto', maxSizeBytes: 2, maxAtOnce: 3, keepFreeBytes: 0 },
    compression: 'gzip',
    ignoresLimits: false,
    acceptsCut: false,
    publicKeys: [],
  }
  const places = { procSys, stateFolder: path.join(home, 'state') }
  const kernel = () =>
    ['core_pattern', 'core_pipe_limit'].map((name) =>
      readFileSync(path.join(procSys, name), 'utf8').trim(),
    )
  const programs = { node: process.execPath, receiver }
  return {
    paths: places,
    settings,
    programs,
    kernel,
    pattern: (text: string) => writeFileSync(path.join(procSys, 'core_pattern'), `${text}\n`),
  }
}
