/**
 * STIX 2.1 objects with ids that depend on what they are alone.
 *
 * Source: STIX 2.1 OASIS Standard (2021), sections 2.9 (ids), 3.2 (common properties), 4, 5 and 6.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Json } from '@mintmark/core'

/** A STIX object: its id, and whatever its type has. */
export interface StixObject extends Json {
  readonly type: string
  readonly id: string
}

/**
 * A cyber observable.
 *
 * @param contributing the properties that make its id (section 6 names them for each type); texts alone, so that
 *   their JSON in the order of their names is their canonical JSON (RFC 8785)
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

/** Makes domain objects and relationships of one report: all were created by one identity, at one time. */
export class Maker {
  readonly #createdBy: string
  readonly #at: string
  readonly #subject: string

  /**
   * @param subject what distinguishes the objects of one report from those of another
   * @param at      ISO 8601 with milliseconds
   */
  constructor(subject: string, at: string) {
    this.#subject = subject
    this.#at = at
    this.#createdBy = `identity--${uuid5(MINTMARK, 'identity\0Mintmark')}`
  }

  get author(): StixObject {
    return {
      type: 'identity',
      spec_version: '2.1',
      id: this.#createdBy,
      // One author for all reports: its times are no report's.
      created: '2023-07-11T00:00:00.000Z',
      modified: '2023-07-11T00:00:00.000Z',
      name: 'Mintmark',
      identity_class: 'system',
    }
  }

  /** @param key what distinguishes it from others of its type in this report */
  object(type: string, key: string, properties: Json): StixObject {
    return {
      type,
      spec_version: '2.1',
      id: `${type}--${uuid5(MINTMARK, `${type}\0${this.#subject}\0${key}`)}`,
      created_by_ref: this.#createdBy,
      created: this.#at,
      modified: this.#at,
      ...properties,
    }
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
