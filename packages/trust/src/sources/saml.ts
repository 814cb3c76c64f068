/**
 * Keys of SAML metadata: certificates of each entity, for signing, encryption or both.
 *
 * The signature of the metadata is not verified.
 *
 * Source: Metadata for SAML 2.0, sections 2.3 and 2.4.1.1.
 *
 * @module
 */

import { certificateKey } from './certificate_key.ts'
import type { KeyDocument, ReadDocument } from './document.ts'
import type { ListedKey } from './key.ts'
import { MOST_CERTIFICATES, MOST_KEYS } from './limits.ts'
import { descendants, readXml, type XmlElement } from './xml.ts'

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
    }
  return { document: documentOf(root, entities, { keys, unread: [...unread] }) }
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
  found: Pick<KeyDocument, 'keys' | 'unread'>,
): KeyDocument {
  const valid = [root, ...entities].map((each) =>
    Date.parse(each.attributes.get('validUntil') ?? ''),
  )
  const times = valid.filter((time) => !Number.isNaN(time))
  const [only] = entities.length === 1 ? entities : []
  return {
    kind: 'saml',
    issuer: only?.attributes.get('entityID'),
    ...found,
    secrets: [],
    algorithms: { SigningMethod: methodsOf(root) },
    endpoints: only === undefined ? {} : endpointsOf(only),
    validUntilMs: times.length === 0 ? undefined : Math.min(...times),
  }
}

/** Addresses of the roles of an entity, by role, service and binding. */
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

/** Algorithms that the metadata is signed with, or says that are taken. */
function methodsOf(root: XmlElement): readonly string[] {
  const named = ['SignatureMethod', 'DigestMethod', 'SigningMethod'].flatMap((name) =>
    descendants(root, name).flatMap(({ attributes }) => attributes.get('Algorithm') ?? []),
  )
  return [...new Set(named)]
}
