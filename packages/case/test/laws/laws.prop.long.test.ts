/**
 * Laws that need no truth, and one that does: whatever the world, what must not change a verdict does not.
 *
 * `FUZZ_RUNS` is the number of worlds for each law.
 */
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { NO_ID } from '../../src/store/sql.ts'
import { type OpenWorld, openWorld, type Row } from '../world.ts'
import { type Given, type Judge, rowJudge, type Said } from './law_judges.ts'
import { holds, type Law } from './law_runs.ts'
import { boundsOf, differences, wordsOf } from './law_said.ts'
import { ALL_LOGS, anyWorld, type Spec, simplerSpecs, soundWorld } from './law_spec.ts'
import { hourOf, makeWorld, type SmallWorld } from './law_world.ts'

let open: OpenWorld
let judge: Judge<SmallWorld>
before(async () => {
  open = await openWorld()
  judge = rowJudge(open.session)
})
after(() => open.close())

const at = (number: number, shiftHours = 0) => ({ number, shiftHours })
const changesNothing = (
  input: fc.Arbitrary<Spec>,
  change: Partial<Pick<Law<Spec>, 'after' | 'beside'>>,
): Law<Spec> => ({
  family: 'any world',
  runs: 20,
  input,
  simpler: (spec) => simplerSpecs(spec, 1, 3),
  before: (spec, number) => makeWorld(spec, at(number)),
  faults: (one, other, world) => differences(one, other, world),
  ...change,
})

describe('what changes nothing', () => {
  it('the order of rows and files', async () => {
    const law = changesNothing(anyWorld, {
      after: (spec, number) => turned(makeWorld(spec, at(number))),
    })
    await holds(judge, law)
  })

  it('the number of files that a log comes in', async () => {
    const law = changesNothing(anyWorld, {
      after: (spec, number) => parted(makeWorld(spec, at(number)), 7),
    })
    await holds(judge, law)
  })

  it('other names, ids and addresses', async () => {
    const law = changesNothing(anyWorld, {
      after: (spec, number) => makeWorld(spec, at(1000 + number)),
    })
    await holds(judge, law)
  })

  it("an unrelated tenant's logs", async () => {
    const law = changesNothing(anyWorld, {
      // Unrelated: its forger uses no application that another tenant's does.
      beside: (specs) =>
        specs.slice(0, 8).map((spec, i) => makeWorld(unrelated(spec), at(2000 + i))),
    })
    await holds(judge, law)
  })

  // All tenants alike: how they stand to one another must stay.
  for (const days of [3, 364])
    it(`${days} days later`, async () => {
      const law = changesNothing(anyWorld, {
        after: (spec, number) => makeWorld(spec, at(number, days * 24)),
      })
      await holds(judge, law)
    })
})

function unrelated(spec: Spec): Spec {
  const forged = spec.forged.map((one) => ({ ...one, client: 'never seen' as const }))
  return { ...spec, forged, seed: spec.seed + 1 }
}

/** The same records in another order, on other lines of other files. */
function turned(world: SmallWorld): SmallWorld {
  const ids = world.evidence.map((row) => Number(row['evidence_id']))
  const other = new Map(ids.map((id, i) => [id, ids.at(-1 - i) ?? id]))
  const move = (rows: readonly Row[]) =>
    rows
      .map((row, i) => ({
        ...row,
        evidence_id: other.get(Number(row['evidence_id'])) ?? 0,
        line: rows.length - i,
      }))
      .toReversed()
  // A world keeps its accesses in order: it is asked in that order.
  return { ...world, issuance: move(world.issuance), access: move(world.access).toReversed() }
}

/** Each log in several files, row by row. */
function parted(world: SmallWorld, files: number): SmallWorld {
  const spread = (rows: readonly Row[]) =>
    rows.map((row, i) => ({
      ...row,
      evidence_id: 100_000 + Number(row['evidence_id']) * files + (i % files),
    }))
  const evidence = world.evidence.flatMap((row) =>
    Array.from({ length: files }, (_, file) => ({
      ...row,
      evidence_id: 100_000 + Number(row['evidence_id']) * files + file,
      path: `${String(row['path'])}.${file}`,
    })),
  )
  return { ...world, evidence, issuance: spread(world.issuance), access: spread(world.access) }
}

const SIGN_IN_COLUMNS: Readonly<Record<string, Row>> = {
  token: { token_id: NO_ID },
  session: { session_id: '' },
  principal: { principal: '', principal_id: '' },
  application: { app_id: '' },
  address: { ip: '' },
}
const ACCESS_COLUMNS: Readonly<Record<string, Row>> = {
  'access token': { token_id: NO_ID, token_state: 'absent' },
  'access session': { session_id: '' },
  'access time of issue': { issued_at: '1970-01-01 00:00:00.000' },
  'access address': { ip: '' },
  'access client': { client: '' },
}

/** What is taken away: of the sign-in logs, or a column of either side. */
interface Loss {
  readonly kind: 'row' | 'hour' | 'log' | 'second half' | 'column'
  readonly which: number
  readonly column: string
}

const loss: fc.Arbitrary<Loss> = fc.record({
  kind: fc.constantFrom('row', 'hour', 'log', 'second half', 'column', 'column'),
  which: fc.nat(10_000),
  column: fc.constantFrom(...Object.keys({ ...SIGN_IN_COLUMNS, ...ACCESS_COLUMNS })),
})

function without(world: SmallWorld, { kind, which, column }: Loss): SmallWorld {
  const rows = world.issuance
  if (kind === 'column')
    return {
      ...world,
      issuance: rows.map((row) => Object.assign({}, row, SIGN_IN_COLUMNS[column])),
      access: world.access.map((row) => Object.assign({}, row, ACCESS_COLUMNS[column])),
    }
  const picked = rows[which % Math.max(rows.length, 1)]
  if (picked === undefined) return world
  const isKept = (row: Row, n: number): boolean => {
    if (kind === 'row') return row !== picked
    if (kind === 'hour') return hourOf(row) !== hourOf(picked)
    if (kind === 'log') return row['category'] !== ALL_LOGS[which % ALL_LOGS.length]
    return n < rows.length / 2
  }
  return { ...world, issuance: rows.filter(isKept) }
}

describe('evidence that is taken away', () => {
  const input = fc.record({ spec: anyWorld, loss })
  const lossLaw = (
    faults: (one: Said, other: Said, world: SmallWorld) => readonly string[],
  ): Law<{ spec: Spec; loss: Loss }> => ({
    family: 'less evidence',
    isOfOneTenant: true,
    runs: 30,
    input,
    simpler: ({ spec, loss: lost }) =>
      simplerSpecs(spec, 1, 3).map((specs) => specs.map((one) => ({ spec: one, loss: lost }))),
    before: ({ spec }, number) => makeWorld(spec, at(number)),
    after: (drawn, number) => without(makeWorld(drawn.spec, at(number)), drawn.loss),
    faults,
  })

  it('makes no verdict more certain', async () => {
    await holds(
      judge,
      lossLaw((one, other, { uses }) =>
        uses.flatMap(({ what }, i) => {
          const [was, is] = [one.given[i], other.given[i]]
          if (was === undefined || is === undefined || !isMoreCertain(was, is)) return []
          return [`${what}: ${wordsOf(was)} -> ${wordsOf(is)}`]
        }),
      ),
    )
  })

  it('makes no bound tighter', async () => {
    await holds(
      judge,
      lossLaw((one, other) => {
        // Each access names one message. One without a verdict, or with one by its session alone, is counted apart, and in no bound.
        const unjudged = other.given.filter(
          ({ verdict, strength }) => verdict !== 'issued' && strength === '',
        ).length
        const isLower = other.lower > one.lower
        const isUpper = other.upper !== null && (one.upper ?? Infinity) - unjudged > other.upper
        return isLower || isUpper ? [`${boundsOf(one)} -> ${boundsOf(other)}`] : []
      }),
    )
  })
})

/**
 * Towards an accusation, or towards "issued". What disagreed in one field, alone or with many others, is issued where that
 * field is gone: what one side lacks is not compared.
 */
function isMoreCertain(was: Given, is: Given): boolean {
  if (is.strength === 'established') return was.strength !== 'established'
  const disagreed = was.verdict === 'mismatched' || was.reason === 'log-does-not-fit'
  return is.verdict === 'issued' && was.verdict !== 'issued' && !disagreed
}

const soundLaw = (faults: (said: Said, world: SmallWorld) => readonly string[]): Law<Spec> => ({
  family: 'sound world',
  runs: 8,
  input: soundWorld,
  simpler: (spec) => simplerSpecs(spec, 5, 20),
  before: (spec, number) => makeWorld(spec, at(number)),
  faults: (said, _, world) => faults(said, world),
})

const wrong = (isWrong: (given: Given) => boolean, isForged: boolean) =>
  soundLaw(({ given }, { uses }) =>
    uses.flatMap((use, i) => {
      const own = given[i]
      if (own === undefined || use.isForged !== isForged || !isWrong(own)) return []
      return [`${use.what}: ${wordsOf(own)}`]
    }),
  )

describe('in a world whose logs are whole', () => {
  it('no forger is issued, whatever he writes', async () => {
    await holds(
      judge,
      wrong(({ verdict }) => verdict === 'issued', true),
    )
  })

  it('every forger is a lead at least, whatever he writes', async () => {
    await holds(
      judge,
      wrong(({ strength }) => strength === '', true),
    )
  })

  it('everybody genuine is issued, whatever a forger writes', async () => {
    await holds(
      judge,
      wrong(({ verdict }) => verdict !== 'issued', false),
    )
  })

  it('nothing is established against anybody genuine, whatever a forger writes', async () => {
    await holds(
      judge,
      wrong(({ strength }) => strength === 'established', false),
    )
  })
})
