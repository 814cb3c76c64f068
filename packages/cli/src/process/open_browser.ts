/**
 * Opens an address in the user's browser. The address lets in whoever opens it first, and other
 * users of the machine see the arguments of every process. So the browser is given the name of a
 * file that only this user can read, and that leads to the address.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Programs that open a file as the desktop would; none is a shell. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * @param folder where the file is put, in a folder of its own; a browser from a snap reads the user's folders alone
 * @param onFailure called with the reason where no browser was started
 * @returns takes the file away
 * @throws {Error} as `fs`, where the folder cannot be written
 */
export function openBrowser(
  url: string,
  folder: string,
  onFailure: (why: string) => void,
): () => void {
  const own = mkdtempSync(join(folder, 'open-'))
  const file = join(own, 'open.html')
  writeFileSync(file, pageTo(url), { mode: 0o600, flag: 'wx' })
  const [program = '', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true })
  child.once('error', () => onFailure(`${program} is not installed`))
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) onFailure(`${program} ended with ${code}`)
  })
  child.unref()
  return () => rmSync(own, { recursive: true, force: true })
}

const pageTo = (url: string) =>
  `<!doctype html><meta charset="utf-8"><title>Mintmark</title><meta http-equiv="refresh" content="0;url=${url}"><a href="${url}">Open the case</a>\n`
