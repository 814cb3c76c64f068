/** Other users see the arguments of processes: the browser gets a private file, not the address. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Programs that open a file as the desktop would; none is a shell. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * A snap's browser reads only the user's folders. Returns what removes the file.
 * @throws {Error} as `fs`
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
