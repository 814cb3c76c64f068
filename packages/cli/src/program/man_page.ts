/** The manual page, made from the commands themselves. Source: man-pages(7), groff_man(7). */
import { type Command, Help, type Option } from 'commander'
import type { Handler } from '../process/call.ts'
import { DONE, EXIT_CODES_TEXT } from '../process/exit_codes.ts'

export const manPageOf =
  (program: Command): Handler =>
  async (call) => {
    const { VERSION } = await import('@mintmark/core')
    await call.out(manPage(program, VERSION))
    return DONE
  }

function manPage(program: Command, version: string): string {
  const help = program.createHelp()
  const headings = new Set(program.commands.map((command) => command.helpGroup()))
  return `${[
    `.TH MINTMARK 1 "" "mintmark ${version}" "User Commands"`,
    '.SH NAME',
    'mintmark \\- investigate forged access tokens',
    '.SH SYNOPSIS',
    '.B mintmark',
    '[\\fIoptions\\fR] \\fIcommand\\fR',
    '.SH DESCRIPTION',
    plain(program.description()),
    '.SH OPTIONS',
    ...help.visibleOptions(program).flatMap(optionLines),
    ...[...headings].flatMap((heading) => sectionLines(program, heading)),
    '.SH EXIT STATUS',
    plain(EXIT_CODES_TEXT.replace(/^Exit codes: /, '')),
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'If it is set and not empty, output is not coloured.',
    '.SH FILES',
    '.TP',
    '.I mintmark.config.json',
    'In the working directory: default values of the options of the same names.',
  ].join('\n')}\n`
}

function sectionLines(program: Command, heading: string): string[] {
  const commands = program.commands.filter((command) => command.helpGroup() === heading)
  const lines = commands.flatMap((command) => commandLines(command))
  return [`.SH ${plain(heading.replace(/:$/, '')).toUpperCase()}`, ...lines]
}

function commandLines(command: Command, above = 'mintmark'): string[] {
  const name = `${above} ${command.name()}`
  const help = command.createHelp()
  const isCalled = command.registeredArguments.length > 0 || help.visibleOptions(command).length > 1
  const own = [
    `.SS ${plain(name)} ${plain(command.usage())}`,
    plain(`${command.description()}.`),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .flatMap(optionLines),
  ]
  return [
    ...(isCalled || command.commands.length === 0 ? own : []),
    ...command.commands.flatMap((each) => commandLines(each, name)),
  ]
}

const optionLines = (option: Option): string[] => [
  '.TP',
  `.B ${plain(option.flags)}`,
  plain(new Help().optionDescription(option)),
]

const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/\s*\n\s*/g, '\n')
    .replaceAll(/^(?=[.'])/gm, '\\&')
