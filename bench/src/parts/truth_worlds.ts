/** The worlds of the truth bench, and what is done to each. */
import {
  campus,
  FAULTS,
  type Fault,
  FORGER,
  faulted,
  firm,
  Random,
  replayWorld,
  type World,
  type WorldOptions,
} from '@mintmark/faults'

/** In every fifth world nobody forges anything. */
const PEACEFUL = 5

function optionsOf(seed: number, people: number | undefined): WorldOptions {
  return { attacker: seed % PEACEFUL !== 0, ...(people !== undefined && { people }) }
}

export const WORLDS: Readonly<
  Record<string, (seed: number, people: number | undefined) => World | Promise<World>>
> = {
  firm: (seed, people) => firm(seed, optionsOf(seed, people)),
  campus: (seed, people) => campus(seed, optionsOf(seed, people)),
  replay: (seed) => replayWorld(seed),
}

/** What to do to a world: names of faults, none for the world as it is. */
export type Plan = readonly string[]

/** Each fault alone, each choice of the forger's, or a share of them, and pairs: the seed draws. `asked` narrows by name. */
export function plansFor(
  seed: number,
  asked: readonly string[] | undefined,
  pairs: number,
  share: number,
): Plan[] {
  const isAsked = (name: string, group: string) =>
    asked === undefined || asked.includes(name) || asked.includes(group)
  const faults = FAULTS.filter(({ name }) => isAsked(name, 'faults'))
  const choices = FORGER.filter(({ name }) => isAsked(name, 'forger'))
  const random = new Random(5, seed)
  const lot = new Random(7, seed)
  const drawn = Array.from({ length: pairs }, () => [
    ...random.sample(faults.length === 0 ? FAULTS : faults, 1),
    ...random.sample(random.chance(0.3) ? FORGER : FAULTS, 1),
  ])
  return [
    ...(isAsked('none', 'none') ? [[]] : []),
    ...[...faults, ...choices].filter(() => lot.chance(share)).map(({ name }) => [name]),
    ...drawn.map((pair) => pair.map(({ name }) => name)),
  ]
}

/** The world after all faults of a plan; undefined where one of them cannot happen to it. */
export function carriedOut(world: World, plan: Plan): World | undefined {
  return plan.reduce<World | undefined>((before, name) => {
    const fault = named(name)
    return before === undefined || fault === undefined ? undefined : faulted(before, fault)
  }, world)
}

function named(name: string): Fault | undefined {
  return [...FAULTS, ...FORGER].find((fault) => fault.name === name)
}
