import type { Answer } from '@mintmark/case'
import { plural } from '@mintmark/core'
import type { Course, Section, Statement, Strength, Table } from '../model/model.ts'
import { statement } from '../model/model.ts'
import { listed, type Part, type Sureness, section, surenessOf } from './wording.ts'

const COVERAGE_SQL =
  'SELECT side, source, category, tenant, min(hour) AS first, max(hour) AS last, sum(records) AS records FROM coverage GROUP BY side, source, category, tenant ORDER BY tenant, side, source, category'
const RULE = 'docs/scope.md#Timeline'

export function timelineSection(answer: Part): Section {
  const { timeline } = answer
  const sure = surenessOf(answer)
  return section('timeline', 'When', [phases(timeline, sure.present), ...silence(timeline)], {
    tables: [
      classTable(timeline, sure),
      phaseTable(timeline, sure),
      dayTable(timeline, sure),
      horizonTable(timeline),
      coverageTable(timeline),
      gapTable(timeline),
    ],
  })
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

function phases({ activeDays, phases: all }: Timeline, present: Strength): Statement | undefined {
  if (activeDays.length === 0) return undefined
  return statement({
    id: 'phases',
    text: `The attacker was active on ${plural(activeDays.length, 'day')}, in ${plural(all.length, 'phase')}.`,
    strength: present,
    evidence: ['days', 'phases-in-time', 'timeline.jsonl'],
  })
}

function silence({ coverage }: Timeline): Statement[] {
  const gaps = coverage.reduce((sum, band) => sum + band.gaps.length, 0)
  return [
    statement({
      id: 'silence',
      text: `${plural(coverage.length, 'log covers', 'logs cover')} what is concerned here${gaps === 0 ? '' : `, with ${plural(gaps, 'silence')} of more than three days`}. Outside of the covered times, and within the silences, a missing record says nothing.`,
      strength: 'not-excluded',
      evidence: ['coverage', 'gaps', COVERAGE_SQL],
    }),
  ]
}

const classTable = ({ classes }: Timeline, sure: Sureness): Table =>
  listed(classes, {
    id: 'classes-in-time',
    title: 'First and last, by what identifies the accesses',
    columns: [
      ['class', 'Class', 'text', ({ name }) => name],
      ['first', 'First', 'time'],
      ['last', 'Last', 'time'],
      ['accesses', 'Accesses', 'count'],
    ],
    strength: sure,
    evidence: ['timeline.jsonl', 'coverage'],
  })

const phaseTable = ({ phases: all }: Timeline, sure: Sureness): Table =>
  listed(all, {
    id: 'phases-in-time',
    title: 'Phases of activity',
    columns: [
      ['from', 'From', 'time'],
      ['to', 'To', 'time'],
      ['accesses', 'Accesses', 'count'],
      ['begins', 'Begins with', 'text', ({ startsWith }) => startsWith],
      ['what', 'What', 'text', ({ label }) => label],
    ],
    strength: sure,
    evidence: ['timeline.jsonl', 'coverage', RULE],
  })

const dayTable = ({ activeDays }: Timeline, sure: Sureness): Table =>
  listed(activeDays, {
    id: 'days',
    title: 'Days with accesses',
    columns: [
      ['day', 'Day', 'day'],
      ['accesses', 'Accesses', 'count'],
    ],
    strength: sure,
    evidence: ['timeline.jsonl', 'coverage'],
  })

const horizonTable = ({ horizons }: Timeline): Table =>
  listed(horizons, {
    id: 'horizons',
    title: 'Time before which nothing can be excluded, by tenant',
    columns: [
      ['tenant', 'Tenant', 'id'],
      ['at', 'Before', 'time'],
      ['because', 'Because'],
    ],
    strength: 'not-excluded',
    evidence: ['coverage', COVERAGE_SQL, RULE],
  })

const coverageTable = ({ coverage }: Timeline): Table =>
  listed(coverage, {
    id: 'coverage',
    title: 'What each log covers',
    columns: [
      ['side', 'Side'],
      ['source', 'Source'],
      ['category', 'Category'],
      ['tenant', 'Tenant', 'id'],
      ['from', 'From', 'time'],
      ['to', 'To', 'time'],
      ['hours', 'Hours with records', 'count'],
      ['gaps', 'Long silences', 'count', ({ gaps }) => gaps.length],
    ],
    strength: 'established',
    evidence: [COVERAGE_SQL],
  })

function gapTable({ coverage }: Timeline): Table {
  const silences = coverage.flatMap((band) => band.gaps.map((gap) => ({ band, gap })))
  return listed(silences, {
    id: 'gaps',
    title: 'Long silences of the logs',
    columns: [
      ['side', 'Side', 'text', ({ band }) => band.side],
      ['source', 'Source', 'text', ({ band }) => band.source],
      ['category', 'Category', 'text', ({ band }) => band.category],
      ['tenant', 'Tenant', 'id', ({ band }) => band.tenant],
      ['from', 'From', 'time', ({ gap }) => gap.from],
      ['to', 'To', 'time', ({ gap }) => gap.to],
    ],
    strength: 'not-excluded',
    evidence: ['coverage', COVERAGE_SQL],
  })
}
