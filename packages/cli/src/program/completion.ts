/** What completes commands and options in a shell, made from the commands themselves. */
import type { Command, Option } from 'commander'
import type { Handler } from '../process/call.ts'
import { DONE } from '../process/exit_codes.ts'

interface Position {
  readonly at: string
  readonly command: Command
  readonly below: readonly Command[]
  readonly options: readonly Option[]
}

const SHELLS: ReadonlyMap<string, (positions: readonly Position[]) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

export const completionOf =
  (program: Command): Handler =>
  async (call, shell = '') => {
    const script = SHELLS.get(shell)
    if (script !== undefined) {
      await call.out(script(positionsOf(program)))
      return DONE
    }
    const { MintmarkError } = await import('@mintmark/core')
    const message = `there is no completion for ${shell}: name ${[...SHELLS.keys()].join(', ')}`
    throw new MintmarkError('INPUT_INVALID', message, { option: 'shell' })
  }

function positionsOf(command: Command, at = ''): Position[] {
  const help = command.createHelp()
  const below = help.visibleCommands(command)
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
  const position = { at, command, below, options }
  const [...named] = command.commands
  return [position, ...named.flatMap((each) => positionsOf(each, `${at}/${each.name()}`))]
}

const wordsOf = ({ below, options }: Position): string[] => [
  ...below.map((each) => each.name()),
  ...options.map(({ long, short }) => long ?? short ?? ''),
]

const steps = (positions: readonly Position[]): string =>
  positions
    .filter(({ at }) => at !== '')
    .map(({ at }) => `      ${at}) at=${at} ;;`)
    .join('\n')

function arms(
  positions: readonly Position[],
  set: (words: string) => string,
  wordsAt: (position: Position) => readonly string[],
): string {
  const values = positions.flatMap(({ at, options }) =>
    options.flatMap(({ long, argChoices }) =>
      argChoices === undefined ? [] : `    ${at}:${long}) ${set(argChoices.join(' '))} ;;`,
    ),
  )
  const words = positions.map((each) => `    ${each.at}:*) ${set(wordsAt(each).join(' '))} ;;`)
  return [...values, ...words].join('\n')
}

function bash(positions: readonly Position[]): string {
  return `# bash completion of mintmark
_mintmark() {
  local at= word words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $at/\${COMP_WORDS[i]} in
${steps(positions)}
    esac
  done
  case $at:\${COMP_WORDS[COMP_CWORD - 1]} in
${arms(positions, (words) => `words='${words}'`, wordsOf)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _mintmark mintmark
`
}

const quoted = (text: string): string => text.replaceAll(/[\\']/g, '').replaceAll(/\s+/g, ' ')

const described = ({ below, options }: Position): string[] => [
  ...below.map((each) => `'${each.name()}:${quoted(each.description())}'`),
  ...options.map((each) => `'${each.long ?? each.short ?? ''}:${quoted(each.description)}'`),
]

function zsh(positions: readonly Position[]): string {
  return `#compdef mintmark
_mintmark() {
  local at= word
  local -a known
  for word in \${words[2,CURRENT-1]}; do
    case $at/$word in
${steps(positions)}
    esac
  done
  case $at:\${words[CURRENT-1]} in
${arms(positions, (words) => `known=(${words})`, described)}
  esac
  _describe mintmark known || _files
}
compdef _mintmark mintmark
`
}

function fish(positions: readonly Position[]): string {
  const lines = positions.flatMap(({ at, below, options }) => {
    const here = `complete -c mintmark -n '__mintmark_at "${at}"'`
    return [
      ...below.map((each) => `${here} -a ${each.name()} -d '${quoted(each.description())}'`),
      ...options.map((each) => `${here} ${fishOption(each)}`),
    ]
  })
  const known = positions.map(({ at }) => at).filter((at) => at !== '')
  return `# fish completion of mintmark
function __mintmark_at
  set -l at
  for word in (commandline -opc)[2..-1]
    contains -- "$at/$word" ${known.join(' ')}; and set at "$at/$word"
  end
  test "$at" = $argv[1]
end
${lines.join('\n')}
`
}

function fishOption({ long, short, argChoices, required, description }: Option): string {
  const names = [long && `-l ${long.slice(2)}`, short && `-s ${short.slice(1)}`].filter(Boolean)
  const values = argChoices === undefined ? '' : ` -x -a '${argChoices.join(' ')}'`
  return `${names.join(' ')}${values || (required ? ' -r' : '')} -d '${quoted(description)}'`
}
