/**
 * Pseudonyms in place of names and addresses, in every text of every file of a report.
 *
 * A pseudonym is a keyed hash (HMAC-SHA-256) of the name. Its key is random, made once for a case and stored in it:
 * one name has one pseudonym in all reports of the case, nobody without the case can compute it, and no list of
 * pseudonyms is stored. Names are looked for as whole words, whatever the case of their letters.
 *
 * @module
 */
import { createHmac, randomBytes } from 'node:crypto'
import { caseAddresses, caseNames, readMeta, type Session, writeMeta } from '@mintmark/case'
import { readAddress } from '@mintmark/core'
import type { Redaction } from './model.ts'

const KEY_FACT = 'redaction_key'
const KEY_BYTES = 32
const HEX_DIGITS = 12

/** Puts pseudonyms into texts. */
export interface Redactor {
  readonly text: (text: string) => string
  /** The same for a message id, whose host makes it look like a mail address. */
  readonly messageId: (id: string) => string
}

const UNCHANGED: Redactor = { text: (text) => text, messageId: (id) => id }

/**
 * What replaces the names or the addresses of a case; both, one after the other; nothing where none is asked for.
 *
 * Memory grows with the number of different names and addresses, not with that of records.
 *
 * @throws {MintmarkError} as `Session.command`
 */
export async function redactorOf(
  session: Session,
  redacted: readonly Redaction[],
): Promise<Redactor> {
  if (redacted.length === 0) return UNCHANGED
  const key = await keyOf(session)
  const names = redacted.includes('names') ? await namesOf(session, key) : undefined
  const hide = redacted.includes('addresses') ? await addressHider(session, key) : UNCHANGED.text
  return {
    text: (text) => hide(names?.replace(text) ?? text),
    messageId: (id) => hide(names?.replaceKnown(id) ?? id),
  }
}

async function namesOf(session: Session, key: Uint8Array): Promise<Names> {
  const names = new Names((owner) => pseudonym('account', key, owner))
  for await (const { name, account } of caseNames(session)) names.add(name, account)
  return names
}

async function addressHider(session: Session, key: Uint8Array): Promise<(text: string) => string> {
  const known = new Set<string>()
  for await (const address of caseAddresses(session)) known.add(address)
  return (text) => withoutAddresses(text, key, known)
}

async function keyOf(session: Session): Promise<Buffer> {
  const stored = await readMeta(session, KEY_FACT)
  if (stored !== undefined) return Buffer.from(stored, 'hex')
  const key = randomBytes(KEY_BYTES)
  await writeMeta(session, KEY_FACT, key.toString('hex'))
  return key
}

function pseudonym(kind: string, key: Uint8Array, name: string): string {
  const hash = createHmac('sha256', key).update(`${kind}\0${name}`).digest('hex')
  return `${kind}-${hash.slice(0, HEX_DIGITS)}`
}

const WORD = /[\p{L}\p{N}]+/gu
const WORD_PART = /[\p{L}\p{N}]/u
/** Addresses that no record of the case has as a name; their hosts stay, as all names of organisations do. */
export const MAIL_ADDRESS: RegExp =
  /[\p{L}\p{N}!#$%'*+/=?^_{|}~.-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
/** Shorter words are not taken for names. */
const SHORTEST = 3

type Label = (owner: string, found: string) => string

/** Names by their first word, then by their length: candidates at an offset of a text are looked up, not tried. */
export class Names {
  readonly #label: Label
  readonly #byWord = new Map<string, Map<number, Map<string, string>>>()

  /** @param label gives the replacement of a name, by its owner and its spelling in the text */
  constructor(label: Label) {
    this.#label = label
  }

  /** Adds a name in all the spellings that logs have of it. */
  add(name: string, account: string): void {
    const owner = folded(composed(account.trim()))
    for (const spelled of spellings(folded(composed(name.trim())))) this.#put(spelled, owner)
  }

  /** `text` with a pseudonym in place of each name; mail addresses that are no names of the case go too. */
  replace(text: string): string {
    const left = this.replaceKnown(text)
    if (!left.includes('@')) return left
    return left.replaceAll(MAIL_ADDRESS, (found) => this.#label(folded(found), found))
  }

  /** `text` with a pseudonym in place of each name of the case. */
  replaceKnown(given: string): string {
    const text = composed(given)
    const plain = folded(text)
    const parts: string[] = []
    let done = 0
    for (const match of plain.matchAll(WORD)) {
      if (match.index < done) continue
      const found = this.#at(plain, match.index, match[0])
      if (found === undefined) continue
      const end = match.index + found.length
      parts.push(
        text.slice(done, match.index),
        this.#label(found.owner, text.slice(match.index, end)),
      )
      done = end
    }
    return done === 0 ? given : parts.join('') + text.slice(done)
  }

  #put(spelled: string, owner: string): void {
    const [word] = spelled.match(WORD) ?? []
    if (word === undefined || spelled.length < SHORTEST) return
    const lengths = this.#byWord.get(word) ?? new Map<number, Map<string, string>>()
    this.#byWord.set(word, lengths)
    const names = lengths.get(spelled.length) ?? new Map<string, string>()
    lengths.set(spelled.length, names)
    if (!names.has(spelled)) names.set(spelled, owner)
  }

  /** The longest name at an offset, as whole words. */
  #at(
    plain: string,
    at: number,
    word: string,
  ): { readonly owner: string; readonly length: number } | undefined {
    let best: { readonly owner: string; readonly length: number } | undefined
    for (const [length, names] of this.#byWord.get(word) ?? []) {
      if (length <= (best?.length ?? 0)) continue
      const owner = names.get(plain.slice(at, at + length))
      if (owner === undefined || WORD_PART.test(plain[at + length] ?? '')) continue
      best = { owner, length }
    }
    return best
  }
}

/**
 * A mail address is also spelled with `%40`, and in the address of a personal site with `_` for every mark; what is
 * before its `@` names its owner too, where it is more than one word.
 */
function spellings(name: string): readonly string[] {
  const at = name.lastIndexOf('@')
  // The word at which a name is found is its first: what is before it stays in the text.
  const start = name.search(WORD_PART)
  const whole = start > 0 ? name.slice(start) : name
  if (at < 0) return [whole]
  const local = name.slice(Math.max(start, 0), at)
  return [
    whole,
    whole.replace('@', '%40'),
    whole.replace(/[^\p{L}\p{N}]/gu, '_'),
    ...(/[^\p{L}\p{N}]/u.test(local) ? [local, local.replace(/[^\p{L}\p{N}]/gu, '_')] : []),
  ]
}

/** One spelling of letters with accents: logs have them in one character or in two. */
const composed = (text: string) => text.normalize('NFC')

/** Lower case, of the same length as the text. */
export function folded(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from(text, (letter) => {
    const low = letter.toLowerCase()
    return low.length === letter.length ? low : letter
  }).join('')
}

const IPV4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`
const ADDRESS = new RegExp(
  String.raw`(?<![\w:.])(?:[0-9a-f]{0,4}:[0-9a-f:]*(?:${IPV4})?|${IPV4})(?![\w:]|\.\d)`,
  'giu',
)
/** `Chrome/106.0.0.0` is a version. */
const VERSION = /[a-z]\/$/i

const withoutAddresses = (text: string, key: Uint8Array, known: ReadonlySet<string>): string =>
  text.replaceAll(ADDRESS, (found: string, at: number) => {
    const { ip } = readAddress(found)
    if (ip === '') return found
    if (!known.has(ip) && VERSION.test(text.slice(Math.max(0, at - 2), at))) return found
    return pseudonym('address', key, ip)
  })
