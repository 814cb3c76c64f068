/* oxlint-disable no-await-in-loop -- a loop here waits until something is there */
/** Servers that tests of the guard start: the built command's own, Dovecot and nginx from the system. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accepts, freePort } from '@mintmark/testkit'
import { BIN } from '../built_command.ts'

const NOBODY = 65_534
const PATIENCE_MS = 60_000

/** A program that runs until it is stopped, and what it has printed. */
export interface Program {
  readonly process: ChildProcess
  readonly printed: () => string
  /** Resolves with the first group of the pattern once it is printed. */
  readonly prints: (pattern: RegExp) => Promise<string>
  readonly stop: () => Promise<void>
}

export function startProgram(
  command: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Program {
  const env = { ...process.env, ...more }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
    child.on('error', () => resolve())
  })
  const prints = async (pattern: RegExp): Promise<string> => {
    const untilMs = performance.now() + PATIENCE_MS
    for (;;) {
      const found = pattern.exec(text)
      if (found !== null) return found[1] ?? ''
      if (child.exitCode !== null || performance.now() > untilMs)
        throw new Error(`${command} does not print ${pattern}: ${text.slice(-2000)}`)
      await sleep(20)
    }
  }
  const stop = async () => {
    child.kill('SIGTERM')
    await closed
  }
  return { process: child, printed: () => text, prints, stop }
}

export const startMintmark = (...args: readonly string[]): Program =>
  startProgram(process.execPath, [BIN, ...args])

/** Why real servers cannot be started here; false where they can. */
export function missingServers(): string | false {
  if (process.getuid?.() !== 0) return 'only root can start Dovecot'
  for (const [program, flag] of [
    ['dovecot', '--version'],
    ['nginx', '-v'],
  ] as const)
    if (spawnSync(program, [flag], { stdio: 'ignore', env: PATH }).error !== undefined)
      return `there is no ${program}`
  return false
}

/** The servers live where the path of an ordinary user may not lead. */
const PATH = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` }

export interface Dovecot {
  readonly port: number
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** Dovecot over a maildir, with the settings of docs/guard-integrations.md and a port of its own. */
export async function startDovecot(folder: string, oauth2: string): Promise<Dovecot> {
  for (const name of ['', 'run', 'state', 'mail']) {
    mkdirSync(join(folder, name), { recursive: true })
    chmodSync(join(folder, name), 0o777)
  }
  const port = await freePort()
  const file = join(folder, 'dovecot.conf')
  writeFileSync(file, dovecotSettings(folder, port, oauth2))
  const program = startProgram('/usr/sbin/dovecot', ['-F', '-c', file])
  const log = () => readFileSync(join(folder, 'dovecot.log'), 'utf8')
  await answers(port, program)
  return { port, log, stop: program.stop }
}

async function answers(port: number, program: Program): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    if (await accepts(port)) return
    if (program.process.exitCode !== null || performance.now() > untilMs)
      throw new Error(`Dovecot does not start: ${program.printed()}`)
    await sleep(50)
  }
}

/** The last two settings switch off the delay after a login that failed: for tests alone. */
const dovecotSettings = (folder: string, port: number, oauth2: string) => `
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap
ssl = no
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ${folder}/mail/%{user}
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
userdb static {
  fields {
    uid = ${NOBODY}
    gid = ${NOBODY}
    home = ${folder}/mail/%{user}
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    listen = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
${oauth2}
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

/** Puts one message into a mailbox that Dovecot serves. */
export function deliver(folder: string, user: string, message: string): void {
  const maildir = join(folder, 'mail', user)
  for (const name of ['', 'cur', 'new', 'tmp']) {
    mkdirSync(join(maildir, name), { recursive: true })
    chownSync(join(maildir, name), NOBODY, NOBODY)
  }
  const file = join(maildir, 'new', `1.${process.pid}.test`)
  writeFileSync(file, message)
  chownSync(file, NOBODY, NOBODY)
}

/** nginx on a socket in the folder, before a page; `locations` as in docs/guard-integrations.md. */
export async function startNginx(
  folder: string,
  locations: string,
): Promise<{ readonly socket: string; readonly stop: () => Promise<void> }> {
  mkdirSync(join(folder, 'site'), { recursive: true })
  writeFileSync(join(folder, 'site', 'index.html'), 'the wiki\n')
  const socket = join(folder, 'nginx.sock')
  const file = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n')
  writeFileSync(
    file,
    `daemon off; user root; pid ${folder}/nginx.pid; error_log stderr; events {}
http { access_log off; ${temporary}
server { listen unix:${socket}; root ${folder}/site; ${locations} } }\n`,
  )
  const program = startProgram('/usr/sbin/nginx', ['-p', folder, '-c', file])
  while (!existsSync(socket)) {
    if (program.process.exitCode !== null) throw new Error(`nginx ends: ${program.printed()}`)
    await sleep(20)
  }
  return { socket, stop: program.stop }
}
