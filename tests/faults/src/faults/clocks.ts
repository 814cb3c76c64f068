/** Faults of clocks and dates. */
import type { Fault } from '../world/fault.ts'
import { shifted } from '../world/fields.ts'
import type { Random } from '../world/random.ts'
import { HOUR, MINUTE } from '../world/times.ts'
import { type LogFile, type World, withFiles } from '../world/world.ts'
import type { Kind } from './rows.ts'

const moved = 'Times of one kind of log are off by a constant.'

export const CLOCKS: readonly Fault[] = [
  {
    name: 'sign-ins-in-local-time',
    accident: 'The sign-ins were exported in local time and marked as UTC.',
    does: moved,
    apply: (world, random) => shifting(world, 'sign-in', random.pick([-6, -5, 1, 2, 9]) * HOUR),
  },
  {
    name: 'audit-log-in-local-time',
    accident: 'The audit log was exported in local time and marked as UTC.',
    does: moved,
    apply: (world, random) => shifting(world, 'audit', random.pick([-6, -5, 1, 2, 9]) * HOUR),
  },
  {
    name: 'sign-in-clock-off',
    accident: 'The collector of the sign-ins stamps them by a clock that is minutes off.',
    does: moved,
    apply: (world, random) => shifting(world, 'sign-in', random.pick([-17, -8, 7, 12]) * MINUTE),
  },
  {
    name: 'audit-clock-off',
    accident: 'The collector of the audit log stamps records by a clock that is minutes off.',
    does: moved,
    apply: (world, random) => shifting(world, 'audit', random.pick([-17, -8, 7, 12]) * MINUTE),
  },
  {
    name: 'sign-in-times-of-arrival',
    accident: 'The time of a sign-in is the time at which its row arrived: up to 50 minutes later.',
    does: 'Tokens seem to be used before they were made.',
    apply: (world, random) =>
      withFiles(world, (file) =>
        file.kind === 'sign-in' ? late(file, () => random.between(2, 50) * MINUTE) : file,
      ),
  },
  {
    name: 'one-sign-in-file-in-local-time',
    accident: 'One of the sign-in files was exported in local time and marked as UTC.',
    does: 'Times of one file are off by a constant, those of the others are right.',
    apply: oneFileOff,
  },
  {
    name: 'summer-time-ends',
    accident: 'Sign-ins are in a local time that changes by an hour half way.',
    does: 'Times of the sign-ins are off by one constant, and later by another.',
    apply: (world) =>
      withFiles(world, (file) => {
        if (file.kind !== 'sign-in') return file
        const half = file.rows.length / 2
        const rows = file.rows.map(({ data, cut }, at) => ({
          data: shifted('sign-in', data, (at < half ? 2 : 1) * HOUR),
          cut,
        }))
        return { ...file, rows }
      }),
  },
  {
    name: 'sign-in-dates-day-first',
    accident: 'The sign-ins were exported as a table by a browser that writes the day first.',
    does: 'Days up to the twelfth read as another month’s where nothing proves the order.',
    apply: (world) =>
      withFiles(world, (file) =>
        file.kind === 'sign-in' ? { ...asTable(file), isDayFirst: true } : file,
      ),
  },
]

function shifting(world: World, kind: Kind, byMs: number): World {
  return withFiles(world, (file) => (file.kind === kind ? late(file, () => byMs) : file))
}

function late(file: LogFile, byMs: () => number): LogFile {
  const rows = file.rows.map(({ data, cut }) => ({ data: shifted(file.kind, data, byMs()), cut }))
  return { ...file, rows }
}

function oneFileOff(world: World, random: Random): World | undefined {
  const files = world.files.filter(({ kind }) => kind === 'sign-in')
  if (files.length < 2) return undefined
  const wrong = random.pick(files)
  return withFiles(world, (file) => (file === wrong ? late(file, () => 2 * HOUR) : file))
}

/** The same sign-ins as a table of Log Analytics. */
export function asTable(file: LogFile): LogFile {
  const path = file.path.replace(/\.[a-z]+$/, '.csv')
  return { ...file, path, format: 'log-analytics-csv' }
}
