/* oxlint-disable no-await-in-loop -- a loop here waits until something is there */
/** Dovecot over maildirs of its own, on loopback, asking the guard about each token. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import { type DovecotPaths, isRoot, NOBODY, settings } from './dovecot_settings.ts'
import type { Mailbox } from './people.ts'
import { failed, freePort, type Program, type Programs } from './programs.ts'

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
