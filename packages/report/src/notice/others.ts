/**
 * Takes out of a text whatever identifies anybody but the recipient of a notice.
 *
 * Text of a recipient's own records may name others: the sender of a message, a principal of another organisation. A
 * message id that does is given as its SHA-256, which whoever has the message computes too.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Concern } from '@mintmark/case'
import { folded, MAIL_ADDRESS, Names, type Redactor } from '../model/redaction.ts'

export const SOMEBODY_ELSE = '[somebody else]'
export const ANOTHER_ORGANISATION = '[another organisation]'

/** Owners of names that stay; no name of a case has a NUL. */
const OWN = '\0own'
const ORGANISATION = '\0organisation'

export function othersRedactor({ own, others }: Pick<Concern, 'own' | 'others'>): Redactor {
  const names = new Names((owner, found) => {
    if (owner === OWN) return found
    return owner === ORGANISATION ? ANOTHER_ORGANISATION : SOMEBODY_ELSE
  })
  // The first owner of a spelling has it: a name that is also the recipient's stays.
  for (const name of [...own.names, ...own.organisations]) names.add(name, OWN)
  for (const name of others.names) names.add(name, SOMEBODY_ELSE)
  for (const name of others.organisations) names.add(name, ORGANISATION)
  const home = { own: set(own.organisations), others: set(others.organisations) }
  const text = (given: string) => names.replaceKnown(withoutAddressesOf(given, home))
  return {
    text,
    messageId: (id) =>
      text(id) === id ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`,
  }
}

const set = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(folded))

/** Also those that the case has no other record of: the nearest domain that is anybody's decides. */
function withoutAddressesOf(
  text: string,
  home: { readonly own: ReadonlySet<string>; readonly others: ReadonlySet<string> },
): string {
  if (!text.includes('@')) return text
  return text.replaceAll(MAIL_ADDRESS, (found: string) => {
    const domains = parentsOf(folded(found))
    const nearest = domains.find((domain) => home.own.has(domain) || home.others.has(domain)) ?? ''
    return home.others.has(nearest) && !home.own.has(nearest) ? SOMEBODY_ELSE : found
  })
}

/** `mail.agency.example`, `agency.example`, `example`. */
function parentsOf(address: string): string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.')
  return labels.map((_, at) => labels.slice(at).join('.'))
}
