/** Configuration as a list of paths. Untrusted: aliases and depth are bounded. */
import { parse as parseHcl } from '@cdktn/hcl2json'
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import { plainName } from './rule.ts'

export interface Setting {
  readonly name: string
  readonly value: string
  readonly line: number
}

export type Document = readonly Setting[]

const CONTAINER = '{}'

export async function readConfiguration(text: string, language: string): Promise<Document[]> {
  if (language === 'properties') return [readProperties(text)]
  if (language === 'nginx') return [readNginx(text)]
  if (language === 'hcl') return [await readHcl(text)]
  return readYaml(language === 'json' ? withoutComments(text) : text)
}

const breaks = (found: string) => found.replaceAll(/[^\n]/g, '')

/** Lines stay. Texts and comments without an end match too: else each is searched to the end. */
function withoutComments(text: string): string {
  return text
    .replaceAll(
      /("(?:[^"\\\n]|\\.)*"?)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
      (found, string?: string) => (string === undefined ? breaks(found) : string),
    )
    .replaceAll(/("(?:[^"\\\n]|\\.)*"?)|,(?=\s*[\]}])/g, (_, string?: string) => string ?? '')
    .replaceAll('\t', ' ')
}

function readYaml(text: string): Document[] {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter, uniqueKeys: false })
  const entries = new Entries()
  return [...documents].map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw new Error(`not YAML or JSON (${error.code})`)
    walkYaml(document.contents, (name, value, at) =>
      entries.add(name, value, lineCounter.linePos(at).line),
    )
    const members = entries.take()
    return members.some(({ name }) => name.startsWith('spring.')) ? nested(members) : members
  })
}

const scalarText = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)

interface YamlPath {
  readonly name: string
  readonly depth: number
  readonly at: number
}

function walkYaml(root: unknown, add: (name: string, value: string, at: number) => void): void {
  const anchors = new Map<string, unknown>()
  const target = (given: unknown, { depth }: YamlPath): unknown => {
    if (depth > MOST_DEPTH) throw new Error(`deeper than ${MOST_DEPTH} levels`)
    if (isAlias(given)) return anchors.get(given.source)
    if ((isMap(given) || isSeq(given) || isScalar(given)) && given.anchor !== undefined)
      anchors.set(given.anchor, given)
    return given
  }
  const walk = (given: unknown, path: YamlPath): void => {
    const node = target(given, path)
    const isEmpty = (isSeq(node) || isMap(node)) && node.items.length === 0
    const value = isScalar(node) ? scalarText(node.value) : isEmpty ? '' : CONTAINER
    if (path.name !== '') add(path.name, value, path.at)
    if (isSeq(node))
      for (const [i, item] of node.items.entries()) walk(item, below(path, String(i), item))
    walkMembers(node, path)
  }
  const walkMembers = (node: unknown, path: YamlPath): void => {
    if (!isMap(node)) return
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (name === '<<') merge(value, { ...path, depth: path.depth + 1 })
      else walk(value, below(path, plainName(name), key))
    }
  }
  const merge = (given: unknown, path: YamlPath): void => {
    const node = target(given, path)
    for (const part of isSeq(node) ? node.items : [node]) walkMembers(target(part, path), path)
  }
  walk(root, { name: '', depth: 0, at: 0 })
}

const below = ({ name, depth, at }: YamlPath, own: string, node: unknown): YamlPath => ({
  name: name === '' ? own : `${name}.${own}`,
  depth: depth + 1,
  at: isNode(node) ? (node.range?.[0] ?? at) : at,
})

function readProperties(text: string): Document {
  const entries = new Entries()
  for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
    const [, key, value = ''] = /^\s*([\w.[\]-]+)\s*[=: ]\s*(.*)$/.exec(line) ?? []
    if (key !== undefined) entries.add(plainName(key), value.trim(), i + 1)
  }
  return nested(entries.take())
}

/** Keys with dots are objects inside one another, which their members follow, in whichever order lines are. */
function nested(document: Document): Document {
  const objects = new Map<string, Setting>()
  const members = document.map(({ name: written, value, line }) => {
    const parts = written
      .replaceAll(/\[(\d+)\]/g, '.$1')
      .split('.')
      .slice(0, MOST_DEPTH)
    for (const n of parts.keys()) {
      const name = parts.slice(0, n).join('.')
      if (n > 0 && !objects.has(name)) objects.set(name, { name, value: CONTAINER, line })
    }
    return { name: parts.join('.'), value, line }
  })
  const named = new Set(members.map(({ name }) => name))
  const missing = [...objects.values()].filter(({ name }) => !named.has(name))
  return [...missing, ...members]
    .map((each) => [each.name.replaceAll('.', '\0'), each] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, each]) => each)
}

async function readHcl(text: string): Promise<Document> {
  const entries = new Entries()
  const offsets = offsetsOfNames(text)
  const lineCounter = new LineCounter()
  lineCounter.addNewLine(0)
  for (const { index } of text.matchAll(/\n/g)) lineCounter.addNewLine(index + 1)
  const walk = (value: unknown, name: string, depth: number, from: number) => {
    if (depth > MOST_DEPTH) throw new Error(`deeper than ${MOST_DEPTH} levels`)
    const isInside = typeof value === 'object'
    const members = Object.entries(isInside ? (value ?? {}) : {})
    const shown = !isInside ? scalarText(value) : members.length === 0 ? '' : CONTAINER
    if (name !== '') entries.add(name, shown, lineCounter.linePos(from).line)
    for (const [key, each] of members) {
      const path = name === '' ? plainName(key) : `${name}.${plainName(key)}`
      walk(each, path, depth + 1, Array.isArray(value) ? from : offsetAfter(offsets, key, from))
    }
  }
  walk(await parseHcl('main.tf', text), '', 0, 0)
  return entries.take()
}

function offsetsOfNames(text: string): ReadonlyMap<string, readonly RegExpExecArray[]> {
  const names = text.matchAll(/(?:"([^"\n]*)"|(?<![\w.-])([\w.-]+))(?=\s*[={"])/g)
  return Map.groupBy(names, ([, quoted, bare = '']) => quoted ?? bare)
}

function offsetAfter(
  offsets: ReadonlyMap<string, readonly RegExpExecArray[]>,
  name: string,
  from: number,
): number {
  const known = offsets.get(name) ?? []
  let [low, high] = [0, known.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((known[middle]?.index ?? 0) < from) low = middle + 1
    else high = middle
  }
  return known[low]?.index ?? from
}

export const MOST_ENTRIES = 100_000
const MOST_DEPTH = 64
/** Each member repeats the path of its object: without an end, a long name would fill the memory. */
const LONGEST_NAME = 2000

class Entries {
  #list: Setting[] = []
  #count = 0

  /** @throws {Error} above a limit */
  add(name: string, value: string, line: number): void {
    if (++this.#count > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} entries`)
    if (name.length > LONGEST_NAME) throw new Error(`a name longer than ${LONGEST_NAME} letters`)
    this.#list.push({ name, value: value.slice(0, 4000), line })
  }

  get size(): number {
    return this.#list.length
  }

  take(): readonly Setting[] {
    const taken = this.#list
    this.#list = []
    return taken
  }
}

const TOKEN =
  /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:[^\s;{}"'#\\]|\\.|\$\{\w*\}|(?<=\S)#)+/gs

/** @throws {Error} for blocks that do not close, and above limits */
// oxlint-disable-next-line complexity -- one token after another, with the state of the reader
function readNginx(text: string): readonly Setting[] {
  const entries = new Entries()
  const open: string[] = []
  let words: string[] = []
  let line = 1
  let from = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('#')) continue
    if (words.length === 0) {
      line += text.slice(from, index).split('\n').length - 1
      from = index
    }
    if (token !== ';' && token !== '{' && token !== '}') {
      words.push(token.replaceAll(/^["']|["']$/g, ''))
      continue
    }
    if (words.length > 0) {
      const [directive = '', ...rest] = words
      const name = [...open, plainName(directive)].join('.')
      const number = entries.size
      entries.add(token === '{' ? `${name}.${number}` : name, rest.join(' '), line)
      if (token === '{') open.push(`${plainName(directive)}.${number}`)
    } else if (token === '{') open.push('block')
    if (token === '}' && open.pop() === undefined)
      throw new Error('a block closes that is not open')
    if (open.length > MOST_DEPTH) throw new Error(`deeper than ${MOST_DEPTH} blocks`)
    words = []
  }
  if (open.length > 0) throw new Error('a block does not close')
  return entries.take()
}
