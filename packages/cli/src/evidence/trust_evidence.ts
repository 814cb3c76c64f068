/** What files beside the logs say about keys. `case` stores the facts; `trust` knows no case. */
import * as cases from '@mintmark/case'
import { isObject, isoOf, type Json, parseObject, safeText, text, utcMs } from '@mintmark/core'
import type { Call } from '../process/call.ts'
import { signedIn } from './signed_tokens.ts'
import { filesOf, ofShape, sourceOf, type TrustFile } from './trust_file.ts'

const SHAPES: ReadonlySet<string> = new Set([
  cases.KEYS_SHAPE,
  ...Object.values(cases.TRUST_SHAPES),
])

/** Stores what the case's files say about keys. Facts from files that are gone stay. */
export async function readTrustEvidence(session: cases.Session, call: Call): Promise<void> {
  const rows = (await cases.evidenceRows(session)).filter(
    ({ shape, sameAs }) => SHAPES.has(shape) && sameAs === undefined,
  )
  if (rows.length === 0) return
  const { files, unread } = await filesOf(rows)
  const known = await cases.trustFacts(session)
  for (const { path, sha256 } of unread)
    if (!isSource(known, sha256))
      call.note(`mintmark: ${safeText(path, 200)} is not used: ${WHY_UNREAD}\n`)
  const before = withoutSources(known, new Set(files.map(({ sha256 }) => sha256)))
  const { keyTrusts } = await import('./key_trust.ts')
  const { trusts, publicKeys } = await keyTrusts(files, call)
  const keys = merged([...before.keys, ...trusts])
  await cases.keepTrustFacts(session, {
    keys,
    signed: [...before.signed, ...signedIn(files, keys, publicKeys)],
    probed: [...before.probed, ...ofShape(files, cases.TRUST_SHAPES.probe).flatMap(probedIn)],
  })
}

const WHY_UNREAD = 'it is packed, changed, gone, or too large. Put the file itself beside the logs'

const isSource = ({ keys, signed, probed }: cases.TrustFacts, sha256: string) =>
  [
    ...keys.flatMap(({ sources }) => sources),
    ...[...signed, ...probed].map((each) => each.source),
  ].some((source) => source.sha256 === sha256)

function withoutSources(
  { keys, signed, probed }: cases.TrustFacts,
  read: ReadonlySet<string>,
): cases.TrustFacts {
  const isOld = ({ source }: { readonly source: cases.FactSource }) => !read.has(source.sha256)
  return {
    keys: keys.flatMap((key) => {
      const sources = key.sources.filter((source) => isOld({ source }))
      if (sources.length === 0) return []
      const listed = key.listed !== null && isOld(key.listed) ? key.listed : null
      return [{ ...key, sources, ends: key.ends.filter(isOld), listed }]
    }),
    signed: signed.filter(isOld),
    probed: probed.filter(isOld),
  }
}

function merged(all: readonly cases.KeyTrust[]): cases.KeyTrust[] {
  const byKey = new Map<string, cases.KeyTrust>()
  for (const trust of all) {
    const known = byKey.get(trust.spkiSha256)
    byKey.set(trust.spkiSha256, known === undefined ? trust : joined(known, trust))
  }
  return [...byKey.values()]
}

function joined(one: cases.KeyTrust, other: cases.KeyTrust): cases.KeyTrust {
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

const MOST_CHARS = 200
const MOST_VECTORS = 1000

function probedIn(file: TrustFile): cases.ProbedVerifier[] {
  const probe = parseObject(Buffer.from(file.bytes).toString('utf8')) ?? {}
  const [target, atMs] = [text(probe, 'target'), utcMs(text(probe, 'at') ?? '')]
  const vectors: unknown = probe['vectors']
  if (target === undefined || atMs === undefined || !Array.isArray(vectors)) return []
  const probed = { target: target.slice(0, MOST_CHARS), at: isoOf(atMs), source: sourceOf(file) }
  return vectors
    .slice(0, MOST_VECTORS)
    .filter((vector): vector is Json => isObject(vector) && vector['family'] === 'storm-2023')
    .flatMap((vector) => {
      const outcome = OUTCOMES.find((each) => each === vector['outcome'])
      if (outcome === undefined) return []
      const signer: unknown = vector['signer']
      const spkiSha256 = ((isObject(signer) && text(signer, 'spkiSha256')) || '').slice(0, 64)
      return [
        { ...probed, vector: (text(vector, 'id') ?? '').slice(0, MOST_CHARS), outcome, spkiSha256 },
      ]
    })
}

const OUTCOMES = ['refused', 'accepted', 'late'] as const
