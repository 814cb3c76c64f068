import { createHash } from 'node:crypto'
import type { Json } from '@mintmark/core'

export interface StixObject extends Json {
  readonly type: string
  readonly id: string
}

/**
 * `contributing` makes the id (section 6): texts alone, whose sorted JSON is canonical (RFC 8785).
 */
export function observable(
  type: string,
  contributing: Readonly<Record<string, string>>,
  more: Json = {},
): StixObject {
  const names = Object.keys(contributing).toSorted((a, b) => (a < b ? -1 : 1))
  const canonical = JSON.stringify(
    Object.fromEntries(names.map((name) => [name, contributing[name]])),
  )
  return {
    type,
    spec_version: '2.1',
    id: `${type}--${uuid5(OBSERVABLES, canonical)}`,
    ...contributing,
    ...more,
  }
}

/** A file by its SHA-256. `hashes` alone makes the id where it is there, SHA-256 before all other but MD5 and SHA-1. */
export function fileObject(name: string, sha256: string): StixObject {
  const hashes = { 'SHA-256': sha256 }
  // Name and hash both contribute; of the hashes this is the only one.
  const id = uuid5(OBSERVABLES, JSON.stringify({ hashes, name }))
  return { type: 'file', spec_version: '2.1', id: `file--${id}`, hashes, name }
}

export class Maker {
  readonly #at: string
  readonly #subject: string

  constructor(subject: string, at: string) {
    this.#subject = subject
    this.#at = at
  }

  object(type: string, key: string, properties: Json): StixObject {
    const [created, modified] = [this.#at, this.#at]
    const id = `${type}--${uuid5(MINTMARK, `${type}\0${this.#subject}\0${key}`)}`
    const made = { type, spec_version: '2.1', id, created_by_ref: AUTHOR.id, created, modified }
    return { ...made, ...properties }
  }
}

/** STIX 2.1, section 2.9: of the ids of cyber observables alone. */
const OBSERVABLES = '00abedb4-aa42-466c-9c01-fed23315a9b7'
/** Of the ids of everything else that Mintmark makes: made at random, once. */
export const MINTMARK = '5f1f8a4c-0f6b-4d5e-9a53-6c1f3d0b7e21'

/** A name-based UUID (RFC 9562, version 5). @param namespace canonical text of a UUID */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

export const AUTHOR: StixObject = {
  type: 'identity',
  spec_version: '2.1',
  id: `identity--${uuid5(MINTMARK, 'identity\0Mintmark')}`,
  created: '2023-07-11T00:00:00.000Z',
  modified: '2023-07-11T00:00:00.000Z',
  name: 'Mintmark',
  identity_class: 'system',
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['T1078', 'Valid Accounts'],
  ['T1078.004', 'Cloud Accounts'],
  ['T1098', 'Account Manipulation'],
  ['T1098.001', 'Additional Cloud Credentials'],
  ['T1098.002', 'Additional Email Delegate Permissions'],
  ['T1098.003', 'Additional Cloud Roles'],
  ['T1114', 'Email Collection'],
  ['T1114.002', 'Remote Email Collection'],
  ['T1114.003', 'Email Forwarding Rule'],
  ['T1134', 'Access Token Manipulation'],
  ['T1136.003', 'Cloud Account'],
  ['T1484.002', 'Trust Modification'],
  ['T1528', 'Steal Application Access Token'],
  ['T1530', 'Data from Cloud Storage'],
  ['T1539', 'Steal Web Session Cookie'],
  ['T1550', 'Use Alternate Authentication Material'],
  ['T1550.001', 'Application Access Token'],
  ['T1550.004', 'Web Session Cookie'],
  ['T1552.004', 'Private Keys'],
  ['T1556', 'Modify Authentication Process'],
  ['T1564.008', 'Email Hiding Rules'],
  ['T1566.002', 'Spearphishing Link'],
  ['T1606', 'Forge Web Credentials'],
  ['T1606.001', 'Web Cookies'],
  ['T1606.002', 'SAML Tokens'],
  ['T1621', 'Multi-Factor Authentication Request Generation'],
])

export const techniqueOf = (id: string): Json => ({
  name: NAMES.get(id) ?? id,
  external_references: [
    {
      source_name: 'mitre-attack',
      external_id: id,
      url: `https://attack.mitre.org/techniques/${id.replace('.', '/')}`,
    },
  ],
})
