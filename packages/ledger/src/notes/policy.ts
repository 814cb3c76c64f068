/**
 * Whose signatures make a checkpoint count: logs, witnesses, groups of them, and a quorum.
 * A `log` line also means all names below it, since one key signs `<ledger>/<issuer>/<period>`.
 * Source: C2SP tlog-policy; the meaning of `log` lines is an extension.
 */
import { base64, MintmarkError, readBase64 } from '@mintmark/core'
import { HASH_BYTES, hashLeaf, verifyInclusion } from '../tree/tree.ts'
import { type Checkpoint, type Head, parseCheckpoint, parseSize } from './checkpoint.ts'
import { keysOfLog, openNote, parseVerifierKey, type VerifierKey } from './note.ts'

const MAX_LINES = 64

export interface WitnessLine {
  readonly name: string
  readonly key: VerifierKey
  readonly url: string | undefined
}

interface Group {
  readonly needed: number
  readonly members: readonly string[]
}

export interface Policy {
  readonly logs: readonly { readonly key: VerifierKey; readonly url: string | undefined }[]
  readonly witnesses: readonly WitnessLine[]
  readonly groups: ReadonlyMap<string, Group>
  readonly quorum: string
}

export function logPolicy(key: VerifierKey): Policy {
  return { logs: [{ key, url: undefined }], witnesses: [], groups: new Map(), quorum: 'none' }
}

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.line` for what the format does not allow */
export function parsePolicy(source: string): Policy {
  const builder = new PolicyBuilder()
  for (const [i, line] of source.split('\n').entries()) {
    builder.line = i + 1
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    const [keyword] = words
    if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(line)) builder.refuse('a control character')
    if (keyword !== undefined && !keyword.startsWith('#')) builder.add(keyword, words.slice(1))
  }
  return builder.done()
}

class PolicyBuilder {
  line = 0
  readonly #logs: { key: VerifierKey; url: string | undefined }[] = []
  readonly #witnesses: WitnessLine[] = []
  readonly #groups = new Map<string, Group>()
  readonly #members = new Set<string>()
  #quorum: string | undefined

  refuse(what: string): never {
    const message = `line ${this.line} of the policy: ${what}`
    throw new MintmarkError('INPUT_INVALID', message, { line: this.line })
  }

  add(keyword: string, words: readonly string[]): void {
    if (keyword === 'log') this.#log(words)
    else if (keyword === 'witness') this.#witness(words)
    else if (keyword === 'group') this.#group(words)
    else if (keyword === 'quorum') this.#setQuorum(words)
    else this.refuse('begins with no word that is known')
  }

  done(): Policy {
    const quorum = this.#quorum ?? this.refuse('there is no quorum line')
    if (this.#logs.length === 0) this.refuse('there is no log line: nothing would be accepted')
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum }
  }

  #key(vkey: string, kind: VerifierKey['kind'], known: readonly VerifierKey[]): VerifierKey {
    const key = parseVerifierKey(vkey)
    if (key.kind !== kind) this.refuse(`the key is not one of a ${kind}`)
    if (known.some(({ publicKey }) => Buffer.compare(publicKey, key.publicKey) === 0))
      this.refuse('the same key again')
    if (known.length >= MAX_LINES) this.refuse('too many of these lines')
    return key
  }

  #log([vkey = '', url, ...rest]: readonly string[]): void {
    if (rest.length > 0) this.refuse('words after the URL')
    const known = this.#logs.map(({ key }) => key)
    this.#logs.push({ key: this.#key(vkey, 'log', known), url })
  }

  #witness([name = '', vkey = '', url, ...rest]: readonly string[]): void {
    if (rest.length > 0) this.refuse('words after the URL')
    this.#assertFree(name)
    const known = this.#witnesses.map(({ key }) => key)
    this.#witnesses.push({ name, key: this.#key(vkey, 'witness', known), url })
  }

  #group([name = '', threshold = '', ...members]: readonly string[]): void {
    this.#assertFree(name)
    if (members.length === 0) this.refuse('a group without members')
    if (this.#groups.size >= MAX_LINES) this.refuse('too many of these lines')
    for (const member of members) {
      if (!this.#isDefined(member)) this.refuse('a member that is not defined above')
      if (this.#members.has(member)) this.refuse('a member that belongs to a group already')
      this.#members.add(member)
    }
    const words: Readonly<Record<string, number>> = { any: 1, all: members.length }
    const needed = words[threshold] ?? (/^[1-9]\d{0,3}$/.test(threshold) ? Number(threshold) : 0)
    if (needed < 1 || needed > members.length) this.refuse('a threshold that no members can meet')
    this.#groups.set(name, { needed, members })
  }

  #setQuorum([name = '', ...rest]: readonly string[]): void {
    if (this.#quorum !== undefined) this.refuse('a second quorum')
    if (rest.length > 0) this.refuse('words after the quorum')
    if (name !== 'none' && !this.#isDefined(name)) this.refuse('a quorum that is not defined above')
    this.#quorum = name
  }

  #assertFree(name: string): void {
    if (name === '' || name === 'none' || this.#isDefined(name)) this.refuse('a name that is taken')
  }

  #isDefined(name: string): boolean {
    return this.#groups.has(name) || this.#witnesses.some((witness) => witness.name === name)
  }
}

export interface Accepted {
  readonly head: Head
  readonly witnesses: readonly { readonly name: string; readonly timeSeconds: number }[]
}

export type Refusal =
  | 'not-a-checkpoint'
  | 'log-unknown'
  | 'log-signature-missing'
  | 'bad-signature'
  | 'quorum-missing'

/** Accepted if signed by a log of the policy, and seen by a quorum of its witnesses. */
export function accept(text: string, policy: Policy): Accepted | Refusal {
  const checkpoint = parseCheckpoint(text)
  return checkpoint === undefined ? 'not-a-checkpoint' : acceptCheckpoint(checkpoint, policy)
}

export function acceptCheckpoint({ head, note }: Checkpoint, policy: Policy): Accepted | Refusal {
  const known = policy.logs.map(({ key }) => key)
  const logs = keysOfLog(head.origin, known)
  if (logs.length === 0) return 'log-unknown'
  const verified = openNote(note, [...logs, ...policy.witnesses.map(({ key }) => key)])
  if (verified === 'bad-signature') return 'bad-signature'
  if (!verified.some(({ key }) => key.kind === 'log')) return 'log-signature-missing'
  const witnesses = policy.witnesses.flatMap(({ name, key }) => {
    const found = verified.find((each) => each.key === key)
    return found?.timeSeconds === undefined ? [] : [{ name, timeSeconds: found.timeSeconds }]
  })
  const seen = new Set(witnesses.map(({ name }) => name))
  return isMet(policy.quorum, seen, policy.groups) ? { head, witnesses } : 'quorum-missing'
}

export function isMet(
  name: string,
  seen: ReadonlySet<string>,
  groups: ReadonlyMap<string, Group>,
): boolean {
  if (name === 'none') return true
  const group = groups.get(name)
  if (group === undefined) return seen.has(name)
  const met = group.members.filter((member) => isMet(member, seen, groups))
  return met.length >= group.needed
}

/**
 * Proofs that can be checked offline. Source: C2SP tlog-proof v1.
 * The `extra` line has what of the entry the token does not determine: an attestation, if any.
 */

const TITLE = 'c2sp.org/tlog-proof@v1'
/** The proof of a leaf in a tree of 2^53 entries is shorter. */
const MAX_HASHES = 63

export interface TlogProof {
  readonly extra: Uint8Array
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}

export function formatProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const extraLine = extra.length > 0 ? `extra ${base64(extra)}\n` : ''
  const lines = hashes.map((hash) => `${base64(hash)}\n`).join('')
  return `${TITLE}\n${extraLine}index ${index}\n${lines}\n${checkpoint}`
}

/** Nothing is verified. Undefined if the text is no proof. */
export function parseProof(text: string): TlogProof | undefined {
  const cut = text.indexOf('\n\n')
  if (cut === -1) return undefined
  const lines = text.slice(0, cut).split('\n')
  if (lines.shift() !== TITLE) return undefined
  const extraLine = lines[0]?.startsWith('extra ') === true ? lines.shift() : undefined
  const extra = extraLine === undefined ? new Uint8Array() : readBase64(extraLine.slice(6))
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? parseSize(indexLine.slice(6)) : undefined
  const hashes = lines.map(readBase64)
  const areHashes = hashes.every((hash) => hash?.length === HASH_BYTES)
  if (extra === undefined || index === undefined || !areHashes || hashes.length > MAX_HASHES)
    return undefined
  const known = hashes.filter((hash) => hash !== undefined)
  return { extra, index, hashes: known, checkpoint: text.slice(cut + 2) }
}

export type ProofRefusal = Refusal | 'not-a-proof' | 'not-included'

/** Whether the proof shows, to this policy, that the entry with these bytes is recorded. */
export function verifyProof(
  proof: TlogProof,
  entry: Uint8Array,
  policy: Policy,
): Accepted | ProofRefusal {
  const accepted = accept(proof.checkpoint, policy)
  if (typeof accepted === 'string') return accepted
  const { size, root } = accepted.head
  const leaf = hashLeaf(entry)
  const isIncluded = verifyInclusion({
    index: proof.index,
    size,
    leaf,
    proof: proof.hashes,
    root,
  })
  return isIncluded ? accepted : 'not-included'
}
