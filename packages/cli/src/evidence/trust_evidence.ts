/**
 * What the files beside the logs say of keys: key sets and trust records, alarms of a guard, captured tokens, probes.
 *
 * `case` keeps what is found and reads no such file, `trust` knows no case: here the two meet.
 *
 * @module
 */
import {
  type Door,
  evidenceRows,
  type FactSource,
  KEYS_SHAPE,
  type KeyTrust,
  keepTrustFacts,
  type Session,
  TRUST_SHAPES,
  type TrustFacts,
  trustFacts,
} from '@mintmark/case'
import { isObject, parseObject, text } from '@mintmark/core'
import type { Io } from '../process/io.ts'
import { signedIn } from './signed_tokens.ts'
import { asItWas, ofShape, sourceOf, type TrustFile } from './trust_file.ts'

const SHAPES: ReadonlySet<string> = new Set([KEYS_SHAPE, ...Object.values(TRUST_SHAPES)])
/**
 * Reads what the case's files say of keys, and keeps it with the case. What a file said that is not there any more stays.
 *
 * @throws {MintmarkError} as `Session.command`
 */
export async function readTrustEvidence(session: Session, io: Io): Promise<void> {
  const rows = (await evidenceRows(session)).filter(
    ({ shape, sameAs }) => SHAPES.has(shape) && sameAs === undefined,
  )
  if (rows.length === 0) return
  const files = (await Promise.all(rows.map(asItWas))).filter((file) => file !== undefined)
  const read = new Set(files.map(({ sha256 }) => sha256))
  const before = withoutSources(await trustFacts(session), read)
  // Few cases have such files, and what reads them takes a while to load.
  const { keyTrusts } = await import('./key_trust.ts')
  const { trusts, publicKeys } = await keyTrusts(files, io)
  const keys = merged([...before.keys, ...trusts])
  await keepTrustFacts(session, {
    keys,
    signed: [...before.signed, ...signedIn(files, keys, publicKeys)],
    doors: [...before.doors, ...ofShape(files, TRUST_SHAPES.probe).flatMap(doorsOf)],
  })
}

function withoutSources(
  { keys, signed, doors }: TrustFacts,
  read: ReadonlySet<string>,
): TrustFacts {
  const isOld = ({ source }: { readonly source: FactSource }) => !read.has(source.sha256)
  return {
    keys: keys.flatMap((key) => {
      const sources = key.sources.filter((source) => isOld({ source }))
      if (sources.length === 0) return []
      const listed = key.listed !== null && isOld(key.listed) ? key.listed : null
      return [{ ...key, sources, ends: key.ends.filter(isOld), listed }]
    }),
    signed: signed.filter(isOld),
    doors: doors.filter(isOld),
  }
}

/** What several files say of a key, as one: what ended first comes first. */
function merged(all: readonly KeyTrust[]): KeyTrust[] {
  const byKey = new Map<string, KeyTrust>()
  for (const trust of all) {
    const known = byKey.get(trust.spkiSha256)
    byKey.set(trust.spkiSha256, known === undefined ? trust : joined(known, trust))
  }
  return [...byKey.values()]
}

function joined(one: KeyTrust, other: KeyTrust): KeyTrust {
  const both = (name: 'kids' | 'issuers' | 'classes') => [
    ...new Set([...one[name], ...other[name]]),
  ]
  const listed = [one.listed, other.listed].filter((each) => each !== null)
  return {
    spkiSha256: one.spkiSha256,
    kids: both('kids'),
    issuers: both('issuers'),
    classes: both('classes'),
    sources: [...one.sources, ...other.sources],
    ends: [...one.ends, ...other.ends].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    listed: listed.toSorted((a, b) => (a.at > b.at ? -1 : 1))[0] ?? null,
  }
}

/** Keys that no verifier should take; what a probe could not tell says nothing. */
function doorsOf(file: TrustFile): Door[] {
  const probe = parseObject(Buffer.from(file.bytes).toString('utf8')) ?? {}
  const [target, at] = [text(probe, 'target'), text(probe, 'at')]
  const vectors: unknown = probe['vectors']
  if (target === undefined || at === undefined || !Array.isArray(vectors)) return []
  return vectors
    .filter((vector) => isObject(vector))
    .filter((vector) => text(vector, 'family') === 'storm-2023')
    .flatMap((vector) => {
      const outcome = OUTCOMES.find((each) => each === vector['outcome'])
      if (outcome === undefined) return []
      const signer: unknown = vector['signer']
      const spkiSha256 = (isObject(signer) && text(signer, 'spkiSha256')) || ''
      const name = text(vector, 'id') ?? ''
      return [{ target, at, vector: name, outcome, spkiSha256, source: sourceOf(file) }]
    })
}

const OUTCOMES = ['refused', 'accepted', 'late'] as const
