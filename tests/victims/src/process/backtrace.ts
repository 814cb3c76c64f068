/** What a debugger makes of a dump: it must say the same before and after. */
import { ran } from './victim_process.ts'

const ENV = { ...process.env, DEBUGINFOD_URLS: '', LC_ALL: 'C' }

/** `bt all` of gdb for a core, line by line. */
export function gdbBacktrace(program: string, core: string): readonly string[] {
  const commands = ['set pagination off', 'set width 0', 'thread apply all bt', 'info registers']
  const args = ['-nx', '-batch', ...commands.flatMap((command) => ['-ex', command]), program, core]
  return linesWithout(ran('gdb', args, { env: ENV }), core)
}

/** `bt all` of lldb, for a minidump. */
export function lldbBacktrace(dump: string): readonly string[] {
  const args = ['--no-lldbinit', '--batch', '--core', dump, '-o', 'bt all', '-o', 'register read']
  return linesWithout(ran('lldb', args, { env: ENV }), dump)
}

/** The dump's own path is another one after scrubbing. */
const linesWithout = (text: string, path: string): readonly string[] =>
  text.split('\n').map((line) => line.replaceAll(path, 'DUMP'))
