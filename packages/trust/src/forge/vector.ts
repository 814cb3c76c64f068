/**
 * What a vector is: one forgery, and why it is one.
 *
 * @module
 */
import type { Forge } from './forge.ts'
import type { Settings } from './settings.ts'

export const FAMILIES = ['storm-2023', 'key', 'claims', 'form', 'saml'] as const
export type Family = (typeof FAMILIES)[number]

export interface Vector {
  /** Never changes, and is used for nothing else later. */
  readonly id: string
  readonly family: Family
  /** What alone differs from the genuine token. */
  readonly axis: string
  /**
   * `required`: a standard forbids it. `advisory`: a standard leaves it open, or well-kept libraries accept it; asked for
   * only with `--advisory`, and a lead.
   */
  readonly level: 'required' | 'advisory'
  /** What it is, one sentence. */
  readonly what: string
  /** The standard that forbids or discourages it, with its section. */
  readonly forbiddenBy: string
  /** The incident or CVE that it is of, where there is one. */
  readonly incident?: string
  /** What refuses it, by library. */
  readonly settings: Settings
  /** What the issuer has to do first. */
  readonly first?: 'unlist'
  /** Whether the genuine token has what the vector changes; left out: it has. */
  readonly applies?: (forge: Forge) => boolean
  /** @returns a token, or for the family `saml` a response in XML; may throw `Unforgeable` */
  readonly forge: (forge: Forge) => string | Promise<string>
}
