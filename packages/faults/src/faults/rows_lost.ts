/**
 * Faults that lose rows: periods, shares, people, applications.
 *
 * @module
 */
import type { Fault } from '../fault.ts'
import { addressOf, appOf, timeOf, userOf } from '../fields.ts'
import type { Random } from '../random.ts'
import { DAY, HOUR, MINUTE } from '../times.ts'
import { type Json, keepRows, type LogFile, type World, withFiles } from '../world.ts'

type Kind = LogFile['kind']

/** Rows of one kind of log that `keep` lets through. */
function keeping(
  world: World,
  kinds: readonly Kind[],
  keep: (data: Json, file: LogFile) => boolean,
): World {
  return withFiles(world, (file) =>
    kinds.includes(file.kind) ? keepRows(file, (data) => keep(data, file)) : file,
  )
}

/** Times of the rows of these kinds, in order. */
function timesOf(world: World, kinds: readonly Kind[]): number[] {
  return world.files
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ kind, rows }) => rows.map(({ data }) => timeOf(kind, data)))
    .toSorted((a, b) => a - b)
}

/** Loses what lies within `length` from a moment when something happened. */
function period(kinds: readonly Kind[], length: number) {
  return (world: World, random: Random): World => {
    const times = timesOf(world, kinds)
    if (times.length === 0) return world
    // Not at the edges, where a log just begins later or ends earlier.
    const middle = times.slice(Math.floor(times.length / 6), Math.ceil((times.length * 5) / 6))
    const fromMs = random.pick(middle.length === 0 ? times : middle)
    return keeping(world, kinds, (data, { kind }) => {
      const at = timeOf(kind, data)
      return at < fromMs || fromMs + length <= at
    })
  }
}

function share(kinds: readonly Kind[], lost: number) {
  return (world: World, random: Random): World => keeping(world, kinds, () => !random.chance(lost))
}

const SIGN_INS: readonly Kind[] = ['sign-in']

export const ROWS_LOST: readonly Fault[] = [
  {
    name: 'sign-in-hour-lost',
    accident: 'One hour of the sign-in logs was never delivered.',
    does: 'Tokens made in that hour have no issuance.',
    apply: period(SIGN_INS, HOUR),
  },
  {
    name: 'sign-in-page-lost',
    accident: 'A page of 40 minutes failed while sign-ins were downloaded.',
    does: 'Tokens made in those minutes have no issuance.',
    apply: period(SIGN_INS, 40 * MINUTE),
  },
  {
    name: 'sign-in-day-lost',
    accident: 'The export job did not run on one day.',
    does: 'Tokens made on that day have no issuance.',
    apply: period(SIGN_INS, DAY),
  },
  {
    name: 'sign-in-half-percent-lost',
    accident: 'A collector drops half a percent of the sign-in rows.',
    does: 'Some tokens of everybody have no issuance.',
    apply: share(SIGN_INS, 0.005),
  },
  {
    name: 'sign-in-one-percent-lost',
    accident: 'A collector drops one percent of the sign-in rows.',
    does: 'Some tokens of everybody have no issuance.',
    apply: share(SIGN_INS, 0.01),
  },
  {
    name: 'sign-in-tenth-lost',
    accident: 'An overloaded collector drops a tenth of the sign-in rows.',
    does: 'A tenth of the tokens has no issuance.',
    apply: share(SIGN_INS, 0.1),
  },
  {
    name: 'sign-in-user-lost',
    accident: 'The sign-ins of one user are left out: a filter, or a request to have them erased.',
    does: 'No token of that user has an issuance.',
    apply: (world, random) => {
      const users = [...new Set(usersOf(world))]
      if (users.length === 0) return world
      const lost = random.pick(users)
      return keeping(world, SIGN_INS, (data, { kind }) => userOf(kind, data) !== lost)
    },
  },
  {
    name: 'sign-in-app-lost',
    accident: 'The query for sign-ins excludes one application as too noisy.',
    does: 'No token of that application has an issuance.',
    apply: (world, random) => {
      const apps = world.files
        .filter(({ kind }) => kind === 'sign-in')
        .flatMap(({ kind, rows }) => rows.map(({ data }) => appOf(kind, data)))
      if (apps.length === 0) return world
      const lost = random.pick(apps)
      return keeping(world, SIGN_INS, (data, { kind }) => appOf(kind, data) !== lost)
    },
  },
  {
    name: 'sign-in-other-networks-lost',
    accident: 'The query for sign-ins keeps the office addresses alone.',
    does: 'Tokens made elsewhere have no issuance.',
    apply: (world) => {
      const office = commonest(
        world.files
          .filter(({ kind }) => kind === 'sign-in')
          .flatMap(({ kind, rows }) => rows.map(({ data }) => network(addressOf(kind, data)))),
      )
      return keeping(world, SIGN_INS, (data, { kind }) => network(addressOf(kind, data)) === office)
    },
  },
  {
    name: 'audit-hours-lost',
    accident: 'Three hours of the audit log were never delivered.',
    does: 'What was read in those hours is in no record.',
    apply: period(['audit'], 3 * HOUR),
  },
]

function usersOf(world: World): string[] {
  return world.files
    .filter(({ kind }) => kind === 'sign-in')
    .flatMap(({ kind, rows }) => rows.map(({ data }) => userOf(kind, data)))
    .filter((user) => user !== '')
}

const network = (ip: string) => ip.split('.').slice(0, 2).join('.')

function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}
