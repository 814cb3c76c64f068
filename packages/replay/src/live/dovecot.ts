/* oxlint-disable no-await-in-loop -- a loop here waits until something is there */
/** Dovecot over maildirs of its own, on loopback, asking the guard about each token. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import type { Mailbox } from './people.ts'
import { failed, freePort, type Program, type Programs } from './programs.ts'

export const NOBODY = 65_534
export const isRoot = (): boolean => process.getuid?.() === 0

export interface DovecotPaths {
  /** Short, since it has sockets. */
  readonly work: string
  readonly mail: string
  readonly log: string
  readonly events: string
}

/** As docs/guard-integrations.md and docs/exporting.md; without the delay after a failed login. */
export const settings = (
  { work, mail, log, events }: DovecotPaths,
  port: number,
  url: string,
): string => `
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = ${work}/run
state_dir = ${work}/state
log_path = ${log}
log_timestamp = "%Y-%m-%dT%H:%M:%S%z "
protocols = imap
ssl = no
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ${mail}/%{user}
${users(mail)}
${tokens(url)}
${records(events)}
service imap-login {
  chroot =
  restart_request_count = unlimited
  inet_listener imap {
    listen = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

const tokens = (url: string) => `
auth_mechanisms = oauthbearer xoauth2
oauth2 {
  introspection_mode = post
  introspection_url = ${url}
  username_attribute = username
  active_attribute = active
  active_value = true
  fields {
    jti = %{oauth2:jti}
    iat = %{oauth2:iat}
    sub = %{oauth2:sub}
    client_id = %{oauth2:client_id}
    userdb_event_jti = %{oauth2:jti}
    userdb_event_iat = %{oauth2:iat}
    userdb_event_sub = %{oauth2:sub}
    userdb_event_client_id = %{oauth2:client_id}
  }
}
`

const records = (events: string) => `
login_log_format_elements = user=<%{user}> jti=<%{passdb:jti}> iat=%{passdb:iat} sub=<%{passdb:sub}> client_id=<%{passdb:client_id}> method=%{mechanism} rip=%{remote_ip} lip=%{local_ip} mpid=%{mail_pid} %{secured} session=<%{session}>
mail_log_prefix = "%{service}(%{user})<%{process:pid}><%{session}><jti=%{userdb:event_jti}><iat=%{userdb:event_iat}>: "
event_exporter mail {
  driver = file
  format = json
  file_path = ${events}
}
metric mail_opened {
  exporter = mail
  filter = event=mail_opened
  fields = user session service mailbox uid reason_code jti iat sub client_id
}
`

/** Everything runs as one user: nobody where root starts it, else the one who does. */
function users(mail: string): string {
  const { uid, gid, username } = userInfo()
  const [mailUid, mailGid] = isRoot() ? [NOBODY, NOBODY] : [uid, gid]
  const inner = isRoot()
    ? ''
    : `default_internal_user = ${username}\ndefault_login_user = ${username}\ndefault_internal_group = ${ownGroup()}\n`
  return `${inner}mail_uid = ${mailUid}
mail_gid = ${mailGid}
first_valid_uid = 1
userdb static {
  fields {
    uid = ${mailUid}
    gid = ${mailGid}
    home = ${mail}/%{user}
  }
}`
}

/** Dovecot wants the name of the group, which Node does not know. */
const ownGroup = () => spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim()

const PATIENCE_MS = 60_000
/** The server lives where the path of an ordinary user may not lead. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`

/** @throws {MintmarkError} `PROGRAM_MISSING` where there is no Dovecot 2.4 */
export function assertDovecot(path: string = PATH): void {
  const { error, stdout } = spawnSync('dovecot', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  })
  const program = { program: 'dovecot' }
  if (error !== undefined)
    throw new MintmarkError(
      'PROGRAM_MISSING',
      'there is no dovecot: the live replay needs Dovecot 2.4 (Debian: dovecot-core and dovecot-imapd)',
      program,
    )
  if (/^2\.[4-9]/.test(stdout)) return
  const message = `the live replay needs Dovecot 2.4, here is ${stdout.trim().slice(0, 40)}`
  throw new MintmarkError('PROGRAM_MISSING', message, program)
}

/** Puts messages into maildirs. Their UIDs count from 1, in this order. */
export function fillMailboxes(folder: string, mailboxes: readonly Mailbox[]): void {
  makeOpen(folder)
  for (const { user, messages } of mailboxes) {
    const maildir = join(folder, user)
    for (const name of ['', 'cur', 'new', 'tmp']) make(join(maildir, name))
    for (const [index, { text }] of messages.entries()) {
      // Dovecot numbers new messages in the order of their names.
      const file = join(maildir, 'new', `1.${String(index).padStart(4, '0')}.replay`)
      writeFileSync(file, text)
      if (isRoot()) chownSync(file, NOBODY, NOBODY)
    }
  }
}

function make(folder: string): void {
  mkdirSync(folder, { recursive: true })
  if (isRoot()) chownSync(folder, NOBODY, NOBODY)
}

/** Processes of several users go through it. */
function makeOpen(folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, isRoot() ? 0o777 : 0o700)
}

interface Dovecot {
  readonly port: number
  readonly stop: () => Promise<void>
}

export async function startDovecot(
  programs: Programs,
  paths: DovecotPaths,
  introspectionUrl: string,
): Promise<Dovecot> {
  for (const name of ['', 'run', 'state']) makeOpen(join(paths.work, name))
  const port = await freePort()
  const file = join(paths.work, 'dovecot.conf')
  writeFileSync(file, settings(paths, port, introspectionUrl), { mode: 0o600 })
  const program = programs.start('dovecot', ['-F', '-c', file], { ...own(), PATH })
  await answers(port, program, paths.log)
  return { port, stop: () => program.stop() }
}

function own(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
}

async function answers(port: number, program: Program, log: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (isThere) return
    if (program.hasEnded || performance.now() > untilMs)
      throw failed('dovecot', program.printed || textOf(log))
    await sleep(50)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
