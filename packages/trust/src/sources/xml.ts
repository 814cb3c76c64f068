/**
 * A small strict reader of XML: elements, attributes and text.
 *
 * A document type is refused, so no entity is defined, expanded or fetched. Source: XML 1.0, fifth edition.
 *
 * @module
 */
import type { Read } from './json_text.ts'
import { MOST_DEPTH, MOST_ELEMENTS } from './limits.ts'

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}._:-]*`
const PART = new RegExp(
  String.raw`<!--(?:(?!--)[^])*?-->|<\?(?:(?!\?>)[^])*?\?>|<!\[CDATA\[(?<cdata>(?:(?!\]\]>)[^])*?)\]\]>|` +
    String.raw`<\/(?<close>${NAME})\s*>|<(?<open>${NAME})(?<attributes>(?:\s+${NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)`,
  'uy',
)
const ATTRIBUTE = new RegExp(String.raw`(${NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'gu')
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const MALFORMED = 'not well-formed XML'

class Refused extends Error {}

/** The root element; a problem for what is not well-formed, or goes beyond the bounds. */
export function readXml(source: string): Read<XmlElement> {
  if (/<!DOCTYPE|<!ENTITY/i.test(source))
    return { problem: 'a document type, which may define entities: refused, not read' }
  try {
    return { value: rootOf(source) }
  } catch (error) {
    // A pattern may also overflow its stack on a long text.
    return { problem: error instanceof Refused ? error.message : MALFORMED }
  }
}

function rootOf(source: string): XmlElement {
  const builder = new Builder()
  PART.lastIndex = source.charCodeAt(0) === 0xfeff ? 1 : 0
  while (PART.lastIndex < source.length) {
    const groups = PART.exec(source)?.groups
    if (groups === undefined) throw new Refused(MALFORMED)
    if (groups['open'] !== undefined)
      builder.open(groups['open'], groups['attributes'] ?? '', groups['empty'] === '/')
    else if (groups['close'] !== undefined) builder.close(groups['close'])
    else builder.text(groups['cdata'] ?? unescaped(groups['text'] ?? ''))
  }
  return builder.root()
}

class Builder {
  readonly #top: XmlElement = { name: '', attributes: new Map(), children: [], text: '' }
  readonly #open: { name: string; element: XmlElement }[] = [{ name: '', element: this.#top }]
  #elements = 0

  get #inner(): XmlElement {
    return this.#open.at(-1)?.element ?? this.#top
  }

  open(name: string, attributes: string, isEmpty: boolean): void {
    this.#elements++
    if (this.#elements > MOST_ELEMENTS)
      throw new Refused(`more than ${MOST_ELEMENTS} elements: refused, not read`)
    const element = elementOf(name, attributes)
    this.#inner.children.push(element)
    if (!isEmpty) this.#open.push({ name, element })
    if (this.#open.length > MOST_DEPTH)
      throw new Refused(`nested deeper than ${MOST_DEPTH}: refused, not read`)
  }

  close(name: string): void {
    if (this.#open.length < 2 || this.#open.pop()?.name !== name) throw new Refused(MALFORMED)
  }

  text(text: string): void {
    this.#inner.text += text
  }

  root(): XmlElement {
    const [root, ...others] = this.#top.children
    const isWhole = this.#open.length === 1 && others.length === 0 && this.#top.text.trim() === ''
    if (root === undefined || !isWhole) throw new Refused(MALFORMED)
    return root
  }
}

function elementOf(name: string, attributes: string): XmlElement {
  const read = new Map<string, string>()
  for (const [, key = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (read.has(key)) throw new Refused(MALFORMED)
    read.set(key, unescaped(double ?? single ?? ''))
  }
  return { name: localName(name), attributes: read, children: [], text: '' }
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));|&/gi,
    (whole, hex, ten, name) => {
      const entity = ENTITIES.get(String(name))
      if (entity !== undefined) return entity
      const code = hex === undefined ? Number(ten) : Number.parseInt(String(hex), 16)
      if (whole === '&' || !(code > 0 && code <= 0x10ffff))
        throw new Refused('an entity that is not known: refused')
      return String.fromCodePoint(code)
    },
  )
}

/** All elements of a name below one, in order. */
export function descendants(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ])
}
