/** What happens to files and takes nothing away: every verdict and bound must stay. */
import type { Fault } from '../world/fault.ts'
import { timeOf, withMember } from '../world/fields.ts'
import { groupsBy } from '../world/groups.ts'
import type { Random } from '../world/random.ts'
import { DAY } from '../world/times.ts'
import { type LogFile, mapRows, type Row, type World, withFiles } from '../world/world.ts'

const nothing = 'Nothing is lost.'

export const FILES: readonly Fault[] = [
  {
    name: 'files-split-by-day',
    accident: 'The exporter begins a new file every day.',
    does: nothing,
    apply: splitByDay,
  },
  {
    name: 'files-renamed',
    accident: 'Somebody renamed the files to numbers.',
    does: nothing,
    apply: (world) => {
      let number = 0
      return withFiles(world, (file) => ({
        ...file,
        path: `${String(++number).padStart(3, '0')}${/\.[a-z]+$/.exec(file.path)?.[0] ?? ''}`,
      }))
    },
  },
  {
    name: 'rows-shuffled',
    accident: 'A query without an order exported the rows.',
    does: nothing,
    apply: (world, random) =>
      withFiles(world, (file) => ({ ...file, rows: random.sample(file.rows, file.rows.length) })),
  },
  {
    name: 'files-gzipped',
    accident: 'The files were packed.',
    does: nothing,
    apply: (world) =>
      withFiles(world, (file) => ({ ...file, path: `${file.path}.gz`, wrapping: 'gzip' })),
  },
  {
    name: 'files-in-utf16',
    accident: 'A script of Windows wrote the files again.',
    does: nothing,
    apply: (world) => withFiles(world, (file) => ({ ...file, wrapping: 'utf16' })),
  },
  {
    name: 'files-twice',
    accident: 'The same export was put to the evidence twice, under another name.',
    does: nothing,
    apply: (world) => withFiles(world, (file) => [file, again(file, file.rows)]),
  },
  {
    name: 'exports-overlap',
    accident: 'Two exports overlap by half of their time.',
    does: nothing,
    apply: (world) =>
      withFiles(world, (file) => {
        const third = Math.floor(file.rows.length / 3)
        const first = { ...file, rows: file.rows.slice(0, 2 * third) }
        return [first, again(file, file.rows.slice(third))]
      }),
  },
  {
    name: 'audit-log-twice-poorer',
    accident: 'The audit log was exported again by a tool that drops the token’s context.',
    does: 'Nothing is lost: the first export has it all.',
    apply: (world) =>
      withFiles(world, (file) => {
        if (file.kind !== 'audit') return file
        const poorer = mapRows(file, (data) => withMember(data, 'AppAccessContext', undefined))
        return [file, again(file, poorer.rows)]
      }),
  },
  {
    name: 'sign-ins-twice-poorer',
    accident: 'The sign-ins were exported again by a tool that drops token ids and sessions.',
    does: 'Nothing is lost: the first export has it all.',
    apply: (world) =>
      withFiles(world, (file) => {
        if (file.kind !== 'sign-in') return file
        const poorer = mapRows(file, (data) =>
          withMember(withMember(data, 'uniqueTokenIdentifier', undefined), 'sessionId', undefined),
        )
        return [file, again(file, poorer.rows)]
      }),
  },
  {
    name: 'rows-duplicated',
    accident: 'The service delivered a tenth of the rows twice, as it says that it may.',
    does: nothing,
    apply: (world, random) =>
      withFiles(world, (file) => ({
        ...file,
        rows: file.rows.flatMap((row) => twice(random, row)),
      })),
  },
]

function twice(random: Random, row: Row): Row[] {
  return random.chance(0.1) ? [row, row] : [row]
}

function again(file: LogFile, rows: readonly Row[]): LogFile {
  return { ...file, path: file.path.replace(/(\.[a-z.]+)$/, ' (2)$1'), rows }
}

function splitByDay(world: World): World {
  return withFiles(world, (file) => {
    const days = groupsBy(file.rows, ({ data }) => Math.floor(timeOf(file.kind, data) / DAY))
    return Array.from(days, ([day, rows]) => ofDay(file, day, rows))
  })
}

function ofDay(file: LogFile, day: number, rows: readonly Row[]): LogFile {
  const name = new Date(day * DAY).toISOString().slice(0, 10)
  return { ...file, path: file.path.replace(/(\.[a-z.]+)$/, `-${name}$1`), rows }
}
