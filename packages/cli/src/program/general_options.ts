/** Options of every command: how it prints, never what it does. */
import { Call, type Options } from '../process/call.ts'
import type { ExitCode } from '../process/exit_codes.ts'
import { type Io, widthOf } from '../process/io.ts'
import { painted } from '../render/paint.ts'
import { fitted } from '../render/wrapped.ts'

export const IGNORE_CONFIG = '--ignore-config'
export const VERBOSE: readonly string[] = ['-v', '--verbose']
const FOR_PROGRAMS = ['json', 'csv', 'sarif', 'timesketch', 'rejects'] as const

export function callOf(io: Io, options: Options, isData = false): Call {
  const isQuiet = options['quiet'] === true
  const isText = !isData && FOR_PROGRAMS.every((name) => !options[name])
  const isPainted = isText && isColored(options['color'], io)
  const width = options['wide'] === true ? Infinity : widthOf(io)
  const shown = (text: string) => {
    const fit = isText ? fitted(text, width) : text
    return isPainted ? painted(fit) : fit
  }
  return new Call(options, {
    ...io,
    isQuiet,
    width,
    showsProgress: io.showsProgress && !isQuiet && options['progress'] !== false,
    out: (text, code, isInFile) => io.out(shown(text), code, isInFile),
  })
}

/** Source of NO_COLOR: no-color.org: set, and not empty. */
function isColored(when: unknown, { isTerminal = false }: Io): boolean {
  if (when === 'always' || when === 'never') return when === 'always'
  const { NO_COLOR = '', TERM = '' } = process.env
  return isTerminal && NO_COLOR === '' && TERM !== 'dumb'
}

const MEBIBYTE_IN_KIBIBYTES = 1024

export async function verboseEnd(code: ExitCode): Promise<string> {
  const { versionText } = await import('./version.ts')
  const build = `${versionText()}, Node ${process.versions.node}, ${process.platform} ${process.arch}`
  const seconds = process.uptime().toFixed(1)
  const mebibytes = Math.ceil(process.resourceUsage().maxRSS / MEBIBYTE_IN_KIBIBYTES)
  return `mintmark: ${build}\nmintmark: exit code ${code} after ${seconds} s, at most ${mebibytes} MiB\n`
}
