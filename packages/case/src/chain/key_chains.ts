/** From key to verifier. What the evidence cannot connect is a link that is `missing`. */
import { count, isoOf, minute, plural } from '@mintmark/core'
import { isLeak, type KeyFound } from '../dumps/keys_found.ts'
import { cell, firstRow, type Numbers, rowReader, textsOf } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { EvidenceRow } from '../store/evidence_rows.ts'
import type {
  FactSource,
  KeyTrust,
  ProbedVerifier,
  SignedToken,
  TrustEnd,
  TrustFacts,
} from './trust_facts.ts'

interface AccessSeen {
  readonly evidenceId: number
  readonly line: number
  readonly at: string
}

export interface TokenAccesses extends Numbers<'tokens accesses mailboxes'> {
  readonly first: AccessSeen | undefined
  readonly last: AccessSeen | undefined
}

const UNISSUED = "verdict IN ('unissued', 'mismatched') AND strength = 'established'"

export async function tokenAccesses(
  session: Session,
  asked: { readonly ids: readonly string[] } | { readonly except: readonly string[] },
): Promise<TokenAccesses> {
  const [wanted, ids] =
    'ids' in asked
      ? ['toString(token_id) IN {ids:Array(String)}', asked.ids]
      : [`${UNISSUED} AND toString(token_id) NOT IN {ids:Array(String)}`, asked.except]
  const location = '(toUnixTimestamp64Milli(at), evidence_id, line)'
  const row = await firstRow(
    session,
    `SELECT uniqExact(token_id) AS tokens, count() AS accesses, uniqExactIf(mailbox, mailbox != '') AS mailboxes,
       min(${location}) AS first, max(${location}) AS last
     FROM judged WHERE token_state = 'present' AND ${wanted} ${BOUNDED}`,
    { ids },
  )
  const counts = readCounts(row)
  const isAny = counts.accesses > 0
  return {
    ...counts,
    first: isAny ? firstOf(row['first']) : undefined,
    last: isAny ? firstOf(row['last']) : undefined,
  }
}

const readCounts = rowReader(cell.number('tokens accesses mailboxes'))

function firstOf(tuple: unknown): AccessSeen | undefined {
  const [ms, evidenceId, line] = textsOf(tuple).map(Number)
  if (ms === undefined || evidenceId === undefined || line === undefined) return undefined
  return { evidenceId, line, at: isoOf(ms) }
}

export interface LinkEvidence {
  readonly path: string
  readonly sha256: string
  readonly line: number | null
  readonly offset: number | null
}

const LINK_NAMES = ['key', 'trust', 'tokens', 'accesses', 'verifiers'] as const

export interface ChainLink {
  readonly link: (typeof LINK_NAMES)[number]
  readonly state: 'established' | 'lead' | 'missing'
  readonly text: string
  readonly evidence: readonly LinkEvidence[]
  /** What would supply or settle it; null of what is established. */
  readonly settledBy: string | null
}

export interface KeyChain {
  readonly spkiSha256: string
  readonly kid: string | null
  readonly trustedUntil: string | null
  readonly links: readonly ChainLink[]
}

const MOST_LOCATIONS = 20
const MOST_CHARS = 300
/** A heap of test keys has more; those that somebody named come first. */
const MOST_CHAINS = 100

interface Known {
  readonly facts: TrustFacts
  readonly signed: readonly SignedToken[]
  readonly tokens: TokenAccesses
  readonly evidence: ReadonlyMap<number, Pick<EvidenceRow, 'path' | 'sha256'>>
}

export async function keyChains(
  session: Session,
  keys: readonly KeyFound[],
  facts: TrustFacts,
  rows: readonly Pick<EvidenceRow, 'evidenceId' | 'path' | 'sha256'>[],
): Promise<KeyChain[]> {
  const evidence = new Map(rows.map((row) => [row.evidenceId, row]))
  const leaks = keys.filter(isLeak)
  const found = new Set(leaks.map(({ spkiSha256 }) => spkiSha256))
  const signers = new Set(facts.signed.map(({ spkiSha256 }) => spkiSha256))
  const others = [...signers].filter((id) => id !== '' && !found.has(id))
  const ids = [...found, ...others].slice(0, MOST_CHAINS)
  if (ids.length === 0) return []
  const signedAt = facts.signed.filter(({ spkiSha256 }) => spkiSha256 !== '')
  const open = await tokenAccesses(session, { except: signedAt.map(({ tokenId }) => tokenId) })
  const chains: KeyChain[] = []
  for (const id of ids) {
    const signed = surest(facts.signed.filter(({ spkiSha256 }) => spkiSha256 === id))
    const own = signed.map(({ tokenId }) => tokenId)
    const tokens = own.length > 0 ? await tokenAccesses(session, { ids: own }) : open
    const key = leaks.find(({ spkiSha256 }) => spkiSha256 === id)
    chains.push(chainOf(id, key, { signed, tokens, facts, evidence }))
  }
  return chains
}

/** Those that verify with the key; where none does, those that name it. */
function surest(signed: readonly SignedToken[]): readonly SignedToken[] {
  const verified = signed.filter(({ by }) => by !== 'kid')
  return verified.length > 0 ? verified : signed
}

function chainOf(id: string, key: KeyFound | undefined, known: Known): KeyChain {
  const { facts, tokens } = known
  const trust = facts.keys.find(({ spkiSha256 }) => spkiSha256 === id)
  return {
    spkiSha256: id,
    kid: key?.kid ?? trust?.kids[0] ?? null,
    trustedUntil: trust?.ends[0]?.at ?? null,
    links: [
      keyLink(key),
      trustLink(trust, tokens.last?.at),
      tokenLink(known),
      accessLink(known),
      verifierLink(facts.probed, id),
    ],
  }
}

const locationOf = ({ path, sha256, line }: FactSource): LinkEvidence => ({
  path,
  sha256,
  line,
  offset: null,
})

const missing = (
  link: ChainLink['link'],
  text: string,
  settledBy: string,
  evidence: ChainLink['evidence'] = [],
): ChainLink => ({ link, state: 'missing', text, evidence, settledBy })

const shown = (
  link: ChainLink['link'],
  text: string,
  evidence: ChainLink['evidence'],
  settledBy: string | null = null,
): ChainLink => {
  const state = settledBy === null ? 'established' : 'lead'
  return { link, state, text, evidence: evidence.slice(0, MOST_LOCATIONS), settledBy }
}

function keyLink(key: KeyFound | undefined): ChainLink {
  if (key === undefined)
    return missing(
      'key',
      'No memory dump of the evidence holds this key.',
      'The dumps of every process that had the key',
    )
  const [first, ...others] = key.dumps
  const also = others.length > 0 ? ` and ${plural(others.length, 'other dump')}` : ''
  return shown(
    'key',
    `The private key is in ${first?.files[0] ?? ''}${also}.`,
    key.dumps.map(({ files, sha256, encodings }) => ({
      path: files[0] ?? '',
      sha256,
      line: null,
      offset: encodings[0]?.offset ?? null,
    })),
  )
}

const ENDS: Readonly<Record<TrustEnd['why'], string>> = {
  'certificate-ended': 'end of its certificate',
  'key-expired': 'its own exp',
  unlisted: 'no longer listed',
}

function trustLink(trust: KeyTrust | undefined, lastUse: string | undefined): ChainLink {
  if (trust === undefined)
    return missing(
      'trust',
      'No key set or trust record of the evidence lists this key: since when it was not to be trusted is not known.',
      'The key sets of its issuer over time: mintmark trust record, or saved copies beside the logs',
    )
  const owners = [
    ...trust.issuers.map((each) => `issuer ${each.slice(0, MOST_CHARS)}`),
    ...trust.classes.map((each) => `class ${each.slice(0, MOST_CHARS)}`),
  ].slice(0, MOST_LOCATIONS)
  const whose = owners.length === 0 ? '' : ` It belongs to ${owners.join(', ')}.`
  const { listed, sources } = trust
  const [end] = trust.ends
  if (end === undefined)
    return missing(
      'trust',
      `No key set or record says until when it was to be trusted.${whose}`,
      'A key set with its certificate, or a trust record that goes on until it was removed',
      sources.slice(0, MOST_LOCATIONS).map(locationOf),
    )
  const stillListed =
    listed !== null && listed.at > end.at ? ` It was still listed at ${minute(listed.at)}.` : ''
  const isOver = lastUse !== undefined && end.at <= lastUse
  const since = isOver ? 'No longer to be trusted since' : 'To be trusted until'
  const removed = trust.ends.find(({ why }) => why === 'unlisted')
  const gone =
    removed === undefined || removed === end || removed.after === null
      ? ''
      : ` It was removed after ${minute(removed.after)}, by ${minute(removed.at)}.`
  return shown(
    'trust',
    `${since} ${minute(end.at)} (${ENDS[end.why]}).${stillListed}${gone}${whose}`,
    [
      ...trust.ends.map(({ source }) => locationOf(source)),
      ...(listed === null || stillListed === '' ? [] : [locationOf(listed.source)]),
    ],
  )
}

const WANTED_TOKENS =
  'The tokens themselves, alarms of a guard, or a log of the verifier that keeps the kid'

function tokenLink({ signed, tokens: { tokens } }: Known): ChainLink {
  if (signed.length > 0) {
    const isKnown = signed.every(({ by }) => by !== 'kid')
    const how = isKnown ? 'verifies with this key' : 'names this key in its header'
    return shown(
      'tokens',
      `${plural(signed.length, 'token')} of the evidence: each ${how}. ${plural(tokens, 'of them is', 'of them are')} in the logs.`,
      signed.map(({ source }) => locationOf(source)),
      isKnown ? null : WANTED_TOKENS,
    )
  }
  const could =
    tokens === 0
      ? 'No token of the case is one that nobody issued to its user.'
      : `It could have signed ${plural(tokens, 'token')} that nobody issued to their user, and so could another key.`
  return missing('tokens', `No record names the key of a token. ${could}`, WANTED_TOKENS)
}

function accessLink({ signed, tokens, evidence }: Known): ChainLink {
  const { accesses, mailboxes, first, last } = tokens
  if (accesses === 0 || first === undefined || last === undefined)
    return missing(
      'accesses',
      'No record shows an access with such a token.',
      'The access logs of every service that accepts tokens of this issuer',
    )
  const isOne = last.line === first.line && last.evidenceId === first.evidenceId
  const isOfKey = signed.length > 0
  const isKnown = isOfKey && signed.every(({ by }) => by !== 'kid')
  return shown(
    'accesses',
    `${plural(accesses, 'access', 'accesses')} with ${isOfKey ? 'these' : 'those'} tokens, to ${plural(mailboxes, 'mailbox', 'mailboxes')}, ${minute(first.at)} to ${minute(last.at)}.`,
    [first, ...(isOne ? [] : [last])].flatMap(({ evidenceId, line }) => {
      const file = evidence.get(evidenceId)
      return file === undefined
        ? []
        : [{ path: file.path, sha256: file.sha256, line, offset: null }]
    }),
    isKnown ? null : WANTED_TOKENS,
  )
}

const WANTED_PROBE =
  'mintmark trust probe --json of each verifier, with this key as one of its issuer, beside the logs'

const isTaken = ({ outcome }: ProbedVerifier) => outcome !== 'refused'

function verifierLink(probed: readonly ProbedVerifier[], id: string): ChainLink {
  const own = probed.filter(({ spkiSha256 }) => spkiSha256 === id)
  if (own.length > 0) return probedLink(own)
  const taken = probed.filter(isTaken)
  const targets = [...new Set(taken.map(({ target }) => target))]
  const more = targets.length - MOST_LOCATIONS
  if (targets.length > 0)
    return shown(
      'verifiers',
      `${targets.slice(0, MOST_LOCATIONS).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''} accepted other keys that it should refuse. This key was not shown to it.`,
      distinctSources(taken),
      WANTED_PROBE,
    )
  const text =
    probed.length === 0
      ? 'No probe of a verifier is in the evidence: which verifiers accept the key is not known.'
      : 'The verifiers that were probed refused the keys shown. This key was not among them.'
  return missing('verifiers', text, WANTED_PROBE, distinctSources(probed))
}

function probedLink(own: readonly ProbedVerifier[]): ChainLink {
  const order = (probe: ProbedVerifier) => `${probe.at} ${isTaken(probe) ? 1 : 0}`
  const ordered = own.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
  const newest = [...new Map(ordered.map((probe) => [probe.target, probe])).values()]
  const said = newest
    .slice(0, MOST_LOCATIONS)
    .map(
      (probe) =>
        `${probe.target} ${isTaken(probe) ? 'accepted' : 'refused'} a token of this key at ${minute(probe.at)} (${probe.vector}).`,
    )
  const isOpen = newest.some(isTaken)
  return shown(
    'verifiers',
    `${said.join(' ')}${isOpen ? ' No record says that the accesses went through it.' : ''}`,
    distinctSources(own),
  )
}

function distinctSources(probed: readonly ProbedVerifier[]): LinkEvidence[] {
  const sources = new Map(probed.map(({ source }) => [source.sha256, locationOf(source)]))
  return [...sources.values()].slice(0, MOST_LOCATIONS)
}
