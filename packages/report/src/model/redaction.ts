/**
 * Pseudonyms in place of names and addresses, in every text of every file of a report. A pseudonym
 * is a keyed hash (HMAC-SHA-256) of the name.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { caseAddresses, caseNames, readMeta, type Session, writeMeta } from '@mintmark/case'
import { type Found, rememberedText, replaceFound } from './decoded.ts'
import type { Redaction } from './model.ts'
import { addressFinder } from './network_addresses.ts'

const KEY_FACT = 'redaction_key'
const KEY_BYTES = 32
const HEX_DIGITS = 12

export interface Redactor {
  readonly text: (text: string) => string
  /** The same for a message id, whose host makes it look like a mail address. */
  readonly messageId: (id: string) => string
}

const UNCHANGED: Redactor = { text: (text) => text, messageId: (id) => id }

/**
 * What replaces the names or the addresses of a case; both, one after the other; nothing where none
 * is asked for. Memory grows with the number of different names and addresses, not with that of
 * records.
 * @throws {MintmarkError} as `Session.command`
 */
export async function redactorOf(
  session: Session,
  redacted: readonly Redaction[],
): Promise<Redactor> {
  if (redacted.length === 0) return UNCHANGED
  const key = await redactionKey(session)
  const names = redacted.includes('names') ? await namesOf(session, key) : undefined
  const hide = redacted.includes('addresses') ? await addressHider(session, key) : UNCHANGED.text
  return {
    text: rememberedText((text) => hide(names?.replace(text) ?? text)),
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
  const find = addressFinder(known, (ip) => pseudonym('address', key, ip))
  return (text) => replaceFound(text, find)
}

async function redactionKey(session: Session): Promise<Buffer> {
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
/** Addresses that no record of the case has as a name; their hosts stay, as all names of organisations do. */
const MAIL_ADDRESS: RegExp = /[\p{L}\p{N}!#$%'*+/=?^_{|}~.-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
const MAY_HAVE_ADDRESS = /[@%&\\[({\u0080-\uffff]/
/** Shorter words are not taken for names. */
const SHORTEST = 3
/** Characters between two words of a name that a text spells in its own way. */
const MOST_BETWEEN = 3
const GUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/

type Label = (owner: string, found: string) => string

/** Names by their words: candidates at a word of a text are looked up, not tried. */
export class Names {
  readonly #label: Label
  /** First word, number of words, words. */
  readonly #byWord = new Map<string, Map<number, Map<string, Spelled>>>()

  constructor(label: Label) {
    this.#label = label
  }

  /** Adds a name in all the spellings that logs have of it. */
  add(name: string, account: string): void {
    const owner = folded(composed(account.trim()))
    const plain = folded(composed(name.trim()))
    this.#put(plain, owner)
    const at = plain.lastIndexOf('@')
    // What is before the `@` names its owner too, where it is more than one word.
    if (at > 0 && wordsOf(plain.slice(0, at)).length > 1) this.#put(plain.slice(0, at), owner)
    const [first, last, ...more] = wordsOf(plain)
    if (last !== undefined && more.length === 0 && !/[@.]/.test(plain))
      this.#put(`${last.word}, ${first?.word}`, owner)
    const [, ...parts] = GUID.exec(plain) ?? []
    if (parts.length > 0) for (const mark of ['', '-']) this.#put(parts.join(mark), owner)
  }

  /** `text` with a pseudonym in place of each name; mail addresses that are no names of the case go too. */
  replace(text: string): string {
    return replaceMailAddresses(this.replaceKnown(text), this.#label)
  }

  replaceKnown(text: string): string {
    return replaceFound(text, (decoded) => this.#find(decoded))
  }

  #put(spelled: string, owner: string): void {
    const words = wordsOf(spelled)
    const [first] = words
    if (first === undefined) return
    const exact = sliceOf(spelled, words)
    if (exact.length < SHORTEST) return
    const counts = madeIn(this.#byWord, first.word, () => new Map<number, Map<string, Spelled>>())
    const names = madeIn(counts, words.length, () => new Map<string, Spelled>())
    const name = madeIn(names, keyOf(words), () => ({ owner, exact: new Map<string, string>() }))
    if (!name.exact.has(exact)) name.exact.set(exact, owner)
  }

  #find(text: string): Found[] {
    const plain = folded(text)
    const words = wordsOf(plain)
    const all: Found[] = []
    for (let nth = 0; nth < words.length; nth += 1) {
      const name = this.#at(plain, words, nth)
      if (name === undefined) continue
      const { owner, found } = name
      const end = endOf(found.at(-1))
      all.push({
        at: words[nth]?.at ?? 0,
        end,
        replacement: (original) => this.#label(owner, original),
      })
      nth += found.length - 1
    }
    return all
  }

  /** The longest name at a word. */
  #at(plain: string, words: readonly Word[], nth: number) {
    let best: { readonly owner: string; readonly found: readonly Word[] } | undefined
    for (const [length, names] of this.#byWord.get(words[nth]?.word ?? '') ?? []) {
      const found = words.slice(nth, nth + length)
      if (found.length < length || length <= (best?.found.length ?? 0)) continue
      const name = names.get(keyOf(found))
      if (name === undefined) continue
      const owner =
        name.exact.get(sliceOf(plain, found)) ?? (isJoined(plain, found) ? name.owner : undefined)
      if (owner !== undefined) best = { owner, found }
    }
    return best
  }
}

/** The words of a name; whatever is between them, its first owner; and the owners of its exact spellings. */
interface Spelled {
  readonly owner: string
  readonly exact: Map<string, string>
}

interface Word {
  readonly word: string
  readonly at: number
}

const wordsOf = (text: string): Word[] =>
  Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ word, at: index }))
const keyOf = (words: readonly Word[]) =>
  words.length === 1 ? (words[0]?.word ?? '') : words.map(({ word }) => word).join('\0')
const endOf = (word: Word | undefined) => (word === undefined ? 0 : word.at + word.word.length)
const sliceOf = (text: string, words: readonly Word[]) =>
  text.slice(words[0]?.at, endOf(words.at(-1)))

/** Whether all words are near each other: `_`, `[.]`, two spaces. */
function isJoined(text: string, words: readonly Word[]): boolean {
  if (words.reduce((sum, { word }) => sum + word.length, 0) < SHORTEST) return false
  return words.slice(1).every(({ at }, before) => {
    const end = endOf(words[before])
    return at - end <= MOST_BETWEEN && !/[\r\n;|]/.test(text.slice(end, at))
  })
}

function madeIn<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}

/** @param replacement of a folded mail address, and of its spelling in the text */
export const replaceMailAddresses = (text: string, replacement: Label): string =>
  MAY_HAVE_ADDRESS.test(text)
    ? replaceFound(text, (decoded) =>
        Array.from(decoded.matchAll(MAIL_ADDRESS), ({ 0: found, index }) => ({
          at: index,
          end: index + found.length,
          replacement: (original: string) => replacement(folded(found), original),
        })),
      )
    : text

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
