/** What one run of the truth bench found, small enough to be kept as a line of a file. */
import type { Judged, Measure, World } from '@mintmark/faults'

export interface Outcome {
  readonly world: string
  readonly seed: number
  readonly people: number
  readonly faults: readonly string[]
  readonly genuine: number
  readonly falseEstablished: number
  readonly falseLeads: number
  readonly forged: number
  /** Forged accesses that evidence without a fault suffices for. */
  readonly determinable: number
  readonly established: number
  readonly leads: number
  readonly issued: number
  /** Determinable forged accesses that are neither established nor a lead. */
  readonly unseen: number
  readonly violations: number
  /** Whether access records went without a mark: then no bound is held against the product. */
  readonly isSilent: boolean
  /** What must not be, one line each, the first few. */
  readonly mistakes: readonly string[]
  /** Forged accesses that were not seen, and ordinary ones that are leads: the first few. */
  readonly notes: readonly string[]
  readonly milliseconds: number
}

const KEPT = 40

/** Boils a measure down. */
export function outcomeOf(world: World, measure: Measure): Outcome {
  const { falseEstablished, falseLeads, violations, missed } = measure
  const unseen = missed.filter(({ truth }) => truth.isDeterminable)
  const isForgersChoice = isByForger(measure.faults)
  return {
    world: measure.world,
    seed: measure.seed,
    people: world.people,
    faults: measure.faults,
    genuine: measure.genuine,
    falseEstablished: falseEstablished.length,
    falseLeads: falseLeads.length,
    forged: measure.forged,
    determinable: measure.determinable,
    established: measure.forgedEstablished,
    leads: measure.forgedLeads,
    issued: measure.forgedIssued,
    unseen: unseen.length,
    violations: violations.length,
    isSilent: world.isSilent,
    mistakes: [
      ...falseEstablished.slice(0, KEPT).map((each) => `false   ${lineOf(each)}`),
      ...violations
        .slice(0, KEPT)
        .map(
          ({ mailbox, lower, upper, truth }) =>
            `bound   ${mailbox === '' ? 'in all' : mailbox}: ${lower} to ${upper ?? 'open'}, truth ${truth}`,
        ),
      ...(isForgersChoice ? unseen.slice(0, KEPT).map((each) => `unseen  ${lineOf(each)}`) : []),
    ],
    notes: [
      ...missed.slice(0, KEPT / 2).map((each) => `missed  ${lineOf(each)}`),
      ...falseLeads.slice(0, KEPT / 2).map((each) => `lead    ${lineOf(each)}`),
    ],
    milliseconds: Math.round(measure.milliseconds),
  }
}

/** Whether all that was done to a world is what the forger chose: then nothing excuses that he is not seen. */
function isByForger(faults: readonly string[]): boolean {
  return faults.length > 0 && faults.every((name) => name.startsWith('forger-'))
}

/** How many things are wrong that must not be. */
export function mistakesIn(outcome: Outcome): number {
  const unseen = isByForger(outcome.faults) ? outcome.unseen : 0
  return outcome.falseEstablished + outcome.violations + unseen
}

/** The name of what was done to a world. */
export function faultName({ faults }: Pick<Outcome, 'faults'>): string {
  return faults.length === 0 ? '(none)' : faults.join(' + ')
}

/** An access with its verdict and its context. */
function lineOf({ truth, verdict, reason, strength, tokenId }: Judged): string {
  return [
    truth.id,
    `${verdict}/${reason}/${strength === '' ? '-' : strength}`,
    tokenId === '' ? 'no id' : tokenId,
    truth.atMs === 0 ? '' : new Date(truth.atMs).toISOString(),
    truth.principal,
    truth.ip,
    truth.app,
    truth.client.slice(0, 40),
    truth.forged === '' ? 'genuine' : `forged: ${truth.forged}`,
  ].join('  ')
}
