/** `gate.log` of the spool; problems go to the system's log too. Nothing of a core is in it. */

import { closeSync, constants, fstatSync, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { safeText } from '@mintmark/core'

export const LOG_NAME = 'gate.log'
/** Of util-linux; it finds the system's log, whatever that is. */
const LOGGER = '/usr/bin/logger'
const KERNEL_LOG = '/dev/kmsg'
/** Longest text of a line: more might not be written in one piece. */
const MOST_TEXT = 1000
const PATIENCE_MS = 2000

export class GateLog {
  readonly #path: string | undefined

  /** @param folder the spool; undefined while unknown: then only the system's log gets the line */
  constructor(folder: string | undefined) {
    this.#path = folder === undefined ? undefined : path.join(folder, LOG_NAME)
  }

  note(text: string): void {
    this.#write('note', text)
  }

  /** A core was lost, or may be: logged twice, for the spool's disk may be what is full. */
  problem(text: string): void {
    this.#write('problem', text)
    const line = `mintmark-gate: ${safeText(text, MOST_TEXT)}`
    // Loaded on demand: the dying process would wait for it.
    const logger = process
      .getBuiltinModule('node:child_process')
      .spawnSync(
        LOGGER,
        ['--priority', 'daemon.err', '--tag', 'mintmark-gate', '--socket-errors=on', '--', line],
        { env: {}, stdio: 'ignore', timeout: PATIENCE_MS },
      )
    if (logger.status !== 0)
      quietly(() => writeFileSync(KERNEL_LOG, `<27>${line}\n`, { flag: 'a' }))
  }

  #write(level: string, text: string): void {
    const file = this.#path
    if (file === undefined) return
    const time = new Date().toISOString()
    const line = `${time} ${level} [${process.pid}] ${safeText(text, MOST_TEXT)}\n`
    quietly(() => appendOwn(file, line))
  }
}

/** Only to a regular file: the name may have been put there by somebody else. */
function appendOwn(file: string, line: string): void {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants
  const flags = O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY
  const opened = openSync(file, flags, 0o600)
  try {
    if (fstatSync(opened).isFile()) writeSync(opened, line)
  } finally {
    closeSync(opened)
  }
}

function quietly(action: () => void): void {
  try {
    action()
  } catch {
    // There is nowhere else to log it.
  }
}
