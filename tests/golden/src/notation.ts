/**
 * A golden world as people write it: one Markdown page with a few small tables. Invariant:
 * everything that a world has is on its page; nothing else decides what its logs hold.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'

/** The pages. */
export const WORLDS: string = fileURLToPath(new URL('../worlds/', import.meta.url))

/** One row of a table, by the names of its columns. */
export type Line = Readonly<Record<string, string>>

export interface World {
  /** File name without its ending. */
  readonly name: string
  readonly title: string
  readonly signIns: readonly Line[]
  readonly accesses: readonly Line[]
  readonly logs: readonly Line[]
  /** What each kind of access may be given. */
  readonly expect: readonly Line[]
  /** What the answer as a whole must say, by its name in the table. */
  readonly answer: ReadonlyMap<string, string>
}

/** Every world, in the order of their names. */
export function worlds(): World[] {
  return readdirSync(WORLDS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => readWorld(path.parse(file).name, readFileSync(path.join(WORLDS, file), 'utf8')))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Reads a page. A table that a world does not need may be left out. */
export function readWorld(name: string, page: string): World {
  const tables = new Map(
    [...page.matchAll(/```csv ([a-z-]+)\n([\s\S]*?)```/g)].map(([, title = '', body = '']) => [
      title,
      linesOf(body),
    ]),
  )
  const table = (title: string) => tables.get(title) ?? []
  return {
    name,
    title: /^# (.+)$/m.exec(page)?.[1] ?? '',
    signIns: table('sign-ins'),
    accesses: table('accesses'),
    logs: table('logs'),
    expect: table('expect'),
    answer: new Map(table('answer').map((line) => [line['what'] ?? '', line['value'] ?? ''])),
  }
}

function linesOf(body: string): Line[] {
  const rows: unknown = parse(body, { columns: true, trim: true, skip_empty_lines: true })
  return Array.isArray(rows) ? rows.filter(isLine) : []
}

const isLine = (row: unknown): row is Line => typeof row === 'object' && row !== null

/** A cell that must be there. */
export function cell(line: Line, column: string): string {
  const value = new Map(Object.entries(line)).get(column)
  if (value === undefined) throw new Error(`a row without ${column}: ${JSON.stringify(line)}`)
  return value
}

/** A cell that may be left out or left empty. */
export function optional(line: Line, column: string): string | undefined {
  const value = new Map(Object.entries(line)).get(column)
  return value === '' ? undefined : value
}

/** `u1-u3` is u1, u2 and u3; `gus1-gus2@partner` are guests from there. */
export function peopleOf(who: string): string[] {
  const range = /^([a-z]+)(\d+)-\1(\d+)(@\w+)?$/.exec(who)
  if (range === null) return who.split('+')
  const [, stem = '', first = '', last = '', home = ''] = range
  return numbers(Number(first), Number(last)).map((n) => `${stem}${n}${home}`)
}

/** Day 1 is a Monday. A range leaves out Saturdays and Sundays; a single day is itself. */
export function daysOf(days: string): number[] {
  return days.split('+').flatMap((part) => {
    const [first = '', last] = part.split('-')
    if (last === undefined) return [Number(first)]
    return numbers(Number(first), Number(last)).filter((day) => (day - 1) % 7 < 5)
  })
}

const DAY_ONE = Date.UTC(2026, 2, 2)

/** Time of `HH:MM` on a day, in milliseconds. */
export function timeOf(day: number, clock: string): number {
  const [hours = '', minutes = ''] = clock.split(':')
  return DAY_ONE + (day - 1) * 86_400_000 + Number(hours) * 3_600_000 + Number(minutes) * 60_000
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
