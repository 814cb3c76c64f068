/**
 * When: the course of the selected accesses, and which logs covered it.
 *
 * @module
 */
import type { Answer } from '@mintmark/case'
import { plural } from '@mintmark/core'
import {
  type Course,
  type Section,
  type Statement,
  type Strength,
  statement,
  type Table,
  table,
} from '../model/model.ts'
import {
  absenceIn,
  byQuery,
  byRule,
  column,
  inExport,
  inTable,
  listStrength,
  type Part,
  selectedStrength,
} from './wording.ts'

const COVERAGE_SQL =
  'SELECT side, source, category, tenant, min(hour) AS first, max(hour) AS last, sum(records) AS records FROM coverage GROUP BY side, source, category, tenant ORDER BY tenant, side, source, category'
const RULE = byRule('docs/scope.md', 'Timeline')

export function timelineSection(answer: Part): Section {
  const { timeline } = answer
  const absence = absenceIn(answer)
  const present = selectedStrength(answer)
  return {
    id: 'timeline',
    title: 'When',
    statements: [...phases(timeline, present), ...silence(timeline)],
    figures: [],
    tables: [
      classTable(timeline, absence, present),
      phaseTable(timeline, absence, present),
      dayTable(timeline, absence, present),
      horizonTable(timeline),
      coverageTable(timeline),
      gapTable(timeline),
    ],
  }
}

export function courseOf({ timeline }: Pick<Part, 'timeline'>): Course {
  const { first, last, activeDays, hours, weekdays, cannotExcludeBefore } = timeline
  return {
    first,
    last,
    days: activeDays,
    hours,
    weekdays,
    phases: timeline.phases.map(({ from, to, label, accesses }) => ({ from, to, label, accesses })),
    bands: timeline.coverage.map(({ side, source, category, tenant, from, to, gaps }) => ({
      side,
      source,
      category,
      tenant,
      from,
      to,
      gaps,
    })),
    horizon: cannotExcludeBefore?.at ?? null,
  }
}

type Timeline = Answer['timeline']

function phases({ activeDays, phases: all }: Timeline, present: Strength): Statement[] {
  if (activeDays.length === 0) return []
  return [
    statement({
      id: 'phases',
      text: `The attacker was active on ${plural(activeDays.length, 'day')}, in ${plural(all.length, 'phase')}.`,
      strength: present,
      evidence: [inTable('days'), inTable('phases-in-time'), inExport('timeline.jsonl')],
    }),
  ]
}

function silence({ coverage }: Timeline): Statement[] {
  const gaps = coverage.reduce((sum, band) => sum + band.gaps.length, 0)
  return [
    statement({
      id: 'silence',
      text: `${plural(coverage.length, 'log covers', 'logs cover')} what is concerned here${gaps === 0 ? '' : `, with ${plural(gaps, 'silence')} of more than three days`}. Outside of the covered times, and within the silences, a missing record says nothing.`,
      strength: 'not-excluded',
      evidence: [inTable('coverage'), inTable('gaps'), byQuery(COVERAGE_SQL)],
    }),
  ]
}

function classTable({ classes }: Timeline, absence: Strength, present: Strength): Table {
  return table({
    id: 'classes-in-time',
    title: 'First and last, by what identifies the accesses',
    columns: [
      column('class', 'Class'),
      column('first', 'First', 'time'),
      column('last', 'Last', 'time'),
      column('accesses', 'Accesses', 'count'),
    ],
    rows: classes.map(({ name, first, last, accesses }) => [name, first, last, accesses]),
    total: classes.length,
    strength: listStrength(classes.length, absence, present),
    evidence: [inExport('timeline.jsonl'), inTable('coverage')],
  })
}

function phaseTable({ phases: all }: Timeline, absence: Strength, present: Strength): Table {
  return table({
    id: 'phases-in-time',
    title: 'Phases of activity',
    columns: [
      column('from', 'From', 'time'),
      column('to', 'To', 'time'),
      column('accesses', 'Accesses', 'count'),
      column('begins', 'Begins with'),
      column('what', 'What'),
    ],
    rows: all.map(({ from, to, accesses, startsWith, label }) => [
      from,
      to,
      accesses,
      startsWith,
      label,
    ]),
    total: all.length,
    strength: listStrength(all.length, absence, present),
    evidence: [inExport('timeline.jsonl'), inTable('coverage'), RULE],
  })
}

function dayTable({ activeDays }: Timeline, absence: Strength, present: Strength): Table {
  return table({
    id: 'days',
    title: 'Days with accesses',
    columns: [column('day', 'Day', 'day'), column('accesses', 'Accesses', 'count')],
    rows: activeDays.map(({ day, accesses }) => [day, accesses]),
    total: activeDays.length,
    strength: listStrength(activeDays.length, absence, present),
    evidence: [inExport('timeline.jsonl'), inTable('coverage')],
  })
}

function horizonTable({ horizons }: Timeline): Table {
  return table({
    id: 'horizons',
    title: 'Time before which nothing can be excluded, by tenant',
    columns: [
      column('tenant', 'Tenant', 'id'),
      column('at', 'Before', 'time'),
      column('because', 'Because'),
    ],
    rows: horizons.map(({ tenant, at, because }) => [tenant, at, because]),
    total: horizons.length,
    strength: 'not-excluded',
    evidence: [inTable('coverage'), byQuery(COVERAGE_SQL), RULE],
  })
}

function coverageTable({ coverage }: Timeline): Table {
  return table({
    id: 'coverage',
    title: 'What each log covers',
    columns: [
      column('side', 'Side'),
      column('source', 'Source'),
      column('category', 'Category'),
      column('tenant', 'Tenant', 'id'),
      column('from', 'From', 'time'),
      column('to', 'To', 'time'),
      column('hours', 'Hours with records', 'count'),
      column('gaps', 'Long silences', 'count'),
    ],
    rows: coverage.map(({ side, source, category, tenant, from, to, hours, gaps }) => [
      side,
      source,
      category,
      tenant,
      from,
      to,
      hours,
      gaps.length,
    ]),
    total: coverage.length,
    strength: 'established',
    evidence: [byQuery(COVERAGE_SQL)],
  })
}

function gapTable({ coverage }: Timeline): Table {
  const rows = coverage.flatMap(({ side, source, category, tenant, gaps }) =>
    gaps.map(({ from, to }) => [side, source, category, tenant, from, to]),
  )
  return table({
    id: 'gaps',
    title: 'Long silences of the logs',
    columns: [
      column('side', 'Side'),
      column('source', 'Source'),
      column('category', 'Category'),
      column('tenant', 'Tenant', 'id'),
      column('from', 'From', 'time'),
      column('to', 'To', 'time'),
    ],
    rows,
    total: rows.length,
    strength: 'not-excluded',
    evidence: [inTable('coverage'), byQuery(COVERAGE_SQL)],
  })
}
