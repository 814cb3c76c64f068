/** Starts the signing service, waits for its crash and takes its core. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '@mintmark/core'
import { writeCore } from './core_file.ts'
import { isStopped } from './process_memory.ts'

const SERVICE = fileURLToPath(new URL('./signing_service.ts', import.meta.url))
/** A service that has not crashed within this time never will. */
const PATIENCE_MS = 20_000
const POLL_MS = 5

interface Host {
  readonly platform: NodeJS.Platform
  readonly architecture: NodeJS.Architecture
}

/** Returns why there is no core; undefined when there is one. */
export async function crashWith(
  key: KeyObject,
  kid: string,
  path: string,
  machine: Host = { platform: process.platform, architecture: process.arch },
): Promise<string | undefined> {
  const { platform, architecture } = machine
  if (platform !== 'linux') return `cores are taken on Linux, this is ${platform}`
  const service = spawn(process.execPath, [SERVICE], {
    env: {},
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = endOf(service)
  service.stdin.on('error', () => {})
  try {
    service.stdin.end(`${kid}\n\n${key.export({ format: 'pem', type: 'pkcs8' }).toString()}`)
    const pid = await stopped(service)
    makeFolder(dirname(path))
    writeCore(pid, path, constants.signals.SIGABRT, architecture)
    service.kill('SIGCONT')
    const signal = await ended
    if (signal === 'SIGABRT') return undefined
    rmSync(path, { force: true })
    return `the service ended by ${signal ?? 'itself'}`
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  } finally {
    service.kill('SIGKILL')
  }
}

const endOf = (service: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => {
    service.once('error', () => resolve(null))
    service.once('exit', (_, signal) => resolve(signal))
  })

async function stopped(service: ChildProcess): Promise<number> {
  const { pid } = service
  if (pid === undefined) throw new Error('the service could not be started')
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (service.exitCode !== null || service.signalCode !== null) break
    if (isStopped(pid)) return pid
    // oxlint-disable-next-line no-await-in-loop -- Node gets no notice of a stopped child
    await setTimeout(POLL_MS)
  }
  throw new Error('the service did not crash')
}
