/** Faults that lose or cut rows of the access logs. */
import type { Fault } from '../world/fault.ts'
import { timeOf, userOf } from '../world/fields.ts'
import type { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE, seconds } from '../world/times.ts'
import { type Json, type LogFile, textOf, type World, withFiles } from '../world/world.ts'
import { AUDIT, accessMoment, dataOf, keeping, period, share, silently, timesOf } from './rows.ts'

/** The most characters that a cell of a spreadsheet holds. */
const CELL = 32_767

export const ACCESS_ROWS: readonly Fault[] = [
  {
    name: 'audit-hours-lost',
    accident: 'Three hours of the audit log were never delivered.',
    does: 'What was read in those hours is in no record.',
    apply: period(AUDIT, 3 * HOUR),
  },
  {
    name: 'audit-page-lost',
    accident: 'A page of 40 minutes failed while the audit log was downloaded.',
    does: 'What was read in those minutes is in no record.',
    apply: period(AUDIT, 40 * MINUTE),
  },
  {
    name: 'audit-day-lost',
    accident: 'The audit export of one day failed.',
    does: 'What was read on that day is in no record.',
    apply: period(AUDIT, DAY),
  },
  {
    name: 'audit-one-percent-lost',
    accident: 'A collector drops one percent of the audit rows.',
    does: 'Some accesses are in no record, and nothing shows which.',
    apply: (world, random) => silently(share(AUDIT, 0.01)(world, random)),
  },
  {
    name: 'audit-sampled',
    accident: 'To save cost, one audit row in ten is kept.',
    does: 'Nine of ten accesses are in no record, and nothing shows which.',
    apply: (world, random) => silently(share(AUDIT, 0.9)(world, random)),
  },
  {
    name: 'audit-user-lost',
    accident: 'One mailbox is exempt from auditing.',
    does: 'What was read in that mailbox is in no record.',
    apply: (world, random) => {
      const users = dataOf(world, AUDIT).map(({ kind, data }) => userOf(kind, data))
      if (users.length === 0) return undefined
      const lost = random.pick(users)
      return silently(keeping(world, AUDIT, (data, { kind }) => userOf(kind, data) !== lost))
    },
  },
  {
    name: 'audit-large-rows-lost',
    accident: 'A forwarder drops messages above 32 kB.',
    does: 'Accesses to hundreds of messages at once are in no record.',
    apply: (world) =>
      silently(keeping(world, AUDIT, (data) => JSON.stringify(data).length <= CELL)),
  },
  {
    name: 'audit-begins-late',
    accident: 'The audit log is kept for fewer days than the sign-ins.',
    does: 'What was read before is in no record: the bounds are of the time that is left.',
    apply: (world) => {
      const times = timesOf(world, AUDIT)
      const from = times[Math.floor(times.length * 0.3)] ?? 0
      return silently(keeping(world, AUDIT, (data, { kind }) => timeOf(kind, data) >= from))
    },
  },
  {
    name: 'audit-cells-cut',
    accident: 'The audit log was saved by a spreadsheet, whose cells end after 32,767 characters.',
    does: 'The longest records cannot be read to their end.',
    apply: (world) =>
      cutting(withFiles(world, asSheet), 'audit', (length) => (length > CELL ? CELL : 0)),
  },
  {
    name: 'audit-lines-cut',
    accident: 'A syslog relay cuts one audit line in a hundred.',
    does: 'Some records cannot be read to their end.',
    apply: (world, random) =>
      cutting(withFiles(world, asLines), 'audit', (length, data) =>
        random.chance(isForged(world, data) ? 0.15 : 0.01)
          ? Math.floor(length * (0.3 + 0.6 * random.share()))
          : 0,
      ),
  },
  {
    name: 'sign-in-lines-cut',
    accident: 'A syslog relay cuts one sign-in line in a hundred.',
    does: 'Tokens whose lines are cut have no issuance.',
    apply: (world, random) =>
      cutting(withFiles(world, asLines), 'sign-in', (length) =>
        random.chance(0.01) ? Math.floor(length * (0.3 + 0.6 * random.share())) : 0,
      ),
  },
  {
    name: 'sign-in-long-lines-cut',
    accident: 'A syslog limit cuts the longest sign-in lines.',
    does: 'Tokens whose lines are long have no issuance.',
    apply: (world) => {
      const sizes = dataOf(world, ['sign-in'])
        .map(({ data }) => JSON.stringify(data).length)
        .toSorted((a, b) => a - b)
      const limit = sizes[Math.floor(sizes.length * 0.97)] ?? 0
      return cutting(withFiles(world, asLines), 'sign-in', (length) => (length > limit ? limit : 0))
    },
  },
  {
    name: 'audit-gap-stated',
    accident: 'The extractor says in its own log that it lost six minutes of the audit log.',
    does: 'What was read in those minutes is in no record, and the evidence says so.',
    apply: gapStated,
  },
]

/** The same audit log as the portal's download. */
function asSheet(file: LogFile): LogFile {
  if (file.kind !== 'audit') return file
  return { ...file, path: file.path.replace(/\.[a-z]+$/, '.csv'), format: 'purview-csv' }
}

/** Accidents that matter meet the attacker. */
function isForged({ truth }: World, data: Json): boolean {
  return (truth.get(textOf(data, 'Id'))?.forged ?? '') !== ''
}

/** The same log as a relay of lines carries it. */
function asLines(file: LogFile): LogFile {
  if (file.kind === 'graph') return file
  const format = file.kind === 'audit' ? 'ual-ndjson' : 'diagnostic'
  return { ...file, path: file.path.replace(/\.[a-z]+$/, '.ndjson'), format }
}

/** Cuts rows of one kind of log: `at` gives the length that is left, 0 where all of it is. */
function cutting(
  world: World,
  kind: LogFile['kind'],
  at: (length: number, data: Json) => number,
): World | undefined {
  let cuts = 0
  const changed = withFiles(world, (file) => {
    if (file.kind !== kind) return file
    const rows = file.rows.map((row) => {
      const cut = at(JSON.stringify(row.data).length, row.data)
      if (cut > 0) cuts++
      return cut > 0 ? { data: row.data, cut } : row
    })
    return { ...file, rows }
  })
  return cuts === 0 ? undefined : changed
}

function gapStated(world: World, random: Random): World | undefined {
  const times = timesOf(world, AUDIT)
  if (times.length === 0) return undefined
  const fromMs = accessMoment(world, random, 6 * MINUTE)
  const toMs = fromMs + 6 * MINUTE
  const left = keeping(world, AUDIT, (data, { kind }) => {
    const at = timeOf(kind, data)
    return at < fromMs || toMs <= at
  })
  if (left === undefined) return undefined
  const said =
    `[INFO] Processing UAL\n[ERROR] Window ${seconds(fromMs)}Z -> ${seconds(toMs)}Z has 5000+ events. ` +
    'SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.\n[INFO] Done\n'
  return { ...left, others: [...left.others, { path: 'UAL-extraction.log', content: said }] }
}
