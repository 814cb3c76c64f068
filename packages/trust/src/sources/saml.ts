/**
 * Keys of SAML metadata; the signature is not verified. Document types are refused: no entities.
 */
import { MOST_CERTIFICATES, MOST_DEPTH, MOST_ELEMENTS, MOST_KEYS, type Read } from './bounds.ts'
import { certificateKey, type ListedKey, UNREAD_CERTIFICATE } from './key.ts'
import type { KeyDocument, ReadDocument } from './key_document.ts'

const ROLES = /^(?:IDPSSO|SPSSO|AttributeAuthority|AuthnAuthority|PDP|Role)Descriptor$/
const USES: Readonly<Record<string, string>> = { signing: 'sig', encryption: 'enc' }

export function keysOfSaml(source: string): ReadDocument {
  const read = readXml(source)
  if ('problem' in read) return read
  const root = read.value
  if (root.name !== 'EntityDescriptor' && root.name !== 'EntitiesDescriptor')
    return { problem: 'XML that is no SAML metadata' }
  const entities = [root, ...descendants(root, 'EntityDescriptor')].filter(
    ({ name }) => name === 'EntityDescriptor',
  )
  const keys: ListedKey[] = []
  const unread = new Set<string>()
  for (const entity of entities)
    for (const descriptor of descendants(entity, 'KeyDescriptor')) {
      if (keys.length > MOST_KEYS)
        return { problem: `more than ${MOST_KEYS} keys: refused, not read` }
      const found = keysOfDescriptor(descriptor, entity.attributes.get('entityID'))
      keys.push(...found)
      if (found.length === 0) unread.add('a KeyDescriptor without a certificate that can be read')
      else if (found.length < descendants(descriptor, 'X509Certificate').length)
        unread.add(UNREAD_CERTIFICATE)
    }
  return { document: { ...documentOf(root, entities), keys, unread: [...unread] } }
}

function keysOfDescriptor(descriptor: XmlElement, issuer: string | undefined): ListedKey[] {
  const use = USES[descriptor.attributes.get('use') ?? '']
  return descendants(descriptor, 'X509Certificate')
    .slice(0, MOST_CERTIFICATES)
    .flatMap(({ text }) => certificateKey(Buffer.from(text, 'base64'), { issuer, use }) ?? [])
}

function documentOf(
  root: XmlElement,
  entities: readonly XmlElement[],
): Omit<KeyDocument, 'keys' | 'unread'> {
  const valid = [root, ...entities].map((each) =>
    Date.parse(each.attributes.get('validUntil') ?? ''),
  )
  const times = valid.filter((time) => !Number.isNaN(time))
  const [only] = entities.length === 1 ? entities : []
  return {
    kind: 'saml',
    issuer: only?.attributes.get('entityID'),
    secrets: [],
    algorithms: { SigningMethod: methodsOf(root) },
    endpoints: only === undefined ? {} : endpointsOf(only),
    validUntilMs: times.length === 0 ? undefined : Math.min(...times),
  }
}

function endpointsOf(entity: XmlElement): Record<string, string> {
  const endpoints: Record<string, string> = {}
  for (const role of entity.children.filter(({ name }) => ROLES.test(name)))
    for (const { name, attributes } of role.children) {
      const location = attributes.get('Location')
      const binding = attributes.get('Binding')?.split(':').at(-1) ?? ''
      const key = `${role.name} ${name} ${binding} ${attributes.get('index') ?? ''}`.trim()
      if (location !== undefined) endpoints[key] = location
    }
  return endpoints
}

function methodsOf(root: XmlElement): readonly string[] {
  const named = ['SignatureMethod', 'DigestMethod', 'SigningMethod'].flatMap((name) =>
    descendants(root, name).flatMap(({ attributes }) => attributes.get('Algorithm') ?? []),
  )
  return [...new Set(named)]
}

interface XmlElement {
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

function readXml(source: string): Read<XmlElement> {
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
  const top: XmlElement = { name: '', attributes: new Map(), children: [], text: '' }
  const around: { readonly name: string; readonly element: XmlElement }[] = []
  let [inner, elements] = [top, 0]
  PART.lastIndex = source.charCodeAt(0) === 0xfeff ? 1 : 0
  while (PART.lastIndex < source.length) {
    const { open, attributes = '', empty, close, cdata, text = '' } = partIn(source)
    if (open !== undefined) {
      if (++elements > MOST_ELEMENTS)
        throw new Refused(`more than ${MOST_ELEMENTS} elements: refused, not read`)
      const element = elementOf(open, attributes)
      inner.children.push(element)
      if (empty === '/') continue
      around.push({ name: open, element: inner })
      inner = element
      if (around.length >= MOST_DEPTH)
        throw new Refused(`nested deeper than ${MOST_DEPTH}: refused, not read`)
    } else if (close !== undefined) {
      const opened = around.pop()
      if (opened?.name !== close) throw new Refused(MALFORMED)
      inner = opened.element
    } else inner.text += cdata ?? unescaped(text)
  }
  if (around.length > 0) throw new Refused(MALFORMED)
  return onlyIn(top)
}

function onlyIn({ children: [root, ...others], text }: XmlElement): XmlElement {
  if (root === undefined || others.length > 0 || text.trim() !== '') throw new Refused(MALFORMED)
  return root
}

function partIn(
  source: string,
): Partial<Record<'open' | 'attributes' | 'empty' | 'close' | 'cdata' | 'text', string>> {
  const groups = PART.exec(source)?.groups
  if (groups === undefined) throw new Refused(MALFORMED)
  return groups
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

function descendants(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ])
}
