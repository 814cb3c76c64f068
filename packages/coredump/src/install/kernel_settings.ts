/** `kernel.core_pattern` and `kernel.core_pipe_limit`. Source: core(5); `fs/coredump.c`. */
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { errnoOf, MintmarkError, safeText } from '@mintmark/core'
import { SPECIFIERS } from '../spool/crash.ts'

/** `CORENAME_MAX_SIZE` with the zero at the end. */
const LONGEST_PATTERN = 127

export interface KernelSettings {
  readonly pattern: string
  /** Helpers that the kernel waits for at once; 0: no limit, and it waits for none. */
  readonly pipeLimit: number
}

export function readKernel(folder: string): KernelSettings {
  const read = (name: string) =>
    attempt('read', name, () => readFileSync(path.join(folder, name), 'utf8'))
  return {
    pattern: read('core_pattern').replace(/\n$/, ''),
    pipeLimit: Number(read('core_pipe_limit')),
  }
}

/** @throws {MintmarkError} `GATE_UNFIT` if this process may not set them */
export function refuseReadOnly(folder: string): void {
  const file = path.join(folder, 'core_pattern')
  attempt('set', 'core_pattern', () => accessSync(file, constants.W_OK))
}

/** Sets and rereads both. @throws {MintmarkError} `GATE_UNFIT`; one of them may be set then */
export function writeKernel(folder: string, settings: KernelSettings): void {
  const write = (name: string, value: string) =>
    attempt('set', name, () => writeFileSync(path.join(folder, name), `${value}\n`))
  write('core_pipe_limit', String(settings.pipeLimit))
  write('core_pattern', settings.pattern)
  if (readKernel(folder).pattern === settings.pattern) return
  throw unfit('the kernel did not take kernel.core_pattern as it was given', 'EINVAL')
}

/** @throws {MintmarkError} `GATE_UNFIT` if the path cannot be in a pattern */
export function patternFor(program: string): string {
  const pattern = `|${program} ${SPECIFIERS}`
  // The kernel parts at blanks and expands what is behind a percent sign.
  if (!program.startsWith('/') || /[\s%]/.test(program))
    throw unfit(
      `${safeText(program)} cannot stand in kernel.core_pattern: give a --state without blanks and percent signs`,
      'EINVAL',
    )
  if (Buffer.byteLength(pattern) > LONGEST_PATTERN)
    throw unfit(
      `kernel.core_pattern would be longer than ${LONGEST_PATTERN} bytes: give a shorter --state`,
      'ENAMETOOLONG',
    )
  return pattern
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'that takes root'],
  ['EPERM', 'that takes root'],
  ['EROFS', '/proc/sys is read-only here, as in a container that is not privileged'],
  ['ENOENT', 'this kernel has no such setting'],
])

function attempt<T>(verb: 'read' | 'set', name: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const errno = errnoOf(cause)
    throw unfit(`kernel.${name} cannot be ${verb}: ${WHY.get(errno) ?? errno}`, errno)
  }
}

function unfit(message: string, errno: string): MintmarkError {
  return new MintmarkError('GATE_UNFIT', message, { errno })
}
