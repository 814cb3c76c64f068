/**
 * Defaults of options. Trust: its writer chooses the case and the hunts, so it must be the user's
 * own or root's, names no server, and what it sets is reported.
 */
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { isObject, MintmarkError, parseObject, safeText, text, whyUnread } from '@mintmark/core'
import type { Command } from 'commander'
import type { Call } from '../process/call.ts'

const KNOWN: ReadonlyMap<string, boolean> = new Map([
  ['attacker', false],
  ['case', false],
  ['classification', false],
  ['directory', true],
  ['hunts', true],
  ['paper', false],
  ['prepared-by', false],
])

const camelCase = (name: string) =>
  name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

export class Config {
  readonly #file: string
  readonly #values: ReadonlyMap<string, string | string[]>

  constructor(file: string) {
    this.#file = path.resolve(file)
    const own = process.geteuid?.()
    const owner = statSync(file).uid
    if (own !== undefined && owner !== own && owner !== 0)
      throw this.#unused('it belongs to another user')
    const record = parseObject(this.#text())
    if (record === undefined) throw this.#unused('it is not a JSON object')
    this.#values = new Map(
      Object.entries(record).map(([name, value]) => [name, this.#value(name, value)]),
    )
  }

  apply(command: Command): void {
    for (const option of command.options) {
      const name = option.attributeName()
      const value = this.#values.get(option.name())
      if (value === undefined) continue
      // An array that is the default is replaced by what is given, and not added to.
      option.default(value)
      command.setOptionValueWithSource(name, value, 'config')
    }
  }

  /** Reports what a command takes from the file. @throws {MintmarkError} in a folder of evidence */
  report(command: Command, operands: readonly string[], call: Call): void {
    const names = [...this.#values.keys()]
    const used = names.filter((name) => command.getOptionValueSource(camelCase(name)) === 'config')
    if (used.length === 0) return
    if (operands.some((each) => `${this.#file}/`.startsWith(path.join(path.resolve(each), '/'))))
      throw this.#unused('it is in a folder that is to be read as evidence')
    const texts = used.map((name) => `--${name} ${[this.#values.get(name)].flat().join(' ')}`)
    call.note(`mintmark: from ${path.basename(this.#file)}: ${safeText(texts.join(' '))}\n`)
  }

  #text(): string {
    try {
      return readFileSync(this.#file, 'utf8')
    } catch (cause) {
      const errno = isObject(cause) ? (text(cause, 'code') ?? '') : ''
      throw this.#unused(`it cannot be read: ${whyUnread(errno)}`)
    }
  }

  #value(name: string, value: unknown): string | string[] {
    const isSeveral = KNOWN.get(name)
    if (isSeveral === undefined)
      throw this.#unused(`it has ${JSON.stringify(name)}; it takes ${[...KNOWN.keys()].join(', ')}`)
    const texts: unknown[] = isSeveral && Array.isArray(value) ? value : [value]
    if (!texts.every((each): each is string => typeof each === 'string' && each !== ''))
      throw this.#unused(`${name} is not a text${isSeveral ? ', nor an array of texts' : ''}`)
    if (texts.some((each) => each.includes('://')))
      throw this.#unused(`${name} names a server: only --${name} on the command line may`)
    return isSeveral ? texts : (texts[0] ?? '')
  }

  #unused(why: string): MintmarkError {
    const name = path.basename(this.#file)
    const message = `${name} is not used: ${why}. --ignore-config goes on without it`
    return new MintmarkError('INPUT_INVALID', message, { option: 'config' })
  }
}
