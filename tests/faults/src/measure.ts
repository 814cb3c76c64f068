/** Runs the product on a world and holds what it says against the truth. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  huntList,
  ingest,
  openCase,
  runHunts,
  type Scope,
  scope,
  sealAndReconcile,
  verdictsCsv,
} from '@mintmark/case'
import type { TrueAccess, World } from './world/world.ts'
import { writeWorld } from './write.ts'

/** What the product says of one access, beside the truth. */
export interface Judged {
  readonly truth: TrueAccess
  readonly verdict: string
  readonly reason: string
  readonly strength: string
  readonly tokenId: string
}

/** A bound that does not hold. */
export interface Violation {
  /** `''` for the whole. */
  readonly mailbox: string
  readonly lower: number
  readonly upper: number | null
  readonly truth: number
}

export interface Measure {
  readonly world: string
  readonly seed: number
  readonly faults: readonly string[]
  /** Accesses of which the evidence has a record. */
  readonly genuine: number
  readonly forged: number
  /** Of these, those that evidence without a fault suffices for. */
  readonly determinable: number
  readonly falseEstablished: readonly Judged[]
  readonly falseLeads: readonly Judged[]
  readonly forgedEstablished: number
  readonly forgedLeads: number
  /** Forged accesses that are called issued. */
  readonly forgedIssued: number
  /** Forged accesses that are neither established nor a lead. */
  readonly missed: readonly Judged[]
  /** Whether the product claims any bound: it selected at least one access. */
  readonly hasScope: boolean
  readonly violations: readonly Violation[]
  readonly milliseconds: number
}

const ESTABLISHED_HUNTS = huntList()
  .filter(({ strength }) => strength === 'established')
  .map(({ id }) => id)

interface Verdict {
  readonly verdict: string
  readonly reason: string
  readonly strength: string
  readonly tokenId: string
}

/**
 * Writes a world to a folder of its own, investigates it in this process, and compares.
 * @param keep the folder to use, which stays; else a temporary one, which does not
 */
export async function measure(world: World, keep?: string): Promise<Measure> {
  const began = performance.now()
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'mintmark-world-'))
  try {
    writeWorld(world, join(folder, 'evidence'))
    const { verdicts, said } = await investigate(join(folder, 'evidence'), join(folder, 'case'))
    return { ...compare(world, verdicts, said), milliseconds: performance.now() - began }
  } finally {
    if (keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function investigate(evidence: string, place: string) {
  const investigated = await openCase(place)
  try {
    const { session } = investigated
    await ingest(investigated, [evidence], { threads: 1 })
    await sealAndReconcile(investigated)
    // The default selection rests on verdicts and on these alone.
    await runHunts(session, { only: ESTABLISHED_HUNTS })
    const said = await scope(session, {})
    const verdicts = new Map<string, Verdict>()
    for await (const chunk of verdictsCsv(session))
      for (const line of chunk.split('\r\n')) {
        if (line === '' || line.startsWith('access_id,')) continue
        const [id = '', verdict = '', reason = '', strength = '', , tokenId = ''] = cellsOf(line)
        verdicts.set(id, { verdict, reason, strength, tokenId })
      }
    return { verdicts, said }
  } finally {
    await investigated.close()
  }
}

/** Cells of a line of `verdicts --csv`: none holds a quotation mark or a line break of its own here. */
function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.replaceAll('"', ''))
}

function compare(
  world: World,
  verdicts: ReadonlyMap<string, Verdict>,
  said: Scope,
): Omit<Measure, 'milliseconds'> {
  const judged: Judged[] = []
  for (const [id, verdict] of verdicts)
    if (!world.unjudged.has(id))
      judged.push({ truth: world.truth.get(id) ?? ordinary(id), ...verdict })
  const genuine = judged.filter(({ truth }) => truth.forged === '')
  const forged = judged.filter(({ truth }) => truth.forged !== '')
  const established = (each: Judged) => each.strength === 'established'
  const lead = (each: Judged) => each.strength === 'lead'
  return {
    world: world.name,
    seed: world.seed,
    faults: world.faults,
    genuine: genuine.length,
    forged: forged.length,
    determinable: forged.filter(({ truth }) => truth.isDeterminable).length,
    forgedIssued: forged.filter(({ verdict }) => verdict === 'issued').length,
    falseEstablished: genuine.filter(established),
    falseLeads: genuine.filter(lead),
    forgedEstablished: forged.filter(established).length,
    forgedLeads: forged.filter(lead).length,
    missed: forged.filter((each) => !established(each) && !lead(each)),
    hasScope: said.accesses + said.ambiguous.accesses > 0,
    violations: world.isSilent ? [] : violationsOf(world, said),
  }
}

/** An access that the truth has no line for is ordinary. */
function ordinary(id: string): TrueAccess {
  const unknown = { atMs: 0, principal: '', mailbox: '', ip: '', app: '', client: '' }
  return { id, forged: '', isDeterminable: true, messages: [], ...unknown }
}

/**
 * Bounds that the truth is outside of. Where records went without a mark, no reader could know.
 * What nobody selected has no bound, and is in `missed`.
 */
function violationsOf({ exposure, renamed }: World, said: Scope): Violation[] {
  const claims = said.accounts
    .map(({ mailbox, messages }) => {
      const name = mailbox.toLowerCase()
      const truth = exposure.mailboxes.get(name) ?? 0
      const most = Math.max(truth, exposure.misused?.get(name) ?? 0)
      return { mailbox, lower: messages.lower, upper: messages.upper, truth, most }
    })
    .filter(({ mailbox }) => !renamed.has(mailbox.toLowerCase()))
  const isClaimed = said.accesses + said.ambiguous.accesses > 0
  if (isClaimed && exposure.inAll !== undefined) {
    const { lower, upper } = said.messages
    claims.push({ mailbox: '', lower, upper, truth: exposure.inAll, most: exposure.inAll })
  }
  return claims.filter(
    ({ lower, upper, truth, most }) => most < lower || (upper !== null && upper < truth),
  )
}
