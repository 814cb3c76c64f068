/** Debian's NATS server with JetStream in a folder of its own, on loopback. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { ServerProcess } from './server_process.ts'

export interface NatsServer {
  /** `nats://…` */
  readonly url: string
  readonly start: () => Promise<void>
  /** Without warning. */
  readonly kill: () => Promise<void>
  /** Takes away all that it has kept; it must not run. */
  readonly forget: () => void
  readonly stop: () => Promise<void>
}

/** Why it cannot be started here; false where it can. */
export function natsMissing(): string | false {
  const { error } = spawnSync('nats-server', ['--version'], { stdio: 'ignore' })
  return error === undefined ? false : 'no NATS (Debian package nats-server)'
}

export async function startNats(): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-nats-'))
  const port = await freePort()
  const server = new ServerProcess({
    command: 'nats-server',
    args: ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)],
    port,
    user: {},
    stopSignal: 'SIGTERM',
  })
  await server.start()
  const forget = () => rmSync(folder, { recursive: true, force: true })
  return {
    url: `nats://127.0.0.1:${port}`,
    start: () => server.start(),
    kill: () => server.kill(),
    forget,
    stop: async () => {
      await server.stop()
      forget()
    },
  }
}
